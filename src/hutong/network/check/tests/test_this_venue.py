"""This venue keeps the protocol, seen over HTTP by a stranger and by a member."""

from datetime import UTC, datetime

import pytest

from hutong.network.check.items import Outcome, Run, Self
from hutong.network.check.running import EVERY, check
from hutong.network.check.telling import TOLD
from hutong.network.check.testing import application_served
from hutong.network.check.wire import Wire

MEMBERS_ONLY = {
    one.id for one in EVERY if one.id.startswith("member.") or "member.ping" in one.needs
}
NOT_TOLD = {*TOLD, "claims.once", "procedures.text", "countersignatures.served"}


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
    assert left - MEMBERS_ONLY <= {
        "describe.address",  # it was asked at a test's address
        "mirror.served",  # the others are on paper
        *NOT_TOLD,
    }
    assert stranger.exit_code == 0
    assert (Entry.objects.count(), Incoming.objects.count()) == (before, 0)  # nothing was left

    paper, last = network.known["SZTE"], Entry.objects.latest("id").id
    me = Self(paper.code, paper.message)
    member = check(Run(Wire(url), anchor=anchor, me=me, contradict=True, pause=0.01))
    assert {name: outcomes(member)[name] for name in member.broken} == {}
    assert not {one.item.id for one in member.of(Outcome.NOT_CHECKED)} & MEMBERS_ONLY
    kept = Entry.objects.exclude(kind__in=("network.MessageReceived", "network.MessagesCommitted"))
    told = kept.filter(id__gt=last).values_list("kind", flat=True)
    assert set(told) == {"network.MessageContradicted", "network.MessageSuspected"}  # as was asked
