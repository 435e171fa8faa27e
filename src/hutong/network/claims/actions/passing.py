"""
A number goes from one venue to another: with the custody of its technology, or by a decision on a
right registered twice (NE-5, NE-8).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.refusal import Refused
from hutong.network.claims import queries, rules
from hutong.network.claims.actions.asking import ask_registrar, claim_subject
from hutong.network.claims.models import OwnClaim
from hutong.network.claims.rules import Refusal, Status
from hutong.venues import queries as venues


@action(power=None)
def move(*, actor: Actor, now: datetime, technology: UUID, to: str) -> queries.OwnView | None:
    """Have the claim of a technology written over to the venue that takes custody of it (NE-8).

    None where no number of it is claimed. What comes of it is told by ClaimPassedOn or MoveRefused.
    """
    row = OwnClaim.objects.select_for_update().filter(
        technology=technology, status__in=rules.STANDING
    )
    found = row.first()
    if found is None:
        nothing_changed()
        return None
    if found.status != Status.FINAL:
        raise Refused(Refusal.NOT_CLAIMED)
    found.status, found.holder, found.term = Status.MOVING.value, to, -1
    found.save()
    record(
        claim_subject(found),
        rules.MoveAsked(claim=found.id, number=found.number, technology=technology, to=to),
    )
    ask_registrar(found, now)
    return queries.own_view(found)


@action(power=None)
def take_up(
    *, actor: Actor, now: datetime, claim: UUID, number: str, technology: UUID, about: str
) -> None:
    """Ask for a claim that another venue had written over to us, under its own id (NE-8)."""
    digest = rules.number_digest(number)
    row = OwnClaim.objects.select_for_update().filter(id=claim).first()
    if row is not None and row.status in rules.STANDING:
        nothing_changed()
        return
    if OwnClaim.objects.filter(number=digest, status__in=rules.STANDING).exists():
        raise Refused(Refusal.TAKEN, venue=venues.my_code())
    row = row or OwnClaim(id=claim, technology=technology, text=number, number=digest)
    row.about, row.asked_at, row.settled_at = about, now, None
    row.status, row.holder, row.wanted = Status.ASKED.value, "", True
    row.save()
    ask_registrar(row, now)


@action(power=None)
def take_award(*, actor: Actor, now: datetime, claim: UUID) -> None:
    """Ask again for a number that was refused and is awarded to us now."""
    row = OwnClaim.objects.select_for_update().filter(id=claim, status=Status.LOST).first()
    taken = OwnClaim.objects.filter(status__in=rules.STANDING)
    if row is None or taken.filter(number=row.number).exists():
        nothing_changed()
        return
    row.status, row.holder, row.settled_at = Status.ASKED.value, "", None
    ask_registrar(row, now)


@action(power=None)
def yield_to(*, actor: Actor, now: datetime, claim: UUID, holder: str) -> None:
    """Our number is awarded to another venue."""
    row = OwnClaim.objects.select_for_update().filter(id=claim, status=Status.FINAL).first()
    if row is None:
        nothing_changed()
        return
    row.status, row.holder, row.settled_at = Status.LOST.value, holder, now
    row.save()
    record(
        claim_subject(row),
        rules.ClaimLost(
            claim=row.id,
            number=row.number,
            technology=row.technology,
            venue_holding=holder,
            term=row.term,
        ),
    )
