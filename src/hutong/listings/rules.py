"""
The life of a listing (LI-2, LI-3, LI-5).

    draft → submitted → listed ⇄ suspended → concluding → closed
      ↑________|          ↺ extended

Pure: facts in, events out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from hutong.kit.calendar import PeriodEnd
from hutong.kit.event import Event
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.cutoff import Decided, Outcome
from hutong.listings.events import (
    Closed,
    CutOff,
    EndFixed,
    Ending,
    Listed,
    Resumed,
    Returned,
    Revised,
    Submitted,
    Suspended,
    WithdrawalRequested,
)
from hutong.listings.offers import ExportClass, OfferKind, PriceMode
from hutong.listings.refusals import Refusal
from hutong.listings.suspensions import Because

MAX_WORDS = 4_000


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    LISTED = "listed"
    SUSPENDED = "suspended"
    CONCLUDING = "concluding"  # the period is over; auction, deal or negotiation is on its way
    CLOSED = "closed"


LIVE = frozenset({Status.LISTED, Status.SUSPENDED, Status.CONCLUDING})


class Decision(StrEnum):
    ACCEPT = "accept"
    RETURN = "return"


# Where it stands ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Listing:
    id: UUID
    number: str
    seller: UUID
    status: Status
    offer_kind: OfferKind
    exclusive: bool
    price_mode: PriceMode
    price_fen: int | None
    export_class: ExportClass | None = None
    ends_at: datetime | None = None
    ends_provisional: bool = False
    suspended_at: datetime | None = None
    extensions_used: int = 0
    withdrawal_requested: bool = False


CHECKS = ("title", "completeness", "pre_emption")


def require_open(listing: Listing, now: datetime, *, while_suspended: bool = False) -> None:
    """Refuse what belongs into the running period: it must be listed and not yet over."""
    if listing.status is Status.SUSPENDED:
        if while_suspended:
            return  # the period stands still, so it cannot be over
        raise Refused(Refusal.SUSPENDED)
    if listing.status is Status.CONCLUDING or (
        listing.status is Status.CLOSED and listing.ends_at is not None
    ):
        raise Refused(Refusal.PERIOD_OVER, ended_at=listing.ends_at)
    require_status(listing, Status.LISTED)
    assert listing.ends_at is not None, "a listed offer has an end"
    if now >= listing.ends_at:
        raise Refused(Refusal.PERIOD_OVER, ended_at=listing.ends_at)


def revise(listing: Listing) -> list[Event]:
    require_status(listing, Status.DRAFT)
    return [Revised(listing=listing.id)]


def submit(listing: Listing, *, rulebook_version: int) -> list[Event]:
    require_status(listing, Status.DRAFT)
    if listing.offer_kind not in (OfferKind.TRANSFER, OfferKind.LICENCE):
        raise Refused(Refusal.ONLY_TRANSFERS_SUBMITTED)
    return [Submitted(listing=listing.id, rulebook_version=rulebook_version)]


def return_to_seller(listing: Listing, *, findings: str) -> list[Event]:
    require_status(listing, Status.SUBMITTED)
    require_words("findings", findings)
    return [Returned(listing=listing.id, findings=findings)]


def require_acceptable(listing: Listing, *, checklist: Mapping[str, bool], findings: str) -> None:
    """Refuse acceptance before every check is answered yes, and the finding is written."""
    require_status(listing, Status.SUBMITTED)
    for check in CHECKS:
        if not checklist.get(check, False):
            raise Refused(Refusal.CHECK_FAILED, check=check)
    require_words("findings", findings)


def suspend(listing: Listing, *, because: Because, now: datetime) -> list[Event]:
    require_open(listing, now)
    if "text" in because:
        require_words("reason", because["text"])
    return [Suspended(listing=listing.id, suspended_at=now, reason=dict(because))]


def resume(listing: Listing, *, now: datetime, closing_hour: int = 17) -> list[Event]:
    """Go on with the time that was left, to the closing hour of its last day: never shorter."""
    require_status(listing, Status.SUSPENDED)
    assert listing.ends_at is not None, "a listed offer has an end"
    assert listing.suspended_at is not None, "a suspension has a beginning"
    earliest = now + (listing.ends_at - listing.suspended_at)
    ends_at = at_local(local_date(earliest), closing_hour)
    if ends_at < earliest:
        ends_at = at_local(local_date(earliest) + timedelta(days=1), closing_hour)
    return [Resumed(listing=listing.id, ends_at=ends_at)]


def fix_end(listing: Listing, *, recomputed: PeriodEnd) -> list[Event]:
    """Fix a provisional end by the calendar now known; nothing when it stays as it was."""
    require_status(listing, Status.LISTED)
    same = recomputed.at == listing.ends_at and recomputed.provisional == listing.ends_provisional
    if same:
        return []
    return [
        EndFixed(
            listing=listing.id,
            ends_at=recomputed.at,
            ends_provisional=recomputed.provisional,
        )
    ]


def require_over(listing: Listing, now: datetime) -> None:
    """Refuse what follows the period before it has ended."""
    require_status(listing, Status.LISTED)
    if listing.ends_at is None or now < listing.ends_at:
        raise Refused(Refusal.PERIOD_RUNNING, ends_at=listing.ends_at)


def hold_back(listing: Listing, *, because: Because, now: datetime) -> list[Event]:
    """Suspend at its end, undecided, what can no longer be sold as offered; the office decides."""
    require_over(listing, now)
    assert listing.ends_at is not None, "a listed offer has an end"
    return [Suspended(listing=listing.id, suspended_at=listing.ends_at, reason=dict(because))]


def cut_off(
    listing: Listing,
    *,
    decided: Decided,
    chosen: list[dict[str, Any]],
    released: list[UUID],
    extended_to: PeriodEnd,
    now: datetime,
) -> list[Event]:
    """Say what the end of the period brings (LI-5); a listing that lapses is closed by it."""
    require_over(listing, now)
    assert listing.ends_at is not None, "a listing whose period is over had one"
    extended = decided.outcome is Outcome.EXTENDED
    events: list[Event] = [
        CutOff(
            listing=listing.id,
            outcome=decided.outcome,
            count=len(chosen) + len(released),
            ends_at=extended_to.at if extended else listing.ends_at,
            ends_provisional=extended_to.provisional if extended else False,
            price_fen=listing.price_fen,
            seller=listing.seller,
            intents=chosen,
            released=released,
        )
    ]
    if decided.outcome is Outcome.LAPSED:
        events.append(Closed(listing=listing.id, ending=Ending.LAPSED, deal=None, reason=""))
    return events


def request_withdrawal(listing: Listing, *, reason: str, now: datetime) -> list[Event]:
    """Take back what is not yet listed at once; of what is listed the venue decides.

    The venue decides even where nobody has applied: a seller who could withdraw only while nobody
    has paid a deposit would learn from a refusal that somebody has (LI-4).
    """
    if listing.status in {Status.DRAFT, Status.SUBMITTED}:
        return [Closed(listing=listing.id, ending=Ending.WITHDRAWN, deal=None, reason=reason)]
    require_open(listing, now, while_suspended=True)
    require_words("reason", reason)
    if listing.withdrawal_requested:
        raise Refused(Refusal.WITHDRAWAL_REQUESTED)
    return [WithdrawalRequested(listing=listing.id, reason=reason)]


def terminate(listing: Listing, *, reason: str, deposited: Collection[UUID]) -> list[Event]:
    """End a live listing. The seller's wish, with nobody deposited, is a withdrawal."""
    require_status(listing, *LIVE)
    require_words("reason", reason)
    wished = listing.withdrawal_requested and not deposited
    return [
        Closed(
            listing=listing.id,
            ending=Ending.WITHDRAWN if wished else Ending.TERMINATED,
            deal=None,
            reason=reason,
            deposited=sorted(deposited),
        )
    ]


