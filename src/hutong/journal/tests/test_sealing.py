"""Sealed entries: committed to in batches of one shape, opened one by one (LI-4)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.journal import queries, sealing
from hutong.journal.actions import ANYONE, action, assign_positions, record, seal, unseal
from hutong.journal.models import Entry, Pending, Position, SealBatch, SealPlace, ToSeal
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.ids import new_id

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
REAL = datetime(2026, 3, 2, 10, 59, 30, tzinfo=UTC)
HOUR = 3600
SEED = b"s" * 32


@dataclass(frozen=True, kw_only=True)
class Whispered(Event, kind="journal.TestMurmured", visibility=Visibility.SEALED):
    listing: UUID
    buyer: Private[str]


@action(power=ANYONE)
def whisper(*, actor: Actor, now: datetime, subject: str = "intent:1", times: int = 1) -> None:
    said = Whispered(listing=new_id(), buyer="a university")
    record(subject, *[said] * times)


@action(power=ANYONE)
def open_whispers(*, actor: Actor, now: datetime, subjects: list[str]) -> int:
    return unseal(subjects)


def seal_at(real_now, *, occasion=True):
    return seal(now=NOW, real_now=real_now, seconds=HOUR, occasion=occasion)


def published():
    """The public log, as its readers have it."""
    assign_positions(limit=1000)
    return [row.leaf for row in queries.published()]


def openings(subject="intent:1"):
    opened = queries.latest_of(subject, "journal.Unsealed")
    return opened.content["openings"]


def root_of(batch: str) -> bytes:
    sealed = queries.latest_of(f"seal:{batch}", "journal.Sealed")
    return bytes.fromhex(sealed.facts["root"])


@settings(deadline=None, max_examples=25)
@given(st.sets(st.integers(0, sealing.SLOTS - 1), max_size=12))
def test_each_leaf_opens_against_the_root_and_no_other_leaf_does(slots):
    leaves = {slot: str(slot).encode() for slot in slots}
    tree = sealing.tree(leaves, SEED)
    for slot, leaf in leaves.items():
        path = tree.path(slot)
        assert sealing.root_from(leaf, slot, path) == tree.root
        assert sealing.root_from(b"another", slot, path) != tree.root
        assert sealing.root_from(leaf, slot ^ 1, path) != tree.root


def test_what_is_published_of_a_tree_does_not_show_how_full_it_is():
    trees = [sealing.tree(dict.fromkeys(range(count), b"x"), SEED) for count in (0, 1, 7)]
    assert {len(tree.root) for tree in trees} == {32}
    assert {len(tree.path(0)) for tree in trees[1:]} == {sealing.HEIGHT}
    siblings = trees[1].path(0)
    assert len(set(siblings)) == sealing.HEIGHT, "an empty subtree looks like any other"
    assert not set(siblings) & set(sealing.tree({0: b"x"}, b"t" * 32).path(0))


@pytest.mark.parametrize(
    ("slot", "path"),
    [
        (-1, [b"h" * 32] * 20),
        (sealing.SLOTS, [b"h" * 32] * 20),
        (0, [b"h" * 32] * 19),
        (0, [b"h" * 32] * 19 + [b"h" * 31]),
    ],
)
def test_an_opening_of_no_such_tree_is_refused(slot, path):
    with pytest.raises(ValueError, match=r"no slot|an opening has"):
        sealing.root_from(b"leaf", slot, path)


@pytest.mark.django_db
def test_a_sealed_entry_is_not_in_the_log():
    whisper(actor=SYSTEM, now=NOW, times=3)
    assert published() == []
    assert queries.end() == 3


@pytest.mark.django_db
def test_batches_come_on_the_clock_and_have_one_shape_full_or_empty():
    assert seal_at(REAL)
    for minutes, count in ((1, 7), (61, 1), (121, 0)):
        if count:
            whisper(actor=SYSTEM, now=NOW, times=count)
        at = REAL + timedelta(minutes=minutes)
        assert seal_at(at), "the next hour has begun"
        assert not seal_at(at), "once an hour"
    leaves = published()
    assert len(leaves) == 4
    assert len({len(leaf) for leaf in leaves}) == 1
    assert [batch.places.count() for batch in SealBatch.objects.order_by("entry_id")] == [
        0,
        7,
        1,
        0,
    ]
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_where_nothing_could_be_hidden_nothing_is_published_until_something_is():
    assert not seal_at(REAL, occasion=False)
    whisper(actor=SYSTEM, now=NOW)
    assert seal_at(REAL, occasion=False)
    assert not seal_at(REAL + timedelta(hours=1), occasion=False)


@pytest.mark.django_db
def test_an_opening_leads_to_the_root_its_batch_published():
    whisper(actor=SYSTEM, now=NOW, times=2)
    whisper(actor=SYSTEM, now=NOW, subject="intent:2")
    seal_at(REAL)
    assert open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"]) == 2
    for opening in openings():
        sealing.verify_opening(opening, root_of(opening["batch"]))
        assert opening["entry"]["kind"] == "journal.TestMurmured"
        assert "university" not in str(opening), "private fields stay private"
    assert queries.latest_of("intent:2", "journal.Unsealed") is None
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_what_no_batch_has_yet_gets_one_of_its_own_when_it_is_opened():
    whisper(actor=SYSTEM, now=NOW)
    seal_at(REAL)
    whisper(actor=SYSTEM, now=NOW)
    whisper(actor=SYSTEM, now=NOW, subject="intent:2")
    open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"])
    batches = [opening["batch"] for opening in openings()]
    assert len(set(batches)) == 2
    for opening in openings():
        sealing.verify_opening(opening, root_of(opening["batch"]))
    assert ToSeal.objects.get().entry.subject == "intent:2", "others wait for the clock"
    kinds = [json.loads(leaf)["kind"] for leaf in published()]
    assert kinds == ["journal.Sealed", "journal.Sealed", "journal.Unsealed"]
    assert not seal_at(REAL), "an opening does not move the clock"
    assert list(queries.audit()) == []


def altered(opening, **changes):
    return {**opening, **changes}


@pytest.mark.django_db
def test_a_false_opening_is_refused_and_says_why():
    whisper(actor=SYSTEM, now=NOW)
    open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"])
    (opening,) = openings()
    root = root_of(opening["batch"])
    entry = {**opening["entry"], "subject": "intent:2"}
    cases = {
        "do not open": altered(opening, entry=entry),
        "another root": altered(opening, slot=opening["slot"] ^ 1),
        "20 hashes": altered(opening, path=opening["path"][1:]),
        "KeyError: 'salt'": {k: v for k, v in opening.items() if k != "salt"},
    }
    for why, false in cases.items():
        with pytest.raises(sealing.OpeningInvalid, match=why):
            sealing.verify_opening(false, root)


@pytest.mark.django_db
def test_an_unsealing_waits_for_nothing_and_seals_nothing_twice():
    whisper(actor=SYSTEM, now=NOW, times=201)
    assert open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"]) == 201
    assert SealBatch.objects.count() == 1
    assert SealPlace.objects.values("slot").distinct().count() == 201
    assert Entry.objects.filter(kind="journal.Unsealed").count() == 2


TAMPERING = {
    "a slot": ("UPDATE journal_sealplace SET slot = slot # 1", "root"),
    "a seed": ("UPDATE journal_sealbatch SET seed = set_byte(seed, 0, 1)", "root"),
    "an entry taken out of its batch": (
        "DELETE FROM journal_sealplace WHERE entry_id = (SELECT min(entry_id) FROM journal_sealplace)",
        "none or several",
    ),
    "an opening": (
        "UPDATE journal_content SET blob = jsonb_set(blob, '{value,0,slot}', '5')",
        "opening 0",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_audit_names_what_was_changed_in_a_seal(own_database, what):
    whisper(actor=SYSTEM, now=NOW, times=2)
    open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"])
    assert list(queries.audit()) == []
    statement, place = TAMPERING[what]
    with psycopg.connect(own_database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement).rowcount
    assert any(place in str(found) for found in queries.audit())


@pytest.mark.django_db
def test_an_entry_sealed_before_there_were_batches_is_opened_by_its_place_in_the_log():
    whisper(actor=SYSTEM, now=NOW)
    ToSeal.objects.all().delete()
    row = Entry.objects.get()
    Pending.objects.all().delete()
    leaf_hash = sealing.leaf_hash(bytes(row.leaf))
    Position.objects.create(position=0, entry=row, log_index=0, leaf_hash=leaf_hash)
    open_whispers(actor=SYSTEM, now=NOW, subjects=["intent:1"])
    (opening,) = openings()
    assert opening["log_index"] == 0
    sealing.verify_opening(opening, None)
    assert SealBatch.objects.count() == 0
    assert list(queries.audit()) == []
