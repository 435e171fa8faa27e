"""
English auction: the rules and nothing but the rules (AU-1..AU-4, AU-12).

    announced → free → limited → sold | unsold
                  └ suspended ┘

Pure: no database, no clock, no network. Moments are whole microseconds since 1970 in venue time.
`Lot` is folded in place, one attempt after the other, because the desk judges hundreds of thousands
a second; everything else here is a fact that does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hutong.kit.canonical import digest_of
from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.moments import from_microseconds
from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import N_, Reason, Refused, reason

SECOND = 1_000_000
MAX_PADDLES = 400  # their commitments stand in the entry that opens the lot, which has 64 KB
MAX_SECONDS = 30 * 24 * 3600


class Status(StrEnum):
    ANNOUNCED = "announced"
    FREE = "free"
    LIMITED = "limited"
    SUSPENDED = "suspended"
    SOLD = "sold"
    UNSOLD = "unsold"


class Refusal(Reason):
    """Why an attempt was not accepted, in the order in which it is asked; then other refusals."""

    UNKNOWN_PADDLE = reason(
        "auctions.unknown_paddle", "AU-3", N_("Paddle {paddle} does not bid in this lot."), 403
    )
    NOT_OPEN = reason("auctions.not_open", "AU-1", N_("The bidding has not begun yet."))
    SUSPENDED = reason("auctions.suspended", "AU-12", N_("The bidding is suspended."))
    CLOSED = reason("auctions.closed", "AU-1", N_("The bidding is over."))
    OWN_BID_LEADS = reason(
        "auctions.own_bid_leads", "AU-2", N_("Your own bid leads; you may not raise it.")
    )
    ABSURD = reason("auctions.absurd_amount", "AU-2", N_("No lot can cost as much as that."), 422)
    BELOW_OPENING = reason(
        "auctions.below_opening", "AU-2", N_("The first bid is at least the opening price.")
    )
    BELOW_MINIMUM = reason(
        "auctions.below_minimum", "AU-2", N_("A bid exceeds the highest by at least the increment.")
    )
    OFF_GRID = reason(
        "auctions.off_grid",
        "AU-2",
        N_("A bid is the opening price plus a whole number of increments."),
    )

    BID_ID_REUSED = reason(
        "auctions.bid_id_reused",
        "AU-4",
        N_("This bid id was used for another bid; choose a new one."),
        422,
    )
    NOT_RECEIVED = reason(
        "auctions.not_received",
        "AU-4",
        N_("No bid with this id was received. It had no effect; you may send it again."),
        404,
    )
    NOT_JUDGED = reason(
        "auctions.not_judged",
        "AU-4",
        N_("The venue could not judge this bid. Ask for its receipt before you send it again."),
        503,
    )
    TOO_MANY_WAITING = reason(
        "auctions.too_many_waiting", "AU-4", N_("Too many of your bids are still waiting."), 429
    )
    NOT_A_BIDDER = reason(
        "auctions.not_a_bidder", "AU-3", N_("Your party holds no paddle in this lot."), 403
    )
    TOKEN_INVALID = reason(
        "auctions.token_invalid", "AU-3", N_("The paddle token is not valid for this lot."), 401
    )
    TOKEN_EXPIRED = reason(
        "auctions.token_expired", "AU-3", N_("The paddle token has expired; fetch a new one."), 401
    )
    TERMS_WRONG = reason(
        "auctions.terms_wrong", "AU-1", N_("The lot's {field} is out of bounds: {problem}."), 422
    )
    NOT_ENOUGH_BIDDERS = reason(
        "auctions.not_enough_bidders", "LI-5", N_("An auction needs at least two bidders.")
    )
    PARTY_TWICE = reason(
        "auctions.party_twice", "AU-3", N_("One party holds at most one paddle in a lot."), 422
    )
    AFFILIATED = reason(
        "auctions.affiliated", "AU-3", N_("The seller and its affiliates may not bid.")
    )
    NOT_OVER = reason("auctions.not_over", "AU-4", N_("The bidding goes on until {ends_at}."))
    DESK_NOT_DONE = reason(
        "auctions.desk_not_done", "AU-4", N_("Bids received before the end are still being judged.")
    )
    RECORD_NOT_PUBLIC = reason(
        "auctions.record_not_public",
        "AU-9",
        N_("The bidding record is published after the close."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is fixed before the opening; only a resumption moves its times (AU-12)."""

    opening_fen: int
    increment_fen: int
    opens_at: int
    free_ends_at: int
    limited_us: int
    paddles: int

    def problem(self) -> Refused | None:
        """Return why these terms cannot be, or None."""
        for name, value, least, most in (
            ("opening_fen", self.opening_fen, 1, MAX_AMOUNT),
            ("increment_fen", self.increment_fen, 1, MAX_AMOUNT),
            ("free_seconds", self.free_ends_at - self.opens_at, 0, MAX_SECONDS * SECOND),
            ("limited_seconds", self.limited_us, SECOND, MAX_SECONDS * SECOND),
            ("bidders", self.paddles, 1, MAX_PADDLES),
        ):
            if not least <= value <= most:
                problem = f"{value} is not within {least}–{most}"
                return Refused(Refusal.TERMS_WRONG, field=name, problem=problem)
        return None

    def digest(self) -> bytes:
        """Return the hash from which the lot's chain of attempts starts."""
        return bytes.fromhex(
            digest_of(
                {
                    "opening_fen": self.opening_fen,
                    "increment_fen": self.increment_fen,
                    "opens_at_us": self.opens_at,
                    "free_ends_at_us": self.free_ends_at,
                    "limited_us": self.limited_us,
                    "paddles": self.paddles,
                }
            ).removeprefix("sha256:")
        )


