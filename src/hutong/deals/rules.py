"""
The life of a deal: who may sign what, when it is late, and what follows (DL-1, CO-1, AU-11).

    agreed ──both accept the exact text──→ signed ──price paid──→ paid ──right against money──→ moved
       │                                     │                     │          → certified → closed
       └── late side: defaulted ─────────────┘                     │
       └── two officers, with a reason: terminated ────────────────┘

A late signature or payment still counts while nobody has declared a default: the deadline gives
the venue the right to end the deal, not the late side a way out of it. Ending a deal takes two
officers: one proposes, another confirms (PA-5). Nobody is late while a freeze keeps the right from
being bound: the time to sign is given anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from hutong.deals.refusals import Refusal
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import CommonRefusal, Refused


class Status(StrEnum):
    AGREED = "agreed"
    SIGNED = "signed"
    PAID = "paid"
    MOVED = "moved"
    CERTIFIED = "certified"
    CLOSED = "closed"
    DEFAULTED = "defaulted"
    TERMINATED = "terminated"


class Side(StrEnum):
    SELLER = "seller"
    BUYER = "buyer"


class How(StrEnum):
    """How the parties came to the deal."""

    AUCTION = "auction"
    SINGLE = "single"  # one qualified buyer at the cut-off (LI-5)
    NEGOTIATED = "negotiated"


@dataclass(frozen=True, kw_only=True)
class Opened(Event, kind="deals.Opened"):
    """`source` is what it came from: the lot, or the listing itself."""

    deal: UUID
    number: str
    listing: UUID
    how: How
    source: str
    technologies: tuple[UUID, ...]
    share: Fraction
    price_fen: int
    currency: str
    contract_digest: str
    sign_by: datetime
    rulebook_version: int
    seller: Private[UUID]
    buyer: Private[UUID]
    intent: Private[UUID | None]


@dataclass(frozen=True, kw_only=True)
class ContractAccepted(Event, kind="deals.ContractAccepted"):
    """One side's electronic signature: this person, for this party, over exactly these bytes."""

    deal: UUID
    side: Side
    contract_digest: str
    person: Private[UUID]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Signed(Event, kind="deals.Signed"):
    deal: UUID
    number: str
    contract_digest: str
    pay_by: datetime


@dataclass(frozen=True, kw_only=True)
class Overdue(Event, kind="deals.Overdue"):
    """`what` is late: sign or pay."""

    deal: UUID
    what: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class SigningPostponed(Event, kind="deals.SigningPostponed"):
    """A freeze kept the sides from signing; they have until `sign_by` now."""

    deal: UUID
    number: str
    sign_by: datetime


@dataclass(frozen=True, kw_only=True)
class EndingProposed(Event, kind="deals.EndingProposed", visibility=Visibility.JOURNALLED):
    """One officer's proposal: by `side`'s default, or by termination when there is no side."""

    deal: UUID
    side: Side | None
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class EndingDropped(Event, kind="deals.EndingDropped", visibility=Visibility.JOURNALLED):
    deal: UUID
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Paid(Event, kind="deals.Paid"):
    deal: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class RightMoved(Event, kind="deals.RightMoved"):
    deal: UUID
    number: str
    entries: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Certified(Event, kind="deals.Certified"):
    deal: UUID
    number: str
    certificate: str


