"""
Statements between two venues: what is counted, when both agree, how it is settled (SE-5).

    positions (by key, once) ─► statement: proposed → agreed → paid → settled
       ↑↓ set aside                            ↘ disputed → proposed again

Of two venues the one whose code comes first proposes. A position has the same key at both, because
it follows from one message that both keep; amounts are counted as what the second owes the first,
so that a statement has the same bytes, and one digest, at both.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import digest_of
from hutong.kit.event import Event, Private, Visibility, upcast
from hutong.kit.money import CNY, MINOR_UNITS
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason

FORMAT: Final = "hutong-clearing/1"
MOST_LINES: Final = 2_000
MOST_TRIES: Final = 3  # a disputed statement is struck so often by itself; then officers look


class Status(StrEnum):
    PROPOSED = "proposed"
    DISPUTED = "disputed"
    AGREED = "agreed"
    PAID = "paid"  # the debtor's bank was told
    SETTLED = "settled"


class What(StrEnum):
    """What a position is for; with its order, or the part of a joint project, it is the key."""

    DEPOSIT = "deposit"  # applied or called
    PRICE = "price"
    BACK = "back"  # returned: the deal ended
    PART = "part"  # of a joint project: its share of the price, owed to its home venue


class Refusal(Reason):
    NOT_PROPOSER = reason(
        "clearing.not_proposer", "SE-5", N_("{venue} strikes the statements between us.")
    )
    NOTHING_OPEN = reason(
        "clearing.nothing_open", "SE-5", N_("Nothing is open between {venue} and us.")
    )
    UNDER_WAY = reason(
        "clearing.under_way", "SE-5", N_("Statement {number} is {status}; it comes first.")
    )
    NOT_NEXT = reason(
        "clearing.not_next", "SE-5", N_("The next statement between us is number {expected}."), 422
    )
    NOT_OURS_TO_PAY = reason(
        "clearing.not_ours_to_pay", "SE-5", N_("By this statement the other venue pays.")
    )
    OURS_TO_PAY = reason("clearing.ours_to_pay", "SE-5", N_("By this statement we pay."))
    NOT_ENTERED = reason(
        "clearing.not_entered", "PA-5", N_("How it goes out has not been entered yet.")
    )
    NOT_OPEN = reason(
        "clearing.not_open", "SE-5", N_("This line stands in a statement that both agreed on.")
    )


# -- what is entered in the journal -------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PositionNoted(Event, kind="network.PositionNoted", visibility=Visibility.SEALED):
    """Of an order across venues so much is owed (below zero: to us)."""

    position: str
    venue: Private[str]
    owed_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class PositionSetAside(Event, kind="network.PositionSetAside", visibility=Visibility.JOURNALLED):
    """An officer leaves a line out of statements until it is clear who counts it right."""

    position: str
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class PositionTakenUp(Event, kind="network.PositionTakenUp", visibility=Visibility.JOURNALLED):
    """A line that was set aside stands in the next statement again."""

    position: str


@dataclass(frozen=True, kw_only=True)
class StatementStruck(
    Event, kind="network.StatementStruck", version=2, visibility=Visibility.JOURNALLED
):
    venue: str
    currency: str
    number: int
    digest: str
    net_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class StatementAgreed(Event, kind="network.StatementAgreed", version=2):
    """Both venues signed the same statement; each logs its digest."""

    venue: str
    currency: str
    number: int
    digest: str
    net_fen: Private[int]


@dataclass(frozen=True, kw_only=True)
class StatementDisputed(Event, kind="network.StatementDisputed", version=2):
    """The two do not count the same; what differs is private to them and the supervisor."""

    venue: str
    currency: str
    number: int
    digest: str
    differences: Private[list[list[Any]]]


@dataclass(frozen=True, kw_only=True)
class StatementPaymentEntered(
    Event, kind="network.StatementPaymentEntered", visibility=Visibility.JOURNALLED
):
    """An officer entered how what we owe goes out; another confirms it (PA-5)."""

    venue: str
    currency: str
    number: int
    amount_fen: Private[int]
    bank_reference: Private[str]


@dataclass(frozen=True, kw_only=True)
class StatementPaid(
    Event, kind="network.StatementPaid", version=2, visibility=Visibility.JOURNALLED
):
    venue: str
    currency: str
    number: int
    amount_fen: Private[int]
    bank_reference: Private[str]


@dataclass(frozen=True, kw_only=True)
class StatementPaymentAnnounced(
    Event, kind="network.StatementPaymentAnnounced", visibility=Visibility.JOURNALLED
):
    """The other venue says that it has paid what it owes by the statement."""

    venue: str
    currency: str
    number: int
    amount_fen: Private[int]
    bank_reference: Private[str]


@dataclass(frozen=True, kw_only=True)
class StatementSettled(Event, kind="network.StatementSettled", version=2):
    venue: str
    currency: str
    number: int
    digest: str


@upcast("network.StatementStruck", 1)
@upcast("network.StatementAgreed", 1)
@upcast("network.StatementDisputed", 1)
@upcast("network.StatementPaid", 1)
@upcast("network.StatementSettled", 1)
def _in_yuan(facts: dict[str, Any]) -> dict[str, Any]:
    """At first statements were struck in one currency only."""
    return {**facts, "currency": CNY}


AFTER: Final[Mapping[str, Status]] = {
    StatementStruck.kind: Status.PROPOSED,
    StatementDisputed.kind: Status.DISPUTED,
    StatementAgreed.kind: Status.AGREED,
    StatementPaymentEntered.kind: Status.AGREED,
    StatementPaid.kind: Status.PAID,
    StatementPaymentAnnounced.kind: Status.PAID,
    StatementSettled.kind: Status.SETTLED,
}
"""What a statement is after an entry of this kind."""


# -- the statement ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A position: `amount_fen` is what the second venue owes the first; below zero the reverse."""

    key: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What two venues count between them, from the end of the statement before."""

    first: str
    second: str
    number: int
    previous: str | None
    currency: str
    lines: tuple[Line, ...]

    @property
    def net_fen(self) -> int:
        """What the second owes the first in all."""
        return sum(line.amount_fen for line in self.lines)

    def plain(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "between": [self.first, self.second],
            "number": self.number,
            "previous": self.previous,
            "currency": self.currency,
            "lines": [[line.key, line.amount_fen] for line in self.lines],
            "net_fen": self.net_fen,
        }

    @property
    def digest(self) -> str:
        return digest_of(self.plain())

    def owed_by(self, venue: str) -> int:
        """What `venue` owes the other; below zero what it is owed."""
        return self.net_fen if venue == self.second else -self.net_fen


def between(one: str, other: str) -> tuple[str, str]:
    """Two venues in the order in which statements name them."""
    return (one, other) if one < other else (other, one)


def line_of(key: str, owed_fen: int, *, us: str, them: str) -> Line:
    """A position of ours (`owed_fen`: what we owe) as both write it."""
    first, _ = between(us, them)
    return Line(key, -owed_fen if us == first else owed_fen)


def key_of(order: object, what: What) -> str:
    return f"{order}:{what.value}"


def read_key(key: str) -> tuple[UUID, What] | None:
    """(order, what it is for) of a position; None where the other venue named what is none."""
    order, _, what = key.partition(":")
    try:
        return UUID(order), What(what)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Difference:
    """A line on which the two differ: the amount of each, None where it has no such position."""

    key: str
    proposed_fen: int | None
    ours_fen: int | None


def compare(proposed: Sequence[Line], ours: Mapping[str, int]) -> list[Difference]:
    """Where a proposed statement differs from our open positions.

    What we have and it has not yet comes in the next one: its message may still be on its way.
    """
    return [
        Difference(line.key, line.amount_fen, ours.get(line.key))
        for line in proposed
        if ours.get(line.key) != line.amount_fen
    ]


UNREADABLE: Final = "unreadable"


def read_judgement(said: Mapping[str, Any], digest: str) -> list[Difference]:
    """What another venue says of our statement: nothing when it agreed, else where it differs.

    Agreed is only who says so, of this digest, without a difference; whatever else comes is no
    agreement, so that nobody nets what the other did not sign.
    """
    told = said.get("differences")
    rows: list[Any] = told if isinstance(told, list) and len(told) <= MOST_LINES else [None]
    try:
        found = [
            Difference(_text(key), _maybe(proposed), _maybe(ours)) for key, proposed, ours in rows
        ]
    except (TypeError, ValueError):
        found = [Difference(UNREADABLE, None, None)]
    if not found and (said.get("agreed") is not True or said.get("digest") != digest):
        return [Difference(UNREADABLE, None, None)]
    return found


def read(data: Mapping[str, Any]) -> Statement:
    """Read a statement as it came. Raises Refused (INVALID)."""
    try:
        first, second = data["between"]
        lines = tuple(Line(_text(key), _whole(amount)) for key, amount in data["lines"])
        statement = Statement(
            first=_text(first),
            second=_text(second),
            number=_whole(data["number"]),
            previous=None if data["previous"] is None else _text(data["previous"]),
            currency=_currency(data["currency"]),
            lines=lines,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(CommonRefusal.INVALID, field="statement", problem=str(error)) from error
    if statement.plain() != dict(data):
        raise Refused(CommonRefusal.INVALID, field="statement", problem="its sums or its form")
    if not lines or len(lines) > MOST_LINES or len({line.key for line in lines}) < len(lines):
        raise Refused(CommonRefusal.INVALID, field="lines", problem="none, too many, or twice")
    return statement


def _currency(value: Any) -> str:
    if value not in MINOR_UNITS:
        raise ValueError("not a currency")
    return str(value)


def _maybe(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise ValueError("not a text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**17:
        raise ValueError("not a whole number")
    return value
