"""
Money for and from other venues (NE-4, SE-5).

    our member buys elsewhere    remittance   open → held → applied (we owe that venue) | released
    their member buys here       its venue's guarantee counts as the deposit, and what it owes us as
                                 the price; what goes back goes back to that venue, not to the member

Of each other venue there are two accounts, both ours to read and both below zero by what it stands
for: `guarantee`, which ends with the procedure, and `clearing`, which is owed and is netted.
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject as subject_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger import queries as balances
from hutong.ledger.rules import Kind, Leg
from hutong.settlement import events, queries, rules
from hutong.settlement.actions.payables import (
    ISSUE,
    account,
    bank,
    close_open,
    cover,
    customer,
    issue_payable,
    locked_for,
    move,
)
from hutong.settlement.models import Payable
from hutong.settlement.queries import PayableView
from hutong.settlement.rules import PayableStatus, Purpose

# -- our member buys elsewhere --------------------------------------------------------------------------


@action(power=ISSUE)
def ask_remittance(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    payer: UUID,
    amount_fen: int,
    currency: str,
    pay_by: datetime | None = None,
) -> PayableView:
    """Ask our member for what another venue wants of it: a deposit to hold, or a price."""
    return issue_payable(
        actor=actor,
        now=now,
        subject=subject,
        purpose=Purpose.REMITTANCE,
        payer=payer,
        listing=None,
        amount_fen=amount_fen,
        currency=currency,
        pay_by=pay_by,
    )


@action(power=ISSUE)
def release_remittance(*, actor: Actor, now: datetime, subject: str) -> None:
    """The other venue counts on it no longer, or never did: it is our member's to dispose of."""
    row = _remittance(subject)
    status = PayableStatus(row.status)
    if status is PayableStatus.OPEN:
        close_open(row, now)
        return
    if status in (PayableStatus.RELEASED, PayableStatus.CLOSED):
        nothing_changed()
        return
    rules.need(status, PayableStatus.HELD)
    assert row.hold is not None, "what is held has its hold"
    ledger.void_hold(actor=actor, now=now, hold=row.hold)
    move(row, PayableStatus.RELEASED, now, covered_fen=0)
    record(
        row.subject,
        events.RemittanceReleased(payable=row.id, amount_fen=row.amount_fen, payer=row.payer),
    )


@action(power=ISSUE)
def remit(*, actor: Actor, now: datetime, subject: str, venue: str, amount_fen: int) -> None:
    """Of what is held this much is the other venue's: we owe it. The rest is our member's again."""
    row = _remittance(subject)
    if row.status == PayableStatus.APPLIED.value:
        nothing_changed()
        return
    rules.need(PayableStatus(row.status), PayableStatus.HELD)
    assert row.hold is not None, "what is held has its hold"
    transfer = ledger.post_hold(
        actor=actor,
        now=now,
        hold=row.hold,
        purpose="remit",
        about=row.subject,
        credits=[Leg(clearing(venue, row.currency, actor=actor, now=now), amount_fen)],
    )
    move(row, PayableStatus.APPLIED, now, covered_fen=amount_fen)
    record(
        row.subject,
        events.Remitted(
            payable=row.id,
            amount_fen=amount_fen,
            venue=venue,
            payer=row.payer,
            transfer=transfer,
        ),
    )


@action(power=ISSUE)
def take_back(
    *, actor: Actor, now: datetime, subject: str, venue: str, amount_fen: int, key: str
) -> None:
    """The other venue gives back what we owed it for a member: we owe it no longer. `key` once."""
    row = _remittance(subject)
    ledger.transfer(
        actor=actor,
        now=now,
        key=f"take-back:{key}",
        purpose="take_back",
        about=row.subject,
        legs=[
            Leg(clearing(venue, row.currency, actor=actor, now=now), -amount_fen),
            Leg(customer(row.payer, row.currency, actor=actor, now=now), amount_fen),
        ],
    )
    nothing_changed()


# -- their member buys here -----------------------------------------------------------------------------


@action(power=ISSUE)
def guarantee_deposit(
    *, actor: Actor, now: datetime, intent: UUID, venue: str, amount_fen: int, currency: str
) -> PayableView:
    """Count an intent's deposit as held, because another venue stands for it.

    Raises Refused from the listing when it is too late, and for another amount than is asked.
    """
    row = locked_for(subject_of("intent", intent))
    _same_amount(row, row.amount_fen, amount_fen, currency)
    rules.need(PayableStatus(row.status), PayableStatus.OPEN)
    row.guarantor = venue
    cover(
        row,
        actor=actor,
        now=now,
        credit=lambda: _from_venue(row, Kind.GUARANTEE, amount_fen, actor=actor, now=now),
    )
    return queries.payable(row.id)


