"""
Signing in as Django and allauth have it, with one difference: the account that a session is of is
known already when a page is read (`parties.queries.ACCOUNT`), and not asked for again.
"""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend

from hutong.parties import queries


class Password(ModelBackend):
    def get_user(self, user_id: UUID) -> Any:
        found = queries.account(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None


class Account(Password, AuthenticationBackend):
    pass
