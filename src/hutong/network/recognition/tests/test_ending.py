"""What is known of another venue's party ends when its home's word does, and comes back (PA-4)."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.following import Follower
from hutong.network.recognition import actions, credentials, jobs, queries
from hutong.network.recognition.actions import recognising
from hutong.network.recognition.rules import Refusal
from hutong.parties import actions as parties
from hutong.parties import queries as known
from hutong.parties.actions import Vouched
from hutong.parties.rules import Kind, Vouching
from hutong.parties.rules import Refusal as Parties
from hutong.parties.testing import a_uscc
from hutong.venues.lists import Kind as Change
from hutong.venues.testing import take_here

NUMBER = "SZTE-ZT-2022-000007"


def vouched(**told):
    said = Vouched(
        home_venue="SZTE",
        foreign_id=uuid4(),
        credential=NUMBER,
        until=date(2023, 6, 20),
        kind=Kind.ENTERPRISE,
        name_zh="深圳某公司",
        name_en="",
        jurisdiction="CN",
        identifiers=(("uscc", a_uscc()),),
    )
    return replace(said, **told)


class Home:
    """SZTE's log, and this venue's mirror of it."""

    def __init__(self):
        self.log = Log()
        self.certificate = str(uuid4())
        self.say("Issued", certificate_kind="party_credential", issued_on="2022-06-20")
        self.follower = Follower(self.log)

    def say(self, kind, number=NUMBER, **facts):
        told = {"certificate": self.certificate, "number": number, **facts}
        self.log.write(f"certificates.{kind}", told)
        self.log.sign()

    def mirrored(self):
        self.follower.follow(self.log)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def recognised(venue, said=None):
    return parties.recognise(actor=SYSTEM, now=venue.now, vouched=said or vouched())


def shown(venue, said, monkeypatch):
    """SZTE shows a credential that says `said` and whose signatures hold."""
    monkeypatch.setattr(credentials, "read", lambda credential, issuer: said)
    return actions.take_credential(actor=SYSTEM, now=venue.now, venue="SZTE", credential={})


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["Revoked", "Suspended", "Superseded"])
def test_a_recognition_ends_at_once_when_the_mirror_brings_that_its_credential_is_void(
    venue, joined, kind
):
    home, party, watch = Home(), recognised(venue), jobs.Watch()
    home.mirrored()
    assert watch.step() == 0

    home.say(kind)
    assert watch.step() == 0  # not known here yet
    home.mirrored()

    assert list(queries.to_end(["SZTE"]))
    assert watch.step() == 1
    assert not known.party(party.id).is_verified
    assert known.recognition_of(party.id).why is Vouching.REVOKED
    assert watch.step() == 0
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_what_should_have_ended_more_than_a_minute_ago_is_found_by_the_audit(venue, joined):
    home, party = Home(), recognised(venue)
    home.say("Revoked")
    home.mirrored()

    assert list(queries.audit()) == []  # this minute
    from hutong.network.mirrors.models import Mirror

    Mirror.objects.update(grew_at=datetime.now(UTC) - timedelta(seconds=61))

    (found,) = queries.audit()
    assert str(party.id) in found.place


@pytest.mark.django_db
def test_a_void_credential_recognises_nobody_and_one_that_holds_again_does(
    venue, joined, monkeypatch
):
    home, said = Home(), vouched()
    home.say("Suspended")
    home.mirrored()

    assert refusal(lambda: shown(venue, said, monkeypatch)) is Refusal.REVOKED

    home.say("Resumed")
    home.mirrored()
    assert shown(venue, said, monkeypatch).is_verified


@pytest.mark.django_db
def test_a_later_credential_counts_and_the_earlier_brings_nothing_back(venue, joined, monkeypatch):
    said = vouched()
    party = shown(venue, said, monkeypatch)
    later = replace(said, credential="SZTE-ZT-2023-000001", until=date(2024, 6, 20))
    shown(venue, later, monkeypatch)
    parties.end_recognition(
        actor=SYSTEM, now=venue.now, party=party.id, why=Vouching.REVOKED, credential=NUMBER
    )
    assert known.party(party.id).is_verified, "the end of the earlier one ends nothing"
    parties.end_recognition(actor=SYSTEM, now=venue.now, party=party.id, why=Vouching.REVOKED)

    assert refusal(lambda: shown(venue, said, monkeypatch)) is Parties.CREDENTIAL_SUPERSEDED
    assert not known.party(party.id).is_verified


@pytest.mark.django_db
def test_a_venue_that_is_suspended_vouches_for_nobody_until_it_is_back_and_shows_again(
    venue, joined, monkeypatch
):
    said = vouched()
    party = shown(venue, said, monkeypatch)
    by = [code for code in joined.known if code != "SZTE"]

    take_here(joined, joined.make(Change.SUSPEND, "SZTE", by=by), now=venue.now)

    assert jobs.end(known.vouching_venues(), venue.now) == 1
    assert known.recognition_of(party.id).why is Vouching.VENUE
    assert refusal(lambda: shown(venue, said, monkeypatch)) is Refusal.NOT_IN_STANDING

    take_here(joined, joined.make(Change.REINSTATE, "SZTE", by=by), now=venue.now)
    assert jobs.end(known.vouching_venues(), venue.now) == 0
    assert not known.party(party.id).is_verified, "not by itself"
    assert shown(venue, said, monkeypatch).is_verified


@pytest.mark.django_db
def test_a_list_that_is_over_ends_every_recognition(venue, joined):
    from hutong.venues.models import Network

    recognised(venue)
    watch = jobs.Watch()
    assert watch.step() == 0

    over = datetime.now(UTC) - timedelta(seconds=1)
    Network.objects.update(issued_at=over - timedelta(days=30), expires_at=over)
    assert watch.step() == 1


def test_of_a_showing_and_a_revocation_at_once_never_a_revoked_party_is_left_recognised(
    own_database, monkeypatch
):
    from hutong.node.founding import demo_rulebook, found
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    now = datetime(2022, 6, 20, 1, tzinfo=UTC)
    found(rulebook=demo_rulebook(), now=now)
    make_keyring()
    join("SZTE", "SDTE", now=now, at=datetime.now(UTC))
    monkeypatch.setattr(credentials, "read", lambda credential, issuer: said)
    home, void, outcomes = Home(), recognising.mirrors.void_certificates, []
    for turn in range(6):
        number = f"SZTE-ZT-2022-{turn + 10:06}"
        said = vouched(credential=number)
        home.certificate = str(uuid4())
        home.say("Issued", number)
        home.say("Revoked", number)
        looked = threading.Event()

        def slow(code, numbers, looked=looked):
            found = void(code, numbers)
            looked.set()
            connections["default"].cursor().execute("SELECT pg_sleep(0.05)")
            return found

        monkeypatch.setattr(recognising.mirrors, "void_certificates", slow)

        def show():
            try:
                actions.take_credential(actor=SYSTEM, now=now, venue="SZTE", credential={})
                outcomes.append("taken")
            except Refused as refused:
                outcomes.append(refused.reason)
            finally:
                connections.close_all()

        showing = threading.Thread(target=show)
        if turn % 2:
            home.mirrored()
        showing.start()
        looked.wait(5)
        home.mirrored()  # waits for whoever is recognising
        monkeypatch.setattr(recognising.mirrors, "void_certificates", void)
        jobs.Watch().step()
        showing.join()
        assert known.live_recognitions("SZTE") == []
    assert outcomes == ["taken", Refusal.REVOKED] * 3
