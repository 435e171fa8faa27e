"""
What can be asked about deals. A deal is seen by its two sides, and by officers and the supervisor.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, TruncDate

from hutong.deals.audit import audit
from hutong.deals.models import Contract, Deal, DealPart
from hutong.deals.parts import OVER, PartStatus
from hutong.deals.rules import Ending, How, Side, Status
from hutong.doors.beside import beside
from hutong.doors.reading import once
from hutong.kit.actor import Actor
from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.offers import LicenceMode, LicenceTerms
from hutong.rights.shares import WHOLE
from hutong.technologies import queries as technologies

MOVED = (Status.MOVED, Status.CERTIFIED, Status.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceView:
    """Who accepted the contract's text for a side, and when."""

    side: Side
    party: UUID
    person: UUID
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPartView:
    """A part of a joint project in the deal, and where it stands; `why`: its home venue's refusal of
    what it was asked last. `returning_by`: who means to give it up; shown to the office alone."""

    id: UUID
    deal: UUID
    venue: str
    bundle: UUID
    technologies: int
    contents: str
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: Fraction
    amount_fen: int
    lead: bool
    status: PartStatus
    why: dict[str, Any]
    accepted_at: datetime | None
    changed_at: datetime
    returning_by: UUID | None
    returning_reason: str

    @property
    def is_over(self) -> bool:
        return self.status in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class DealView:
    id: UUID
    number: str
    listing: UUID
    intent: UUID | None
    source: str
    how: How
    seller: UUID
    buyer: UUID
    technologies: tuple[UUID, ...]
    share: Fraction  # of a transfer; a licence is of the whole
    licence_mode: LicenceMode | None
    licence: LicenceTerms | None
    price_fen: int
    currency: str
    status: Status
    contract_digest: str
    rulebook_version: int
    opened_at: datetime
    sign_by: datetime
    pay_by: datetime | None
    overdue_at: datetime | None
    changed_at: datetime
    transfer_entries: tuple[UUID, ...]
    certificate: str
    acceptances: tuple[AcceptanceView, ...]
    ending: Ending | None  # proposed by one officer; shown to the office alone
    moving_at: datetime | None = None
    contract_refused: Mapping[str, Any] = field(
        default_factory=dict
    )  # by the buyer's exchange: why
    parts: tuple[DealPartView, ...] = ()  # of a joint project, the lead seller's first

    @property
    def signed_at(self) -> datetime | None:
        """When the last of them accepted."""
        accepted = [a.at for a in self.acceptances]
        accepted += [p.accepted_at for p in self.parts if p.accepted_at is not None]
        whole = all(p.accepted_at is not None for p in self.parts)
        return max(accepted) if whole and len(self.acceptances) == len(Side) else None

    @property
    def lead_part(self) -> DealPartView | None:
        return next((part for part in self.parts if part.lead), None)

    @property
    def refused_parts(self) -> tuple[DealPartView, ...]:
        """Those whose home venues refused what they were asked: an officer decides."""
        return tuple(part for part in self.parts if part.why and not part.is_over)

    def side_of(self, party: UUID | None) -> Side | None:
        return {self.seller: Side.SELLER, self.buyer: Side.BUYER}.get(party) if party else None


def deal(id: UUID) -> DealView:
    """The deal. Refused when there is none."""
    row = once(("deals.deal", id), _rows().filter(id=id).first)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    return view(row)


def with_refused_parts() -> list[DealView]:
    """Deals with a part whose home venue refused what it was asked, longest first."""
    rows = DealPart.objects.exclude(why={}).exclude(status__in=[s.value for s in OVER])
    found = _rows().filter(id__in=rows.values("deal"))
    return [view(row) for row in found.order_by("changed_at", "id")]


def of_part(part: UUID) -> DealView | None:
    """The deal that sells a part of a joint project."""
    row = _rows().filter(parts__id=part).first()
    return view(row) if row else None


