"""What pledgees have of the proceeds of pledged rights, or is held for them (RR-6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from hutong.settlement.models import PledgedProceeds
from hutong.settlement.pledged import Way

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedsView:
    """`released_at`: when the pledge ended for which it was held."""

    deal: UUID
    technology: UUID
    pledge: UUID
    seller: UUID
    pledgee: UUID
    way: Way
    amount_fen: int
    currency: str
    at: datetime
    released_at: datetime | None


def proceeds_of_deal(deal: UUID) -> list[ProceedsView]:
    return [_view(row) for row in PledgedProceeds.objects.filter(deal=deal).order_by("id")]


def proceeds_of_party(party: UUID) -> list[ProceedsView]:
    """What a party got as pledgee, or gave or has held as seller, newest first."""
    rows = PledgedProceeds.objects.filter(Q(seller=party) | Q(pledgee=party))
    return [_view(row) for row in rows.order_by("-id")[:MOST]]


def _view(row: PledgedProceeds) -> ProceedsView:
    return ProceedsView(
        deal=row.deal,
        technology=row.technology,
        pledge=row.pledge,
        seller=row.seller,
        pledgee=row.pledgee,
        way=Way(row.way),
        amount_fen=row.amount_fen,
        currency=row.currency,
        at=row.at,
        released_at=row.released_at,
    )
