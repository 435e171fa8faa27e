"""
Double entry: what may be posted and held, and nothing but that (SE-1).

    hold:  placed → posted | voided | expired

Pure: positions of accounts go in, new positions come out. The database repeats the same promises
as constraints: postings sum to zero, no balance below zero except bank clearing, one end per hold.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.money import MAX_AMOUNT, with_unit
from hutong.kit.refusal import N_, Reason, Refused, reason


class Kind(StrEnum):
    """What an account is for. One owner has at most one account of a kind and currency."""

    BANK_CLEARING = "bank_clearing"  # what the bank holds for us, below zero by that much
    CUSTOMER = "customer"  # a party's money at the venue
    SUSPENSE = "suspense"  # money in, nobody knows yet whose (SE-2)
    ESCROW = "escrow"  # a deal's price until right and money move together (DL-2)
    VENUE_FEES = "venue_fees"
    FORFEITS = "forfeits"
    # What another venue owes us is below zero, what we owe it above; each within a limit (SE-5).
    CLEARING = "clearing"
    GUARANTEE = "guarantee"  # deposits that another venue holds for its members here (NE-4)

    @property
    def may_go_below_zero(self) -> bool:
        return self in (Kind.BANK_CLEARING, Kind.CLEARING, Kind.GUARANTEE)


class HoldEnd(StrEnum):
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class Refusal(Reason):
    TOO_FEW_LEGS = reason("ledger.too_few_legs", "SE-1", N_("A transfer needs two accounts."), 422)
    ACCOUNT_TWICE = reason(
        "ledger.account_twice", "SE-1", N_("Account {account} stands twice in one transfer."), 422
    )
    AMOUNT_IMPOSSIBLE = reason(
        "ledger.amount_impossible",
        "SE-1",
        N_("{amount_fen} is not an amount: it must be more than 0 and at most {most_fen}."),
        422,
    )
    UNBALANCED = reason(
        "ledger.unbalanced",
        "SE-1",
        N_("The postings in {currency} sum to {sum_fen}, not to 0."),
        422,
    )
    INSUFFICIENT = reason(
        "ledger.insufficient",
        "SE-1",
        N_("{needed} are needed and {available} are available."),
    )
    KEY_REUSED = reason(
        "ledger.key_reused", "SE-1", N_("The key “{key}” already names a different transfer.")
    )
    HOLD_ENDED = reason(
        "ledger.hold_ended", "SE-1", N_("This hold was {end} already; a hold ends once.")
    )
    MORE_THAN_HELD = reason(
        "ledger.more_than_held",
        "SE-1",
        N_("{amount_fen} are more than the {held_fen} held."),
    )
    NOT_YET_EXPIRED = reason(
        "ledger.hold_not_expired", "SE-1", N_("This hold does not expire before {expires_at}.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where an account stands. `entries` counts its postings: the next one gets entries + 1."""

    currency: str
    may_go_below_zero: bool = False
    posted_fen: int = 0
    held_fen: int = 0
    entries: int = 0

    @property
    def available_fen(self) -> int:
        return self.posted_fen - self.held_fen


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: plus adds to the account, minus takes from it."""

    account: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A leg as written: its number within the account and the balance it leaves."""

    account: UUID
    amount_fen: int
    number: int
    balance_fen: int

    def as_fact(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "amount_fen": self.amount_fen,
            "number": self.number,
            "balance_fen": self.balance_fen,
        }


# The books are private and their rhythm would betray who has paid a deposit (LI-4): the log holds
# digests of these, which is enough to prove later that nothing was rewritten.


@dataclass(frozen=True, kw_only=True)
class Transferred(Event, kind="ledger.Transferred", visibility=Visibility.SEALED):
    transfer: UUID
    purpose: str
    key: Private[str]
    about: Private[str]
    postings: Private[list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(Event, kind="ledger.HoldPlaced", visibility=Visibility.SEALED):
    hold: UUID
    purpose: str
    key: Private[str]
    about: Private[str]
    account: Private[UUID]
    amount_fen: Private[int]
    expires_at: Private[datetime | None]


@dataclass(frozen=True, kw_only=True)
class HoldEnded(Event, kind="ledger.HoldEnded", visibility=Visibility.SEALED):
    hold: UUID
    end: HoldEnd
    amount_fen: Private[int]  # what was posted of it; 0 when voided or expired
    transfer: Private[UUID | None]


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event, kind="ledger.AccountOpened", visibility=Visibility.SEALED):
    account: UUID
    account_kind: Kind
    currency: str
    owner: Private[str]


