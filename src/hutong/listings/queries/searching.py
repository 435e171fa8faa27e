"""
Listings as the search index takes them: what the board shows, never who applied (LI-4).
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.listings.models import Listing
from hutong.listings.queries.board import SHOWN, BoardItem, _item
from hutong.listings.queries.listings import ListingView, view
from hutong.listings.rules import Status
from hutong.parties import queries as parties
from hutong.search.documents import Document, Facet, Kind
from hutong.technologies import queries as technologies

TOUCHING = (
    "listings.Listed",
    "listings.EndFixed",
    "listings.Suspended",
    "listings.Resumed",
    "listings.CutOff",
    "listings.Closed",
)
_SHOWN = [status.value for status in SHOWN]


def touched(entry: Recorded) -> Iterable[UUID]:
    return [UUID(entry.facts["listing"])]


def everything() -> Iterator[UUID]:
    rows = Listing.objects.filter(listed_at__isnull=False, status__in=_SHOWN).order_by("id")
    return rows.values_list("id", flat=True).iterator(chunk_size=5000)


def documents(ids: Sequence[UUID]) -> Iterator[Document]:
    """Those of `ids` that are on the board, as documents of the index."""
    rows = Listing.objects.filter(id__in=ids, listed_at__isnull=False, status__in=_SHOWN)
    found = [(view(row), row) for row in rows.prefetch_related("offered")]
    names = parties.parties({listing.seller for listing, _row in found})
    offered = technologies.technologies({t for listing, _row in found for t in listing.rights})
    for listing, row in found:
        yield _document(
            listing,
            row,
            names.get(listing.seller),
            [offered[t] for t in listing.rights if t in offered],
        )


def _document(
    listing: ListingView,
    row: Listing,
    seller: parties.PartyView | None,
    offered: Sequence[technologies.TechnologyView],
) -> Document:
    parts = listing.joint.parts if listing.joint else ()
    return Document(
        kind=Kind.LISTING,
        id=listing.id,
        title_zh=listing.title_zh,
        title_en=listing.title_en,
        texts=[
            text
            for t in offered
            for text in (t.title_zh, t.title_en, t.abstract_zh, t.abstract_en, *t.keywords)
        ]
        + list(row.fields)
        + [text for p in parts for text in (p.title_zh, p.title_en)],
        names=([seller.name_zh, seller.name_en] if seller else [])
        + [text for p in parts for text in (p.seller_zh, p.seller_en)],
        codes=[
            listing.number,
            *([listing.joint.number] if listing.joint else []),
            *(n for t in offered for n in t.numbers.values()),
        ],
        facets={
            Facet.KIND: row.kinds,
            Facet.FIELD: row.fields,
            Facet.INDUSTRY: sorted({code[0] for code in row.industries if code}),
            Facet.IPC: sorted({symbol[0] for t in offered for symbol in t.ipc if symbol}),
            Facet.REGION: [seller.jurisdiction] if seller else [],
            Facet.STATUS: [listing.status.value],
            Facet.OFFER: [listing.offer_kind.value],
            Facet.PRICE_MODE: [listing.price_mode.value],
        },
        at=listing.listed_at,
        ends_at=listing.ends_at,
        price_fen=listing.price_fen,
        open=listing.status is Status.LISTED,
    )


def on_board(ids: Sequence[UUID]) -> dict[UUID, BoardItem]:
    """Those of `ids` that are on the board, as it shows them."""
    rows = list(Listing.objects.filter(id__in=ids, listed_at__isnull=False, status__in=_SHOWN))
    names = parties.parties(row.seller for row in rows)
    return {row.id: _item(row, names.get(row.seller)) for row in rows}


def offers_of(technology: UUID) -> list[tuple[BoardItem, str]]:
    """Listings that offer or offered the technology, newest first, each with how it ended."""
    rows = Listing.objects.filter(
        listed_at__isnull=False, status__in=_SHOWN, offered__technology=technology
    )
    return [(_item(row, None), row.ending or "") for row in rows.order_by("-listed_at", "-id")[:50]]
