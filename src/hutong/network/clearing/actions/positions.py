"""
What is owed of orders, counted once each; a line that the two count differently is set aside.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import rules
from hutong.network.clearing.models import Position
from hutong.network.clearing.rules import Refusal, What
from hutong.venues import queries as venues

STRIKE: Final = "clearing.strike"
CLOSE_HOUR: Final = 17
RESOLVE: Final = "settlement.approve_payout"


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
    strike_at_close(venue, now)


@action(power=RESOLVE)
def set_aside(*, actor: Actor, now: datetime, position: int, why: str) -> None:
    """Leave a line out of statements until it is clear who counts it right; the rest is netted.

    For the venue that strikes them. Refused once both agreed on a statement that has it.
    """
    row = _open_position(position)
    reason = why.strip()
    if not 1 <= len(reason) <= 500:
        raise Refused(CommonRefusal.INVALID, field="why", problem="1 to 500 characters")
    if row.aside_since is not None:
        nothing_changed()
        return
    row.aside_since, row.aside_by, row.aside_why = now, actor.person, reason
    row.save()
    record(about(row.venue), rules.PositionSetAside(position=row.key, why=reason))
    strike_at_close(row.venue, now)


@action(power=RESOLVE)
def take_up(*, actor: Actor, now: datetime, position: int) -> None:
    """Count a line again that was set aside: it stands in the next statement."""
    row = _open_position(position)
    if row.aside_since is None:
        nothing_changed()
        return
    row.aside_since, row.aside_by, row.aside_why = None, None, ""
    row.save()
    record(about(row.venue), rules.PositionTakenUp(position=row.key))
    strike_at_close(row.venue, now)


def is_proposer(venue: str) -> bool:
    """Whether we strike the statements between a venue and us."""
    us = venues.my_code()
    return rules.between(us, venue)[0] == us


def strike_at_close(venue: str, now: datetime) -> None:
    """Have what is open between a venue and us struck at the end of the venue's day, if we do that."""
    if is_proposer(venue):
        due.schedule(subject=about(venue), kind=STRIKE, due_at=_close_after(now))


def lines(venue: str, currency: str, us: str) -> Mapping[str, int]:
    """Our open positions as both write them, those set aside too."""
    return _written(venue, us, currency=currency)


def lines_to_strike(venue: str, currency: str, us: str) -> Mapping[str, int]:
    return _written(venue, us, currency=currency, aside_since=None)


def one_at_a_time(venue: str) -> None:
    """Let whoever else strikes or judges statements with this venue wait until we are done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [about(venue)])


def _written(venue: str, us: str, **which: object) -> Mapping[str, int]:
    rows = Position.objects.filter(venue=venue, statement=None, **which)
    found = [rules.line_of(row.key, row.owed_fen, us=us, them=venue) for row in rows]
    return {line.key: line.amount_fen for line in found}


def _open_position(id: int) -> Position:
    row = Position.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="position")
    if not is_proposer(row.venue):
        raise Refused(Refusal.NOT_PROPOSER, venue=row.venue)
    if row.statement_id is not None:
        raise Refused(Refusal.NOT_OPEN)
    return row


def _close_after(now: datetime) -> datetime:
    """The end of the venue's day after `now`."""
    close = at_local(local_date(now), CLOSE_HOUR)
    return close if close > now else at_local(local_date(now) + timedelta(days=1), CLOSE_HOUR)
