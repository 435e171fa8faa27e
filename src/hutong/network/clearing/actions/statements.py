"""
Striking statements, and judging those of another venue.

    strike ─► the other judges ─► agreed: its positions are counted
                             └──► disputed: struck again at the next close, a few times; then officers
"""

from datetime import datetime
from typing import Any, Final

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.clearing import rules
from hutong.network.clearing.actions import positions
from hutong.network.clearing.actions.positions import about, is_proposer
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Line, Refusal, Statement, Status
from hutong.network.messages import actions as messages
from hutong.venues import queries as venues

PROPOSE: Final = "clearing.statement"


@action(power=positions.RESOLVE)
def strike(*, actor: Actor, now: datetime, venue: str, currency: str) -> None:
    """Propose a statement over all that is open between a venue and us, but what is set aside.

    Refused: not ours to propose, nothing open, one under way. A disputed one is struck anew.
    """
    if not is_proposer(venue):
        raise Refused(Refusal.NOT_PROPOSER, venue=venue)
    positions.one_at_a_time(venue)
    last = _last(venue, currency)
    if last is not None and last.status == Status.PROPOSED.value:
        raise Refused(Refusal.UNDER_WAY, number=last.number, status=last.status)
    statement = _drawn(venue, currency, last)
    row = _kept(venue, statement, Status.PROPOSED, now, last)
    enter(
        row,
        rules.StatementStruck(
            venue=venue,
            currency=currency,
            number=row.number,
            digest=row.digest,
            net_fen=row.owed_fen,
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
    positions.one_at_a_time(venue)
    last = _last(venue, statement.currency)
    before = _before(last)
    expected = (before.number if before else 0) + 1
    if (statement.number, statement.previous) != (expected, before.digest if before else None):
        raise Refused(Refusal.NOT_NEXT, expected=expected)
    found = rules.compare(statement.lines, positions.lines(venue, statement.currency, us))
    status = Status.DISPUTED if found else Status.AGREED
    row = _kept(venue, statement, status, now, last)
    _conclude(row, found, now)
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
    """What the other venue said of our statement. What is left, or disputed, is struck again."""
    row = ClearingStatement.objects.select_for_update().filter(venue=venue, digest=digest).first()
    if row is None or row.status != Status.PROPOSED.value:
        nothing_changed()
        return
    row.status = (Status.DISPUTED if differences else Status.AGREED).value
    _conclude(row, differences, now)
    left = Position.objects.filter(venue=venue, statement=None, aside_since=None).exists()
    if row.tries < rules.MOST_TRIES if differences else left:
        positions.strike_at_close(venue, now)


def _conclude(row: ClearingStatement, found: list[rules.Difference], now: datetime) -> None:
    row.changed_at = now
    row.differences = [[one.key, one.proposed_fen, one.ours_fen] for one in found]
    row.save()
    if found:
        enter(
            row,
            rules.StatementDisputed(
                venue=row.venue,
                currency=row.currency,
                number=row.number,
                digest=row.digest,
                differences=row.differences,
            ),
        )
        return
    keys = [key for key, _ in row.lines]
    counted = Position.objects.filter(venue=row.venue, key__in=keys)
    counted.update(statement=row, aside_since=None, aside_by=None, aside_why="")
    enter(
        row,
        rules.StatementAgreed(
            venue=row.venue,
            currency=row.currency,
            number=row.number,
            digest=row.digest,
            net_fen=row.owed_fen,
        ),
    )
    if row.owed_fen == 0:
        settled(row, now)


def settled(row: ClearingStatement, now: datetime) -> None:
    row.status, row.changed_at = Status.SETTLED.value, now
    row.save()
    enter(
        row,
        rules.StatementSettled(
            venue=row.venue, currency=row.currency, number=row.number, digest=row.digest
        ),
    )


def enter(row: ClearingStatement, event: Event) -> None:
    """Record what happened to a statement under its own subject: so it has a history of its own."""
    record(subject("clearing_statement", row.id), event)


# -- small things -------------------------------------------------------------------------------------


def _drawn(venue: str, currency: str, last: ClearingStatement | None) -> Statement:
    us = venues.my_code()
    first, second = rules.between(us, venue)
    open_lines = positions.lines_to_strike(venue, currency, us)
    lines = [Line(key, amount) for key, amount in sorted(open_lines.items())]
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


def _kept(
    venue: str,
    statement: Statement,
    status: Status,
    now: datetime,
    last: ClearingStatement | None,
) -> ClearingStatement:
    told: dict[str, Any] = {
        "previous": statement.previous,
        "digest": statement.digest,
        "lines": [[line.key, line.amount_fen] for line in statement.lines],
        "owed_fen": statement.owed_by(venues.my_code()),
        "status": status.value,
        "tries": 1 + (last.tries if last is not None and last.digest == statement.digest else 0),
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
