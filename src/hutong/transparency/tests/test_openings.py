"""Opening private fields: what verifies, whose they are, and what a revoked link shows (LO-2)."""

import base64
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.journal import actions as journal
from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, OWN, READ, SYSTEM, Actor
from hutong.kit.canonical import canonical, commit_all
from hutong.kit.event import Event, Private
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import actions as log
from hutong.transparency import note
from hutong.transparency.merkle import leaf_hash, root_of
from hutong.transparency.openings import actions, queries, rules
from hutong.transparency.openings.command import read_opening, verify_opening
from hutong.transparency.openings.document import Opened, verify
from hutong.transparency.openings.rules import Refusal
from hutong.transparency.proof import LogProof
from hutong.transparency.tests.conftest import VENUE

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
SELLER, BUYER = UUID(int=1), UUID(int=2)


@dataclass(frozen=True, kw_only=True)
class Offered(Event, kind="transparencytests.Offered"):
    price_fen: int
    seller: Private[UUID]
    buyer: Private[UUID]
    words: Private[str]


@action(power=None)
def offer(*, actor: Actor, now: datetime) -> int:
    said = Offered(price_fen=100, seller=SELLER, buyer=BUYER, words="confidential")
    return record("thing:1", said)[0]


def acting_for(party):
    return Actor(person=UUID(int=9), party=party, powers=frozenset({READ, ACT, OWN}))


# -- the file -----------------------------------------------------------------------------------------


@pytest.fixture
def opened(keyring):
    """An opening of `seller`, made by hand as the page of formats says."""
    commitments, openings = commit_all({"seller": str(SELLER), "words": "x", "by": {"door": "api"}})
    entry = {"kind": "k", "subject": "thing:1", "by": commitments.pop("by"), "private": commitments}
    leaf = canonical(entry)
    root = root_of([leaf_hash(leaf)])
    text = note.Checkpoint(VENUE.log_origin, 1, root).text()
    proof = LogProof(0, (), str(note.sign(text, VENUE.log_origin, keyring.log_signer)))
    return Opened(venue=VENUE.origin, leaf=leaf, proof=proof, fields={"seller": openings["seller"]})


def test_an_opening_verifies_with_the_public_keys_alone(opened, keyring):
    report = verify(opened.file(), keyring.public())
    assert report.verified, report.steps
    assert report.fields == {"seller": str(SELLER)}
    assert report.index == 0
    assert Opened.parse(opened.file()) == opened


def changed(opened, **fields):
    data = json.loads(opened.file())
    for name, value in fields.items():
        data[name] = value(data[name]) if callable(value) else value
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"format": "other/1"}, "format"),
        ({"fields": {}}, "format"),
        ({"fields": {"seller": "x"}}, "format"),
        ({"entry": "%"}, "format"),
        ({"proof": "nonsense"}, "format"),
        ({"venue": 7}, "format"),
        ({"venue": "other.example"}, "venue"),
        ({"fields": lambda f: {"seller": {**f["seller"], "value": str(BUYER)}}}, "fields"),
        ({"fields": lambda f: {"seller": {**f["seller"], "salt": "00" * 16}}}, "fields"),
        ({"fields": lambda f: {"buyer": f["seller"]}}, "fields"),
        ({"fields": lambda f: {"words": f["seller"]}}, "fields"),
        ({"entry": base64.b64encode(b'{"private": {}}').decode()}, "inclusion"),
        ({"proof": lambda p: p.replace("index 0", "index 1")}, "inclusion"),
        ({"proof": lambda p: p.replace("\n1\n", "\n2\n")}, "checkpoint"),
    ],
)
def test_whatever_was_changed_is_named(opened, keyring, change, step):
    report = verify(changed(opened, **change), keyring.public())
    assert not report.verified
    assert step in [wrong.name for wrong in report.steps if not wrong.ok]
    assert report.fields == {}


@given(st.binary(max_size=100) | st.text(max_size=50).map(str.encode))
def test_nothing_breaks_the_verifier(raw):
    assert not verify(raw, None).verified  # type: ignore[arg-type]


