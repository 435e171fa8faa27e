"""Addresses of the screens."""

from django.urls import path

from hutong.hall import pages

app_name = "hall"

urlpatterns = [
    path("hall", pages.hall, name="hall"),
    path("hall/booth", pages.booth, name="booth"),
    path("hall/data", pages.data, name="data"),
]
