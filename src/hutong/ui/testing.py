"""
A signed-in browser without a browser, for tests of pages.

    page = browsing(member_of(university))
    answer = page.post("/my/party", {"act": "submit"})
"""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.test import Client

from hutong.kit.actor import Actor


class Browsing:
    """Django's test client, signed in as `actor`; forms carry their once-token by themselves."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, language: str = "en") -> Any:
        return self.client.get(path, headers={"accept-language": language})

    def post(
        self,
        path: str,
        data: Mapping[str, Any],
        *,
        once: str | None = None,
        language: str = "en",
    ) -> Any:
        sent = {**data, "_once": once or secrets.token_urlsafe(12)}
        return self.client.post(path, sent, headers={"accept-language": language})


def browsing(actor: Actor | None = None) -> Browsing:
    """Browse as `actor` with the second factor, or as a stranger."""
    client = Client()
    if actor is not None and actor.person is not None:
        client.force_login(_account(actor.person))
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        if actor.party is not None:
            session["party"] = str(actor.party)
        session.save()
    return Browsing(client)


def _account(person: UUID) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=person)