def close_sold(listing: Listing, *, deal: UUID) -> list[Event]:
    require_status(listing, Status.CONCLUDING)
    return [Closed(listing=listing.id, ending=Ending.SOLD, deal=deal, reason="")]


def close_unsold(listing: Listing, *, reason: str, deposited: Collection[UUID]) -> list[Event]:
    require_status(listing, Status.CONCLUDING)
    return [
        Closed(
            listing=listing.id,
            ending=Ending.LAPSED,
            deal=None,
            reason=reason,
            deposited=sorted(deposited),
        )
    ]


def evolve(listing: Listing, events: Collection[Event]) -> Listing:
    for event in events:
        listing = _evolve_one(listing, event)
    return listing


def _evolve_one(listing: Listing, event: Event) -> Listing:
    match event:
        case Submitted():
            return replace(listing, status=Status.SUBMITTED)
        case Returned():
            return replace(listing, status=Status.DRAFT)
        case Listed(ends_at=ends_at, ends_provisional=provisional, export_class=export_class):
            return replace(
                listing,
                status=Status.LISTED,
                ends_at=ends_at,
                ends_provisional=provisional,
                export_class=export_class,
            )
        case EndFixed(ends_at=ends_at, ends_provisional=provisional):
            return replace(listing, ends_at=ends_at, ends_provisional=provisional)
        case Suspended(suspended_at=suspended_at):
            return replace(listing, status=Status.SUSPENDED, suspended_at=suspended_at)
        case Resumed(ends_at=ends_at):
            # What was left is given back as it was left: nothing remains to be recounted.
            return replace(
                listing,
                status=Status.LISTED,
                ends_at=ends_at,
                ends_provisional=False,
                suspended_at=None,
            )
        case WithdrawalRequested():
            return replace(listing, withdrawal_requested=True)
        case CutOff(outcome=Outcome.EXTENDED, ends_at=ends_at, ends_provisional=provisional):
            return replace(
                listing,
                ends_at=ends_at,
                ends_provisional=provisional,
                extensions_used=listing.extensions_used + 1,
            )
        case CutOff():
            return replace(listing, status=Status.CONCLUDING)
        case Closed():
            return replace(listing, status=Status.CLOSED)
        case _:
            return listing


def require_words(what: str, text: str, *, at_most: int = MAX_WORDS) -> None:
    if not text.strip():
        raise Refused(Refusal.WORDS_MISSING, what=what)
    if len(text) > at_most:
        raise Refused(CommonRefusal.TOO_LARGE, what=what, limit=at_most)


def require_status(listing: Listing, *needed: Status) -> None:
    if listing.status not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=listing.status.value,
            needed=" / ".join(sorted(n.value for n in needed)),
        )
