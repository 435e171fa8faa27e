"""
A listing as others see it: public once it is on the board, before that its seller's and the office's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.doors.reading import once
from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.cutoff import Outcome
from hutong.listings.events import Ending
from hutong.listings.joint import Joint
from hutong.listings.models import Listing, Offered
from hutong.listings.offers import (
    ExportClass,
    LicenceMode,
    LicenceTerms,
    OfferKind,
    Payment,
    PriceMode,
    Scope,
)
from hutong.listings.queries.sight import is_office, is_seller
from hutong.listings.rules import Status


@dataclass(frozen=True, kw_only=True)
class ListingView:
    """A listing. `technologies`: as the seller named them; `rights`: the rights on offer, a
    bundle's parts in its place. `outcome` and `count` are known once the period is over."""

    id: UUID
    number: str
    seller: UUID
    status: Status
    title_zh: str
    title_en: str
    technologies: tuple[UUID, ...]
    rights: tuple[UUID, ...]
    offer_kind: OfferKind
    share: Fraction | None
    licence_mode: LicenceMode | None
    licence: LicenceTerms | None
    exclusive: bool
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int
    increment_fen: int | None
    currency: str
    payment: Payment
    conditions: str
    scope: Scope
    export_class: ExportClass | None
    rulebook_version: int | None
    drafted_at: datetime
    submitted_at: datetime | None
    listed_at: datetime | None
    ends_at: datetime | None
    ends_provisional: bool
    extensions_used: int
    suspended_at: datetime | None
    suspended_because: str  # in an officer's words
    suspended_for: Mapping[str, str]  # or by a cause of `suspensions`: its code and facts
    cut_off_at: datetime | None
    outcome: Outcome | None
    count: int | None
    closed_at: datetime | None
    ending: Ending | None
    deal: UUID | None
    joint: Joint | None = None  # what of other venues is offered with it

    @property
    def title(self) -> str:
        return self.title_zh or self.title_en


@dataclass(frozen=True, kw_only=True)
class ListingFile:
    """A listing with what only its seller and the office read."""

    listing: ListingView
    entered_by: UUID | None
    checklist: dict[str, Any]
    findings: str
    withdrawal_requested_at: datetime | None
    withdrawal_reason: str
    closed_because: str


def listing(id: UUID) -> ListingView:
    """A listing whoever asks; the caller decides who sees it. Refused when there is none."""
    return view(_row(id))


def listings_of(ids: Iterable[UUID]) -> dict[UUID, ListingView]:
    """Listings by their ids, asked for at once; whoever asks."""
    return {row.id: view(row) for row in _rows().filter(id__in=set(ids))}


def visible(id: UUID, actor: Actor) -> ListingView:
    """A listing as `actor` may see it: what is on the board, or one's own, or the office's."""
    row = _row(id)
    if row.listed_at is None and not (is_seller(actor, row) or is_office(actor)):
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    return view(row)


def file_of(id: UUID, actor: Actor) -> ListingFile:
    """A listing with its file, for its seller and the office."""
    row = _row(id)
    if not (is_seller(actor, row) or is_office(actor)):
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    return ListingFile(
        listing=view(row),
        entered_by=row.entered_by,
        checklist=row.checklist,
        findings=row.findings,
        withdrawal_requested_at=row.withdrawal_requested_at,
        withdrawal_reason=row.withdrawal_reason,
        closed_because=row.closed_because,
    )


def listings(
    actor: Actor,
    *,
    status: Status | None = None,
    withdrawal_requested: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of the office's listings, or of one's own party's; drafts included. Newest first."""
    rows = _rows()
    if not is_office(actor):
        actor.need(READ)
        rows = rows.filter(seller=actor.acting_party())
    if status is not None:
        rows = rows.filter(status=status.value)
    if withdrawal_requested is not None:
        rows = rows.filter(withdrawal_requested_at__isnull=not withdrawal_requested)
    return paged(rows, cursor, limit, out=view)


def of_technology(technology: UUID) -> list[ListingView]:
    """Listings that offer or offered the technology in public, newest first."""
    rows = _rows().filter(listed_at__isnull=False, offered__technology=technology)
    return [view(row) for row in rows.order_by("-listed_at", "-id")]


def reserved_among(technologies: Collection[UUID]) -> set[UUID]:
    """Those on live exclusive offer at the moment (LI-2)."""
    rows = Offered.objects.filter(technology__in=list(technologies), reserved=True)
    return set(rows.values_list("technology", flat=True))


def view(row: Listing) -> ListingView:
    offered = sorted(row.offered.all(), key=lambda o: o.position)
    return ListingView(
        id=row.id,
        number=row.number,
        seller=row.seller,
        status=Status(row.status),
        title_zh=row.title_zh,
        title_en=row.title_en,
        technologies=tuple(o.technology for o in offered if o.named),
        rights=tuple(o.technology for o in offered if o.right),
        offer_kind=OfferKind(row.offer_kind),
        share=row.share,
        licence_mode=LicenceMode(row.licence_mode) if row.licence_mode else None,
        licence=LicenceTerms.read(row.licence) if row.licence else None,
        exclusive=row.exclusive,
        price_mode=PriceMode(row.price_mode),
        price_fen=row.price_fen,
        deposit_fen=row.deposit_fen,
        increment_fen=row.increment_fen,
        currency=row.currency,
        payment=Payment(row.payment),
        conditions=row.conditions,
        scope=Scope(row.scope),
        export_class=ExportClass(row.export_class) if row.export_class else None,
        rulebook_version=row.rulebook_version,
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        listed_at=row.listed_at,
        ends_at=row.ends_at,
        ends_provisional=row.ends_provisional,
        extensions_used=row.extensions_used,
        suspended_at=row.suspended_at,
        suspended_because=row.suspended_because,
        suspended_for=row.suspended_for,
        cut_off_at=row.cut_off_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        count=row.count,
        closed_at=row.closed_at,
        ending=Ending(row.ending) if row.ending else None,
        deal=row.deal,
        joint=row.together,
    )


def row_of(id: UUID) -> Listing | None:
    """The row, asked for once by a page that needs it for several things."""
    rows = beside(_rows(), "preemptions").filter(id=id)
    return once(("listings.listing", id), rows.first)


def _row(id: UUID) -> Listing:
    row = row_of(id)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    return row


def _rows() -> QuerySet[Listing]:
    return beside(Listing.objects.all(), "offered")
