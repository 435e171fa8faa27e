"""
Django's sessions of the database, in a table that says whose each is (`node.models.Session`).

A door that has read the row already, with everything else it asks at its beginning, hands it over:
`session.found(…)`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Store

from hutong.node.models import Session
from hutong.parties.queries import chosen_party


class SessionStore(Store):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        row = super().create_model_instance(data)
        row.person, row.party = reader(data)
        return row

    def found(self, data: str | None) -> None:
        """Take `data` as what the table holds of this session; None: it is unknown or has expired."""
        if data is None:
            self._session_key = None
        if not hasattr(self, "_session_cache"):
            self._session_cache = {} if data is None else self.decode(data)


def reader(session: Mapping[str, Any]) -> tuple[UUID | None, UUID | None]:
    """Whose session it is, and whom they chose to act for."""
    try:
        return UUID(session.get(SESSION_KEY, "")), chosen_party(session.get("party"))
    except ValueError:
        return None, None
