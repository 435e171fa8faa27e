"""
How allauth keeps second factors here: encrypted under the venue's secret key, journalled, and good
from the moment they are added.

    signed in ──a code of the new factor──► added: this sign-in has it, the desk opens (PA-5)
"""

import base64
import hashlib
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

FACTORS = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}
METHODS = "account_authentication_methods"  # allauth's record of a session's sign-in


class Adapter(DefaultMFAAdapter):
    """A stolen database alone yields no one-time codes."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    key = hashlib.sha256(b"hutong second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def listen() -> None:
    """Signals are the one place where allauth tells what its pages did to a factor."""
    authenticator_added.connect(_added, dispatch_uid="hutong.parties")
    authenticator_removed.connect(_removed, dispatch_uid="hutong.parties")


def _added(request: HttpRequest, user: Any, authenticator: Authenticator, **_rest: Any) -> None:
    """Whoever typed a code of it, or touched the key, has just shown the second factor."""
    from hutong.parties.actions.second_factor import note_factor_added

    if authenticator.type not in FACTORS:
        return
    note_factor_added(actor=request.actor, now=request.now, person=user.pk)
    shown = {"id": authenticator.pk, "type": authenticator.type}
    record_authentication(request, user, "mfa", reauthenticated=True, **shown)
    request.session.save()  # allauth tells after its commit, perhaps after the session was kept


def _removed(request: HttpRequest, user: Any, authenticator: Authenticator, **_rest: Any) -> None:
    """With the last of them go the powers that rest on it, in this sign-in as in tokens."""
    from hutong.parties.actions.second_factor import note_factor_removed

    if authenticator.type not in FACTORS:
        return
    left = note_factor_removed(actor=request.actor, now=request.now, person=user.pk)
    if not left:
        methods = request.session.get(METHODS, [])
        request.session[METHODS] = [m for m in methods if m.get("method") != "mfa"]