@dataclass(slots=True)
class Lot:
    """One lot as it stands after `sequence` attempts.

    `sequence` counts every attempt, refused ones too; `bids` only accepted ones; `chain` commits to
    all of them. `ends_at` is the end as it stands: later bids may move it on, never back.
    """

    terms: Terms
    ends_at: int
    price_fen: int = 0
    leader: int = 0  # paddle; 0 while nobody has bid
    sequence: int = 0
    bids: int = 0
    chain: bytes = b""
    suspended_at: int | None = None
    outcome: Status | None = None

    @classmethod
    def announced(cls, terms: Terms) -> "Lot":
        return cls(terms=terms, ends_at=terms.free_ends_at + terms.limited_us, chain=terms.digest())

    def status_at(self, at: int) -> Status:
        if self.outcome is not None:
            return self.outcome
        if self.suspended_at is not None:
            return Status.SUSPENDED
        if at < self.terms.opens_at:
            return Status.ANNOUNCED
        return Status.FREE if at < self.terms.free_ends_at else Status.LIMITED

    @property
    def least_next_fen(self) -> int:
        """The least amount that the next bid may have."""
        if self.leader == 0:
            return self.terms.opening_fen
        return self.price_fen + self.terms.increment_fen


def judge(lot: Lot, paddle: int, amount_fen: int, arrived_at: int) -> Refusal | None:
    """Judge one attempt and fold it into `lot`; return why it is refused, or None when accepted.

    Every attempt takes the next place in the sequence, whatever becomes of it. What counts is its
    arrival, not the moment of judging: one that came before the end is judged even if it waited
    (AU-4). The first in sequence wins a tie, because the second no longer exceeds it.
    """
    lot.sequence += 1
    terms = lot.terms
    if not 0 < paddle <= terms.paddles:
        return Refusal.UNKNOWN_PADDLE
    if arrived_at < terms.opens_at:
        return Refusal.NOT_OPEN
    if lot.suspended_at is not None and arrived_at >= lot.suspended_at:
        return Refusal.SUSPENDED
    if arrived_at >= lot.ends_at or lot.outcome is not None:
        return Refusal.CLOSED
    leader = lot.leader
    if paddle == leader:
        return Refusal.OWN_BID_LEADS
    if amount_fen > MAX_AMOUNT:
        return Refusal.ABSURD
    if amount_fen < terms.opening_fen:
        return Refusal.BELOW_OPENING
    if leader and amount_fen < lot.price_fen + terms.increment_fen:
        return Refusal.BELOW_MINIMUM
    if (amount_fen - terms.opening_fen) % terms.increment_fen:
        return Refusal.OFF_GRID
    lot.price_fen = amount_fen
    lot.leader = paddle
    lot.bids += 1
    if arrived_at >= terms.free_ends_at:
        # A bid restarts the limited period, so that nobody wins by typing last. With several desks
        # arrivals are judged slightly out of order: the end never moves back.
        restarted = arrived_at + terms.limited_us
        if restarted > lot.ends_at:
            lot.ends_at = restarted
    return None


def close(lot: Lot, *, at: int) -> Status:
    """Decide the lot: sold to the highest bid, or unsold. Raises Refused before its end.

    The caller has made sure that every bid received before the end is judged (AU-4).
    """
    if lot.suspended_at is not None:
        raise Refused(Refusal.SUSPENDED)
    if lot.outcome is not None:
        raise Refused(Refusal.CLOSED)
    if at < lot.ends_at:
        raise Refused(Refusal.NOT_OVER, ends_at=from_microseconds(lot.ends_at))
    lot.outcome = Status.SOLD if lot.leader else Status.UNSOLD
    return lot.outcome


