"""A dossier is what the old venue's log says, and nothing else (NE-8)."""

import json
from uuid import UUID

import pytest

from hutong.kit.canonical import digest_of
from hutong.kit.refusal import Refused
from hutong.network.custody import rules
from hutong.network.custody.rules import Dossier, verify

TECHNOLOGY, OTHER = UUID(int=1), UUID(int=2)
ENTRIES = [
    {"id": str(UUID(int=11)), "sequence": 1, "digest": "sha256:11"},
    {"id": str(UUID(int=12)), "sequence": 2, "digest": "sha256:12"},
    {"id": str(UUID(int=13)), "sequence": 3, "digest": "sha256:13"},
]


def leaf(kind, **facts):
    return json.dumps({"kind": kind, "facts": facts}).encode()


def entered(place, technology=TECHNOLOGY):
    one = ENTRIES[place]
    return leaf(
        "rights.Registered",
        technology=str(technology),
        entry=one["id"],
        entry_digest=one["digest"],
    )


def taken(*places):
    """They were taken over from a third venue, where they had other digests."""
    return leaf("rights.ChapterTaken", technology=str(TECHNOLOGY), entries="sha256:taken")


TEXTS = {"sha256:taken": [[one["id"], "sha256:there", one["digest"]] for one in ENTRIES[:2]]}
LOG = {5: entered(0), 7: entered(1), 9: entered(2)}


def dossier(entries=ENTRIES, indexes=(5, 7, 9)):
    return Dossier(
        technology=TECHNOLOGY, record={}, party=None, entries=entries, indexes=indexes, parties=[]
    )


def check(given, log=LOG):
    verify(given, "SZTE", log.get, TEXTS.get)


def test_each_entry_stands_in_the_log_at_its_place():
    check(dossier())
    check(dossier(indexes=(5, 5, 9)), {5: taken(0, 1), 9: entered(2)})


@pytest.mark.parametrize(
    "given",
    [
        dossier(indexes=(5, 7, 8)),  # nothing is there
        dossier(indexes=(7, 5, 9)),  # another entry is
        dossier(entries=ENTRIES[:1] + ENTRIES[2:], indexes=(5, 9)),  # one is left out
        dossier(entries=ENTRIES[1:], indexes=(7, 9)),
        dossier(entries=[*ENTRIES[:2], ENTRIES[2] | {"digest": "sha256:99"}]),
    ],
)
def test_what_the_log_does_not_bear_out_is_refused(given):
    with pytest.raises(Refused, match="dossier_wrong"):
        check(given)


def test_an_entry_about_another_technology_proves_nothing():
    with pytest.raises(Refused, match="dossier_wrong"):
        check(dossier(), LOG | {7: entered(1, OTHER)})


def test_a_text_that_was_erased_proves_nothing():
    with pytest.raises(Refused, match="dossier_wrong"):
        verify(dossier(indexes=(5, 5, 9)), "SZTE", {5: taken(0), 9: entered(2)}.get, lambda _: None)


def test_only_the_entry_that_closes_this_chapter_for_us_opens_it_here():
    said = {
        "move": str(OTHER),
        "technology": str(TECHNOLOGY),
        "peer": "SDTE",
        "chapter": "sha256:c",
    }
    wanted = {"move": OTHER, "technology": TECHNOLOGY, "to": "SDTE", "chapter": "sha256:c"}
    closing = leaf("network.CustodyEnded", **said)
    assert rules.is_closing(closing, **wanted)
    assert not rules.is_closing(None, **wanted)
    assert not rules.is_closing(leaf("network.CustodyOffered", **said), **wanted)
    for name, other in (("peer", "CDTE"), ("chapter", "sha256:d"), ("move", str(TECHNOLOGY))):
        changed = leaf("network.CustodyEnded", **(said | {name: other}))
        assert not rules.is_closing(changed, **wanted)


@pytest.mark.parametrize(
    "broken",
    [{}, {"entries": []}, {"technology": "no id"}, {"indexes": [1]}, {"indexes": ["1", "2", "3"]}],
)
def test_what_is_no_dossier_is_refused(broken):
    told = dossier().as_json()
    given = {} if broken == {} else told | broken
    with pytest.raises(Refused, match="dossier_wrong"):
        Dossier.read(given, "SZTE")
    assert Dossier.read(told, "SZTE").as_json() == told


@pytest.mark.parametrize(
    "leaf_",
    [b"[]", b"7", b"null", b"{", b'{"facts": []}', b'{"facts": {"technology": 7}}', b"[" * 9_000],
)
def test_a_log_that_holds_nonsense_bears_nothing_out(leaf_):
    with pytest.raises(Refused, match="dossier_wrong"):
        check(dossier(), LOG | {7: leaf_})
    wanted = {"move": OTHER, "technology": TECHNOLOGY, "to": "SDTE", "chapter": "sha256:c"}
    assert not rules.is_closing(leaf_, **wanted)


@pytest.mark.parametrize("text", [[["x"]], [[[], 1, 2]], 7, {"a": 1}])
def test_a_text_that_holds_nonsense_bears_nothing_out(text):
    with pytest.raises(Refused, match="dossier_wrong"):
        verify(dossier(indexes=(5, 5, 9)), "SZTE", {5: taken(0), 9: entered(2)}.get, lambda _: text)


def test_entries_have_the_digests_that_are_given_them():
    """Seen before anything is accepted: later the chapter would be closed there and open nowhere."""
    entry = {
        "id": str(UUID(int=11)),
        "number": "SZTE-1",
        "kind": "first_registration",
        "sequence": 1,
        "effective_on": "2022-06-20",
        "known_at": "2022-06-20T01:00:00.000000Z",
        "facts": {"a": 1},
        "source": {},
        "corrects": None,
        "rulebook_version": 1,
        "salt": "00",
        "chapter": "title",
        "holdings": [["ownership", str(UUID(int=3)), 1, 1]],
    }
    covered = {name: entry[name] for name in rules.COVERED}
    holdings = [["ownership", str(UUID(int=3)), "1", "1"]]
    said = {**covered, "technology": str(TECHNOLOGY), "holdings": holdings}
    whole = entry | {"digest": digest_of(said)}
    rules.check_digests(dossier([whole], (5,)), "SZTE")
    for change in (
        {"facts": {"a": 2}},
        {"holdings": [["ownership", str(UUID(int=4)), 1, 1]]},
        {"holdings": [["ownership"]]},
        {"holdings": None},
        {"number": float("nan")},
    ):
        with pytest.raises(Refused, match="dossier_wrong"):
            rules.check_digests(dossier([whole | change], (5,)), "SZTE")
    with pytest.raises(Refused, match="dossier_wrong"):
        rules.check_digests(dossier([{"digest": whole["digest"]}], (5,)), "SZTE")
