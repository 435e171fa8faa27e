"""Addresses of files."""

from django.urls import path

from hutong.documents import views

urlpatterns = [path("documents/<uuid:id>", views.content, name="document")]
