"""
An open offer goes with its technology into another venue's custody (NE-8).

    here    hold_for_move ─▶ end_moved          │ resume_after_move, when nothing comes of it
    there   take_over: drafted on the same terms and submitted, to be examined there (LI-2)

Called down by the network's area. Who applied and how many stays hidden (LI-4): an offer with
intents is not moved, and only the office that tries learns that there are some.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.listings import offers, rules
from hutong.listings.actions.drafting import bounds, next_number, offer
from hutong.listings.actions.examining import reserve_rights
from hutong.listings.actions.saving import listing_subject, locked, locked_intents, save
from hutong.listings.events import Drafted
from hutong.listings.models import Listing
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Status
from hutong.listings.suspensions import Cause, by_cause
from hutong.rights import actions as rights
from hutong.rulebook import queries as rulebook


@action(power="network.operate")
def hold_for_move(
    *, actor: Actor, now: datetime, technology: UUID, to: str
) -> dict[str, Any] | None:
    """Stop the period of the open offer of a technology, which is to go to `to`.

    Returns the offer as the next venue is shown it, None where nothing is on offer. Refused: it is
    offered with others or more than once, its period is over, intents are pending.
    """
    nothing_changed()
    found = _live(technology)
    if not found:
        return None
    row = locked(found[0].id)
    terms = row.terms()
    alone = len(found) == 1 and terms.technologies == (technology,) and not row.joint
    if not alone or row.status != Status.LISTED:
        raise Refused(Refusal.NOT_MOVABLE)
    if any(intent.live for intent in locked_intents(row)):
        raise Refused(Refusal.INTENTS_PENDING)
    because = by_cause(Cause.MOVING, venue=to)
    save(row, rules.suspend(row.state(), because=because, now=now), now)
    row.offered.filter(reserved=True).update(reserved=False)
    rights.end_reservation(actor=SYSTEM, now=now, source=listing_subject(row.id))
    return {"listing": str(row.id), "seller": str(row.seller), **offers.offer_facts(terms)}


@action(power=None)
def resume_after_move(*, actor: Actor, now: datetime, technology: UUID) -> None:
    """Nothing came of the move: the offer goes on with the time that was left."""
    row = _held(technology)
    if row is None:
        nothing_changed()
        return
    reserve_rights(row, SYSTEM, now)
    save(row, rules.resume(row.state(), now=now), now)


@action(power=None)
def end_moved(*, actor: Actor, now: datetime, technology: UUID, to: str) -> None:
    """The offer goes on at the venue that has custody; here it is over."""
    row = _held(technology)
    if row is None:
        nothing_changed()
        return
    reason = f"NE-8 → {to}"
    save(row, rules.terminate(row.state(), reason=reason, deposited=[]), now)


@action(power=None)
def take_over(*, actor: Actor, now: datetime, seller: UUID, told: Mapping[str, Any]) -> UUID:
    """Draft and submit an offer that comes with its technology; officers here examine it.

    Deposit and increment follow the rulebook here. Raises Refused where the terms do not hold.
    """
    in_force = rulebook.in_force(now)
    terms = replace(offers.read_offer(told), deposit_fen=None, increment_fen=None)
    settled = offers.settled(terms, bounds(in_force.rules))
    row = Listing(
        id=new_id(),
        number=next_number(in_force.rules.venue.code, now),
        seller=seller,
        drafted_at=now,
        submitted_at=now,
        rulebook_version=in_force.version,
    )
    row.take_terms(settled)
    offer(row, settled.technologies)
    record(listing_subject(row.id), Drafted(listing=row.id, number=row.number))
    save(row, rules.submit(row.state(), rulebook_version=in_force.version), now)
    return row.id


def _live(technology: UUID) -> list[Listing]:
    live = [status.value for status in rules.LIVE]
    rows = Listing.objects.filter(offered__technology=technology, status__in=live)
    return list(rows.order_by("id"))


def _held(technology: UUID) -> Listing | None:
    rows = Listing.objects.select_for_update().filter(
        offered__technology=technology,
        status=Status.SUSPENDED,
        suspended_for__code=Cause.MOVING.code,
    )
    return rows.order_by("id").first()
