"""This venue keeps the protocol, seen over HTTP by a stranger and by a member."""

from datetime import UTC, datetime

import pytest

from hutong.network.check.items import Outcome, Run, Self
from hutong.network.check.running import check
from hutong.network.check.testing import application_served
from hutong.network.check.wire import Wire


@pytest.fixture
def network(own_database, venue, drain):
    """This venue (SHTE…) with SZTE and SDTE, whose keys the tests have; its log is published."""
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    story = join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))
    drain()
    return story


@pytest.fixture
def url(network):
    from django.db import connections

    from hutong.node.wsgi import application

    with application_served(application) as url:
        yield url
    connections.close_all()


def outcomes(report):
    return {one.item.id: (one.outcome, str(one.found)) for one in report.findings}


def test_this_venue_keeps_what_a_stranger_and_a_member_can_check(network, url):
    from hutong.journal.models import Entry
    from hutong.network.messages.models import Incoming

    anchor, before = network.told[0].digest, Entry.objects.count()
    stranger = check(Run(Wire(url), anchor=anchor, pause=0.01))
    assert stranger.broken == [], outcomes(stranger)
    left = {one.item.id for one in stranger.of(Outcome.NOT_CHECKED)}
    assert {name for name in left if not name.startswith("member.")} <= {
        "describe.address",  # it was asked at a test's address
        "mirror.served",  # the others are on paper
    }
    assert stranger.exit_code == 0
    assert (Entry.objects.count(), Incoming.objects.count()) == (before, 0)  # nothing was left

    paper = network.known["SZTE"]
    me = Self(paper.code, paper.message)
    member = check(Run(Wire(url), anchor=anchor, me=me, contradict=True, pause=0.01))
    assert member.broken == [], outcomes(member)
    assert not {one.item.id for one in member.of(Outcome.NOT_CHECKED)} & {
        name for name in outcomes(member) if name.startswith("member.")
    }