def post(
    legs: Sequence[Leg], positions: Mapping[UUID, Position]
) -> tuple[list[Posting], dict[UUID, Position]]:
    """Write a transfer: the postings and the positions they leave.

    `positions` holds every account of `legs`. Refuses what does not balance in each currency and
    what would take an account below zero.
    """
    if len(legs) < 2:
        raise Refused(Refusal.TOO_FEW_LEGS)
    seen = Counter(leg.account for leg in legs)
    if len(seen) < len(legs):
        raise Refused(Refusal.ACCOUNT_TWICE, account=seen.most_common(1)[0][0])
    for leg in legs:
        need_amount(abs(leg.amount_fen))
    sums: Counter[str] = Counter()
    for leg in legs:
        sums[positions[leg.account].currency] += leg.amount_fen
    for currency, total in sorted(sums.items()):
        if total != 0:
            raise Refused(Refusal.UNBALANCED, currency=currency, sum_fen=total)
    postings, after = [], dict(positions)
    for leg in legs:
        new = _moved(positions[leg.account], leg.amount_fen)
        after[leg.account] = new
        postings.append(
            Posting(
                account=leg.account,
                amount_fen=leg.amount_fen,
                number=new.entries,
                balance_fen=new.posted_fen,
            )
        )
    return postings, after


def place_hold(position: Position, amount_fen: int) -> Position:
    """Set `amount_fen` of what is available aside."""
    need_amount(amount_fen)
    if position.available_fen < amount_fen:
        raise _insufficient(position, amount_fen)
    return replace(position, held_fen=position.held_fen + amount_fen)


def free_hold(position: Position, held_fen: int) -> Position:
    """Make a whole hold available again, as its end begins."""
    assert 0 < held_fen <= position.held_fen, "a hold that the position does not know"
    return replace(position, held_fen=position.held_fen - held_fen)


def end_hold(end: HoldEnd | None, *, held_fen: int, amount_fen: int) -> None:
    """Refuse a second end, and posting more than is held."""
    if end is not None:
        raise Refused(Refusal.HOLD_ENDED, end=end.value)
    if amount_fen > held_fen:
        raise Refused(Refusal.MORE_THAN_HELD, amount_fen=amount_fen, held_fen=held_fen)


def expire_hold(end: HoldEnd | None, *, expires_at: datetime | None, now: datetime) -> None:
    """Refuse to expire a hold that ended, has no term, or whose term still runs."""
    if end is not None:
        raise Refused(Refusal.HOLD_ENDED, end=end.value)
    if expires_at is None or now < expires_at:
        raise Refused(Refusal.NOT_YET_EXPIRED, expires_at=expires_at)


def need_amount(amount_fen: int) -> None:
    if not 0 < amount_fen <= MAX_AMOUNT:
        raise Refused(Refusal.AMOUNT_IMPOSSIBLE, amount_fen=amount_fen, most_fen=MAX_AMOUNT)


def _moved(position: Position, amount_fen: int) -> Position:
    new = replace(
        position, posted_fen=position.posted_fen + amount_fen, entries=position.entries + 1
    )
    # Money coming in is never refused; what is held of an account stays where it is.
    if amount_fen < 0 and not position.may_go_below_zero and new.available_fen < 0:
        raise _insufficient(position, -amount_fen)
    return new


def _insufficient(position: Position, needed_fen: int) -> Refused:
    return Refused(
        Refusal.INSUFFICIENT,
        needed=with_unit(needed_fen, position.currency),
        available=with_unit(position.available_fen, position.currency),
        needed_fen=needed_fen,
        available_fen=position.available_fen,
    )
