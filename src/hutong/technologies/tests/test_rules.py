"""What may be listed, changed, retired and bundled (TE-2, TE-4)."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.technologies import classes, industries, proofs, rules, sorting
from hutong.technologies.rules import Kind, LegalStatus, Part, Refusal, State, Status

TODAY = date(2022, 6, 20)
A, B, C = (UUID(int=n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("kind", "status", "legal_status", "expires_on", "why"),
    [
        (Kind.PATENT, Status.ENTERED, LegalStatus.IN_FORCE, date(2022, 6, 20), None),
        (Kind.PATENT, Status.ENTERED, LegalStatus.IN_FORCE, None, None),
        (Kind.PATENT_APPLICATION, Status.ENTERED, LegalStatus.PENDING, None, None),
        (Kind.KNOW_HOW, Status.ENTERED, None, None, None),
        (Kind.PATENT, Status.INTENDED, LegalStatus.IN_FORCE, None, Refusal.NOT_ENTERED),
        (Kind.KNOW_HOW, Status.RETIRED, None, None, Refusal.NOT_ENTERED),
        (Kind.PATENT, Status.ENTERED, LegalStatus.UNKNOWN, None, Refusal.LEGAL_STATUS_UNKNOWN),
        (Kind.PATENT, Status.ENTERED, LegalStatus.LAPSED, None, Refusal.LAPSED),
        (Kind.PATENT, Status.ENTERED, LegalStatus.IN_FORCE, date(2022, 6, 19), Refusal.LAPSED),
    ],
)
def test_what_may_be_listed(kind, status, legal_status, expires_on, why):
    assert (
        rules.why_not_listable(
            kind=kind,
            status=status,
            legal_status=legal_status,
            expires_on=expires_on,
            today=TODAY,
        )
        is why
    )


def test_what_is_registered_keeps_its_title_and_numbers():
    registered = State(status=Status.ENTERED, registered=True)
    rules.check_update(registered, frozenset({"abstract_zh", "legal_status", "trl"}))
    with pytest.raises(Refused) as refused:
        rules.check_update(registered, frozenset({"trl", "numbers"}))
    assert refused.value.reason is Refusal.REGISTERED


def test_a_part_of_a_live_bundle_does_not_retire():
    with pytest.raises(Refused) as refused:
        rules.check_retire(State(status=Status.ENTERED, in_bundle=True))
    assert refused.value.reason is Refusal.IN_BUNDLE


def part(id, share, kind=Kind.PATENT, status=Status.ENTERED):
    return Part(id, kind, status, Fraction(share))


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([part(A, 1)], Refusal.BUNDLE_SIZE),
        ([part(A, "1/2"), part(A, "1/2")], Refusal.BUNDLE_REPEATS),
        ([part(A, "1/2"), part(B, "1/2", kind=Kind.BUNDLE)], Refusal.BUNDLE_NESTED),
        ([part(A, "1/2"), part(B, "1/2", status=Status.INTENDED)], Refusal.NOT_ENTERED),
        ([part(A, "1/2"), part(B, "1/3")], Refusal.BUNDLE_SPLIT),
        ([part(A, "3/2"), part(B, "-1/2")], Refusal.BUNDLE_SPLIT),
        ([part(A, 1), part(B, 0)], Refusal.BUNDLE_SPLIT),
    ],
)
def test_a_bundle_that_cannot_be_sold_as_one(parts, why):
    with pytest.raises(Refused) as refused:
        rules.check_bundle(parts)
    assert refused.value.reason is why


@given(st.integers(2, 1200))
def test_an_equal_split_is_exact(count):
    assert sum(rules.equal_split(count)) == 1


def test_the_joint_listing_of_1152_technologies_is_one_bundle():
    rules.check_bundle([part(UUID(int=n), Fraction(1, 1152)) for n in range(1152)])


rows = st.lists(st.tuples(st.uuids(), st.binary(min_size=32, max_size=32)), min_size=1, max_size=20)


@given(rows, st.data())
def test_a_proof_changes_with_any_row_and_names_its_chunk(rows, data):
    salt, size = b"s" * 16, 4
    was = proofs.prove(salt, size, rows)
    assert len(was.chunks) == -(-len(rows) // size)
    place = data.draw(st.integers(0, len(rows) - 1))
    id, digest = rows[place]
    changed = [*rows]
    changed[place] = (id, bytes([digest[0] ^ 1]) + digest[1:])
    now = proofs.prove(salt, size, changed)
    assert now.root != was.root
    differing = [n for n, (a, b) in enumerate(zip(was.chunks, now.chunks, strict=True)) if a != b]
    assert differing == [place // size]


def test_an_entry_never_names_more_than_512_chunks():
    for count in (1, 256, 131_072, 131_073, 1_350_000):
        assert -(-count // proofs.chunk_rows(count)) <= 512


def test_titles_sort_by_pinyin_and_latin_together():
    titles = ["重庆", "Zebra", "北京", "上海", "apple", "Éclair"]
    assert sorted(titles, key=sorting.key) == ["apple", "北京", "重庆", "Éclair", "上海", "Zebra"]


def test_every_division_of_industries_has_a_name_and_the_code_its_section_allows():
    assert [int(code[1:]) for code in industries.DIVISIONS] == list(range(1, 98))
    for code, division in industries.DIVISIONS.items():
        assert classes.industry(code[1:]) == code
        assert division.zh
        assert division.en
    assert industries.division_of("C3913").en == "Computers, communication and electronics"
    assert industries.division_of("C") is None
