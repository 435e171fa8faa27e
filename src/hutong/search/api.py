"""
The search over HTTP: everything public, by words, filters and facets (MA-2).
"""

from typing import Any

from ninja import Query, Router

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.kit.money import MAX_AMOUNT
from hutong.search import queries, schemas
from hutong.search.documents import Facet, Kind
from hutong.search.queries import MAX_CHOSEN, MAX_PAGES, Asked, Deadline, Found, Order
from hutong.search.words import MAX_ASKED

router = Router(tags=["search"])

VALUES: Any = Query([], max_length=MAX_CHOSEN, description="Any of these; repeat the parameter")
FEN: Any = Query(None, ge=0, le=MAX_AMOUNT)


@router.get(
    "/search",
    response={200: schemas.FoundOut, **PROBLEMS},
    summary="Search technologies and listings",
)
def search(
    request: DoorRequest,
    q: str = Query("", max_length=MAX_ASKED, description="Words, Chinese or English; or a number"),
    type: Kind | None = None,
    kind: list[str] = VALUES,
    field: list[str] = VALUES,
    industry: list[str] = VALUES,
    ipc: list[str] = VALUES,
    region: list[str] = VALUES,
    status: list[str] = VALUES,
    legal: list[str] = VALUES,
    offer: list[str] = VALUES,
    price_mode: list[str] = VALUES,
    venue: list[str] = VALUES,
    deadline: Deadline | None = Query(None, description="The listing ends in so many days"),
    price_from_fen: int | None = FEN,
    price_to_fen: int | None = FEN,
    order: Order = Order.BEST,
    page: int = Query(1, ge=1, le=MAX_PAGES),
    limit: int = Query(20, ge=1, le=100),
) -> Any:
    """Public: needs no power (MA-2). Finds what is on the market or on the board, never who
    applied for it (LI-4), at this venue and at all others of the network (NE-3). Every word must be there; where nothing has them all, `some_words` says
    that these have some. Within a facet any chosen value, across facets all."""
    chosen = {
        Facet.KIND: kind,
        Facet.FIELD: field,
        Facet.INDUSTRY: industry,
        Facet.IPC: ipc,
        Facet.REGION: region,
        Facet.STATUS: status,
        Facet.LEGAL: legal,
        Facet.OFFER: offer,
        Facet.PRICE_MODE: price_mode,
        Facet.VENUE: venue,
    }
    asked = Asked(
        text=q,
        kind=type,
        chosen={facet: values for facet, values in chosen.items() if values},
        deadline=deadline,
        price_from_fen=price_from_fen,
        price_to_fen=price_to_fen,
        order=order,
        page=page,
        per_page=limit,
    )
    return _out(queries.search(asked, now=request.now))


def _out(found: Found) -> dict[str, Any]:
    return {
        "items": found.hits,
        "total": found.total,
        "page": found.page,
        "pages": found.pages,
        "some_words": found.some_words,
        "facets": {
            "type": [{"value": k.value, "count": n} for k, n in found.kinds.items()],
            **{
                facet.value: [{"value": value, "count": n} for value, n in counts]
                for facet, counts in found.facets.items()
            },
            "deadline": [{"value": d.value, "count": n} for d, n in found.deadlines.items()],
        },
    }
