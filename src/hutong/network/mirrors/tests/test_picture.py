"""The picture of another venue is the same in whatever order its entries and texts come (LO-4)."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.network.mirrors import faces
from hutong.network.mirrors.picture import (
    Heard,
    Role,
    Thing,
    Want,
    apply,
    digest_of_picture,
    read_texts,
    tell,
    whole,
)
from hutong.network.mirrors.tellings import REGISTER, TELLINGS, hear
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.histories import (
    LISTINGS,
    LOTS,
    TECHNOLOGIES,
    act,
    entered,
    imported,
    listed,
)


def picture(log, upto=None):
    found = dict(whole(list(enumerate(log.entries))[:upto], hear, log.texts))
    return {thing: fields for thing, fields in found.items() if fields}


def of(log, kind, id):
    return picture(log)[Thing(kind, id)]


def a_history(seed, length):
    log, chance = Log(), random.Random(seed)
    while len(log.entries) < length:
        act(log, chance)
    log.signed = len(log.entries)
    return log, chance


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(1, 120))
def test_in_pieces_from_any_end_with_texts_late_or_twice_it_is_the_same_picture(seed, length):
    log, chance = a_history(seed, length)
    forward = picture(log)
    pieces = []
    at = 0
    while at < length:
        end = min(length, at + chance.randrange(1, 20))
        pieces.append((at, end))
        at = end
    chance.shuffle(pieces)
    pieces += [p for p in pieces if chance.random() < 0.2]  # some come twice
    things, erased, late = {}, set(), []
    for start, end in pieces:
        heard = Heard()
        for index in range(start, end):
            heard.take(hear(index, log.entries[index]))
        log.withheld = {name for name in log.blobs if chance.random() < 0.3}
        texts = read_texts(heard, log.texts)
        late += [want for name in texts.missing() for want in texts.uses[name]]
        erased |= heard.erased
        apply(things, heard, erased)
    log.withheld = set()
    chance.shuffle(late)
    while late:
        heard = Heard()
        want = late.pop()
        heard.wants.append(want)
        read_texts(heard, log.texts)
        erased |= heard.erased
        apply(things, heard, erased)
    built = {thing: fields for thing, fields in things.items() if fields}
    assert built == forward
    assert digest_of_picture(built.items()) == digest_of_picture(forward.items())


def test_what_was_said_last_stands():
    log = Log()
    listed(log, LISTINGS[0], price_fen=500)
    listed(log, LISTINGS[0], price_fen=700, title="新电池")
    log.write("listings.Closed", {"listing": LISTINGS[0], "ending": "lapsed", "deal": None})
    found = faces.listing(of(log, "listing", LISTINGS[0]))
    assert (found.price_fen, found.title_zh) == (700, "新电池")
    assert (found.status, found.ending) == ("closed", "lapsed")


def test_an_extended_listing_is_open_again_until_its_new_end():
    log = Log()
    listed(log, LISTINGS[0])
    facts = {"listing": LISTINGS[0], "outcome": "extended", "ends_at": "2022-08-01T09:00:00Z"}
    log.write("listings.CutOff", facts)
    found = faces.listing(of(log, "listing", LISTINGS[0]))
    assert found.status == "listed"
    assert found.ends_at.month == 8


def test_a_listing_knows_the_lot_that_came_of_it():
    log = Log()
    listed(log, LISTINGS[0])
    log.write("auctions.LotOpened", {"lot": LOTS[0], "listing": LISTINGS[0], "opening_fen": 9})
    assert str(faces.listing(of(log, "listing", LISTINGS[0])).lot) == LOTS[0]


def test_an_import_tells_each_of_its_technologies():
    log = Log()
    imported(log, [(TECHNOLOGIES[:2], []), ([], TECHNOLOGIES[2:3])])
    found = [faces.technology(of(log, "technology", id)) for id in TECHNOLOGIES[:3]]
    assert [one.title_zh for one in found] == ["一批 00", "一批 01", "一批 02"]
    assert found[0].at is not None


def test_an_import_of_the_first_version_told_no_records_and_says_nothing():
    log = Log()
    manifest = log.text({"chunk_rows": 256, "chunks": ["00"]})
    log.write("technologies.Imported", {"batch": TECHNOLOGIES[0], "manifest": manifest})
    assert picture(log) == {}


def test_an_erased_text_is_shown_as_erased_and_what_stood_before_does_not_come_back():
    log = Log()
    entered(log, TECHNOLOGIES[0], title="旧")
    index = entered(log, TECHNOLOGIES[0], kind="technologies.Updated", title="新")
    name = json.loads(log.entries[index])["facts"]["record"]
    assert faces.technology(of(log, "technology", TECHNOLOGIES[0])).title_zh == "新"
    log.erase(name)
    found = faces.technology(of(log, "technology", TECHNOLOGIES[0]))
    assert found.erased
    assert found.title_zh == ""


def test_an_entry_of_the_register_ended_by_another_is_said_to_be():
    log = Log()
    entry = {"technology": TECHNOLOGIES[0], "sequence": 1, "effective_on": "2022-06-20"}
    log.write("rights.Frozen", {**entry, "entry": LOTS[0], "entry_kind": "freeze", "number": "A"})
    facts = {**entry, "entry": LOTS[1], "entry_kind": "lift", "number": "B", "freeze": LOTS[0]}
    log.write("rights.Lifted", facts)
    lines = faces.technology(of(log, "technology", TECHNOLOGIES[0])).register
    assert [(line.number, line.ended) for line in lines] == [("A", True), ("B", False)]


WRONG = {
    "no JSON": b"\xff\xfe",
    "no object": b"[]",
    "no facts": b'{"kind":"listings.Listed","at":"x","facts":7}',
    "a number that is none": b'{"kind":"listings.Listed","at":"x","facts":{"price_fen":NaN}}',
    "no such thing": b'{"kind":"listings.Closed","at":"x","facts":{"listing":"../1"}}',
    "a digest that is none": (
        b'{"kind":"technologies.Entered","at":"x","facts":'
        b'{"technology":"00000000-0000-0000-0000-000000000001","record":"abc"}}'
    ),
    "a version that never was": (
        b'{"kind":"technologies.Imported","at":"x","version":-3,"facts":{}}'
    ),
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("what", WRONG)
def test_an_entry_that_is_none_changes_nothing_and_is_named(what):
    heard = hear(7, WRONG[what])
    assert [index for index, _ in heard.unreadable] == [7]
    assert not heard.said


def test_a_text_that_says_something_else_changes_nothing_and_is_named():
    heard = Heard()
    want = Want("sha256:" + "0" * 64, 7, Role.MANIFEST)
    for data in (b"7", b'{"value":{"parts":[{"records":"x"}]}}', b'{"value":7}', b"{"):
        tell(heard, want, data)
    assert [index for index, _ in heard.unreadable] == [7, 7, 7, 7]
    assert not heard.said


def test_what_no_database_could_keep_is_made_harmless():
    heard = hear(
        0,
        b'{"kind":"listings.Suspended","at":"\\u0000","facts":'
        b'{"listing":"00000000-0000-0000-0000-000000000001","x":"\\ud800"}}',
    )
    assert heard.said[0].log[2] == "�"


def test_a_face_is_read_from_whatever_another_venue_wrote():
    units = {name: [0, {"odd": [1]}] for name in ("status", "price_fen", "ends_at", "text", "lot")}
    found = faces.listing(units)
    assert (found.status, found.price_fen, found.ends_at, found.title_zh) == ("", None, None, "")
    assert faces.technology({"record": [0, {"link": "javascript:alert(1)"}]}).link == ""
    assert faces.face("listing", {"price_fen": [0, 10**30]}).price_fen is None


def test_every_kind_of_which_something_is_told_is_one_we_write():
    """A name mistyped here would be read by nobody."""
    import importlib

    from hutong.kit.event import KINDS, Visibility

    for area in ("technologies", "auctions", "deals", "certificates", "parties"):
        importlib.import_module(f"hutong.{area}.rules")
    for module in ("listings.events", "rights.events", "rights.grant_events"):
        importlib.import_module(f"hutong.{module}")
    importlib.import_module("hutong.rights.procedure_events")
    for kind in [*TELLINGS, *REGISTER]:
        assert KINDS[kind].visibility is Visibility.LOGGED, kind
    for kind, telling in TELLINGS.items():
        hints = KINDS[kind].__dataclass_fields__
        named = {telling.key, *telling.facts, *telling.texts}
        assert named <= hints.keys(), (kind, named - hints.keys())
