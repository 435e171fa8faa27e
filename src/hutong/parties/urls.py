"""Addresses of sign-in by link."""

from django.urls import path

from hutong.parties import views

urlpatterns = [
    path("sign-in/<str:link>", views.sign_in_by_link, name="sign_in_by_link"),
    path("second-factor", views.second_factor, name="second_factor"),
]