def suspend(lot: Lot, *, at: int) -> None:
    """Stop the clock of a lot as of `at`. Raises Refused when it is over or already suspended."""
    if lot.outcome is not None or at >= lot.ends_at:
        raise Refused(Refusal.CLOSED)
    if lot.suspended_at is not None:
        raise Refused(Refusal.SUSPENDED)
    lot.suspended_at = at


def resume(lot: Lot, *, at: int) -> int:
    """Let the lot go on with the time restored: what had not yet come moves by what was lost.

    Returns the microseconds lost.
    """
    if lot.suspended_at is None or at < lot.suspended_at:
        raise Refused(Refusal.NOT_OPEN)
    since, lost = lot.suspended_at, at - lot.suspended_at
    terms = lot.terms
    lot.terms = Terms(
        opening_fen=terms.opening_fen,
        increment_fen=terms.increment_fen,
        opens_at=terms.opens_at + lost if terms.opens_at > since else terms.opens_at,
        free_ends_at=terms.free_ends_at + lost
        if terms.free_ends_at > since
        else terms.free_ends_at,
        limited_us=terms.limited_us,
        paddles=terms.paddles,
    )
    lot.ends_at += lost
    lot.suspended_at = None
    return lost


def was_not_served(lot: Lot, *, down_since: int, up_at: int, bound_us: int) -> bool:
    """Whether an outage from `down_since` to `up_at` hurt this lot (AU-12).

    It did when the lot's end fell into it, or when it took more than `bound_us` of the limited
    period: bidders who could not answer a late bid must get that time back.
    """
    if lot.outcome is not None or lot.suspended_at is not None or down_since >= lot.ends_at:
        return False
    if lot.ends_at <= up_at:
        return True
    return up_at - max(down_since, lot.terms.free_ends_at) > bound_us


# -- events ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LotOpened(Event, kind="auctions.LotOpened", version=1):
    """A lot is announced: its terms, and per paddle a commitment to the party behind it (AU-9)."""

    lot: UUID
    listing: UUID
    opening_fen: int
    increment_fen: int
    opens_at: datetime
    free_ends_at: datetime
    limited_seconds: int
    paddles: Mapping[str, str]
    chain: bytes
    rulebook_version: int
    seller: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class BidderLeftOut(
    Event, kind="auctions.BidderLeftOut", version=1, visibility=Visibility.JOURNALLED
):
    """Qualified at the cut-off, affiliated with the seller at the opening: no paddle (AU-3)."""

    lot: UUID
    party: Private[UUID]
    intent: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class BidsJudged(Event, kind="auctions.BidsJudged", version=1):
    """Attempts `first`–`last` were judged; `chain` commits to every attempt up to the last."""

    lot: UUID
    first: int
    last: int
    accepted: int
    price_fen: int
    leader: int
    ends_at: datetime
    chain: bytes


@dataclass(frozen=True, kw_only=True)
class Suspended(Event, kind="auctions.Suspended", version=1):
    lot: UUID
    since: datetime
    reason: Content[str]


@dataclass(frozen=True, kw_only=True)
class Resumed(Event, kind="auctions.Resumed", version=1):
    """`sequence`: the last attempt under the old times, so that the record replays."""

    lot: UUID
    resumed_at: datetime
    lost_microseconds: int
    opens_at: datetime
    free_ends_at: datetime
    ends_at: datetime
    sequence: int


@dataclass(frozen=True, kw_only=True)
class Closed(Event, kind="auctions.Closed", version=1):
    """The lot is decided. `record` is the digest of the published bidding record (AU-9)."""

    lot: UUID
    listing: UUID
    outcome: Status
    price_fen: int | None
    winner_paddle: int | None
    runner_up_paddle: int | None
    attempts: int
    bids: int
    ended_at: datetime
    chain: bytes
    record: str
    winner_party: Private[UUID | None] = None
    winner_intent: Private[UUID | None] = None
    runner_up_party: Private[UUID | None] = None
    runner_up_intent: Private[UUID | None] = None
    other_intents: Private[list[UUID]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PaddleTokenIssued(
    Event, kind="auctions.PaddleTokenIssued", version=1, visibility=Visibility.JOURNALLED
):
    """Not logged: issuing is access, not an act with legal effect."""

    lot: UUID
    paddle: Private[int]
