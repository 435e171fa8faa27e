"""
What happens to positions and statements between another venue and us (SE-5).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.ids import subject
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import rules
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Line, Refusal, Statement, Status, What
from hutong.network.messages import actions as messages
from hutong.settlement import actions as settlement
from hutong.venues import queries as venues

STRIKE: Final = "clearing.strike"
PROPOSE: Final = "clearing.statement"
PAID: Final = "clearing.paid"
RECEIVED: Final = "clearing.received"
CLOSE_HOUR: Final = 17
ENTER: Final = "settlement.request_payout"
CONFIRM: Final = "settlement.approve_payout"
RECEIVE: Final = "settlement.record_receipt"


def about(venue: str) -> str:
    return subject("clearing", venue)


@action(power=None)
def note_position(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    order: object,
    what: What,
    owed_fen: int,
    currency: str,
) -> None:
    """Count what we owe another venue of an order, or are owed: once. It is netted at the next
    close of a venue's day."""
    key = rules.key_of(order, what)
    row, is_new = Position.objects.get_or_create(
        venue=venue,
        key=key,
        defaults={"owed_fen": owed_fen, "currency": currency, "noted_at": now},
    )
    if not is_new:
        nothing_changed()
        return
    record(about(venue), rules.PositionNoted(position=key, venue=venue, owed_fen=row.owed_fen))
    if is_proposer(venue):
        due.schedule(subject=about(venue), kind=STRIKE, due_at=_close_after(now))


def is_proposer(venue: str) -> bool:
    """Whether we strike the statements between a venue and us."""
    us = venues.my_code()
    return rules.between(us, venue)[0] == us


@action(power=None)
def strike(*, actor: Actor, now: datetime, venue: str, currency: str) -> None:
    """Propose a statement over all that is open between a venue and us.

    Refused: not ours to propose, nothing open, one under way. A disputed one is struck anew.
    """
    if not is_proposer(venue):
        raise Refused(Refusal.NOT_PROPOSER, venue=venue)
    last = _last(venue, currency)
    if last is not None and last.status == Status.PROPOSED.value:
        raise Refused(Refusal.UNDER_WAY, number=last.number, status=last.status)
    again = last is not None and last.status == Status.DISPUTED.value
    statement = _drawn(venue, currency, last, again=again)
    row = _kept(venue, statement, Status.PROPOSED, now)
    record(
        about(venue),
        rules.StatementStruck(
            venue=venue, number=row.number, digest=row.digest, net_fen=row.owed_fen
        ),
    )
    messages.send(
        actor=SYSTEM,
        now=now,
        to=venue,
        about=about(venues.my_code()),
        kind=PROPOSE,
        body={"statement": statement.plain()},
    )


@action(power=None)
def judge(
    *, actor: Actor, now: datetime, venue: str, statement: Statement
) -> list[rules.Difference]:
    """Compare another venue's statement with our own positions: agreed, or disputed by line.

    Refused when it is not the next one, or not of the two of us.
    """
    us = venues.my_code()
    if (statement.first, statement.second) != rules.between(us, venue) or is_proposer(venue):
        raise Refused(Refusal.NOT_PROPOSER, venue=us)
    last = _last(venue, statement.currency)
    before = _before(last)
    expected = (before.number if before else 0) + 1
    if (statement.number, statement.previous) != (expected, before.digest if before else None):
        raise Refused(Refusal.NOT_NEXT, expected=expected)
    found = rules.compare(statement.lines, _open(venue, statement.currency, us))
    row = _kept(venue, statement, Status.DISPUTED if found else Status.AGREED, now)
    _concluded(row, found, now)
    return found


@action(power=None)
def take_judgement(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    digest: str,
    differences: list[rules.Difference],
) -> None:
    """What the other venue said of our statement."""
    row = ClearingStatement.objects.select_for_update().filter(venue=venue, digest=digest).first()
    if row is None or row.status != Status.PROPOSED.value:
        nothing_changed()
        return
    row.status = (Status.DISPUTED if differences else Status.AGREED).value
    _concluded(row, differences, now)


def _concluded(row: ClearingStatement, found: list[rules.Difference], now: datetime) -> None:
    row.differences = [[one.key, one.proposed_fen, one.ours_fen] for one in found]
    if found:
        row.save()
        record(
            about(row.venue),
            rules.StatementDisputed(
                venue=row.venue,
                number=row.number,
                digest=row.digest,
                differences=row.differences,
            ),
        )
        return
    keys = [key for key, _ in row.lines]
    Position.objects.filter(venue=row.venue, key__in=keys).update(statement=row)
    record(
        about(row.venue),
        rules.StatementAgreed(
            venue=row.venue, number=row.number, digest=row.digest, net_fen=row.owed_fen
        ),
    )
    if row.owed_fen == 0:
        _settled(row, now)
        return
    row.save()


# -- the bank ------------------------------------------------------------------------------------------------


@action(power=ENTER)
def enter_payment(*, actor: Actor, now: datetime, statement: int, bank_reference: str) -> None:
    """Note how what we owe by a statement goes out; another officer confirms (PA-5)."""
    row = _agreed(statement)
    if row.owed_fen < 0:
        raise Refused(Refusal.NOT_OURS_TO_PAY)
    row.bank_reference = _reference(bank_reference)
    row.entered_by, row.changed_at = actor.person, now
    row.save()
    nothing_changed()


