"""A body's fields are what they say, in one writing, and hide nothing from who reads them."""

import pytest

from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body

ID = str(new_id())


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [
        ("uuid", [ID], [ID.upper(), f"{{{ID}}}", ID.replace("-", ""), ID[:-1] + "１", 7, None]),
        ("flag", [True], [1, "true", None]),
        ("amount_fen", [1, 10**15 - 1], [0, -1, 10**15, 1.0, True, "1", None]),
        ("count", [0, 2**53 - 1], [-1, 2**53, True, "0"]),
        ("currency", [], ["cny"]),
    ],
)
def test_a_field_is_of_its_type(read, good, bad):
    for value in good:
        assert getattr(Body({"x": value}), read)("x") is not None
    for value in bad:
        with pytest.raises(Refused) as refused:
            getattr(Body({"x": value}), read)("x")
        assert refused.value.facts == {"field": "x"}


@pytest.mark.parametrize(
    "words", ["pay \u202e0001\u202c yuan", "a\u2066b\u2069", "a\x00b", "a\x1b[2Jb", "a\x7fb"]
)
def test_words_hide_nothing_from_who_reads_them(words):
    assert Body({"x": "两行\n\t字"}).text("x", 20)
    for read in (Body({"x": words}).text, Body({"x": words}).line):
        with pytest.raises(Refused):
            read("x", 80)


@pytest.mark.parametrize("words", ["a\nb", "a\u200bb", "a\u2028b"])
def test_a_line_is_one_line_of_signs_that_are_seen(words):
    for good in ("SZTE-2022-汇 7", "某\u3000大学", "Soci\u00e9t\u00e9\u00a0X"):
        assert Body({"x": good}).line("x", 20) == good
    with pytest.raises(Refused):
        Body({"x": words}).line("x", 20)
