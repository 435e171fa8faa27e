"""
Acts of signing in at another venue: our person vouched for there, another venue's person here (PA-2).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from hutong.journal.actions import action, record
from hutong.kit.actor import READ, SYSTEM, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.recognition.actions import recognising
from hutong.network.recognition.models import CameFrom, SignInCode
from hutong.network.recognition.rules import Refusal as Recognition
from hutong.network.recognition.rules import pseudonym
from hutong.network.recognition.sign_in import (
    HOLDS,
    Assertion,
    Refusal,
    SignedInFrom,
    SignInVouched,
    check,
    new_secret,
    role_told,
)
from hutong.parties import queries as parties
from hutong.parties.membership import MandateRole
from hutong.transparency import queries as transparency
from hutong.venues import queries as venues

# -- at the home venue -------------------------------------------------------------------------------


@action(power=READ)
def vouch(*, actor: Actor, now: datetime, real_now: datetime, audience: str, nonce: str) -> str:
    """Give a code by which another venue learns whom this person acts for. Returns it, once.

    Refused: for nobody, for a party that is not verified here or has no credential; a venue in no
    good standing.
    """
    told = what_is_told(actor, audience)
    assert actor.person is not None, "somebody is signed in"
    code = new_secret()
    SignInCode.objects.filter(expires_at__lt=real_now).delete()
    SignInCode.objects.create(
        digest=_digest(code),
        audience=audience,
        nonce=nonce,
        person=actor.person,
        party=told.party.id,
        role=told.role.value,
        second_factor=actor.second_factor,
        expires_at=real_now + HOLDS,
    )
    record(
        subject("party", told.party.id),
        SignInVouched(to=audience, party=told.party.id, role=told.role),
    )
    return code


@action(power=None)
def hand_over(
    *, actor: Actor, now: datetime, real_now: datetime, audience: str, code: str
) -> dict[str, Any]:
    """Answer a code, once: the signed assertion, and the party's credential.

    Refused (CODE_UNKNOWN) when it was used, is over, or was given for another venue; and when the
    person acts for the party no longer.
    """
    row = SignInCode.objects.select_for_update().filter(digest=_digest(code)).first()
    unknown = Refused(Refusal.CODE_UNKNOWN, venue=audience)
    if row is None or row.used_at or row.audience != audience or row.expires_at <= real_now:
        raise unknown
    acting = {one.id: one.role for one in parties.acted_for_by(row.person)}
    certificate = recognising.latest_credential(row.party)
    if row.party not in acting or certificate is None:
        raise unknown
    row.used_at = real_now
    row.save(update_fields=["used_at"])
    recognising.note_shown(
        actor=SYSTEM, now=now, party=row.party, venue=audience, certificate=certificate
    )
    said = Assertion(
        id=uuid4(),
        issuer=venues.my_code(),
        audience=audience,
        nonce=row.nonce,
        subject=pseudonym(row.party, audience, row.person),
        role=role_told(MandateRole(acting[row.party])),
        party=row.party,
        second_factor=row.second_factor,
        issued_at=real_now,
        expires_at=real_now + HOLDS,
    )
    return {
        "assertion": said.signed(transparency.keyring().message_signer),
        "credential": recognising.credential_of(certificate),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What another venue is told of a person."""

    party: parties.PartyView
    role: MandateRole
    pseudonym: UUID


def what_is_told(actor: Actor, audience: str) -> Told:
    """What `audience` would be told. Raises Refused as `vouch` does."""
    recognising.in_good_standing(audience)
    if actor.person is None or actor.party is None:
        raise Refused(Refusal.NOBODY_ACTED_FOR)
    acting = {one.id: one.role for one in parties.acted_for_by(actor.person)}
    if actor.party not in acting:
        raise Refused(Refusal.NOBODY_ACTED_FOR)
    party = parties.require_verified(actor.party)
    if parties.recognition_of(party.id) is not None or audience == venues.my_code():
        raise Refused(Recognition.OTHER_VENUES_PARTY, name=party.name, venue=party.home_venue)
    if recognising.latest_credential(party.id) is None:
        raise Refused(Refusal.NO_CREDENTIAL, name=party.name)
    name = pseudonym(party.id, audience, actor.person)
    return Told(party=party, role=role_told(MandateRole(acting[actor.party])), pseudonym=name)


# -- at the other venue ------------------------------------------------------------------------------


@action(power=None)
def enter(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    venue: str,
    nonce: str,
    answer: Mapping[str, Any],
) -> Actor:
    """Take what a person's home venue asserted; returns who acts here from now on.

    Refused: the venue is in no good standing; the assertion is not its, not for us, not for this
    sign-in, over, or was used; the credential does not hold, was revoked, or is another party's.
    """
    issuer = recognising.in_good_standing(venue)
    said = check(
        answer.get("assertion"),
        venue=venue,
        keys=venues.keys_in(issuer).message,
        me=venues.my_code(),
        nonce=nonce,
        real_now=real_now,
    )
    credential = answer.get("credential")
    if not isinstance(credential, dict):
        raise Refused(Refusal.MALFORMED, venue=venue)
    who = recognising.admit(
        actor=actor,
        now=now,
        venue=venue,
        credential=credential,
        person=said.subject,
        role=said.role,
    )
    party = parties.recognition_of(who.acting_party())
    if party is None or party.foreign_id != said.party:
        raise Refused(Refusal.OTHER_PARTY, venue=venue)
    assert who.person is not None, "admitted"
    try:
        with transaction.atomic():
            CameFrom.objects.create(assertion=said.id, venue=venue, person=who.person, at=real_now)
    except IntegrityError:
        raise Refused(Refusal.OTHER_SIGN_IN, venue=venue) from None
    record(
        subject("party", who.acting_party()),
        SignedInFrom(venue=venue, party=who.acting_party(), person=who.person, assertion=said.id),
    )
    return who


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