def lead_parts_moved() -> list[UUID]:
    """The lead sellers' parts that deals over joint projects have moved."""
    rows = DealPart.objects.filter(lead=True, status=PartStatus.MOVED.value)
    return list(rows.values_list("id", flat=True))


def parts_of_price(id: UUID) -> dict[UUID, Fraction]:
    """What part of a deal's price each right earns: whatever it names earns as much as the next,
    and of a bundle each part what its stated split says (TE-4). The parts total one."""
    named = deal(id).technologies
    found = technologies.technologies(named)
    parts: dict[UUID, Fraction] = defaultdict(Fraction)
    for one in named:
        for right, share in [(p.technology, p.share) for p in found[one].split] or [(one, WHOLE)]:
            parts[right] += share / len(named)
    return dict(parts)


def deal_seen_by(actor: Actor, id: UUID) -> DealView:
    """The deal, if `actor` may see it; another's deal does not exist for a member."""
    row = rows_seen_by(actor).filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    once(("deals.deal", id), lambda: row)
    return view(row)


def rows_seen_by(actor: Actor) -> QuerySet[Deal]:
    """Deals `actor` may see, for paging; each becomes a `DealView` by `view`."""
    if sees_all(actor):
        return _rows()
    if actor.party is None:
        return _rows().none()
    return _rows().filter(Q(seller=actor.party) | Q(buyer=actor.party))


def sees_all(actor: Actor) -> bool:
    """Officers, with their second factor, and the supervisor see every deal."""
    officer = any(not power.startswith("member.") for power in actor.powers)
    return actor.is_system or (actor.second_factor and officer)


def moved(since: datetime | None = None) -> QuerySet[Deal]:
    """Deals whose right has moved, latest change first; each becomes a `DealView` by `view`."""
    rows = _rows().filter(status__in=[s.value for s in MOVED]).order_by("-changed_at", "-id")
    return rows if since is None else rows.filter(changed_at__gte=since)


def moved_in_all() -> tuple[int, int]:
    """How many deals there are whose right has moved, and in fen what moved for them."""
    done = _moved().aggregate(n=Count("id"), sum=Sum("moved_fen"))
    return done["n"], done["sum"] or 0


def _moved() -> QuerySet[Deal]:
    """With `moved_fen`: the price but for the shares of parts that were given up (ST-1)."""
    returned = DealPart.objects.filter(deal=OuterRef("id"), status=PartStatus.RETURNED.value)
    back = returned.order_by().values("deal").annotate(sum=Sum("amount_fen")).values("sum")
    rows = Deal.objects.filter(status__in=[s.value for s in MOVED])
    return rows.annotate(moved_fen=F("price_fen") - Coalesce(Subquery(back), Value(0)))


def moved_by_seller() -> dict[UUID, int]:
    """How many deals of each seller have moved their right."""
    rows = Deal.objects.filter(status__in=[s.value for s in MOVED]).order_by()
    return dict(rows.values("seller").annotate(n=Count("id")).values_list("seller", "n"))


def moved_by_day(since: datetime) -> dict[date, tuple[int, int]]:
    """Deals whose right moved on each of the venue's days from `since` on: how many, and what moved
    for them in fen."""
    rows = _moved().filter(changed_at__gte=since)
    days = rows.annotate(day=TruncDate("changed_at", tzinfo=SHANGHAI)).order_by().values("day")
    counted = days.annotate(n=Count("id"), sum=Sum("moved_fen"))
    return {day: (n, total) for day, n, total in counted.values_list("day", "n", "sum")}


def of_source(source: str) -> DealView | None:
    row = _rows().filter(source=source).first()
    return view(row) if row else None


def of_listing(listing: UUID) -> list[DealView]:
    """Deals that came from a listing, oldest first."""
    return [view(row) for row in _rows().filter(listing=listing).order_by("opened_at", "id")]


