"""
What members tell each other of the list: judged by its own signatures, told to whom it concerns.
"""

from datetime import UTC, datetime, timedelta

import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.network.claims import actions as claims
from hutong.network.membership import actions, jobs
from hutong.network.messages import queries as messages
from hutong.network.messages.testing import Paper
from hutong.venues import actions as venues
from hutong.venues import queries
from hutong.venues.lists import Approval, Held, Kind
from hutong.venues.testing import join, take_here

pytestmark = pytest.mark.django_db
REAL = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """Real time, as documents made in this test have it: a run may be older than clocks may differ."""
    monkeypatch.setitem(globals(), "REAL", datetime.now(UTC))


@pytest.fixture
def story(venue, drain):
    told = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    told.at = datetime.now(UTC)
    drain()
    return told


def queued() -> list[tuple[str, str]]:
    return sorted((one.to, one.kind) for one in messages.outgoing())


def proposed(venue, kind, code) -> str:
    change = venues.propose(
        actor=SYSTEM, now=venue.now, real_now=REAL, kind=kind, venue=code, reason="silent"
    )
    actions.approve(actor=SYSTEM, now=venue.now, real_now=REAL, change=change)
    return change


def test_what_we_propose_is_told_to_every_member(venue, drain, story):
    proposed(venue, Kind.SUSPEND, "CDTE")
    drain()
    assert queued() == [(code, "venues.approval") for code in ("CDTE", "SDTE", "SZTE")]


def test_what_another_proposes_is_told_to_it_and_to_the_registrar(venue, drain, story):
    change = story.change(Kind.SUSPEND, "CDTE", by="SDTE")
    venues.take_change(actor=SYSTEM, now=venue.now, real_now=REAL, told=change.as_json())
    venues.take_up(actor=SYSTEM, now=venue.now, change=change.digest)
    actions.approve(actor=SYSTEM, now=venue.now, real_now=REAL, change=change.digest)
    drain()
    assert queued() == [("SDTE", "venues.approval"), ("SZTE", "venues.approval")]


def test_a_vote_says_what_we_hold_of_the_registrars_log(venue, story):
    change = proposed(venue, Kind.REGISTRAR, "SDTE")
    (told,) = queries.open_documents()
    held = Approval.read(told["approvals"][0]).held
    assert held == Held(origin="szte.example/log", size=0, root=held.root)
    assert queries.change(change).approved_by == (queries.my_code(),)


def test_an_approval_told_by_a_member_is_taken_with_its_change(venue, story):
    change = story.change(Kind.SUSPEND, "CDTE", by="SDTE")
    body = {
        "change": change.as_json(),
        "approval": story.approval(change, "SDTE").as_json(),
    }
    message = Paper(story.known["SDTE"]).message(jobs.APPROVAL, body)
    assert jobs.handle_approval(message, venue.now) == {"change": change.digest, "taken": True}
    assert jobs.handle_approval(message, venue.now) == {"change": change.digest, "taken": False}


def test_an_approval_of_another_change_is_refused(venue, story):
    change, other = (story.change(Kind.SUSPEND, code, by="SDTE") for code in ("CDTE", "SZTE"))
    body = {"change": change.as_json(), "approval": story.approval(other, "SDTE").as_json()}
    with pytest.raises(Refused):
        jobs.handle_approval(Paper(story.known["SDTE"]).message(jobs.APPROVAL, body), venue.now)


def test_a_list_is_adopted_whoever_brings_it(venue, story):
    signed = story.make(Kind.LEAVE, "CDTE", by=["CDTE"])
    story.at -= timedelta(hours=1)
    body = {"list": story.next(story.change(Kind.RENEW, "SZTE"), roll=story.rolls[0]).as_json()}
    message = Paper(story.known["SDTE"]).message(jobs.LIST, body)
    assert jobs.handle_list(message, venue.now) == {"adopted": True}
    assert queries.network().version == 1
    assert signed.digest != queries.network().digest


def test_what_is_no_list_is_refused(venue, story):
    message = Paper(story.known["SDTE"]).message(jobs.LIST, {"list": {"version": 7}})
    with pytest.raises(Refused, match="document_invalid"):
        jobs.handle_list(message, venue.now)


def test_the_registrar_tells_every_member_the_list_it_made(venue, drain):
    story = join("SZTE", "SDTE", now=venue.now)
    claims.open_term(actor=SYSTEM, now=venue.now)  # who counts changes only under a term
    drain()
    assert queued() == []  # who founds it knows it
    story.at = datetime.now(UTC)
    leaving = story.change(Kind.LEAVE, "SDTE", by="SDTE")
    venues.take_change(actor=SYSTEM, now=venue.now, real_now=REAL, told=leaving.as_json())
    told = story.approval(leaving, "SDTE").as_json()
    venues.take_approval(actor=SYSTEM, now=venue.now, real_now=datetime.now(UTC), told=told)
    drain()
    assert queries.network().version == 1
    assert queued() == [("SZTE", "venues.list")]


def test_after_a_vote_the_new_registrar_is_told_what_is_still_open(venue, drain, story):
    change = proposed(venue, Kind.SUSPEND, "CDTE")
    drain()
    before = len(queued())
    vote = story.next(story.change(Kind.REGISTRAR, "SDTE"), "SDTE", "CDTE", "SHTE-DEMO")
    assert take_here(story, vote, now=venue.now) == 1
    drain()
    assert queries.change(change).approved_by == (queries.my_code(),)
    assert len(queued()) > before
