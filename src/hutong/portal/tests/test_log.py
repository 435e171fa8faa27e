"""The public walks the log: entries, proofs, signed states, and finds an entry by what it has."""

from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from beginnings import beginning
from hutong.journal import published
from hutong.kit.actor import ANONYMOUS
from hutong.parties.testing import officer, verified_party
from hutong.rights.testing import registered_technology
from hutong.transparency import note, queries
from hutong.transparency.proof import LogProof
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


@beginning
def registered(venue: Any) -> None:
    registered_technology(verified_party(now=venue.now), now=venue.now)
    venue.drain()


@pytest.fixture
def reader(registered: None) -> Any:
    """A visitor of a venue whose log holds a registration."""
    return browsing(ANONYMOUS)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_latest_entries_stand_in_words_with_their_numbers(reader: Any) -> None:
    page = text(reader.get("/log"))
    last = queries.tree_size() - 1
    assert f'href="/log/entries/{last}"' in page
    assert "Registered" in page
    assert queries.checkpoint().root.hex() in page


def test_an_entry_shows_its_facts_and_a_proof_that_verifies(reader: Any) -> None:
    leaf = published.latest(limit=1)[0]
    page = text(reader.get(f"/log/entries/{leaf.index}"))
    assert leaf.leaf_hash.hex() in page
    assert page.count('<g class="given">') == len(published_proof(reader, leaf.index).hashes)
    proof = published_proof(reader, leaf.index)
    raw = reader.get(f"/log/entries/{leaf.index}/leaf").content
    checkpoint = proof.verify(raw, queries.public_keys().log[0])
    assert checkpoint.size == queries.tree_size()


def published_proof(reader: Any, index: int) -> LogProof:
    return LogProof.parse(text(reader.get(f"/log/entries/{index}/proof")))


def test_private_fields_are_digests_and_nothing_of_them_is_said(reader: Any) -> None:
    looked_at = 0
    for leaf in published.latest(limit=20):
        page = text(reader.get(f"/log/entries/{leaf.index}"))
        hidden = published.hidden(leaf.entry)
        for given in (hidden.openings if hidden else {}).values():
            value = given["value"]
            if isinstance(value, str) and len(value) > 20 and value not in leaf.leaf.decode():
                assert value not in page
                looked_at += 1
    assert looked_at


def test_an_entry_is_found_by_number_hash_subject_and_id(reader: Any) -> None:
    leaf = published.latest(limit=1)[0]
    for sought in (str(leaf.index), leaf.leaf_hash.hex(), leaf.leaf_hash.hex().upper()):
        assert reader.get(f"/log?q={quote(sought)}").url == f"/log/entries/{leaf.index}"
    entered = next(e for e in published.latest(limit=200) if e.kind == "technologies.Entered")
    for sought in (entered.subject, entered.subject.removeprefix("technology:")):
        found = reader.get(f"/log?q={quote(sought)}").url
        assert f"/log/entries/{entered.index}" in text(reader.get(found))
    assert reader.get("/log?entry=0").url == "/log/entries/0"


def test_a_person_is_not_named_and_not_found(reader: Any, venue: Any, drain: Any) -> None:
    somebody = officer("registrar")
    drain()
    told = next(e for e in published.latest(limit=200) if e.about_person)
    for page in (text(reader.get("/log")), text(reader.get(f"/log/entries/{told.index}"))):
        assert "a person, not named" in page
        assert str(somebody.person) not in page
    for sought in (f"person:{somebody.person}", str(somebody.person)):
        assert reader.get(f"/log?q={quote(sought)}").status_code == 404


def test_what_is_not_there_is_said_plainly(reader: Any) -> None:
    for sought in ("999999", "0" * 64, "nothing", "technology:none", "x" * 300, "%00"):
        answer = reader.get(f"/log?q={quote(sought)}")
        assert answer.status_code == 404, sought
        assert "no such entry" in answer.content.decode()
    assert reader.get("/log?q=%00").status_code == 400  # no page takes a NUL


def test_absurd_addresses_are_refused(reader: Any) -> None:
    for path in (
        "/log/entries/999999",
        "/log/entries/99999999999999999999",
        "/log/entries/999999/proof",
        "/log?before=x",
        "/log/checkpoints?before=-1",
        "/log/openings/guessed",
    ):
        assert reader.get(path).status_code == 404, path


def test_signed_states_stand_with_those_who_witnessed_them(reader: Any) -> None:
    page = text(reader.get("/log/checkpoints"))
    assert note.parse(queries.checkpoint().note)
    assert "no witness" in page
    assert "No witness yet" in page


def test_a_file_that_is_no_opening_is_told_so(reader: Any) -> None:
    answer = reader.post("/log/openings", {"file": SimpleUploadedFile("x.json", b"{}")})
    assert "NOT verified" in answer.content.decode()
