"""Addresses of membership between venues; they stay."""

from django.urls import path

from hutong.venues import door

urlpatterns = [
    path("network/members", door.members, name="network_members"),
    path("network/apply", door.apply, name="network_apply"),
]
