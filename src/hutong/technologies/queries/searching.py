"""
Technologies as the search index takes them: what is on the market, and only what its page shows.
"""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.parties import queries as parties
from hutong.search.documents import Document, Facet, Kind
from hutong.technologies.models import BatchRow, Technology
from hutong.technologies.queries.views import TechnologyView, view
from hutong.technologies.rules import LIVE

TOUCHING = (
    "technologies.Intended",
    "technologies.Entered",
    "technologies.Updated",
    "technologies.Retired",
    "technologies.Moved",
    "technologies.TakenOver",
    "technologies.Bundled",
    "technologies.Fixed",
    "technologies.Imported",
)
_LIVE = [status.value for status in LIVE]


def touched(entry: Recorded) -> Iterable[UUID]:
    """The technologies an entry changed; an import's are read from its rows."""
    if entry.kind != "technologies.Imported":
        return [UUID(entry.facts["technology"])]
    rows = BatchRow.objects.filter(batch=UUID(entry.facts["batch"])).order_by("position")
    return rows.values_list("technology", flat=True).iterator(chunk_size=5000)


def everything() -> Iterator[UUID]:
    rows = Technology.objects.filter(status__in=_LIVE).order_by("id")
    return rows.values_list("id", flat=True).iterator(chunk_size=5000)


def documents(ids: Sequence[UUID]) -> Iterator[Document]:
    """Those of `ids` that are on the market, as documents of the index."""
    found = [view(row) for row in Technology.objects.filter(id__in=ids, status__in=_LIVE)]
    names = parties.parties({t.party for t in found if t.party})
    for technology in found:
        yield _document(technology, names.get(technology.party) if technology.party else None)


def _document(t: TechnologyView, party: parties.PartyView | None) -> Document:
    return Document(
        kind=Kind.TECHNOLOGY,
        id=t.id,
        title_zh=t.title_zh,
        title_en=t.title_en,
        texts=[t.abstract_zh, t.abstract_en, *t.keywords, *t.fields],
        names=[
            *([party.name_zh, party.name_en] if party else []),
            t.holder_stated,
            *t.inventors,
        ],
        codes=[*t.numbers.values(), *t.ipc],
        facets={
            Facet.KIND: [t.kind.value],
            Facet.FIELD: t.fields,
            Facet.INDUSTRY: [t.industry[:1]] if t.industry else [],
            Facet.IPC: sorted({symbol[0] for symbol in t.ipc if symbol}),
            Facet.REGION: [party.jurisdiction] if party else [],
            Facet.STATUS: [t.status.value],
            Facet.LEGAL: [t.legal_status.value] if t.legal_status else [],
        },
        at=t.entered_at or t.intended_at,
    )
