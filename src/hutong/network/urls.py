"""Addresses between venues; they stay (docs/network.md)."""

from django.urls import path

from hutong.network.claims import holding
from hutong.network.mirrors import door
from hutong.network.recognition import asking
from hutong.network.trade.door import paddle

MIRROR = "network/mirror/<str:code>"

urlpatterns = [
    path("network/held", holding.view, name="network_held"),
    path("network/paddle", paddle, name="network_paddle"),
    path("network/assertion", asking.view, name="network_assertion"),
    path("network/checkpoints", door.checkpoints, name="network_checkpoints"),
    path("network/forks", door.forks, name="network_forks"),
    path(f"{MIRROR}/checkpoint", door.checkpoint, name="mirror_checkpoint"),
    path(f"{MIRROR}/tile/<path:path>", door.tile, name="mirror_tile"),
    path(f"{MIRROR}/content", door.contents, name="mirror_contents"),
    path(f"{MIRROR}/content/<str:digest>", door.content, name="mirror_content"),
    path(f"{MIRROR}/proof/<int:index>", door.proof, name="mirror_proof"),
    path(f"{MIRROR}/entries/<int:index>", door.entry, name="mirror_entry"),
]
