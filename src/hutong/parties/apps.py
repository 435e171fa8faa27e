from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "hutong.parties"

    def ready(self) -> None:
        from hutong.parties import mfa

        mfa.listen()
