"""What pledgees have of the proceeds of pledged rights, or is held for them (RR-6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet, Value

from hutong.doors.waiting import shaped
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.settlement.models import PledgedProceeds
from hutong.settlement.pledged import Standing, Way
from hutong.settlement.queries.sight import sees_books

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedsView:
    """`released_at`: when the pledge ended for which it was held; `paid_fen`: what of it paid the
    debt that fell due. `findings`: of the last decision on a claim, a refused one too."""

    id: UUID
    deal: UUID
    technology: UUID
    pledge: UUID
    seller: UUID
    pledgee: UUID
    way: Way
    standing: Standing
    amount_fen: int
    currency: str
    at: datetime
    released_at: datetime | None
    claimed_at: datetime | None
    claimed_by: UUID | None
    claimed_fen: int | None
    grounds: str
    evidence: tuple[UUID, ...]
    decided_by: UUID | None
    findings: str
    paid_at: datetime | None
    paid_fen: int | None


def proceeds_of_deal(deal: UUID) -> list[ProceedsView]:
    return [_view(row) for row in PledgedProceeds.objects.filter(deal=deal).order_by("id")]


def proceeds_of_party(party: UUID) -> list[ProceedsView]:
    """What a party got as pledgee, or gave or has held as seller, newest first."""
    rows = PledgedProceeds.objects.filter(Q(seller=party) | Q(pledgee=party))
    return [_view(row) for row in rows.order_by("-id")[:MOST]]


def proceeds(id: UUID, actor: Actor | None = None) -> ProceedsView:
    """One sum; with `actor`, only for its seller, its pledgee and the books."""
    row = PledgedProceeds.objects.filter(id=id).first()
    if row is None or (actor is not None and not _sees(actor, row)):
        raise Refused(CommonRefusal.NOT_FOUND, what="proceeds")
    return _view(row)


def claims_open() -> list[ProceedsView]:
    """What pledgees have asked for and nobody has decided, longest waiting first."""
    return [_view(row) for row in _open().order_by("claimed_at", "id")]


def claims_against(party: UUID) -> QuerySet[PledgedProceeds]:
    """Claims under way on what a party sold, or that it made, for `doors.waiting.together`."""
    return shaped(
        _open().filter(Q(seller=party) | Q(pledgee=party)),
        what=Value("proceeds:claimed"),
        mine=Value(False),
        id="id",
        amount_fen="claimed_fen",
        since="claimed_at",
    )


def _open() -> QuerySet[PledgedProceeds]:
    rows = PledgedProceeds.objects.filter(claimed_at__isnull=False)
    return rows.filter(paid_at=None, released_at=None)


def _sees(actor: Actor, row: PledgedProceeds) -> bool:
    return sees_books(actor) or actor.party in (row.seller, row.pledgee)


def _view(row: PledgedProceeds) -> ProceedsView:
    return ProceedsView(
        id=row.id,
        deal=row.deal,
        technology=row.technology,
        pledge=row.pledge,
        seller=row.seller,
        pledgee=row.pledgee,
        way=Way(row.way),
        standing=row.standing,
        amount_fen=row.amount_fen,
        currency=row.currency,
        at=row.at,
        released_at=row.released_at,
        claimed_at=row.claimed_at,
        claimed_by=row.claimed_by,
        claimed_fen=row.claimed_fen,
        grounds=row.grounds,
        evidence=tuple(row.evidence),
        decided_by=row.decided_by,
        findings=row.findings,
        paid_at=row.paid_at,
        paid_fen=row.paid_fen,
    )
