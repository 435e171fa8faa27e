"""Those who run the venue see how far it is with the others' logs, and who rewrote theirs (LO-3)."""

import random
from dataclasses import replace

import pytest

from hutong.desk import network_mirrors
from hutong.network.mirrors import queries
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.following import Follower
from hutong.network.mirrors.tests.histories import act
from hutong.node.keys import make_keyring
from hutong.parties.testing import officer

pytestmark = pytest.mark.django_db


def write(log, seed, count):
    chance = random.Random(seed)
    while len(log.entries) < count:
        act(log, chance)
    log.sign()


@pytest.fixture
def frozen(venue, monkeypatch):
    make_keyring()
    log = Log()
    write(log, 1, 30)
    mine = Follower(log)
    mine.follow(log)
    liar = log.forked(10)
    write(liar, 2, 40)
    mine.sources.logs[log.code] = liar
    mine.follow(log)
    monkeypatch.setattr(network_mirrors.venues, "members", lambda: [log.member()])
    return log


def test_a_rewritten_log_waits_in_the_queue(venue, frozen):
    (waiting,) = network_mirrors.logs_in_trouble(officer("network.operate"), venue.now)
    assert waiting.title == frozen.code
    assert queries.is_frozen(frozen.code)


def test_a_log_of_whom_nothing_was_heard_for_long_waits_too(venue, monkeypatch):
    make_keyring()
    log = Log(away=True)
    mine = Follower(log)
    mine.follow(log)
    monkeypatch.setattr(network_mirrors.venues, "members", lambda: [log.member()])
    office = officer("network.operate")
    assert not list(network_mirrors.logs_in_trouble(office, venue.now))
    view = queries.mirror(log.code)
    long_ago = replace(view, behind_since=view.behind_since - 2 * network_mirrors.LONG)
    monkeypatch.setattr(network_mirrors.queries, "mirrors", lambda: [long_ago])
    (waiting,) = network_mirrors.logs_in_trouble(office, venue.now)
    assert waiting.note == "nobody answers"
