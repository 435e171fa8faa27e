"""
Things of other venues as the search index takes them, with their home venue as a facet (NE-3).
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from hutong.network.mirrors import queries
from hutong.network.mirrors.faces import ListingFace, TechnologyFace
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.queries import Foreign
from hutong.search.documents import Document, Facet, Kind
from hutong.search.following import Beside

_KINDS = {ThingKind.TECHNOLOGY: Kind.TECHNOLOGY, ThingKind.LISTING: Kind.LISTING}
_THINGS = {kind: thing for thing, kind in _KINDS.items()}


def changed(
    since: Mapping[str, int], limit: int
) -> tuple[list[tuple[Kind, str, UUID]], Mapping[str, int]]:
    found, now = queries.changed(since, limit)
    known = {thing.value: kind for thing, kind in _KINDS.items()}
    return [(known[kind], code, id) for code, kind, id in found if kind in known], now


def documents(kind: Kind, wanted: Sequence[tuple[str, UUID]]) -> Iterator[Document]:
    """Those of `wanted` that their venues show the network, as documents of the index."""
    for one in queries.some(_THINGS[kind], wanted).values():
        if one.frozen or one.venue is None:
            continue
        if isinstance(one.of, TechnologyFace):
            yield from _technology(one, one.of)
        elif isinstance(one.of, ListingFace):
            yield from _listing(one, one.of)


def everything(kind: Kind) -> Iterator[tuple[str, UUID]]:
    statuses = queries.ON_BOARD if kind is Kind.LISTING else ("", *queries.ON_MARKET)
    return queries.everything(_THINGS[kind], statuses)


BESIDE = Beside(changed, documents, everything, queries.ends)


def _technology(one: Foreign, t: TechnologyFace) -> Iterator[Document]:
    if t.status not in queries.ON_MARKET or t.erased or not (t.title_zh or t.title_en):
        return
    yield Document(
        kind=Kind.TECHNOLOGY,
        id=one.id,
        venue=one.code,
        title_zh=t.title_zh,
        title_en=t.title_en,
        texts=[t.abstract_zh, t.abstract_en, *t.keywords, *t.fields],
        names=[t.holder_stated, *t.inventors],
        codes=[*t.numbers.values(), *t.ipc],
        facets={
            Facet.KIND: [t.kind] if t.kind else [],
            Facet.FIELD: t.fields,
            Facet.INDUSTRY: [t.industry[:1]] if t.industry else [],
            Facet.IPC: sorted({symbol[0] for symbol in t.ipc}),
            Facet.STATUS: [t.status],
            Facet.LEGAL: [t.legal_status] if t.legal_status else [],
        },
        at=t.at,
    )


def _listing(one: Foreign, listing: ListingFace) -> Iterator[Document]:
    if listing.scope != "network" or listing.erased or listing.status not in queries.ON_BOARD:
        return
    parts = listing.joint.parts if listing.joint else ()
    yield Document(
        kind=Kind.LISTING,
        id=one.id,
        venue=one.code,
        title_zh=listing.title_zh,
        title_en=listing.title_en,
        texts=[text for what in listing.offered for text in (what.title_zh, what.title_en)]
        + [text for part in parts for text in (part.title_zh, part.title_en)],
        names=[
            listing.seller_zh,
            listing.seller_en,
            *(name for part in parts for name in (part.seller_zh, part.seller_en)),
        ],
        codes=[listing.number, *([listing.joint.number] if listing.joint else [])],
        facets={
            Facet.KIND: sorted({part.kind for part in listing.offered if part.kind}),
            Facet.STATUS: [listing.status],
            Facet.OFFER: [listing.offer_kind] if listing.offer_kind else [],
            Facet.PRICE_MODE: [listing.price_mode] if listing.price_mode else [],
        },
        at=listing.listed_at,
        ends_at=listing.ends_at,
        price_fen=listing.price_fen,
        open=listing.status == "listed",
    )