@action(power=CONFIRM)
def confirm_payment(*, actor: Actor, now: datetime, statement: int) -> None:
    """The bank has paid it out: our books say so, and the other venue is told."""
    row = _agreed(statement)
    if row.owed_fen < 0 or not row.bank_reference:
        raise Refused(Refusal.NOT_OURS_TO_PAY)
    require_other_eyes(actor, [row.entered_by])
    settlement.pay_venue(
        actor=actor,
        now=now,
        venue=row.venue,
        amount_fen=row.owed_fen,
        currency=row.currency,
        key=row.digest,
    )
    row.status, row.confirmed_by, row.changed_at = Status.PAID.value, actor.person, now
    row.save()
    record(
        about(row.venue),
        rules.StatementPaid(
            venue=row.venue,
            number=row.number,
            amount_fen=row.owed_fen,
            bank_reference=row.bank_reference,
        ),
    )
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.venue,
        about=about(venues.my_code()),
        kind=PAID,
        body={"digest": row.digest, "bank_reference": row.bank_reference},
    )


@action(power=None)
def note_paid(*, actor: Actor, now: datetime, venue: str, digest: str, bank_reference: str) -> None:
    """The other venue says that it has paid; an officer looks for it at the bank."""
    row = _of(venue, digest)
    if row.owed_fen > 0:
        raise Refused(Refusal.OURS_TO_PAY)
    if row.status == Status.AGREED.value:
        row.status, row.bank_reference, row.changed_at = Status.PAID.value, bank_reference, now
        row.save()
    nothing_changed()


@action(power=RECEIVE)
def confirm_receipt(*, actor: Actor, now: datetime, statement: int) -> None:
    """What the other venue paid is at our bank: it owes it no longer."""
    row = ClearingStatement.objects.select_for_update().filter(id=statement).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    if row.owed_fen > 0:
        raise Refused(Refusal.OURS_TO_PAY)
    if row.status != Status.PAID.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.PAID.value)
    settlement.paid_by_venue(
        actor=actor,
        now=now,
        venue=row.venue,
        amount_fen=-row.owed_fen,
        currency=row.currency,
        key=row.digest,
    )
    row.confirmed_by = actor.person
    _settled(row, now)
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.venue,
        about=about(venues.my_code()),
        kind=RECEIVED,
        body={"digest": row.digest},
    )


@action(power=None)
def note_received(*, actor: Actor, now: datetime, venue: str, digest: str) -> None:
    """The other venue has our money: the statement is settled."""
    row = _of(venue, digest)
    if row.status != Status.PAID.value:
        nothing_changed()
        return
    _settled(row, now)


def _settled(row: ClearingStatement, now: datetime) -> None:
    row.status, row.changed_at = Status.SETTLED.value, now
    row.save()
    record(
        about(row.venue),
        rules.StatementSettled(venue=row.venue, number=row.number, digest=row.digest),
    )


# -- small things --------------------------------------------------------------------------------------------


def _drawn(venue: str, currency: str, last: ClearingStatement | None, *, again: bool) -> Statement:
    us = venues.my_code()
    first, second = rules.between(us, venue)
    lines = [Line(key, amount) for key, amount in sorted(_open(venue, currency, us).items())]
    if not lines:
        raise Refused(Refusal.NOTHING_OPEN, venue=venue)
    before = _before(last)
    return Statement(
        first=first,
        second=second,
        number=(before.number if before else 0) + 1,
        previous=before.digest if before else None,
        currency=currency,
        lines=tuple(lines[: rules.MOST_LINES]),
    )


def _open(venue: str, currency: str, us: str) -> Mapping[str, int]:
    """Our open positions as both write them."""
    rows = Position.objects.filter(venue=venue, currency=currency, statement=None)
    lines = [rules.line_of(row.key, row.owed_fen, us=us, them=venue) for row in rows]
    return {line.key: line.amount_fen for line in lines}


def _kept(venue: str, statement: Statement, status: Status, now: datetime) -> ClearingStatement:
    told: dict[str, Any] = {
        "previous": statement.previous,
        "digest": statement.digest,
        "lines": [[line.key, line.amount_fen] for line in statement.lines],
        "owed_fen": statement.owed_by(venues.my_code()),
        "status": status.value,
        "differences": [],
        "struck_at": now,
        "changed_at": now,
    }
    row, _ = ClearingStatement.objects.update_or_create(
        venue=venue, currency=statement.currency, number=statement.number, defaults=told
    )
    return row


def _last(venue: str, currency: str) -> ClearingStatement | None:
    rows = ClearingStatement.objects.select_for_update().filter(venue=venue, currency=currency)
    return rows.order_by("-number").first()


def _before(last: ClearingStatement | None) -> ClearingStatement | None:
    """The statement that the next one follows: the last that both agreed on."""
    if last is None or last.status not in (Status.PROPOSED.value, Status.DISPUTED.value):
        return last
    rows = ClearingStatement.objects.filter(venue=last.venue, currency=last.currency)
    return rows.filter(number=last.number - 1).first()


def _agreed(id: int) -> ClearingStatement:
    row = ClearingStatement.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    if row.status != Status.AGREED.value:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=Status.AGREED.value)
    return row


def _of(venue: str, digest: str) -> ClearingStatement:
    row = ClearingStatement.objects.select_for_update().filter(venue=venue, digest=digest).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    return row


def _reference(text: str) -> str:
    reference = text.strip()
    if not 1 <= len(reference) <= 80:
        raise Refused(CommonRefusal.INVALID, field="bank_reference", problem="1 to 80 characters")
    return reference


def _close_after(now: datetime) -> datetime:
    """The end of the venue's day after `now`."""
    close = at_local(local_date(now), CLOSE_HOUR)
    return close if close > now else at_local(local_date(now) + timedelta(days=1), CLOSE_HOUR)
