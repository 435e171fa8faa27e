"""The journal's one write path."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from hutong.journal import audit, published, queries
from hutong.journal.actions import (
    ANYONE,
    RecordedNothing,
    action,
    assign_positions,
    nothing_changed,
    record,
    unseal,
)
from hutong.journal.models import Entry, PrivatePayload
from hutong.kit.actor import Actor, PersonId
from hutong.kit.canonical import canonical, commitment
from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
PERSON = Actor(person=PersonId(new_id()), powers=frozenset({"member.act"}))


@dataclass(frozen=True, kw_only=True)
class Told(Event, kind="journal.TestTold"):
    price_fen: int
    seller: Private[UUID]
    text: Content[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Whispered(Event, kind="journal.TestWhispered", visibility=Visibility.SEALED):
    listing: UUID


@dataclass(frozen=True, kw_only=True)
class Drafted(Event, kind="journal.TestDrafted", visibility=Visibility.JOURNALLED):
    title: str


@action(power="member.act")
def tell(*, actor: Actor, now: datetime, seller: UUID) -> None:
    record("thing:1", Told(price_fen=5, seller=seller, text={"zh": "一种传感器"}))


@action(power="member.act")
def tell_of_person(*, actor: Actor, now: datetime, person: UUID) -> None:
    record(f"person:{person}", Told(price_fen=5, seller=person, text={"zh": "一种传感器"}))


@action(power=ANYONE)
def whisper(*, actor: Actor, now: datetime) -> None:
    record("intent:1", Whispered(listing=new_id()))


@action(power=ANYONE)
def draft(*, actor: Actor, now: datetime) -> None:
    record("thing:1", Drafted(title="draft"))


@action(power=ANYONE)
def stay_silent(*, actor: Actor, now: datetime) -> None: ...


@action(power=ANYONE)
def say_nothing_changed(*, actor: Actor, now: datetime) -> None:
    nothing_changed()


@action(power=ANYONE)
def open_whispers(*, actor: Actor, now: datetime) -> int:
    return unseal(["intent:1"])


def sequence() -> list[int | None]:
    before = queries.end()
    assign_positions(limit=100)
    return [queries.at(position).log_index for position in range(before, queries.end())]


@pytest.mark.django_db
def test_an_entry_keeps_private_facts_out_of_its_leaf():
    seller = new_id()
    tell(actor=PERSON, now=NOW, seller=seller)
    row = Entry.objects.get(kind="journal.TestTold")
    leaf = bytes(row.leaf).decode()
    assert "price_fen" in leaf
    assert str(seller) not in leaf
    assert "传感器" not in leaf
    assert str(PERSON.person) not in leaf
    read = queries.entry(row.id)
    assert read.private == {"seller": str(seller)}
    assert read.content == {"text": {"zh": "一种传感器"}}
    assert read.person == PERSON.person


@pytest.mark.django_db
def test_an_action_that_tells_the_journal_nothing_fails():
    with pytest.raises(RecordedNothing):
        stay_silent(actor=PERSON, now=NOW)
    say_nothing_changed(actor=PERSON, now=NOW)


@pytest.mark.django_db
def test_an_action_without_its_power_is_refused_and_writes_nothing():
    with pytest.raises(Refused) as refused:
        tell(actor=Actor(person=PersonId(new_id())), now=NOW, seller=new_id())
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_positions_are_dense_and_only_what_is_published_takes_a_log_index():
    tell(actor=PERSON, now=NOW, seller=new_id())
    draft(actor=PERSON, now=NOW)
    whisper(actor=PERSON, now=NOW)
    assert sequence() == [0, None, None]
    tell(actor=PERSON, now=NOW, seller=new_id())
    assert sequence() == [1]
    assert [e.position for e in queries.of_subject("thing:1")] == [0, 1, 3]


@pytest.mark.django_db
def test_a_sealed_entry_shows_neither_kind_nor_subject_until_unsealed():
    whisper(actor=PERSON, now=NOW)
    row = Entry.objects.get(kind="journal.TestWhispered")
    assert "Whispered" not in bytes(row.leaf).decode()
    assert "intent" not in bytes(row.leaf).decode()
    assert open_whispers(actor=PERSON, now=NOW) == 1
    opened = queries.latest_of("intent:1", "journal.Unsealed")
    assert opened is not None
    assert opened.content["openings"][0]["entry"]["kind"] == "journal.TestWhispered"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE journal_entry SET kind = 'x.Y'", "DELETE FROM journal_entry"]
)
def test_the_application_cannot_change_an_entry(statement):
    tell(actor=PERSON, now=NOW, seller=new_id())
    with pytest.raises((IntegrityError, Exception)) as error, transaction.atomic():
        connection.cursor().execute(statement)
    assert "permission denied" in str(error.value)


@pytest.mark.django_db
def test_the_audit_finds_nothing_in_an_honest_journal():
    tell(actor=PERSON, now=NOW, seller=new_id())
    whisper(actor=PERSON, now=NOW)
    sequence()
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_a_person_is_committed_to_and_found_within_the_venue_alone():
    person = new_id()
    tell_of_person(actor=PERSON, now=NOW, person=person)
    sequence()
    [row] = queries.of_subject(f"person:{person}")
    [told] = published.latest()
    assert (told.entry, told.subject, told.about_person) == (row.id, "person", True)
    assert str(person) not in told.leaf.decode()
    assert published.latest(subject=f"person:{person}") == []
    assert published.latest(subject="person") == []
    opening = PrivatePayload.objects.get(entry_id=row.id).openings["subject"]
    assert opening["value"] == f"person:{person}"
    found = commitment(opening["salt"], "subject", opening["value"])
    assert found == told.body["private"]["subject"]
    assert list(queries.audit()) == []


def test_the_audit_reads_an_entry_by_the_form_it_was_written_in():
    opening = {"salt": "00" * 16, "value": {"person": None, "party": None, "door": "cli"}}
    body = {
        "format": "hutong/1",
        "kind": "journal.TestTold",
        "version": 1,
        "at": "2022-06-20T01:00:00.000000Z",
        "subject": "person:0190a000-0000-7000-8000-000000000004",
        "facts": {"price_fen": 5},
        "private": {},
        "by": commitment(opening["salt"], "by", opening["value"]),
    }
    row = Entry(
        id=1,
        kind=body["kind"],
        version=1,
        visibility="logged",
        at=NOW,
        subject=body["subject"],
        facts=body["facts"],
        leaf=canonical(body),
    )
    row.private_row = PrivatePayload(openings={"by": opening})
    assert list(audit.audit_entry(row)) == []
    row.leaf = canonical({**body, "format": "hutong/2"})
    assert [found.place for found in audit.audit_entry(row)] == [
        "journal.entry 1 (journal.TestTold) subject"
    ]
