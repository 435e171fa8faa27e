"""
Opening private fields by a secret link, and revoking it (LO-2).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.canonical import digest
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency.openings import queries, rules
from hutong.transparency.openings.models import Opening

SECRET_BYTES = 24


@action(power=ACT)
def open_fields(
    *, actor: Actor, now: datetime, index: int, fields: Sequence[str], reader: str = ""
) -> str:
    """Open chosen fields of the entry at a place of the log; returns the link's secret, told once."""
    party, person = actor.acting_party(), actor.person
    if person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    hidden = queries.mine(actor, index)
    names = list(queries.chosen(hidden, party, fields))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = Opening.objects.create(
        entry=hidden.leaf.entry,
        fields=names,
        party=party,
        person=person,
        reader=reader.strip()[: rules.MAX_READER],
        secret_digest=digest(secret.encode()),
        made_at=now,
    )
    record(
        subject("opening", row.id),
        rules.FieldsOpened(entry=index, fields=names, reader=row.reader),
    )
    return secret


@action(power=ACT)
def revoke_opening(*, actor: Actor, now: datetime, opening: UUID) -> None:
    """Let a link show nothing any more."""
    row = (
        Opening.objects.select_for_update()
        .filter(id=opening, party=actor.acting_party(), revoked_at=None)
        .first()
    )
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="opening")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    record(subject("opening", row.id), rules.OpeningRevoked(entry=row.entry))
