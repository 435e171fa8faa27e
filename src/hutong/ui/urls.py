"""The living style page."""

from django.urls import path

from hutong.ui.pages import case, style

app_name = "ui"

urlpatterns = [path("style", style, name="style"), path("style/case", case, name="case")]
