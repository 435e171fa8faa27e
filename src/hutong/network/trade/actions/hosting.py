"""
At the home venue: an order of another venue's member is an intent like any other; its money is that
venue's guarantee, then its debt (NE-4, SE-5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.deals import actions as deals
from hutong.deals import queries as deals_known
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import subject
from hutong.kit.money import CNY, with_unit
from hutong.kit.refusal import Refused
from hutong.listings import actions as listings
from hutong.listings.queries import IntentView
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.rules import What
from hutong.network.recognition import actions as recognition
from hutong.network.trade import events, rules
from hutong.network.trade.models import ForeignOrder, Order
from hutong.network.trade.rules import Refusal
from hutong.rulebook import queries as rulebook
from hutong.settlement import actions as settlement


@action(power=None)
def take_intent(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    order: UUID,
    listing: UUID,
    accepts_conditions: bool,
    credential: Mapping[str, Any],
    person: UUID,
) -> IntentView:
    """Apply for another venue's member, whom that venue vouches for.

    Raises Refused as for a member of our own, when the credential does not hold, and for an id that
    an order has here, ours or another venue's: what is owed of two would be counted as one.
    """
    if ForeignOrder.objects.filter(id=order).exists() or Order.objects.filter(id=order).exists():
        raise Refused(Refusal.ORDER_KNOWN)
    member = recognition.admit(
        actor=actor, now=now, venue=venue, credential=credential, person=person
    )
    intent = listings.apply_intent(
        actor=member, now=now, listing=listing, accepts_conditions=accepts_conditions
    )
    ForeignOrder.objects.create(
        id=order,
        venue=venue,
        intent=intent.id,
        listing=listing,
        party=member.acting_party(),
        person=member.person,
        taken_at=now,
        changed_at=now,
    )
    record(
        subject("order", order),
        events.ForeignOrderTaken(order=order, venue=venue, intent=intent.id),
    )
    return intent


@action(power=None)
def withdraw_for(
    *, actor: Actor, now: datetime, venue: str, order: UUID, person: UUID | None = None
) -> None:
    """Take the intent back for another venue's member; `person` of that venue acts."""
    row = _locked(venue, order)
    member = _member(row, person, actor=actor, now=now)
    listings.withdraw_intent(actor=member, now=now, intent=row.intent)


@action(power=None)
def take_guarantee(
    *, actor: Actor, now: datetime, venue: str, order: UUID, amount_fen: int, currency: str
) -> None:
    """Count a deposit as held, by the word of the venue that holds it.

    Refused after the period, for another amount than asked, and beyond what is agreed with it.
    """
    row = _locked(venue, order)
    if row.guaranteed_fen:
        raise Refused(Refusal.GUARANTEED_TWICE, amount_fen=row.guaranteed_fen)
    within_limit(venue, amount_fen, currency, now)
    settlement.guarantee_deposit(
        actor=actor,
        now=now,
        intent=row.intent,
        venue=venue,
        amount_fen=amount_fen,
        currency=currency,
    )
    row.guaranteed_fen, row.changed_at = amount_fen, now
    row.save()
    record(
        subject("order", order),
        events.GuaranteeTaken(order=order, venue=venue, amount_fen=amount_fen),
    )


@action(power=None)
def end_guarantee(*, actor: Actor, now: datetime, order: UUID, owed_fen: int) -> None:
    """Note that a guarantee ended, and how much of it is owed instead."""
    row = ForeignOrder.objects.select_for_update().get(id=order)
    if not row.guaranteed_fen:
        nothing_changed()
        return
    row.guaranteed_fen, row.owed_fen, row.changed_at = 0, row.owed_fen + owed_fen, now
    row.save()
    if owed_fen:
        _note(row, What.DEPOSIT, -owed_fen, now)
    record(
        subject("order", order),
        events.GuaranteeEnded(order=order, venue=row.venue, owed_fen=owed_fen),
    )


