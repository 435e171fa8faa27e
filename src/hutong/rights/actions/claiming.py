"""
Claims in the network, before a statutory right is examined for first registration (RR-7, NE-5).

A venue that is joined with others awaits that the numbers are its own in the whole network; the
claims themselves are made by the network's area, which tells here what became of them. A venue that
is alone claims nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.rights import rules
from hutong.rights.actions.examining import except_items
from hutong.rights.actions.saving import application_subject, locked, take
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models import Application, Item
from hutong.rights.procedure_events import ClaimSettled
from hutong.rights.rules import STATUTORY, Status
from hutong.technologies import queries as technologies_
from hutong.venues import queries as venues


def to_be_claimed(row: Application, technologies: Sequence[UUID]) -> dict[UUID, str]:
    """Technology → application number, of what has to be claimed before it is examined (TE-3)."""
    if row.kind != ApplicationKind.FIRST_REGISTRATION or not venues.is_joined():
        return {}
    found = technologies_.technologies(technologies)
    numbers = {id: found[id].numbers for id in technologies if found[id].kind in STATUTORY}
    of = {id: told.get("application") or told.get("registration") for id, told in numbers.items()}
    return {id: number for id, number in of.items() if number}


@action(power=None)
def settle_claim(*, actor: Actor, now: datetime, technology: UUID, holder: str = "") -> None:
    """Take in that a technology's number is ours, or the other venue's that holds it (NE-5)."""
    waiting = Item.objects.filter(technology=technology, live=True, claim="waiting").first()
    if waiting is None:
        nothing_changed()
        return
    row = locked(waiting.application_id)
    item = row.items.filter(technology=technology, live=True, claim="waiting").first()
    if item is None or row.status != Status.CLAIMING:
        nothing_changed()
        return
    state = row.state()
    left = row.items.filter(claim="waiting", live=True).values_list("technology", flat=True)
    events = rules.settle_claim(state, technology=technology, holder=holder, waiting=set(left))
    row.items.filter(id=item.id).update(claim="settled")
    if holder:
        except_items(row, {technology: rules.ELSEWHERE.format(venue=holder)})
    settled = ClaimSettled(application=row.id, technology=technology)
    record(application_subject(row.id), settled)
    if events:
        take(row, state, events, now=now)