def in_status(*statuses: Status) -> list[DealView]:
    """Deals in one of `statuses`, longest waiting first."""
    rows = _rows().filter(status__in=[s.value for s in statuses])
    return [view(row) for row in rows.order_by("changed_at", "id")]


def overdue() -> list[DealView]:
    """Deals whose signing or payment is late, longest first: an officer decides what follows."""
    rows = _rows().filter(overdue_at__isnull=False, status__in=["agreed", "signed"])
    return [view(row) for row in rows.order_by("overdue_at", "id")]


def unread() -> list[DealView]:
    """Deals whose contract the buyer's exchange refused, longest first: an officer ends them."""
    rows = _rows().filter(status=Status.AGREED.value).exclude(contract_refused={})
    found = [view(row) for row in rows.order_by("changed_at", "id")]
    return [one for one in found if Side.BUYER not in {a.side for a in one.acceptances}]


def endings_proposed() -> list[DealView]:
    """Deals one officer proposed to end, longest waiting first: another confirms or drops it."""
    return [view(row) for row in _rows().filter(ending_at__isnull=False).order_by("ending_at")]


def live_by_rulebook() -> dict[int, int]:
    """How many deals under way keep each version of the rulebook."""
    rows = Deal.objects.filter(status__in=["agreed", "signed", "paid", "moved"])
    return dict(rows.values_list("rulebook_version").annotate(Count("id")))


def deals(ids: Iterable[UUID]) -> dict[UUID, DealView]:
    return {row.id: view(row) for row in _rows().filter(id__in=list(ids))}


def contract_text(deal: UUID) -> bytes:
    """The exact bytes of the contract. Refused when there is no such deal."""
    text = Contract.objects.filter(deal_id=deal).values_list("text", flat=True).first()
    if text is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    return bytes(text)


def _rows() -> QuerySet[Deal]:
    return beside(Deal.objects.all(), "acceptances", "parts")


def view(row: Deal) -> DealView:
    return DealView(
        id=row.id,
        number=row.number,
        listing=row.listing,
        intent=row.intent,
        source=row.source,
        how=How(row.how),
        seller=row.seller,
        buyer=row.buyer,
        technologies=tuple(row.technologies),
        share=row.share,
        licence_mode=LicenceMode(row.licence_mode) if row.licence_mode else None,
        licence=LicenceTerms.read(row.licence) if row.licence else None,
        price_fen=row.price_fen,
        currency=row.currency,
        status=Status(row.status),
        contract_digest=row.contract_digest,
        rulebook_version=row.rulebook_version,
        opened_at=row.opened_at,
        sign_by=row.sign_by,
        pay_by=row.pay_by,
        overdue_at=row.overdue_at,
        changed_at=row.changed_at,
        transfer_entries=tuple(row.entries),
        certificate=row.certificate,
        acceptances=tuple(
            AcceptanceView(
                side=Side(a.side), party=a.party, person=a.person, digest=a.digest, at=a.at
            )
            for a in sorted(row.acceptances.all(), key=lambda a: a.at)
        ),
        ending=row.ending,
        moving_at=row.moving_at,
        contract_refused=row.contract_refused,
        parts=tuple(
            view_part(one)
            for one in sorted(row.parts.all(), key=lambda p: (not p.lead, p.venue, p.id))
        ),
    )


def view_part(row: DealPart) -> DealPartView:
    told = {name: getattr(row, name) for name in DealPartView.__slots__ if name not in _TYPED}
    return DealPartView(**told, deal=row.deal_id, status=PartStatus(row.status))


_TYPED = {"deal", "status"}


__all__ = [
    "AcceptanceView",
    "DealPartView",
    "DealView",
    "audit",
    "contract_text",
    "deal",
    "deal_seen_by",
    "deals",
    "endings_proposed",
    "in_status",
    "lead_parts_moved",
    "live_by_rulebook",
    "of_listing",
    "of_part",
    "of_source",
    "overdue",
    "rows_seen_by",
    "sees_all",
    "unread",
    "view",
    "view_part",
    "with_refused_parts",
]