@dataclass(frozen=True, kw_only=True)
class ContractRefused(Event, kind="deals.ContractRefused", visibility=Visibility.JOURNALLED):
    """The exchange through which the buyer came refused to take the contract for it."""

    deal: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class Closed(Event, kind="deals.Closed"):
    deal: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class Defaulted(Event, kind="deals.Defaulted"):
    deal: UUID
    number: str
    side: Side
    was: Status
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Terminated(Event, kind="deals.Terminated"):
    deal: UUID
    number: str
    was: Status
    reason: Private[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What one officer proposed: a default of `side`, or with no side a termination."""

    side: Side | None
    reason: str
    proposed_by: UUID
    proposed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DealState:
    """What the decisions below look at. `awaited`: parts of a joint project whose sellers have not
    accepted; `is_moving`: its parts move one by one, and it ends with the last (parts.py); `unread`:
    the buyer's exchange refused the contract."""

    id: UUID
    number: str
    status: Status
    seller: UUID
    buyer: UUID
    contract_digest: str
    sign_by: datetime
    pay_by: datetime | None = None
    accepted: frozenset[Side] = frozenset()
    entries: tuple[UUID, ...] = ()
    ending: Ending | None = None
    awaited: frozenset[UUID] = frozenset()
    is_moving: bool = False
    unread: bool = False

    def side_of(self, party: UUID | None) -> Side | None:
        return {self.seller: Side.SELLER, self.buyer: Side.BUYER}.get(party) if party else None

    def has_accepted(self, side: Side) -> bool:
        """Whether everybody on that side has: with a joint project there are several sellers."""
        return side in self.accepted and not (side is Side.SELLER and self.awaited)

    def late(self, side: Side, now: datetime) -> bool:
        """Whether `side` has let its deadline pass and not made it good."""
        if self.status is Status.AGREED:
            if side is Side.BUYER and self.unread:
                return False
            return now >= self.sign_by and not self.has_accepted(side)
        if self.status is Status.SIGNED and self.pay_by is not None:
            return now >= self.pay_by and side is Side.BUYER
        return False


def check_terms(
    *, seller: UUID, buyer: UUID, technologies: tuple[UUID, ...], share: Fraction, price_fen: int
) -> None:
    if seller == buyer:
        raise Refused(Refusal.SAME_PARTY)
    if not technologies:
        raise Refused(Refusal.NOTHING_SOLD)
    if not 0 < share <= 1:
        raise Refused(Refusal.SHARE_IMPOSSIBLE, share=share)
    if price_fen <= 0:
        raise Refused(Refusal.PRICE_IMPOSSIBLE, price_fen=price_fen)


def accept(
    deal: DealState, *, party: UUID, person: UUID, text_digest: str, pay_by: datetime
) -> list[Event]:
    """Accept the contract's exact text for one side; the second acceptance signs the deal.

    `pay_by` is when the price would be due were the deal signed now. The caller has made sure that
    `party` is a side of the deal.
    """
    _need(deal, Status.AGREED)
    side = deal.side_of(party)
    assert side is not None, "a stranger at the table"
    if side in deal.accepted:
        raise Refused(Refusal.ALREADY_ACCEPTED)
    if text_digest != deal.contract_digest:
        raise Refused(Refusal.OTHER_TEXT, given=text_digest, expected=deal.contract_digest)
    events: list[Event] = [
        ContractAccepted(
            deal=deal.id,
            side=side,
            contract_digest=deal.contract_digest,
            person=person,
            party=party,
        )
    ]
    return events + sign(replace(deal, accepted=deal.accepted | {side}), pay_by=pay_by)


def sign(deal: DealState, *, pay_by: datetime) -> list[Event]:
    """The contract is signed when everybody has accepted it; until then nothing."""
    if deal.status is not Status.AGREED or not all(deal.has_accepted(side) for side in Side):
        return []
    return [
        Signed(
            deal=deal.id,
            number=deal.number,
            contract_digest=deal.contract_digest,
            pay_by=pay_by,
        )
    ]


def refuse_contract(deal: DealState, *, why: str) -> list[Event]:
    """The buyer's exchange refused the contract; heard late or again it changes nothing."""
    if deal.status is not Status.AGREED or deal.unread or Side.BUYER in deal.accepted:
        return []
    return [ContractRefused(deal=deal.id, why=why)]


def note_overdue(
    deal: DealState, now: datetime, *, frozen: bool = False, sign_by: datetime
) -> list[Event]:
    """Say that a deadline has passed with somebody late; nothing when nobody is.

    While a freeze keeps the right from being bound, the time to sign is given anew: until `sign_by`.
    """
    if not any(deal.late(side, now) for side in Side):
        return []
    if deal.status is Status.AGREED and frozen:
        return [SigningPostponed(deal=deal.id, number=deal.number, sign_by=sign_by)]
    if deal.status is Status.AGREED:
        return [Overdue(deal=deal.id, what="sign", due_at=deal.sign_by)]
    assert deal.pay_by is not None
    return [Overdue(deal=deal.id, what="pay", due_at=deal.pay_by)]


def propose_ending(
    deal: DealState, *, side: Side | None, why: str, now: datetime, frozen: bool = False
) -> list[Event]:
    """Propose to end the deal, by a side's default or by termination; another officer confirms."""
    _end(deal, side=side, why=why, now=now, frozen=frozen)
    if deal.ending is not None:
        raise Refused(Refusal.ENDING_PROPOSED)
    return [EndingProposed(deal=deal.id, side=side, reason=_reason(why))]


def confirm_ending(deal: DealState, *, now: datetime, frozen: bool = False) -> list[Event]:
    """End the deal as proposed, if what was proposed still holds."""
    if deal.ending is None:
        raise Refused(Refusal.NO_ENDING_PROPOSED)
    return _end(deal, side=deal.ending.side, why=deal.ending.reason, now=now, frozen=frozen)


def drop_ending(deal: DealState, *, why: str) -> list[Event]:
    """Go on with the deal: the proposal falls."""
    if deal.ending is None:
        raise Refused(Refusal.NO_ENDING_PROPOSED)
    return [EndingDropped(deal=deal.id, reason=_reason(why))]


def _end(
    deal: DealState, *, side: Side | None, why: str, now: datetime, frozen: bool
) -> list[Event]:
    if side is None:
        return terminate(deal, why=why)
    return declare_default(deal, side=side, why=why, now=now, frozen=frozen)


def declare_default(
    deal: DealState, *, side: Side, why: str, now: datetime, frozen: bool = False
) -> list[Event]:
    """End the deal because `side` let its deadline pass, though no freeze kept it from signing."""
    _need(deal, Status.AGREED, Status.SIGNED)
    if deal.status is Status.AGREED and deal.unread and side is Side.BUYER:
        raise Refused(Refusal.UNREAD)
    if not deal.late(side, now):
        raise Refused(Refusal.NOT_LATE, side=side.value)
    if deal.status is Status.AGREED and frozen:
        raise Refused(Refusal.KEPT_BY_FREEZE)
    return [
        Defaulted(deal=deal.id, number=deal.number, side=side, was=deal.status, reason=_reason(why))
    ]


def terminate(deal: DealState, *, why: str) -> list[Event]:
    """End the deal through nobody's default, before anything has moved."""
    _need(deal, Status.AGREED, Status.SIGNED, Status.PAID)
    if deal.is_moving:
        raise Refused(Refusal.MOVING)
    return [Terminated(deal=deal.id, number=deal.number, was=deal.status, reason=_reason(why))]


def pay(deal: DealState) -> list[Event]:
    _need(deal, Status.SIGNED)
    return [Paid(deal=deal.id, number=deal.number)]


def move_right(deal: DealState) -> list[Event]:
    _need(deal, Status.PAID)
    return [RightMoved(deal=deal.id, number=deal.number, entries=deal.entries)]


def certify(deal: DealState, *, certificate: str) -> list[Event]:
    _need(deal, Status.MOVED)
    return [Certified(deal=deal.id, number=deal.number, certificate=certificate)]


def close(deal: DealState) -> list[Event]:
    _need(deal, Status.CERTIFIED)
    return [Closed(deal=deal.id, number=deal.number)]


_BECOMES: dict[type[Event], Status] = {
    Opened: Status.AGREED,
    Signed: Status.SIGNED,
    Paid: Status.PAID,
    RightMoved: Status.MOVED,
    Certified: Status.CERTIFIED,
    Closed: Status.CLOSED,
    Defaulted: Status.DEFAULTED,
    Terminated: Status.TERMINATED,
}
STATUS_BY_KIND = {event.kind: status for event, status in _BECOMES.items()}


def evolve(status: Status, events: Iterable[Event]) -> Status:
    for event in events:
        status = _BECOMES.get(type(event), status)
    return status


def deal_number(venue_code: str, year: int, nth: int) -> str:
    """Number of the venue's `nth` deal of a year: SHTE-DEMO-D2022-00001."""
    return f"{venue_code}-D{year}-{nth:05d}"


def _need(deal: DealState, *statuses: Status) -> None:
    if deal.status not in statuses:
        needed = "|".join(s.value for s in statuses)
        raise Refused(CommonRefusal.OUT_OF_STATE, status=deal.status.value, needed=needed)


def _reason(why: str) -> str:
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    return why.strip()
