"""
The way of a buyer: intent, qualification, deposit (LI-4).

    applied → qualified → deposited
        ↘ refused   ↘ withdrawn   ↘ lapsed

Pure. Every event here is sealed: the log shows that something happened, not what, until the period
has ended.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Listing, require_open, require_words

SEALED = Visibility.SEALED


class IntentStatus(StrEnum):
    APPLIED = "applied"
    QUALIFIED = "qualified"
    DEPOSITED = "deposited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


LIVE = frozenset({IntentStatus.APPLIED, IntentStatus.QUALIFIED, IntentStatus.DEPOSITED})


class Decision(StrEnum):
    QUALIFY = "qualify"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class IntentApplied(Event, kind="listings.IntentApplied", visibility=SEALED):
    intent: UUID
    listing: UUID
    conditions_digest: str
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class IntentQualified(Event, kind="listings.IntentQualified", visibility=SEALED):
    intent: UUID
    listing: UUID
    deposit_fen: int
    party: Private[UUID]
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class IntentRefused(Event, kind="listings.IntentRefused", visibility=SEALED):
    intent: UUID
    listing: UUID
    party: Private[UUID]
    findings: Private[str]


@dataclass(frozen=True, kw_only=True)
class IntentDeposited(Event, kind="listings.IntentDeposited", visibility=SEALED):
    intent: UUID
    listing: UUID
    deposit_fen: int
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class IntentWithdrawn(Event, kind="listings.IntentWithdrawn", visibility=SEALED):
    """`deposited`: whether a deposit is held that settlement must now release."""

    intent: UUID
    listing: UUID
    deposited: bool
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class IntentLapsed(Event, kind="listings.IntentLapsed", visibility=SEALED):
    """The period, or the listing, ended before the deposit was held."""

    intent: UUID
    listing: UUID
    party: Private[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    id: UUID
    listing: UUID
    party: UUID
    status: IntentStatus
    deposit_fen: int
    deposited_at: datetime | None = None


def apply(
    listing: Listing,
    *,
    intent: UUID,
    party: UUID,
    affiliated: bool,
    domestic: bool,
    accepts_conditions: bool,
    conditions_digest: str,
    now: datetime,
) -> list[Event]:
    """Declare the intent to buy: in the period, independent of the seller, on its conditions."""
    require_open(listing, now)
    if party == listing.seller:
        raise Refused(Refusal.SELLER_CANNOT_BUY)
    if affiliated:
        raise Refused(Refusal.AFFILIATE_CANNOT_BUY)
    if not domestic and listing.export_class is not ExportClass.FREE:
        raise Refused(Refusal.DOMESTIC_BUYERS_ONLY, export_class=listing.export_class)
    if not accepts_conditions:
        raise Refused(Refusal.CONDITIONS_NOT_ACCEPTED)
    return [
        IntentApplied(
            intent=intent, listing=listing.id, conditions_digest=conditions_digest, party=party
        )
    ]


def qualify(
    listing: Listing, state: Intent, *, decision: Decision, findings: str, now: datetime
) -> list[Event]:
    """Qualify the buyer, or refuse with the finding; in the period only."""
    require_open(listing, now, while_suspended=True)
    _require_status(state, IntentStatus.APPLIED)
    require_words("findings", findings)
    if decision is Decision.REFUSE:
        return [
            IntentRefused(intent=state.id, listing=listing.id, party=state.party, findings=findings)
        ]
    return [
        IntentQualified(
            intent=state.id,
            listing=listing.id,
            deposit_fen=state.deposit_fen,
            party=state.party,
            findings=findings,
        )
    ]


def mark_deposited(listing: Listing, state: Intent, *, now: datetime) -> list[Event]:
    """Note that the deposit is held. Money that comes after the end is refused, and goes back."""
    require_open(listing, now, while_suspended=True)
    _require_status(state, IntentStatus.QUALIFIED)
    return [
        IntentDeposited(
            intent=state.id,
            listing=listing.id,
            deposit_fen=state.deposit_fen,
            party=state.party,
        )
    ]


def withdraw(listing: Listing, state: Intent, *, now: datetime) -> list[Event]:
    """Take the intent back while the period runs; afterwards the buyer is bound."""
    require_open(listing, now, while_suspended=True)
    _require_status(state, *LIVE)
    return [
        IntentWithdrawn(
            intent=state.id,
            listing=listing.id,
            deposited=state.status is IntentStatus.DEPOSITED,
            party=state.party,
        )
    ]


def disqualify(state: Intent, *, findings: str) -> list[Event]:
    """Refuse at the end one who stood ready and may not buy any more (PA-3, PA-7)."""
    _require_status(state, IntentStatus.DEPOSITED)
    return [
        IntentRefused(intent=state.id, listing=state.listing, party=state.party, findings=findings)
    ]


def lapse(state: Intent) -> list[Event]:
    """End an intent that did not stand ready; one with its deposit held stays as it is."""
    if state.status not in (IntentStatus.APPLIED, IntentStatus.QUALIFIED):
        return []
    return [IntentLapsed(intent=state.id, listing=state.listing, party=state.party)]


def evolve(state: Intent, events: list[Event], *, at: datetime) -> Intent:
    for event in events:
        match event:
            case IntentQualified():
                state = replace(state, status=IntentStatus.QUALIFIED)
            case IntentRefused():
                state = replace(state, status=IntentStatus.REFUSED)
            case IntentDeposited():
                state = replace(state, status=IntentStatus.DEPOSITED, deposited_at=at)
            case IntentWithdrawn():
                state = replace(state, status=IntentStatus.WITHDRAWN)
            case IntentLapsed():
                state = replace(state, status=IntentStatus.LAPSED)
    return state


def _require_status(state: Intent, *needed: IntentStatus) -> None:
    if state.status not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=state.status.value,
            needed=" / ".join(sorted(n.value for n in needed)),
        )
