"""
What can be asked of the sale of joint projects: our sellers' parts, by themselves and by officers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When

from hutong.doors.waiting import shaped
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects import queries as projects
from hutong.network.sales.audit import audit
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import LIVE, Status

SEE = projects.SEE


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleView:
    """A part of one of our sellers in a deal of the lead venue's; `price_fen`: of the whole."""

    part: UUID
    project: UUID
    seller: UUID
    deal: UUID
    lead: str
    number: str
    buyer: UUID
    price_fen: int
    amount_fen: int
    currency: str
    contract_digest: str
    sign_by: datetime
    status: Status
    accepted_at: datetime | None
    rulebook_version: int
    ending_by: UUID | None
    ending_reason: str
    entries: tuple[UUID, ...]
    awarded_at: datetime
    changed_at: datetime


def of_part(part: UUID) -> SaleView | None:
    return of_parts([part]).get(part)


def of_parts(parts: Iterable[UUID]) -> dict[UUID, SaleView]:
    rows = PartSale.objects.filter(part__in=list(parts)).select_related("part")
    return {row.part_id: view(row) for row in rows}


def contract_text(part: UUID) -> str:
    """The contract as the lead venue sent it. Raises Refused (NOT_FOUND)."""
    text = PartSale.objects.filter(part=part).values_list("contract", flat=True).first()
    if text is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    return text


def seen_by(actor: Actor, part: UUID) -> SaleView:
    """The sale of a party's own part; officers with `listings.examine` see each."""
    found = of_part(part)
    if found is None or not (actor.has(SEE) or found.seller == actor.acting_party()):
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    return found


def to_confirm() -> list[SaleView]:
    """Sales whose end an officer proposed, and another confirms or drops."""
    rows = PartSale.objects.filter(ending_by__isnull=False, status__in=[s.value for s in LIVE])
    return [view(row) for row in rows.select_related("part").order_by("changed_at", "part")]


def live_in(project: UUID) -> list[UUID]:
    """Parts of a project that are being sold."""
    rows = PartSale.objects.filter(part__invitation=project, status__in=[s.value for s in LIVE])
    return list(rows.order_by("part").values_list("part", flat=True))


def waiting_for(party: UUID) -> QuerySet[PartSale]:
    """A party's parts that are being sold, for `doors.waiting.together`."""
    rows = PartSale.objects.filter(part__seller=party, status__in=[one.value for one in LIVE])
    sign = When(status=Status.AWARDED.value, then=Value("sale:sign"))
    return shaped(
        rows,
        what=Case(sign, default=Value("sale:wait")),
        mine=Case(When(status=Status.AWARDED.value, then=Value(True)), default=Value(False)),
        id="part_id",
        number="number",
        title_zh="part__invitation__title_zh",
        title_en="part__invitation__title_en",
        amount_fen="amount_fen",
        due_by=Case(When(status=Status.AWARDED.value, then=F("sign_by"))),
        since="awarded_at",
    )


def view(row: PartSale) -> SaleView:
    told = {name: getattr(row, name) for name in SaleView.__slots__ if name not in _OWN}
    return SaleView(
        **told,
        part=row.part_id,
        project=row.part.invitation_id,
        seller=row.part.seller,
        status=Status(row.status),
        entries=tuple(row.entries),
    )


_OWN = {"part", "project", "seller", "status", "entries"}

__all__ = [
    "SEE",
    "SaleView",
    "audit",
    "contract_text",
    "live_in",
    "of_part",
    "of_parts",
    "seen_by",
    "to_confirm",
    "view",
    "waiting_for",
]
