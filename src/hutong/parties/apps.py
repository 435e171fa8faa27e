"""The area as Django knows it: once it is loaded, it listens to what allauth's pages do."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "hutong.parties"

    def ready(self) -> None:
        from hutong.parties import mfa

        mfa.listen()
