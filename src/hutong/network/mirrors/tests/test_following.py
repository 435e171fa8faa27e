"""Following a log: nothing is lost or taken twice, nothing wrong is believed (LO-3, LO-4)."""

import itertools
import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hutong.journal import queries as journal
from hutong.network.mirrors import jobs, queries
from hutong.network.mirrors.models import Mirror, MirrorBundle, MirroredThing, MirrorText
from hutong.network.mirrors.picture import Thing, ThingKind, digest_of_picture, whole
from hutong.network.mirrors.states import MirrorState
from hutong.network.mirrors.tellings import hear
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.histories import (
    LISTINGS,
    TECHNOLOGIES,
    act,
    entered,
    imported,
    listed,
)
from hutong.transparency.merkle import leaf_hash, root_of
from hutong.transparency.tiles import TileId

pytestmark = pytest.mark.django_db


NUMBERS = itertools.count()


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_after(statements):
    """End at the so-manyth statement: what is not committed is gone."""
    left = [statements]

    def count(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0 and not str(sql).startswith("ROLLBACK"):  # which the server does by itself
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def mirrored(log):
    """Every entry a mirror holds; and that its picture is the one these give."""
    view = queries.mirror(log.code)
    found = list(queries.entries(view.id))
    compared = queries.compare(log.code)
    assert compared.equal, compared
    expected = whole(enumerate(log.entries[: view.size]), hear, log.texts)
    assert compared.picture == digest_of_picture(expected)
    assert not list(queries.audit())
    return found


def write(log, chance, count):
    end = len(log.entries) + count
    while len(log.entries) < end:
        act(log, chance)


def followed_through_kills(follower, seed):
    chance = random.Random(seed)
    log = Log(code=f"V{next(NUMBERS)}")
    mine = follower(log)
    for _ in range(chance.randrange(2, 5)):
        write(log, chance, chance.choice([3, 80, 300, 700]))
        log.sign()
        for _ in range(chance.randrange(6)):
            log.withheld = {name for name in log.blobs if chance.random() < 0.3}
            try:
                with killed_after(chance.randrange(40)):
                    mine.follow(log, rounds=chance.randrange(1, 4))
            except Killed:
                pass
        log.withheld = set()
    mine.follow(log)
    mine.follow(log)
    assert mirrored(log) == list(enumerate(log.entries))
    view = mine.mirror(log)
    assert (view.held_size, view.held_root) == (
        len(log.entries),
        root_of(map(leaf_hash, log.entries)),
    )
    assert queries.held(log.code) == (view.held_size, view.held_root)


@pytest.mark.drill
@settings(max_examples=20, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.integers(0, 10**9))
def test_killed_anywhere_again_and_again_a_mirror_holds_every_entry_once(follower, seed):
    followed_through_kills(follower, seed)


def test_killed_a_few_times_a_mirror_holds_every_entry_once(follower):
    followed_through_kills(follower, 4)


def test_the_newest_entries_come_first_and_the_tail_follows_while_the_rest_is_filled(
    follower, monkeypatch
):
    monkeypatch.setattr(jobs, "BUNDLES", 1)
    log = Log()
    listed(log, LISTINGS[0])
    write(log, random.Random(1), 899)
    log.write("listings.Closed", {"listing": LISTINGS[1], "ending": "sold", "deal": None})
    log.sign()
    mine = follower(log)
    mine.follow(log, rounds=2)  # the tree, and one bundle
    assert mine.mirror(log).size == 901
    assert mine.mirror(log).missing == 768
    assert queries.held(log.code) is None
    assert queries.listing(log.code, UUID(LISTINGS[1])).of.status == "closed"
    listed(log, LISTINGS[2])
    log.sign()
    mine.follow(log, rounds=2)
    assert mine.mirror(log).missing == 768
    assert queries.listing(log.code, UUID(LISTINGS[2])) is not None
    mine.follow(log)
    assert mine.mirror(log).missing == 0
    assert mirrored(log) == list(enumerate(log.entries))


def test_a_quiet_log_is_asked_for_its_checkpoint_alone(follower):
    log = Log()
    listed(log, LISTINGS[0])
    log.sign()
    mine = follower(log)
    mine.follow(log)
    log.asked.clear()
    mine.follow(log)
    assert log.asked == ["checkpoint"]


def test_an_import_of_1152_technologies_comes_with_one_entry(follower):
    log = Log()
    ids = [str(UUID(int=n)) for n in range(1152)]
    imported(log, [(ids[at : at + 100], []) for at in range(0, 1152, 100)])
    log.sign()
    mine = follower(log)
    mine.follow(log)
    found = queries.technology(log.code, UUID(ids[700])).of
    assert (found.title_zh, found.status) == (f"一批 {ids[700][-2:]}", "entered")
    rows = MirroredThing.objects.filter(kind="technology")
    assert rows.count() == 1152


# -- what is served wrongly ----------------------------------------------------------------------------


def changed(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


WRONG = {
    "a hash": ("tile/0/000", lambda data: changed(data, 40), "not that of its tiles"),
    "a tile cut short": ("tile/0/002.p/88", lambda data: data[:-1], "not 88 hashes"),
    "no tile": ("tile/0/002.p/88", lambda data: None, "is not served"),
    "an entry": (
        "tile/entries/002.p/88",
        lambda data: changed(data, 60),
        "not the one in the tree",
    ),
    "a bundle cut short": ("tile/entries/000", lambda data: data[:-1], "the bundle ends"),
    "no bundle": ("tile/entries/000", lambda data: None, "is not served"),
    "no checkpoint": ("checkpoint", lambda data: b"hello", "an empty line"),
    "another's checkpoint": (
        "checkpoint",
        lambda data: data.replace(b"szte.example", b"evil.example"),
        "",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_served_wrongly_is_not_believed_and_asked_for_again(follower, what):
    path, change, said = WRONG[what]
    log = Log()
    write(log, random.Random(3), 600)
    log.sign()
    log.served[path] = change(log.fetch(path))
    mine = follower(log)
    mine.follow(log)
    view = mine.mirror(log)
    assert said in view.problem
    assert view.problem
    assert view.held_size == 0
    assert view.state is not MirrorState.FROZEN
    log.served.clear()
    mine.follow(log)
    assert mirrored(log) == list(enumerate(log.entries))
    assert mine.mirror(log).problem == ""


def test_of_a_log_that_grew_by_little_only_its_entries_are_fetched(follower):
    log = Log()
    write(log, random.Random(3), 250)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    write(log, random.Random(4), 20)
    log.sign()
    log.asked.clear()
    mine.follow(log)
    tree = [path for path in log.asked if path.startswith("tile/")]
    assert tree == ["tile/entries/000", "tile/entries/001.p/14"]
    assert mirrored(log) == list(enumerate(log.entries))


def test_false_entries_of_a_log_that_grew_by_little_are_told_from_a_false_tree(follower):
    log = Log()
    write(log, random.Random(3), 20)
    log.sign()
    path = "tile/entries/000.p/20"
    log.served[path] = changed(log.fetch(path), 60)
    mine = follower(log)
    mine.follow(log)
    view = mine.mirror(log)
    assert "not the one in the tree" in view.problem
    assert (view.size, view.held_size) == (20, 0)
    log.served.clear()
    mine.follow(log)
    assert mirrored(log) == list(enumerate(log.entries))


def test_a_text_that_is_another_is_not_believed_and_tried_again(follower):
    log = Log()
    entered(log, TECHNOLOGIES[0], title="真")
    log.sign()
    (name,) = log.blobs
    log.served[name] = log.blobs[name].replace("真".encode(), "假".encode())
    mine = follower(log)
    mine.follow(log)
    assert queries.technology(log.code, UUID(TECHNOLOGIES[0])).of.title_zh == ""
    assert MirrorText.objects.get().standing == "wanted"
    log.served.clear()
    mine.follow(log)
    assert queries.technology(log.code, UUID(TECHNOLOGIES[0])).of.title_zh == "真"
    assert mirrored(log)


def test_an_erased_text_leaves_the_mirror_and_its_erasure_stays(follower):
    log = Log()
    entered(log, TECHNOLOGIES[0], title="某人的成果")
    log.sign()
    mine = follower(log)
    mine.follow(log)
    (name,) = log.blobs
    kept = log.blobs[name]
    log.erase(name)
    log.sign()
    mine.follow(log)
    found = queries.technology(log.code, UUID(TECHNOLOGIES[0])).of
    assert found.erased
    assert found.title_zh == ""
    assert queries.text(mine.mirror(log), name) is None
    assert not MirroredThing.objects.filter(fields__icontains="某人的成果").exists()
    log.blobs[name] = kept  # whoever serves it again is not heard
    log.write("technologies.Updated", {"technology": TECHNOLOGIES[0], "record": name})
    log.sign()
    mine.follow(log)
    assert queries.technology(log.code, UUID(TECHNOLOGIES[0])).of.title_zh == ""


def test_an_erased_part_of_an_import_is_shown_as_erased_at_each_technology(follower):
    log = Log()
    imported(log, [(TECHNOLOGIES[:3], []), (TECHNOLOGIES[3:5], [])])
    log.sign()
    mine = follower(log)
    mine.follow(log)
    part = next(
        n
        for n, b in log.blobs.items()
        if TECHNOLOGIES[0].encode() in b and b'"salt"' in b and b'"record"' in b
    )
    log.erase(part)
    log.sign()
    mine.follow(log)
    seen = [queries.technology(log.code, UUID(id)).of.erased for id in TECHNOLOGIES[:5]]
    assert seen == [True, True, True, False, False]
    assert mirrored(log)


def test_an_erased_list_of_an_imports_texts_takes_what_it_led_to_with_it(follower):
    log = Log()
    imported(log, [(TECHNOLOGIES[:3], [])])
    log.sign()
    mine = follower(log)
    mine.follow(log)
    before = mine.mirror(log).changes
    log.erase(next(name for name, data in log.blobs.items() if b'"parts"' in data))
    log.sign()
    mine.follow(log)
    assert queries.technology(log.code, UUID(TECHNOLOGIES[0])) is None
    assert len(queries.changed({log.origin: before}, 100)[0]) == 3
    assert mirrored(log)


# -- what is signed wrongly ----------------------------------------------------------------------------


def test_a_rewritten_log_is_frozen_shown_and_written_down(follower):
    log = Log()
    listed(log, LISTINGS[0], title="真")
    write(log, random.Random(5), 400)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    before = mine.mirror(log)
    liar = log.forked(0)
    listed(liar, LISTINGS[0], title="假")
    write(liar, random.Random(6), 500)
    liar.sign()
    mine.sources.logs[log.code] = liar
    mine.follow(log)
    view = mine.mirror(log)
    assert view.state is MirrorState.FROZEN
    assert (view.size, view.root) == (before.size, before.root)
    (fork,) = queries.forks()
    assert (fork.smaller_size, fork.larger_size) == (401, 501)
    assert queries.is_frozen(log.code)
    event = journal.latest_of(f"log:{log.origin}", "network.LogForked")
    assert event.facts["venue"] == log.code
    assert queries.listing(log.code, UUID(LISTINGS[0])).frozen
    mine.sources.logs[log.code] = log  # nothing of it is followed any more
    listed(log, LISTINGS[1])
    log.sign()
    assert mine.follow(log) == 0
    assert mine.mirror(log).size == 401


def test_another_root_for_the_size_we_have_is_a_fork(follower):
    log = Log()
    write(log, random.Random(5), 20)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    liar = log.forked(10)
    write(liar, random.Random(6), 10)
    liar.sign()
    mine.sources.logs[log.code] = liar
    mine.follow(log)
    assert mine.mirror(log).state is MirrorState.FROZEN


def test_an_older_checkpoint_of_the_same_history_is_no_fork(follower):
    log = Log()
    write(log, random.Random(5), 300)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    log.served["checkpoint"] = log.checkpoint(100).encode()
    mine.follow(log)
    assert mine.mirror(log).state is MirrorState.FOLLOWING
    assert mine.mirror(log).size == 300


def test_an_older_checkpoint_of_another_history_is_a_fork(follower):
    log = Log()
    write(log, random.Random(5), 300)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    liar = log.forked(50)
    write(liar, random.Random(6), 50)
    log.served["checkpoint"] = liar.sign().encode()
    mine.follow(log)
    assert mine.mirror(log).state is MirrorState.FROZEN


def test_a_history_shown_to_others_only_is_found_through_them(follower, monkeypatch):
    log, other = Log(), Log(code="CDTE")
    write(log, random.Random(5), 300)
    log.sign()
    mine = follower(log, other)
    mine.follow(log)
    liar = log.forked(50)
    write(liar, random.Random(6), 300)
    mine.sources.relays["CDTE", "SZTE"] = liar
    mine.sources.told["CDTE"] = [{"code": "SZTE", "note": liar.sign()}]
    monkeypatch.setattr(jobs.venues, "others", lambda: [log.member(), other.member()])
    jobs.listen(other.member(), mine.ids, mine.sources)
    assert mine.mirror(log).state is MirrorState.FROZEN
    assert queries.forks()[0].shown_by


# -- in a large network ---------------------------------------------------------------------------------


@pytest.fixture
def among_many(follower, monkeypatch):
    """A venue of a network with relays, one of which is R1: (it, the log it follows, its Following)."""
    log, relay = Log(), Log(code="R1")
    write(log, random.Random(5), 300)
    mine = follower(log, relay)
    members = [log.member(), relay.member(), Log(code="R2").member()]
    monkeypatch.setattr(jobs.venues, "others", lambda: members)
    following = jobs.Following(mine.sources)
    following._members = {mine.ids[one.code]: one for one in members if one.code in mine.ids}
    following._relays = members[1:]
    yield mine, log, following
    following.close()


def test_what_a_relay_tells_is_read_there_and_its_home_is_not_asked(among_many):
    mine, log, following = among_many
    note = log.sign()
    mine.sources.relays["R1", "SZTE"] = log
    mine.sources.told["R1"] = [{"code": "SZTE", "note": note}]
    mine.sources.logs.clear()  # a home that is asked answers KeyError
    assert following._ask_relay(-2, following._relays[0]) == 1
    relay, home = following._relays[0], log.member()
    jobs.follow(home, mine.ids["SZTE"], mine.sources, relay=relay)
    assert mirrored(log) == list(enumerate(log.entries))
    assert mine.mirror(log).state is MirrorState.FOLLOWING


def test_a_relay_is_asked_only_for_what_came_since(among_many):
    mine, _, following = among_many
    for _ in range(2):
        following._ask_relay(-2, following._relays[0])
    assert mine.sources.asked == [("R1", ""), ("R1", "after")]


def test_when_a_relay_does_not_answer_the_next_is_asked(among_many):
    mine, _, following = among_many
    mine.sources.away = {"R1"}
    following._ask_relay(-2, following._relays[0])
    following._ask_relay(-2, following._relays[0])
    assert mine.sources.asked == [("R2", "")]


def test_a_relay_cannot_make_up_a_history(among_many):
    mine, log, following = among_many
    honest = log.sign()
    mine.follow(log)
    liar = Log(code=log.code, entries=list(log.entries[:9]))  # its name, and a key of its own
    mine.sources.relays["R1", "SZTE"] = liar
    mine.sources.told["R1"] = [{"code": "SZTE", "note": liar.sign()}]
    assert following._ask_relay(-2, following._relays[0]) == 0
    view = mine.mirror(log)
    assert (view.state, view.note) == (MirrorState.FOLLOWING, honest)


# -- when its venue is away ----------------------------------------------------------------------------


def test_a_log_whose_venue_is_away_is_followed_through_another(follower, monkeypatch):
    log, other = Log(), Log(code="CDTE")
    write(log, random.Random(5), 300)
    log.sign()
    mine = follower(log, other)
    monkeypatch.setattr(jobs.venues, "others", lambda: [log.member(), other.member()])
    mirror_of_it = Log(code=log.code, key=log.key, entries=log.entries, blobs=log.blobs)
    mirror_of_it.sign()
    log.away = True
    mine.sources.relays["CDTE", "SZTE"] = mirror_of_it
    mine.follow(log)
    log.away = False
    assert mirrored(log) == list(enumerate(log.entries))


def test_a_venue_that_is_away_is_tried_again_later_each_time(follower):
    log = Log()
    log.sign()
    log.away = True
    mine = follower(log)
    mine.follow(log)
    mine.follow(log)
    view = mine.mirror(log)
    assert view.state is MirrorState.UNREACHABLE
    assert view.problem == "nobody answers"
    row = Mirror.objects.get()
    assert row.failures == 2
    assert queries.task(row.id, row.verified_at or row.behind_since) is None


# -- what is served onward -----------------------------------------------------------------------------


def test_a_mirror_serves_the_log_as_its_home_does(follower):
    log = Log()
    write(log, random.Random(5), 600)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    view = mine.mirror(log)
    for level, number, width in ((0, 0, 256), (0, 2, 88), (0, 2, 30), (1, 0, 2)):
        path = TileId(level, number).path(width)
        assert queries.tile(view, level, number, width) == log.fetch(path)
    for number, width in ((0, 256), (2, 88), (1, 3)):
        path = TileId(0, number).path(width).replace("tile/0", "tile/entries")
        assert queries.bundle(view, number, width) == log.fetch(path)
    for beyond in ((0, 3, 1), (0, 2, 89), (1, 0, 3)):
        with pytest.raises(LookupError):
            queries.tile(view, *beyond)
    leaf, proof = queries.proof(view, 77)
    assert leaf == log.entries[77]
    proof.verify(leaf, log.verifier)


def test_who_looks_at_what_changed_sees_every_change(follower):
    log = Log()
    mine = follower(log)
    chance = random.Random(9)
    have, seen = {}, {}
    for _ in range(6):
        write(log, chance, 40)
        log.sign()
        mine.follow(log)
        while True:
            found, now = queries.changed(have, 7)
            for code, kind, id in found:
                seen[Thing(kind, str(id))] = queries.fields_of(code, ThingKind(kind), id)
            if now == have:
                break
            have = now
    assert seen == dict(queries.stored_picture(mine.mirror(log).id))


def test_the_doctor_names_what_differs(follower):
    log = Log()
    listed(log, LISTINGS[0])
    write(log, random.Random(5), 300)
    log.sign()
    mine = follower(log)
    mine.follow(log)
    assert not list(queries.audit())
    thing = MirroredThing.objects.get(kind="listing", thing=LISTINGS[0])
    thing.fields["price_fen"] = [0, 1]
    thing.save()
    row = MirrorBundle.objects.get(number=0)
    row.data = changed(bytes(row.data), 90)
    row.save()
    said = " / ".join(str(one) for one in queries.audit())
    assert f"listing {LISTINGS[0]}" in said
    assert "SZTE entry 0" in said


def test_seals_come_on_the_clock_while_another_venue_has_something_on_offer(follower):
    """Our members apply there through us: that we seal something must not tell when (LI-4)."""
    from hutong.node.log import seal

    real = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert not seal(real), "nothing is sealed, and nothing goes on"
    log = Log()
    listed(log, LISTINGS[0])
    log.sign()
    follower(log).follow(log)

    assert seal(real)
    assert not seal(real + timedelta(seconds=59)), "the interval is a minute"
    assert seal(real + timedelta(minutes=2))
