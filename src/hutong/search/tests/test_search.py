"""What is public is found, by Chinese and English words, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.search import index, queries
from hutong.search.documents import Document, Facet, Kind
from hutong.search.following import Feed, Follower, ask_for_rebuild
from hutong.search.queries import Asked, Deadline, Order, Refusal

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
ALLOY = Document(
    kind=Kind.TECHNOLOGY,
    id=new_id(),
    title_zh="一种高熵合金及其制备方法",
    title_en="A high-entropy alloy and its preparation",
    texts=["具有良好的耐腐蚀性能，适用于海洋平台。"],
    names=["上海某大学"],
    codes=["201010000000.3", "C22C30/00"],
    facets={Facet.KIND: ["patent"], Facet.FIELD: ["新材料"], Facet.IPC: ["C"]},
    at=NOW - timedelta(days=9),
)
BATTERY = Document(
    kind=Kind.TECHNOLOGY,
    id=new_id(),
    title_zh="固态电池用硫化物电解质",
    texts=["高离子电导率"],
    facets={Facet.KIND: ["know_how"], Facet.FIELD: ["新能源", "新材料"], Facet.IPC: ["H"]},
    at=NOW - timedelta(days=1),
)
OFFER = Document(
    kind=Kind.LISTING,
    id=new_id(),
    title_zh="高熵合金专利转让",
    title_en="Transfer of alloy patents",
    facets={Facet.KIND: ["patent"], Facet.PRICE_MODE: ["floor"], Facet.STATUS: ["listed"]},
    at=NOW,
    ends_at=NOW + timedelta(days=2),
    price_fen=1_000_000_00,
    open=True,
)
DEAR = replace(
    OFFER, id=new_id(), title_zh="电池产线转让", title_en="", price_fen=9_000_000_00,
    ends_at=NOW + timedelta(days=40), at=NOW - timedelta(days=3),
)  # fmt: skip


@pytest.fixture
def shelf(settings, tmp_path, monkeypatch) -> dict[UUID, Document]:
    """What the areas have; the index is built from it, without a database."""
    settings.STATE = tmp_path
    monkeypatch.setattr("hutong.journal.queries.end", lambda: 7)
    monkeypatch.setattr("hutong.journal.queries.after", lambda *_a, **_k: [])
    return {d.id: d for d in (ALLOY, BATTERY, OFFER, DEAR)}


def follower(shelf: dict[UUID, Document]) -> Follower:
    feeds = [
        Feed(
            kind,
            (f"test.{kind}",),
            lambda entry: [],
            lambda ids, kind=kind: [shelf[i] for i in ids if i in shelf],
            lambda kind=kind: iter([d.id for d in shelf.values() if d.kind is kind]),
        )
        for kind in Kind
    ]
    return Follower(feeds)


@pytest.fixture
def ask(shelf: dict[UUID, Document]) -> Callable[..., list[UUID]]:
    built = follower(shelf)
    built.step()
    built.close()
    return lambda **asked: [h.id for h in queries.search(Asked(**asked), now=NOW).hits]


def test_without_an_index_the_search_says_that_it_is_being_set_up(settings, tmp_path) -> None:
    settings.STATE = tmp_path
    with pytest.raises(Refused) as refused:
        queries.search(Asked(text="合金"), now=NOW)
    assert refused.value.reason is Refusal.NOT_READY


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("高熵合金", [OFFER, ALLOY]),
        ("熵合", [OFFER, ALLOY]),  # cut as no dictionary cuts
        ("alloys", [OFFER, ALLOY]),
        ("Alloy PREPARATION", [ALLOY]),
        ("合金 alloy", [OFFER, ALLOY]),
        ("耐腐蚀", [ALLOY]),
        ("上海某大学", [ALLOY]),
        ("２０１０10000000.3", [ALLOY]),
        ("ZL 201010000000.3", [ALLOY]),
        ("201010000000", [ALLOY]),
        ("C22C30/00", [ALLOY]),
        ("量子计算", []),
    ],
)
def test_chinese_and_english_words_and_numbers_are_found(ask, text: str, found: list) -> None:
    assert sorted(ask(text=text)) == sorted(d.id for d in found)


def test_what_can_be_acted_upon_comes_first(ask) -> None:
    assert ask(text="高熵合金") == [OFFER.id, ALLOY.id]


def test_where_nothing_has_all_words_what_has_some_is_found_and_said(shelf, ask) -> None:
    found = queries.search(Asked(text="固态电池 区块链"), now=NOW)
    assert found.some_words
    assert BATTERY.id in [h.id for h in found.hits]


def test_filters_narrow_and_facets_count_what_each_choice_would_give(shelf, ask) -> None:
    found = queries.search(Asked(kind=Kind.TECHNOLOGY, chosen={Facet.FIELD: ["新能源"]}), now=NOW)
    assert [h.id for h in found.hits] == [BATTERY.id]
    assert dict(found.facets[Facet.FIELD]) == {"新材料": 2, "新能源": 1}  # not by itself
    assert dict(found.facets[Facet.IPC]) == {"H": 1}  # by the others
    assert found.kinds == {Kind.TECHNOLOGY: 1}


def test_order_price_and_deadline(ask) -> None:
    assert ask(kind=Kind.LISTING, order=Order.CHEAPEST) == [OFFER.id, DEAR.id]
    assert ask(kind=Kind.LISTING, order=Order.DEAREST) == [DEAR.id, OFFER.id]
    assert ask(kind=Kind.LISTING, order=Order.ENDING) == [OFFER.id, DEAR.id]
    assert ask(order=Order.NEWEST)[0] == OFFER.id
    assert ask(price_from_fen=2_000_000_00) == [DEAR.id]
    assert ask(price_to_fen=2_000_000_00) == [OFFER.id]
    assert ask(deadline=Deadline.DAYS_3) == [OFFER.id]
    assert ask(deadline=Deadline.LATER) == [DEAR.id]


@pytest.mark.parametrize(
    "text",
    [
        '"', "title:*", "a" * 10_000, "合" * 10_000, "AND OR NOT ( [ {", "\x00\u202e合金\u202d",
        "<script>alert(1)</script>", "' OR 1=1 --", " ".join(f"w{i}" for i in range(500)), "🤖", "的",
    ],
)  # fmt: skip
def test_hostile_text_is_words_and_nothing_else(ask, text: str) -> None:
    ask(text=text)
    ask(chosen={Facet.FIELD: [text] * 100}, page=10**9)


def test_what_left_the_shelf_leaves_the_index(shelf, ask) -> None:
    assert ask(text="固态电池") != []
    del shelf[BATTERY.id]
    ask_for_rebuild()
    again = follower(shelf)
    assert again.step() == 3
    again.close()
    assert BATTERY.id not in ask(text="固态电池")


def test_only_one_writes(shelf, ask) -> None:
    first, second = follower(shelf), follower(shelf)
    first.step()
    ask_for_rebuild()
    assert second.step() == 0  # the first holds the index
    first.close()
    assert second.step() == 4
    second.close()


def test_an_index_ahead_of_the_journal_is_built_anew(shelf, ask) -> None:
    generation = index.current()
    assert generation is not None
    index.remember(generation.place, 99)  # a backup was restored beneath it
    again = follower(shelf)
    assert again.step() == 4
    again.close()
    renewed = index.current()
    assert renewed is not None
    assert renewed.position == 7
