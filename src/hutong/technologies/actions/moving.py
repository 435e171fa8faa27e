"""
A registered technology goes into another venue's custody, or comes from there (NE-8).

Called down by the register inside its own act; who may is settled before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import records, rules
from hutong.technologies.actions.entering import checked, require_in_no_bundle, sync_keys
from hutong.technologies.models import Technology
from hutong.technologies.queries import TechnologyView, technology
from hutong.technologies.rules import Refusal, Status


@action(power=None)
def give_up(*, actor: Actor, now: datetime, technology: UUID, to: str) -> None:
    """It is off this market; its numbers stay taken, so that nobody enters it here again."""
    row = Technology.objects.select_for_update().filter(id=technology).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    require_in_no_bundle(row.id)
    row.status, row.retired_at, row.moved_to = Status.RETIRED.value, now, to
    row.save()
    record(subject("technology", row.id), rules.Moved(technology=row.id, to=to))


@action(power=None)
def take_over(
    *,
    actor: Actor,
    now: datetime,
    id: UUID,
    said: Mapping[str, Any],
    party: UUID | None,
    from_venue: str,
) -> TechnologyView:
    """Enter a technology as another venue's log tells it, registered, under its id there.

    One that came from here comes back. Refused: its number names another technology here.
    """
    row = Technology.objects.select_for_update().filter(id=id).first()
    if row is not None and row.moved_to != from_venue:
        raise Refused(Refusal.NUMBER_TAKEN, number=row.title_zh or row.title_en, technology=id)
    read = records.from_json(said)
    new = checked(records.said_of(read))
    row = row or Technology(id=id, entered_at=now)
    row.take(new)
    row.status, row.party, row.moved_to = Status.ENTERED.value, party, ""
    row.refreshed_at = row.registered_at = now
    row.retired_at = None
    row.save()
    sync_keys(row.id, records.keys_of(new))
    record(
        subject("technology", row.id),
        rules.TakenOver(
            technology=row.id,
            technology_kind=row.kind,
            from_venue=from_venue,
            record=new.as_json(),
            digest=bytes(row.record_digest).hex(),
            party=party,
        ),
    )
    return technology(row.id)
