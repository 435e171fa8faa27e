"""
What can be asked of the index: words, filters, facets, order (MA-2).

Every word must be there; where nothing has them all, what has some is found, and said to be so.
Nothing typed is ever read as a query language: words are looked up, and there are at most 24.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import tantivy

from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.search import index
from hutong.search.documents import Facet, Kind
from hutong.search.words import Term, codes, plain, terms

Q, Occur = tantivy.Query, tantivy.Occur
PER_PAGE, MAX_PAGES = 20, 50
MAX_CHOSEN = 20  # values of one facet at once
SHOWN = 12  # values of a facet


class Refusal(Reason):
    NOT_READY = reason(
        "search.not_ready", "MA-2", N_("The search is being set up. Try again in a minute."), 503
    )


class Order(StrEnum):
    BEST = "best"
    NEWEST = "newest"
    ENDING = "ending"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class Deadline(StrEnum):
    """When a listing ends, counted from now."""

    DAYS_3 = "3"
    DAYS_7 = "7"
    DAYS_30 = "30"
    LATER = "later"


_DAYS = {
    Deadline.DAYS_3: (0, 3),
    Deadline.DAYS_7: (3, 7),
    Deadline.DAYS_30: (7, 30),
    Deadline.LATER: (30, None),
}
_SORTED = {
    Order.NEWEST: ("at", tantivy.Order.Desc),
    Order.ENDING: ("ends_at", tantivy.Order.Asc),
    Order.CHEAPEST: ("price_fen", tantivy.Order.Asc),
    Order.DEAREST: ("price_down", tantivy.Order.Desc),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of one facet any chosen value, of several facets all."""

    text: str = ""
    kind: Kind | None = None
    chosen: Mapping[Facet, Sequence[str]] = field(default_factory=dict)
    deadline: Deadline | None = None
    price_from_fen: int | None = None
    price_to_fen: int | None = None
    order: Order = Order.BEST
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`venue`: the code of another venue whose thing it is; ours have none."""

    kind: Kind
    id: UUID
    title_zh: str
    title_en: str
    venue: str = ""

    @property
    def title(self) -> str:
        return self.title_zh or self.title_en


@dataclass(frozen=True, kw_only=True)
class Found:
    """`some_words`: nothing had all the words. `facets`: how many there are of each value,
    if that facet alone were chosen anew; `kinds` and `deadlines` likewise."""

    hits: list[Hit]
    total: int
    page: int
    pages: int
    some_words: bool
    kinds: dict[Kind, int]
    facets: dict[Facet, list[tuple[str, int]]]
    deadlines: dict[Deadline, int]


def is_ready() -> bool:
    return index.current() is not None


def search(asked: Asked, *, now: datetime) -> Found:
    """Find what is public now. Raises Refused(NOT_READY) while there is no index."""
    opened = index.searcher()
    if opened is None:
        raise Refused(Refusal.NOT_READY)
    schema, searcher = opened[0].schema, opened[1]
    text, some_words = _text(schema, asked.text, all_words=True), False
    filters = _filters(schema, asked, now)
    per_page = max(1, min(asked.per_page, 100))
    page = max(1, min(asked.page, MAX_PAGES))
    if text is not None and not _count(searcher, [text, *filters.values()]):
        loose = _text(schema, asked.text, all_words=False)
        assert loose is not None, "the same words, asked for more loosely"
        some_words = _count(searcher, [loose, *filters.values()]) > 0
        text = loose if some_words else text
    ranked = asked.order is Order.BEST and text is not None
    query = _all([*([text] if text else []), *filters.values()])
    result = searcher.search(
        _open_first(schema, query) if ranked else query,
        limit=per_page,
        offset=(page - 1) * per_page,
        **_ordering(asked, ranked),
    )
    total = _total(result)
    found_kinds, facets, deadlines = _facets(searcher, text, filters, now)
    return Found(
        hits=[_hit(searcher.doc(address)) for _score, address in result.hits],
        total=total,
        page=page,
        pages=min(MAX_PAGES, -(-total // per_page)),
        some_words=some_words,
        kinds=found_kinds,
        facets=facets,
        deadlines=deadlines,
    )


def _hit(document: tantivy.Document) -> Hit:
    kind, _, named = str(document.get_first("key")).partition(":")
    id, _, venue = named.partition("@")
    return Hit(
        venue=venue,
        kind=Kind(kind),
        id=UUID(id),
        title_zh=document.get_first("title_zh") or "",
        title_en=document.get_first("title_en") or "",
    )


def _ordering(asked: Asked, ranked: bool) -> dict[str, Any]:
    if ranked:
        return {}
    name, order = _SORTED[Order.NEWEST if asked.order is Order.BEST else asked.order]
    return {"order_by_field": name, "order": order}


def _open_first(schema: tantivy.Schema, query: tantivy.Query) -> tantivy.Query:
    """Of equals, what can be acted upon now comes first."""
    acted = Q.const_score_query(Q.term_query(schema, "open", 1), 3.0)
    return Q.boolean_query([(Occur.Must, query), (Occur.Should, acted)])


# -- what is asked for ------------------------------------------------------------------------------


def _text(schema: tantivy.Schema, text: str, *, all_words: bool) -> tantivy.Query | None:
    """The words, or the number; None when nothing was asked for."""
    asked = terms(text)
    if not plain(text).strip():
        return None
    each = [_word(schema, term) for term in asked]
    ways = []
    if each:
        occur = Occur.Must if all_words else Occur.Should
        ways.append((Occur.Should, Q.boolean_query([(occur, one) for one in each])))
    for form in codes(text):
        ways.append((Occur.Should, Q.const_score_query(Q.term_query(schema, "code", form), 50.0)))
    return Q.boolean_query(ways) if ways else Q.empty_query()


def _word(schema: tantivy.Schema, term: Term) -> tantivy.Query:
    """One word wherever it stands; a title says more than a text."""
    ways = [
        (Occur.Should, Q.boost_query(Q.term_query(schema, name, term.word), boost))
        for name, boost in (("title", 4.0), ("names", 2.0), ("words", 1.0))
    ]
    if term.pairs:
        together = [(Occur.Must, Q.term_query(schema, "pairs", pair)) for pair in term.pairs]
        ways.append((Occur.Should, Q.boolean_query(together)))
    return Q.boolean_query(ways)


def _filters(schema: tantivy.Schema, asked: Asked, now: datetime) -> dict[str, tantivy.Query]:
    """Each condition by its name, so that a facet can be counted without its own."""
    found = {}
    if asked.kind is not None:
        found["type"] = Q.term_query(schema, "type", asked.kind.value)
    for facet, values in asked.chosen.items():
        if values:
            wanted = list(values)[:MAX_CHOSEN]
            found[facet.value] = Q.term_set_query(schema, f"f_{facet}", wanted)
    if asked.deadline is not None:
        low, high = _span(asked.deadline, now)
        found["deadline"] = _range(schema, "ends_at", low, high)
    if asked.price_from_fen is not None or asked.price_to_fen is not None:
        most = index.NEVER - 1 if asked.price_to_fen is None else asked.price_to_fen
        found["price"] = _range(schema, "price_fen", asked.price_from_fen or 0, most)
    return found


def _span(deadline: Deadline, now: datetime) -> tuple[int, int]:
    first, last = _DAYS[deadline]
    low = int((now + timedelta(days=first)).timestamp())
    high = index.NEVER if last is None else int((now + timedelta(days=last)).timestamp())
    return low, high - 1


def _range(schema: tantivy.Schema, name: str, low: int, high: int) -> tantivy.Query:
    return Q.range_query(schema, name, tantivy.FieldType.Integer, low, high)


def _all(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return Q.boolean_query([(Occur.Must, part) for part in parts]) if parts else Q.all_query()


def _count(searcher: tantivy.Searcher, parts: Sequence[tantivy.Query]) -> int:
    return _total(searcher.search(_all(parts), limit=1))


def _total(result: Any) -> int:
    return int(result.count or 0)


# -- how many there are of what ---------------------------------------------------------------------


def _facets(
    searcher: tantivy.Searcher,
    text: tantivy.Query | None,
    filters: Mapping[str, tantivy.Query],
    now: datetime,
) -> tuple[dict[Kind, int], dict[Facet, list[tuple[str, int]]], dict[Deadline, int]]:
    """Count all that is not filtered by itself in one pass, the rest in a pass each."""
    wanted: dict[str, dict[str, object]] = {
        "type": {"terms": {"field": "type", "size": 5}},
        "deadline": {"range": {"field": "ends_at", "ranges": _ranges(now)}},
        **{f.value: {"terms": {"field": f"f_{f}", "size": SHOWN}} for f in Facet},
    }
    counted: dict[str, dict] = {}
    free = {name: how for name, how in wanted.items() if name not in filters}
    passes = [(free, None), *(({name: wanted[name]}, name) for name in filters if name in wanted)]
    for aggregations, without in passes:
        if aggregations:
            parts = [query for name, query in filters.items() if name != without]
            counted |= searcher.aggregate(_all([*([text] if text else []), *parts]), aggregations)
    kinds = {Kind(b["key"]): b["doc_count"] for b in counted["type"]["buckets"]}
    facets = {
        facet: [(b["key"], b["doc_count"]) for b in counted[facet.value]["buckets"]]
        for facet in Facet
    }
    by_key = {b["key"]: b["doc_count"] for b in counted["deadline"]["buckets"]}
    return kinds, facets, {deadline: by_key.get(deadline.value, 0) for deadline in Deadline}


def _ranges(now: datetime) -> list[dict[str, Any]]:
    ranges = []
    for deadline in Deadline:
        low, high = _span(deadline, now)
        ranges.append({"key": deadline.value, "from": float(low), "to": float(high + 1)})
    return ranges