def test_the_command_tells_the_steps_and_ends_with_a_code_for_scripts(opened, keyring, tmp_path):
    file, keys = tmp_path / "opening.json", tmp_path / "keys" / "public.json"
    file.write_bytes(opened.file())
    out = io.StringIO()
    assert verify_opening(read_opening(file), keys, out=out) == 0
    assert f'seller = "{SELLER}"' in out.getvalue()
    forged = changed(opened, venue="other.example")
    assert verify_opening(forged, keys, as_json=True, out=io.StringIO()) == 1
    assert verify_opening(changed(opened, fields={}), keys, out=io.StringIO()) == 2
    assert verify_opening(opened.file(), tmp_path / "absent", out=io.StringIO()) == 2
    file.write_bytes(b"%PDF-1.7")
    assert read_opening(file) is None


# -- whose it is ---------------------------------------------------------------------------------------


@pytest.fixture
def entry(db, signer):
    """An entry about seller and buyer, made by the seller, in the signed log."""
    id = offer(actor=acting_for(SELLER), now=NOW)
    offer(actor=acting_for(BUYER), now=NOW)
    log.sequence_once(signer)
    return id


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason


def test_whoever_made_an_entry_opens_all_of_it_and_whoever_it_names_opens_that(entry):
    seller, _ = queries.openable(acting_for(SELLER))
    buyer, _ = queries.openable(acting_for(BUYER))
    fields = {one.leaf.index: set(one.fields) for one in seller}
    assert fields == {0: {"seller", "buyer", "words", "by"}, 1: {"seller"}}
    assert {one.leaf.index: set(one.fields) for one in buyer} == {
        0: {"buyer"},
        1: {"seller", "buyer", "words", "by"},
    }
    assert queries.openable(acting_for(UUID(int=3)))[0] == []


def test_a_link_shows_the_chosen_fields_until_it_is_revoked(entry, keyring):
    actor = acting_for(SELLER)
    secret = actions.open_fields(
        actor=actor, now=NOW, index=0, fields=["words"], reader="the seller's bank"
    )
    report = verify(queries.behind(secret).file(), keyring.public())
    assert report.fields == {"words": "confidential"}
    (link,) = queries.links(actor)
    assert (link.fields, link.reader, link.leaf.entry) == (("words",), "the seller's bank", entry)
    assert queries.links(acting_for(BUYER)) == []
    stranger = {"actor": acting_for(BUYER), "now": NOW, "opening": link.id}
    assert refusal(lambda: actions.revoke_opening(**stranger)) is CommonRefusal.NOT_FOUND
    actions.revoke_opening(actor=actor, now=NOW, opening=link.id)
    assert refusal(lambda: queries.behind(secret)) is Refusal.REVOKED
    assert refusal(lambda: queries.behind("guessed")) is CommonRefusal.NOT_FOUND


def test_what_was_erased_can_be_opened_no_more(entry):
    actor = acting_for(SELLER)
    secret = actions.open_fields(actor=actor, now=NOW, index=0, fields=["words"])
    journal.erase_private(actor=SYSTEM, now=NOW, entry=entry, reason="asked for")
    assert refusal(lambda: queries.behind(secret)) is Refusal.NOT_YOURS
    assert refusal(lambda: queries.document(actor, 0, ["words"])) is Refusal.NOT_YOURS


@pytest.mark.parametrize(
    ("party", "index", "fields", "reason"),
    [
        (BUYER, 0, ["words"], Refusal.NOT_YOURS),
        (BUYER, 0, ["buyer", "seller"], Refusal.NOT_YOURS),
        (UUID(int=3), 0, ["seller"], Refusal.NOT_YOURS),
        (SELLER, 7, ["seller"], Refusal.NOT_YOURS),
        (SELLER, 0, ["nonsense"], Refusal.NOT_YOURS),
        (SELLER, 0, [], Refusal.NONE_CHOSEN),
    ],
)
def test_what_is_not_the_partys_is_not_opened(entry, party, index, fields, reason):
    asked = {"actor": acting_for(party), "now": NOW, "index": index, "fields": fields}
    assert refusal(lambda: actions.open_fields(**asked)) is reason
    assert refusal(lambda: queries.document(acting_for(party), index, fields)) is reason
    assert queries.links(acting_for(party)) == []


def test_an_officer_who_also_belongs_to_a_party_opens_nothing_of_others():
    others = {"seller": {"value": str(SELLER)}, "words": {"value": "confidential"}}
    assert rules.fields_of(BUYER, BUYER, others) == {}
