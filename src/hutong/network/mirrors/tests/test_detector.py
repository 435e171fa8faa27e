"""
Small and large writers at once, which commit late, out of order, or not at all: a mirror misses nothing
and takes nothing twice (LO-4).

The public feed of ProZorro, ordered by clock, lost 11 of 488 objects in such a test.
"""

import contextlib
import random
import threading
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connections

from hutong.journal.actions import action, record
from hutong.journal.models import Position
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.network.mirrors import actions, jobs, queries
from hutong.network.mirrors.models import Mirror
from hutong.network.mirrors.testing import AT, Logs, Own, follow_own, own_member
from hutong.node.keys import make_keyring
from hutong.node.log import sequence
from hutong.technologies.rules import Updated
from hutong.transparency.testing import forget

WRITERS, ACTS = 6, 40


class Abandoned(Exception):
    """A writer thinks better of it: all it wrote is rolled back."""


@action(power=None)
def say(*, actor, now, technologies, dawdle, abandoned=False):
    """One transaction of one entry or of hundreds, which takes its time before it commits."""
    for number, technology in enumerate(technologies):
        event = Updated(
            technology=technology,
            technology_kind="patent",
            record={"kind": "patent", "title_zh": f"成果 {technology}"},
            digest="00",
        )
        record(subject("technology", technology), event)
        if number % 50 == 0:
            time.sleep(dawdle)
    if abandoned:
        raise Abandoned


def write(seed, said, errors):
    chance = random.Random(seed)
    try:
        for _ in range(ACTS):
            large, abandoned = chance.random() < 0.15, chance.random() < 0.1
            technologies = [uuid4() for _ in range(chance.randrange(60, 200) if large else 1)]
            with contextlib.suppress(Abandoned):
                say(
                    actor=SYSTEM,
                    now=datetime.now(UTC),
                    technologies=technologies,
                    dawdle=chance.random() * 0.02,
                    abandoned=abandoned,
                )
                said += technologies
    except Exception as error:
        errors.append(error)
    finally:
        connections.close_all()


@pytest.mark.drill
def test_concurrent_writers_small_and_large_are_all_seen_once(own_database, venue):
    keyring = make_keyring().keyring
    forget(keyring)
    said, errors, over = [], [], threading.Event()
    writers = [threading.Thread(target=write, args=(seed, said, errors)) for seed in range(WRITERS)]

    def sequencing():
        try:
            while not over.is_set():
                sequence()
                time.sleep(0.01)
        finally:
            connections.close_all()

    sequencer = threading.Thread(target=sequencing)
    member = own_member()
    mirror = actions.begin(code="OWN", origin=member.log_origin)
    sources = Logs()
    sources.logs["OWN"] = Own()
    have, seen = {}, []

    def look():
        nonlocal have
        Mirror.objects.update(next_look_at=None)
        jobs.follow(member, mirror, sources)
        found, have = queries.changed(have, 10_000)
        seen.extend(id for _, _, id in found)

    for thread in [*writers, sequencer]:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        look()
    over.set()
    sequencer.join()
    sequence()
    look()
    assert not errors
    written = list(Position.objects.order_by("log_index").values_list("entry_id", flat=True))
    assert written != sorted(written), "nobody committed late: this run has shown nothing"
    assert sorted(seen) == sorted(said)  # each once, none missing
    view = queries.mirror("OWN")
    assert view.missing == 0
    titles = dict(queries.stored_picture(mirror))
    told = {fields["record"][1]["title_zh"] for fields in titles.values()}
    assert told == {f"成果 {id}" for id in said}
    assert queries.compare("OWN").equal
    assert not list(queries.audit())


def test_a_mirror_of_a_mirror_is_the_same(own_database, venue):
    """What is served onward is what was served: a third venue follows through the second."""
    keyring = make_keyring().keyring
    forget(keyring)
    for number in range(300):
        say(actor=SYSTEM, now=AT, technologies=[uuid4()], dawdle=0)
        if number % 70 == 0:
            sequence()
    sequence()
    home = own_member()
    first = follow_own()
    sources = Logs()
    before = queries.compare("OWN")
    assert before.equal
    # The second mirror lies in the same database, so the first is put aside under another origin.
    Mirror.objects.filter(id=first).update(origin="put aside", code="ASIDE")
    second = actions.begin(code="OWN", origin=home.log_origin)
    sources.logs["OWN"] = Own("/network/mirror/ASIDE")
    jobs.follow(home, second, sources)
    after = queries.compare("OWN")
    assert (after.root, after.picture, after.size) == (before.root, before.picture, before.size)
