"""What two venues count between them is the same at both, and what differs is named (SE-5)."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import rules
from hutong.network.clearing.rules import Difference, Line, Statement, What

KEYS = st.builds(rules.key_of, st.uuids(), st.sampled_from(What))
OWED = st.dictionaries(KEYS, st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=30)


def seen_by(us, them, owed):
    lines = [rules.line_of(key, amount, us=us, them=them) for key, amount in owed.items()]
    first, second = rules.between(us, them)
    return Statement(
        first=first,
        second=second,
        number=1,
        previous=None,
        currency="CNY",
        lines=tuple(sorted(lines, key=lambda line: line.key)),
    )


@given(OWED)
def test_both_venues_write_the_same_statement_byte_for_byte(owed):
    here = seen_by("SHTE", "SZTE", owed)
    there = seen_by("SZTE", "SHTE", {key: -amount for key, amount in owed.items()})

    assert here == there
    assert here.digest == there.digest
    assert rules.read(here.plain()) == there
    assert here.owed_by("SHTE") == sum(owed.values()) == -here.owed_by("SZTE")


@given(OWED, st.data())
def test_a_line_that_one_counts_otherwise_is_named_with_both_amounts(owed, data):
    statement = seen_by("SHTE", "SZTE", owed)
    ours = {line.key: line.amount_fen for line in statement.lines}
    assert rules.compare(statement.lines, ours) == []

    key = data.draw(st.sampled_from(sorted(ours)))
    proposed = ours[key]
    ours[key] += 1

    assert rules.compare(statement.lines, ours) == [Difference(key, proposed, proposed + 1)]
    del ours[key]
    assert rules.compare(statement.lines, ours) == [Difference(key, proposed, None)]


def test_what_only_we_count_waits_for_the_next_statement():
    assert rules.compare([Line("a:price", 5)], {"a:price": 5, "b:price": 7}) == []


GOOD = seen_by("SHTE", "SZTE", {rules.key_of(UUID(int=1), What.PRICE): 5}).plain()


@pytest.mark.parametrize(
    "changed",
    [
        {"net_fen": 6},
        {"net_fen": True},
        {"lines": []},
        {"lines": [["a", 5], ["a", 0]]},
        {"lines": [["a", 5.0]]},
        {"lines": [["a", 10**30]]},
        {"lines": "a"},
        {"between": ["SHTE"]},
        {"number": "1"},
        {"format": "hutong-clearing/9"},
        {"more": 1},
    ],
)
def test_what_is_no_statement_is_refused(changed):
    with pytest.raises(Refused) as refused:
        rules.read({**GOOD, **changed})

    assert refused.value.reason is CommonRefusal.INVALID


# -- a venue that lies -------------------------------------------------------------------------------


D = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"digest": D, "agreed": False, "differences": []},
        {"digest": D, "agreed": "yes", "differences": []},
        {"digest": "sha256:" + "b" * 64, "agreed": True, "differences": []},
        {"digest": D, "agreed": True},
        {"digest": D, "agreed": True, "differences": {}},
        {"digest": D, "agreed": True, "differences": [["key"]]},
        {"digest": D, "agreed": True, "differences": [["key", 10**30, None]]},
        {"digest": D, "agreed": True, "differences": [["k\u202eey", 1, None]]},
        {"digest": D, "agreed": True, "differences": [["k", True, None]]},
        {"digest": D, "agreed": True, "differences": [["k", 1, 2]] * 2_001},
    ],
)
def test_only_who_agrees_to_this_statement_in_so_many_words_has_agreed(said):
    assert rules.read_judgement(said, D), "disputed, so officers look"


def test_what_another_venue_counts_is_read_as_it_says():
    assert rules.read_judgement({"digest": D, "agreed": True, "differences": []}, D) == []
    told = {"digest": D, "agreed": False, "differences": [["k", 1, None]]}
    assert rules.read_judgement(told, D) == [rules.Difference("k", 1, None)]


@pytest.mark.parametrize(
    "change",
    [
        {"currency": "RUB"},
        {"currency": "cny"},
        {"currency": ["CNY"]},
        {"lines": [["k", 10**18]], "net_fen": 10**18},
        {"lines": [["k", True]], "net_fen": 1},
        {"lines": [["k", 1.0]]},
        {"lines": [["k", 1], ["k", 1]], "net_fen": 2},
        {"lines": [["\u202ek", 1]]},
        {"lines": [], "net_fen": 0},
        {"net_fen": 2},
        {"number": -1, "previous": 7},
    ],
)
def test_a_statement_that_cannot_be_is_refused_before_anything_is_kept(change):
    told = {
        "format": "hutong-clearing/1",
        "between": ["SDTE", "SZTE"],
        "number": 1,
        "previous": None,
        "currency": "CNY",
        "lines": [["k", 1]],
        "net_fen": 1,
    }
    rules.read(told)
    with pytest.raises(Refused):
        rules.read(told | change)