@action(power=None)
def sign_for(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    order: UUID,
    text_digest: str,
    person: UUID | None = None,
) -> None:
    """Accept the contract for another venue's member, by the digest of the text it read."""
    row = _locked(venue, order)
    member = _member(row, person, actor=actor, now=now)
    deals.accept_contract(actor=member, now=now, deal=_deal_of(row), text_digest=text_digest)


@action(power=None)
def take_price(
    *, actor: Actor, now: datetime, venue: str, order: UUID, amount_fen: int, currency: str = CNY
) -> None:
    """The price, on the account of the venue that collected it. Refused once the deal has ended."""
    row = _locked(venue, order)
    deal = _deal_of(row)
    within_limit(venue, amount_fen, currency, now)
    settlement.pay_through(
        actor=actor,
        now=now,
        deal=deal,
        venue=venue,
        amount_fen=amount_fen,
        currency=currency,
    )
    row.owed_fen, row.changed_at = row.owed_fen + amount_fen, now
    row.save()
    _note(row, What.PRICE, -amount_fen, now)
    record(
        subject("order", order),
        events.PriceTaken(order=order, venue=venue, amount_fen=amount_fen),
    )


@action(power=None)
def give_back(*, actor: Actor, now: datetime, order: UUID, amount_fen: int) -> None:
    """The deal ended: of what its venue owed so much is owed no longer."""
    row = ForeignOrder.objects.select_for_update().get(id=order)
    row.owed_fen, row.changed_at = max(row.owed_fen - amount_fen, 0), now
    row.save()
    _note(row, What.BACK, amount_fen, now)
    record(
        subject("order", order),
        events.DebtEnded(order=order, venue=row.venue, amount_fen=amount_fen),
    )


def _note(row: ForeignOrder, what: What, owed_fen: int, now: datetime) -> None:
    """Count with its venue what it owes us (below zero), or is owed again."""
    clearing.note_position(
        actor=SYSTEM,
        now=now,
        venue=row.venue,
        order=row.id,
        what=what,
        owed_fen=owed_fen,
        currency=row.currency,
    )


def within_limit(venue: str, amount_fen: int, currency: str, now: datetime) -> None:
    """Refuse what a venue would stand for beyond the rulebook's limit for it, in its currency (SE-5).

    One at a time for each venue: whoever looks sees what those before have added.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"limit:{venue}"])
    limit = rulebook.in_force(now).rules.network.limit_fen(venue, currency)
    rules.check_limit(
        owed_fen=settlement.exposure_fen(venue, currency),
        amount_fen=amount_fen,
        limit_fen=limit,
        venue=venue,
        limit=with_unit(limit, currency),
    )


@action(power=None)
def act_for(
    *, actor: Actor, now: datetime, venue: str, order: UUID, person: UUID | None = None
) -> Actor:
    """The member whose order another venue's is, here, by whoever of its people acts.

    Raises Refused (UNKNOWN_ORDER).
    """
    row = ForeignOrder.objects.filter(id=order, venue=venue).first()
    if row is None:
        raise Refused(Refusal.UNKNOWN_ORDER)
    nothing_changed()
    return _member(row, person, actor=actor, now=now)


def _member(row: ForeignOrder, person: UUID | None, *, actor: Actor, now: datetime) -> Actor:
    """The member for whom their venue acts here: the person it names, or else who applied."""
    if person is not None:
        return recognition.admit_person(
            actor=actor, now=now, venue=row.venue, party=row.party, person=person
        )
    return recognition.acting(venue=row.venue, party=row.party, person=row.person)


def _deal_of(row: ForeignOrder) -> UUID:
    """The deal that an order led to. Raises Refused (UNKNOWN_ORDER) while there is none."""
    found = [deal.id for deal in deals_known.of_listing(row.listing) if deal.intent == row.intent]
    if not found:
        raise Refused(Refusal.UNKNOWN_ORDER)
    return found[-1]


def _locked(venue: str, order: UUID) -> ForeignOrder:
    row = ForeignOrder.objects.select_for_update().filter(id=order, venue=venue).first()
    if row is None:
        raise Refused(Refusal.UNKNOWN_ORDER)
    return row
