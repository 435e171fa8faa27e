"""Addresses of the pages of the public log, below /log; its files are `transparency`'s."""

from django.urls import path

from hutong.portal import log, log_opening

urlpatterns = [
    path("", log.index, name="log"),
    path("/entries/<int:index>", log.entry, name="log_entry"),
    path("/entries/<int:index>/proof", log.proof, name="log_entry_proof"),
    path("/entries/<int:index>/leaf", log.leaf, name="log_entry_leaf"),
    path("/checkpoints", log.checkpoints, name="log_checkpoints"),
    path("/openings", log_opening.check, name="log_openings"),
    path("/openings/<str:secret>", log_opening.shown, name="log_opening"),
]
