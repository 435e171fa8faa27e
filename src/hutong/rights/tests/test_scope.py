from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.scope import (
    ALL_FIELDS,
    EVERYWHERE,
    PROVINCES,
    Field,
    Scope,
    Spans,
    Term,
    Territory,
    industry_span,
    ipc_span,
    region,
    region_span,
)

TODAY = date(2022, 6, 20)
YEAR = Term.of(TODAY, date(2023, 6, 19))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("world", "WORLD"), ("us", "US"), ("US-CA", "US-CA"), ("CN", "CN"),
        ("31", "310000"), ("3101", "310100"), ("310104", "310104"), ("310000", "310000"),
        ("CN-SH", "310000"), ("CN-31", "310000"), ("HK", "810000"), ("CN-HK", "810000"),
        ("tw", "710000"), ("ＣＮ", "CN"),
    ],
)  # fmt: skip
def test_a_region_is_kept_the_one_way(written, kept):
    assert region(written) == kept


@pytest.mark.parametrize(
    "written", ["", "XX", "99", "3", "31010", "CN-XX", "310004", "US-", "US-CALI", "世界", "1" * 90]
)
def test_what_is_no_region_is_refused(written):
    with pytest.raises(Refused) as refused:
        region(written)
    assert refused.value.reason is GrantRefusal.REGION_UNKNOWN


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("WORLD", "CN"), ("WORLD", "ZW"), ("CN", "CN-SH"), ("CN", "TW"), ("CN-SH", "310104"),
        ("3101", "310104"), ("US", "US-CA"), ("HK", "810000"), ("810000", "CN-HK"),
    ],
)  # fmt: skip
def test_a_region_contains_its_own_whatever_the_code(outer, inner):
    assert Territory.of([outer]).spans.contains(Territory.of([inner]).spans)
    assert Territory.of([outer]).spans.overlaps(Territory.of([inner]).spans)


def test_neighbours_are_apart():
    places = ["CN-SH", "CN-JS", "US", "JP", "HK", "MO", "TW", "US-CA"][:7]
    spans = [Territory.of([place]).spans for place in places]
    assert not any(a.overlaps(b) for n, a in enumerate(spans) for b in spans[n + 1 :])
    assert not Territory.of(["US-CA"]).spans.overlaps(Territory.of(["US-NY"]).spans)
    assert len({region_span(d + "0000") for d in PROVINCES}) == 34


def test_a_territory_leaves_out_what_it_names():
    mainland = Territory.of(["CN"], without=["HK", "MO", "TW"])
    assert not mainland.spans.overlaps(Territory.of(["CN-HK"]).spans)
    assert mainland.spans.contains(Territory.of(["CN-SH"]).spans)
    assert Territory.of(["31", "3101"]) == Territory.of(["CN-SH"])
    assert str(mainland) == "CN − 810000, 820000, 710000"


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (Field.of(), Field.of(["G06F"])),
        (Field.of(["G"]), Field.of(["G06F"])),
        (Field.of(["G06F"]), Field.of(["G06F16/33"])),
        (Field.of(["G06F16/00"]), Field.of(["G06F 16/3329"])),
        (Field.of([], ["C"]), Field.of([], ["C39"])),
        (Field.of([], ["39"]), Field.of([], ["C3913"])),
        (Field.of(["G06F"]), Field.of(["G06F"], ["C39"])),
    ],
)
def test_a_field_contains_what_lies_in_it(outer, inner):
    outer_scope, inner_scope = (Scope(EVERYWHERE, field, YEAR) for field in (outer, inner))
    assert inner_scope.outside(outer_scope) is None
    assert outer_scope.overlaps(inner_scope)
    assert outer == inner or outer_scope.outside(inner_scope) == "field"


def test_two_classifications_overlap_unless_an_axis_shows_otherwise():
    by_class, by_trade = (
        Scope(EVERYWHERE, f, YEAR) for f in (Field.of(["A61K"]), Field.of([], ["C27"]))
    )
    assert by_class.overlaps(by_trade)
    both = Scope(EVERYWHERE, Field.of(["A61K"], ["C39"]), YEAR)
    assert not both.overlaps(by_trade)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: Territory.of([]), GrantRefusal.TERRITORY_EMPTY),
        (lambda: Territory.of(["CN-SH"], without=["CN"]), GrantRefusal.TERRITORY_EMPTY),
        (lambda: Territory.of(["31"] * 201), GrantRefusal.TOO_MANY_CODES),
        (lambda: Field.of(["Q99"]), GrantRefusal.FIELD_UNKNOWN),
        (lambda: Field.of([], ["Z9"]), GrantRefusal.FIELD_UNKNOWN),
        (lambda: Field.of(["G" * 10_000]), GrantRefusal.FIELD_UNKNOWN),
        (lambda: Term.of(TODAY, TODAY - timedelta(days=1)), GrantRefusal.TERM_BACKWARDS),
        (lambda: Term.of(TODAY, date(9999, 1, 1)), GrantRefusal.DAY_FAR_AWAY),
        (lambda: Term.of(date(1, 1, 1), TODAY), GrantRefusal.DAY_FAR_AWAY),
        (lambda: Term.of(TODAY, date(2122, 6, 20)), GrantRefusal.TERM_TOO_LONG),
    ],
)
def test_a_scope_that_is_none_is_refused(make, refusal):
    with pytest.raises(Refused) as refused:
        make()
    assert refused.value.reason is refusal


def test_a_scope_reads_back_as_it_was_written():
    scope = Scope(Territory.of(["CN"], ["HK"]), Field.of(["G06F16/33"], ["C39"]), YEAR)
    assert Scope.read(scope.facts()) == scope
    assert Scope.read(scope.facts()).territory.codes == ("CN",)
    assert ALL_FIELDS.unlimited
    assert not scope.field.unlimited


def test_a_term_is_cut_before_a_day():
    assert YEAR.until(TODAY + timedelta(days=10)) == Term(TODAY, TODAY + timedelta(days=9))
    assert YEAR.until(TODAY) is None
    assert YEAR.until(date(2030, 1, 1)) == YEAR


small = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=5)


def points(spans):
    return {n for low, high in spans for n in range(low, high)}


@given(small, small)
def test_sets_of_intervals_are_sets_of_points(one, other):
    a, b = Spans.of(one), Spans.of(other)
    assert points(a.spans) == points(one)
    assert a.overlaps(b) == bool(points(one) & points(other))
    assert a.contains(b) == (points(other) <= points(one))
    assert points(a.minus(b).spans) == points(one) - points(other)
    assert Spans.of(sorted(a.spans, reverse=True)) == a


def test_codes_nest_as_numbers_do():
    for outer, inner in (("G06", "G06F"), ("G06F", "G06F16"), ("G06F16", "G06F16/3329")):
        (a, b), (c, d) = ipc_span(outer), ipc_span(inner)
        assert a <= c < d <= b
    assert industry_span("C") == (1300, 4400)
    assert industry_span("C3913") == (3913, 3914)
