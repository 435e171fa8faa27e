"""What the search page makes of what is typed, and of what is found."""

import pytest
from django.http import QueryDict

from hutong.portal.search import mark, read, snippet
from hutong.search.documents import Facet, Kind
from hutong.search.queries import Order


def test_what_was_sought_is_marked_and_everything_is_escaped() -> None:
    assert mark("高熵合金 <b>Alloy</b>", ["合金", "alloy"]) == (
        "高熵<mark>合金</mark> &lt;b&gt;<mark>Alloy</mark>&lt;/b&gt;"
    )


def test_a_snippet_is_the_piece_around_the_first_finding() -> None:
    text = "前" * 300 + "合金" + "后" * 300
    piece = snippet(text, ["合金"])
    assert "合金" in piece
    assert piece.startswith("…前")
    assert piece.endswith("后…")


@pytest.mark.parametrize(
    "typed",
    ["page=0", "page=-1", "page=9e9", "page=１", "type=x", "order=x", "deadline=x", "price_from=NaN",
     "price_to=1e400", "price_from=-5", "kind=", "q=" + "x" * 5000],
)  # fmt: skip
def test_what_is_no_value_of_ours_asks_for_nothing(typed: str) -> None:
    asked = read(QueryDict(typed))
    assert asked.kind is None
    assert asked.order is Order.BEST
    assert asked.page in (0, 1)
    assert asked.price_from_fen is asked.price_to_fen is None
    assert not asked.chosen
    assert len(asked.text) <= 200


def test_filters_are_read() -> None:
    asked = read(QueryDict("q=合金&type=listing&kind=patent&kind=know_how&price_from=1.5&page=3"))
    assert asked.kind is Kind.LISTING
    assert asked.chosen == {Facet.KIND: ["patent", "know_how"]}
    assert asked.price_from_fen == 1_500_000
    assert asked.page == 3
