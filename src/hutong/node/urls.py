"""Every address of a venue (design.md: doors and addresses that stay)."""

import importlib.util

from django.urls import include, path

from hutong.network.messages.door import inbox
from hutong.node import views
from hutong.node.api import api
from hutong.node.messaging import KINDS
from hutong.node.technical import tables

PAGES = [
    path("", include(f"hutong.{area}.urls"))
    for area in (
        "transparency",
        "documents",
        "venues",
        "network",
        "portal",
        "my",
        "desk",
        "hall",
        "ui",
        "parties",
    )
    if importlib.util.find_spec(f"hutong.{area}.urls")
]

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", views.metrics),
    path(".well-known/hutong.json", views.description),
    path("network/inbox", inbox(KINDS), name="network_inbox"),
    path("demo/jump", views.jump, name="demo_jump"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("desk/technical/", tables().urls),
    *PAGES,
]

handler400 = "hutong.node.views.malformed"
handler403 = "hutong.node.views.forbidden"
handler404 = "hutong.node.views.not_found"
handler500 = "hutong.node.views.failed"
