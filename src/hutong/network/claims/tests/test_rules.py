"""Claims: the first wins, what a majority holds is final, the largest log voted on is taken over."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.network.claims import rules
from hutong.network.claims.rules import (
    Asked,
    Basis,
    Book,
    Entered,
    Refusal,
    Roll,
    Undecided,
    Vote,
    final_size,
)

ONE, OTHER = UUID(int=1), UUID(int=2)
TECHNOLOGY = UUID(int=9)
NUMBER = rules.number_digest("CN202110000001.X")


def asked(id=ONE, venue="SHTE", term=0, number=NUMBER):
    return Asked(id=id, number=number, technology=TECHNOLOGY, venue=venue, term=term)


def book_with(*events):
    book = Book()
    for index, event in enumerate(events):
        book.take(event, index)
    return book


def claimed(book, one):
    of_number = book.by_number.get(one.number)
    return rules.claim(one, of_id=book.by_id.get(one.id), of_number=of_number)


def refused_with(reason, act):
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.reason is reason


OPENED = rules.open_term(0, basis=None, claims=[])
GRANTED = rules.claim(asked(), of_id=None, of_number=None)


def test_the_first_claim_is_granted():
    (event,) = claimed(book_with(*OPENED), asked())
    assert (event.kind, event.claim, event.venue) == ("network.ClaimGranted", ONE, "SHTE")


def test_a_claim_asked_again_enters_nothing_new():
    assert claimed(book_with(*OPENED, *GRANTED), asked()) == []


def test_a_second_claim_is_refused_and_says_whose_it_is():
    (event,) = claimed(book_with(*OPENED, *GRANTED), asked(OTHER, "SZTE"))
    assert (event.kind, event.claim_holding, event.venue_holding) == (
        "network.ClaimRefused",
        ONE,
        "SHTE",
    )


def test_a_venue_is_refused_too_when_it_claims_its_own_number_twice():
    (event,) = claimed(book_with(*OPENED, *GRANTED), asked(OTHER, "SHTE"))
    assert event.kind == "network.ClaimRefused"


@pytest.mark.parametrize(
    "other", [asked(venue="SZTE"), asked(number=rules.number_digest("CN202110000002"))]
)
def test_one_id_stands_for_one_claim(other):
    book = book_with(*OPENED, *GRANTED)
    refused_with(Refusal.ID_REUSED, lambda: claimed(book, other))


def test_a_released_number_may_be_claimed_by_another():
    released = rules.release("SHTE", term=0, of_id=book_with(*OPENED, *GRANTED).by_id[ONE])
    book = book_with(*OPENED, *GRANTED, *released)
    assert book.by_id[ONE].entered is Entered.RELEASED
    (event,) = claimed(book, asked(OTHER, "SZTE"))
    assert event.kind == "network.ClaimGranted"
    assert rules.release("SHTE", term=0, of_id=book.by_id[ONE]) == []


def test_only_the_holder_releases_or_moves_a_claim():
    held = book_with(*OPENED, *GRANTED).by_id[ONE]
    refused_with(Refusal.NOT_HOLDER, lambda: rules.release("SZTE", term=0, of_id=held))
    refused_with(Refusal.NOT_HOLDER, lambda: rules.move("SZTE", "GZTE", term=0, of_id=held))
    refused_with(Refusal.NOT_CLAIMED, lambda: rules.release("SHTE", term=0, of_id=None))
    refused_with(Refusal.NOT_CLAIMED, lambda: rules.move("SHTE", "GZTE", term=0, of_id=None))


def test_a_claim_moves_with_the_custody_of_its_technology():
    moved = rules.move("SHTE", "SZTE", term=0, of_id=book_with(*OPENED, *GRANTED).by_id[ONE])
    book = book_with(*OPENED, *GRANTED, *moved)
    assert book.by_number[NUMBER].venue == "SZTE"
    assert rules.move("SHTE", "SZTE", term=0, of_id=book.by_id[ONE]) == []


@pytest.mark.parametrize("number", ["", "cn2021", "CN 2021", "é", None, 7, "C" * 61, "CN\n"])
def test_a_number_is_claimed_normalised_or_not_at_all(number):
    refused_with(Refusal.NUMBER_UNFIT, lambda: rules.number_digest(number))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"claim": "x", "number": "CN1", "technology": str(ONE), "term": 0},
        {"claim": str(ONE), "number": "CN1", "technology": str(ONE), "term": "0"},
        {"claim": str(ONE), "number": "CN1", "technology": str(ONE), "term": -1},
        {"claim": 7, "number": "CN1", "technology": str(ONE), "term": 0},
        {"claim": ONE.hex, "number": "CN1", "technology": str(ONE), "term": 0},
        {"claim": str(ONE), "number": "CN1", "technology": f"{{{ONE}}}", "term": 0},
    ],
)
def test_a_body_that_is_no_claim_is_refused(body):
    refused_with(Refusal.NUMBER_UNFIT, lambda: Asked.read(body, "SHTE"))


# -- terms ------------------------------------------------------------------------------------------------


def test_what_was_asked_in_another_term_is_not_granted():
    refused_with(Refusal.OTHER_TERM, lambda: rules.in_term(1, term=2, own=2))
    with pytest.raises(Undecided):
        rules.in_term(3, term=2, own=2)
    with pytest.raises(Undecided):
        rules.in_term(2, term=1, own=2)
    rules.in_term(2, term=2, own=2)


def vote(venue, size, root=b"r"):
    return Vote(venue=venue, size=size, root=root)


MEMBERS = {"A", "B", "C", "D", "E"}


def test_the_largest_log_among_the_votes_is_taken_over():
    found = rules.basis(3, "E", [vote("A", 5), vote("B", 9), vote("C", 9)], MEMBERS)
    assert found == Basis(term=3, log="E", size=9, root=b"r", holders=("B", "C"))


@pytest.mark.parametrize(
    "votes",
    [
        [],
        [vote("A", 5), vote("B", 9)],
        [vote("A", 5), vote("A", 9), vote("A", 11)],
        [vote("A", 5), vote("B", 9), vote("X", 11)],
    ],
)
def test_fewer_than_a_majority_of_members_replace_nobody(votes):
    refused_with(Refusal.NO_MAJORITY, lambda: rules.basis(3, "E", votes, MEMBERS))


def test_votes_that_show_a_forked_log_are_named():
    votes = [vote("A", 9, b"x"), vote("B", 9, b"y"), vote("C", 2)]
    refused_with(Refusal.VOTES_FORK, lambda: rules.basis(3, "E", votes, MEMBERS))


BASES = [Basis(term=n, log=f"V{n}", size=4, root=b"", holders=()) for n in (2, 1, 0)]


def test_a_term_that_was_never_opened_is_passed_over():
    assert rules.to_take_over(BASES, lambda one: one.term < 2) == BASES[1]
    assert rules.to_take_over(BASES, lambda one: False) is None
    with pytest.raises(Undecided):
        rules.to_take_over(BASES, lambda one: None if one.term == 2 else True)


def test_claims_taken_over_stand_in_the_next_term():
    claims = book_with(*OPENED, *GRANTED).live()
    events = rules.open_term(1, basis=BASES[2], claims=claims)
    book = book_with(*events)
    assert [one.row for one in book.live()] == [one.row for one in claims]
    assert book.term == 1


def test_many_claims_are_taken_over_in_entries_that_fit():
    claims = [
        rules.Claim(
            id=UUID(int=n), number=f"sha256:{n:064}", technology=TECHNOLOGY, venue="V" * 16, index=n
        )
        for n in range(1_000)
    ]
    events = rules.open_term(1, basis=BASES[2], claims=claims)
    from hutong.kit.canonical import canonical

    assert max(len(canonical(event.facts())) for event in events) < 60_000
    assert len(book_with(*events).live()) == 1_000


def test_only_the_term_asked_for_is_folded():
    other = rules.claim(asked(OTHER, "SZTE", term=2, number="sha256:2"), of_id=None, of_number=None)
    later = rules.open_term(2, basis=None, claims=[])
    entries = list(enumerate([*OPENED, *GRANTED, *later, *other]))
    assert [one.id for one in rules.folded(entries, 2).live()] == [OTHER]
    assert [one.id for one in rules.folded(entries[:2], 0).live()] == [ONE]
    assert rules.folded(entries, 1) is None


# -- final ------------------------------------------------------------------------------------------------


def roll(index, members):
    return Roll(index, frozenset(members))


@pytest.mark.parametrize(
    ("held", "final"),
    [
        ({}, 0),
        ({"A": 9}, 0),
        ({"A": 9, "B": 7}, 0),
        ({"A": 9, "B": 7, "C": 5}, 5),
        ({"A": 9, "B": 7, "C": 5, "X": 99, "Y": 99}, 5),
        ({"A": 9, "B": 9, "C": 9, "D": 9, "E": 9}, 9),
    ],
)
def test_final_is_what_a_majority_of_the_members_hold(held, final):
    assert final_size(held, [roll(-1, MEMBERS)]) == final


def test_a_list_decides_only_once_it_is_final_itself():
    rolls = [roll(-1, "ABC"), roll(4, "AB"), roll(6, "A")]
    assert final_size({"A": 9, "B": 0, "C": 0}, rolls) == 0
    assert final_size({"A": 9, "B": 3, "C": 0}, rolls) == 3
    assert final_size({"A": 9, "B": 0, "C": 9}, rolls) == 5  # C counts up to the list without it
    assert final_size({"A": 9, "B": 6, "C": 9}, rolls) == 6
    assert final_size({"A": 9, "B": 7, "C": 0}, rolls) == 9


@pytest.mark.parametrize(
    ("held", "final"),
    [
        ({"A": 9, "B": 9}, False),  # a majority of the members before, not of those it lets in
        ({"A": 9, "D": 9}, False),  # held by too few before
        ({"A": 9, "B": 4, "D": 9}, False),  # an entry short
        ({"A": 9, "B": 5, "D": 5}, True),
        ({"A": 5, "B": 5, "C": 5}, True),
    ],
)
def test_a_list_is_final_when_those_before_and_those_in_it_hold_it(held, final):
    assert rules.are_final(held, [roll(-1, "ABC"), roll(4, "ABCD")]) is final


def test_who_takes_over_knows_from_whom_a_claim_came():
    granted, moved = UUID(int=1), UUID(int=2)
    book = book_with(
        rules.TermOpened(term=1, basis_log=None, basis_size=0, basis_root=b"", claims=0),
        *claimed(Book(), asked(id=granted, term=1)),
        *claimed(Book(), asked(id=moved, term=1, number=rules.number_digest("CN1"))),
    )
    (event,) = rules.move("SHTE", "SZTE", term=1, of_id=book.by_id[moved])
    book.take(event, 3)
    next_book = book_with(*rules.open_term(2, basis=None, claims=book.live()))
    assert {one.id: (one.venue, one.moved_from) for one in next_book.live()} == {
        granted: ("SHTE", ""),
        moved: ("SZTE", "SHTE"),
    }
    assert rules.move("SHTE", "SZTE", term=2, of_id=next_book.by_id[moved]) == []
    with pytest.raises(Refused, match="not_holder"):
        rules.move("SDTE", "SZTE", term=2, of_id=next_book.by_id[moved])


def test_a_list_that_begins_a_term_is_final():
    assert rules.are_final({}, [roll(-1, "ABC")])


def test_a_candidate_takes_office_on_votes_for_what_it_holds():
    roots = {0: b"0", 1: b"1", 2: b"2"}
    votes = [
        Vote(venue="A", size=2, root=b"2"),
        Vote(venue="B", size=3, root=b"3"),  # more than we hold
        Vote(venue="C", size=1, root=b"x"),  # a log that is not ours
    ]
    assert rules.backed(votes, roots.get) == votes[:1]


@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 20)),
    st.sampled_from("ABCDE"),
    st.integers(0, 5),
)
def test_holding_more_never_makes_less_final(held, venue, more):
    rolls = [roll(-1, "ABC"), roll(3, "ABCD"), roll(8, "ABCDE")]
    after = held | {venue: held.get(venue, 0) + more}
    assert final_size(after, rolls) >= final_size(held, rolls)


@given(st.sets(st.sampled_from("ABCDEFG"), min_size=1))
def test_two_majorities_share_a_member(members):
    assert 2 * rules.majority(members) > len(members)
