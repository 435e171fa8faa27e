"""Addresses of the public log (C2SP tlog-tiles); they stay."""

from django.urls import path

from hutong.transparency import api
from hutong.transparency.cosigning.door import add_checkpoint

urlpatterns = [
    path("log/checkpoint", api.checkpoint, name="log_checkpoint"),
    path("log/tile/<path:path>", api.tile, name="log_tile"),
    path("log/content", api.contents, name="log_contents"),
    path("log/content/<str:digest>", api.content, name="log_content"),
    path("log/keys.json", api.keys, name="log_keys"),
    path("log/crl/<str:authority>.crl", api.revocation_list, name="log_crl"),
    path("log/witness/add-checkpoint", add_checkpoint, name="log_witness"),
]