@action(power=ISSUE)
def pay_through(
    *, actor: Actor, now: datetime, deal: UUID, venue: str, amount_fen: int, currency: str
) -> PayableView:
    """Count a deal's price as paid: another venue has it of its member, and owes it to us."""
    row = locked_for(subject_of("deal", deal))
    _same_amount(row, row.missing_fen, amount_fen, currency)
    rules.need(PayableStatus(row.status), PayableStatus.OPEN)
    row.guarantor = venue
    cover(
        row,
        actor=actor,
        now=now,
        credit=lambda: _from_venue(row, Kind.CLEARING, amount_fen, actor=actor, now=now),
    )
    return queries.payable(row.id)


def give_back(
    row: Payable, amount_fen: int, kind: Kind, what: str, *, actor: Actor, now: datetime
) -> None:
    """What became free of a payment that another venue stood for goes back to that venue.

    In the same transaction as it became free: so it is never its member's to pay out here.
    """
    if not row.guarantor or not amount_fen:
        return
    ledger.transfer(
        actor=actor,
        now=now,
        key=f"give-back:{what}:{row.id}",
        purpose="give_back",
        about=row.subject,
        legs=[
            Leg(customer(row.payer, row.currency, actor=actor, now=now), -amount_fen),
            Leg(_venues(row, kind, actor=actor, now=now), amount_fen),
        ],
    )


def call_guarantee(row: Payable, amount_fen: int, *, actor: Actor, now: datetime) -> None:
    """Of what a venue guaranteed this much is owed now, whether as price or as forfeit."""
    if not row.guarantor:
        return
    ledger.transfer(
        actor=actor,
        now=now,
        key=f"call:{row.id}",
        purpose="call",
        about=row.subject,
        legs=[
            Leg(_venues(row, Kind.CLEARING, actor=actor, now=now), -amount_fen),
            Leg(_venues(row, Kind.GUARANTEE, actor=actor, now=now), amount_fen),
        ],
    )
    give_back(row, row.amount_fen - amount_fen, Kind.GUARANTEE, "rest", actor=actor, now=now)


@action(power="settlement.approve_payout")
def pay_venue(
    *, actor: Actor, now: datetime, venue: str, amount_fen: int, currency: str, key: str
) -> None:
    """What we owe a venue went out by the bank; `key` once. The caller records it."""
    ledger.transfer(
        actor=actor,
        now=now,
        key=f"clearing-out:{key}",
        purpose="clearing_out",
        about=_owner(venue),
        legs=[
            Leg(clearing(venue, currency, actor=actor, now=now), -amount_fen),
            Leg(bank(currency, actor=actor, now=now), amount_fen),
        ],
    )
    nothing_changed()


def exposure_fen(venue: str, currency: str) -> int:
    """What a venue stands for here: guaranteed and owed together."""
    found = [
        balances.account(_owner(venue), kind, currency) for kind in (Kind.GUARANTEE, Kind.CLEARING)
    ]
    return sum(-account.posted_fen for account in found if account is not None)


def clearing(venue: str, currency: str, *, actor: Actor, now: datetime) -> UUID:
    """The account of what another venue and we owe each other."""
    return account(_owner(venue), Kind.CLEARING, currency, actor, now)


def _from_venue(row: Payable, kind: Kind, amount_fen: int, *, actor: Actor, now: datetime) -> UUID:
    return ledger.transfer(
        actor=actor,
        now=now,
        key=f"{kind.value}:{row.id}",
        purpose=kind.value,
        about=row.subject,
        legs=[
            Leg(_venues(row, kind, actor=actor, now=now), -amount_fen),
            Leg(customer(row.payer, row.currency, actor=actor, now=now), amount_fen),
        ],
    )


def _venues(row: Payable, kind: Kind, *, actor: Actor, now: datetime) -> UUID:
    return account(_owner(row.guarantor), kind, row.currency, actor, now)


def _owner(venue: str) -> str:
    return subject_of("venue", venue)


def _same_amount(row: Payable, asked_fen: int, given_fen: int, currency: str) -> None:
    if (asked_fen, row.currency) != (given_fen, currency):
        raise Refused(
            CommonRefusal.INVALID,
            field="amount_fen",
            problem=f"{given_fen} {currency} ≠ {asked_fen} {row.currency}",
        )


def _remittance(subject: str) -> Payable:
    row = locked_for(subject)
    if row.purpose != Purpose.REMITTANCE.value:
        raise Refused(CommonRefusal.NOT_FOUND, what="payment request")
    return row
