"""Parties of other venues: known here by their home venue's word, while it stands (PA-4)."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.moments import at_local
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.actions import Vouched
from hutong.parties.jobs import recognition_ends
from hutong.parties.membership import MandateRole
from hutong.parties.models import Person
from hutong.parties.rules import Kind, Refusal, Status, Vouching
from hutong.parties.testing import a_uscc, officer, verified_party

pytestmark = pytest.mark.django_db


def vouched(**told):
    said = Vouched(
        home_venue="SZTE",
        foreign_id=uuid4(),
        credential="SZTE-ZT-2022-000001",
        until=date(2023, 6, 20),
        kind=Kind.ENTERPRISE,
        name_zh="深圳某公司",
        name_en="",
        jurisdiction="CN",
        identifiers=(("uscc", a_uscc()),),
    )
    return replace(said, **told)


def recognised(venue, said=None):
    return actions.recognise(actor=SYSTEM, now=venue.now, vouched=said or vouched())


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def test_a_party_verified_at_another_venue_is_verified_here(venue):
    party = recognised(venue)

    assert party.is_verified
    assert party.home_venue == "SZTE"
    queries.require_verified(party.id)
    assert list(queries.audit()) == []


def test_the_same_credential_again_changes_nothing_and_a_new_one_renews(venue):
    said = vouched()
    first = recognised(venue, said)
    assert recognised(venue, said).id == first.id

    again = recognised(venue, replace(said, credential="SZTE-ZT-2022-000002", name_zh="深圳某集团"))

    assert again.id == first.id
    assert again.name == "深圳某集团"
    assert len(journal.of_subject(f"party:{first.id}")) == 2


def test_an_identifier_of_a_party_at_home_here_is_not_recognised_for_another(venue):
    here = verified_party("上海某大学", now=venue.now)
    scheme, value = here.identifiers[0]

    taken = vouched(identifiers=((scheme, value),))

    assert refusal(lambda: recognised(venue, taken)) is Refusal.HOME_ELSEWHERE


def test_a_credential_that_is_over_recognises_nobody(venue):
    over = vouched(until=date(2022, 6, 19))

    assert refusal(lambda: recognised(venue, over)) is Refusal.CREDENTIAL_OVER


def test_a_party_is_verified_no_longer_once_its_credential_is_revoked(venue):
    party = recognised(venue)

    actions.end_recognition(actor=SYSTEM, now=venue.now, party=party.id, why=Vouching.REVOKED)

    assert queries.party(party.id).status == Status.SUSPENDED.value
    assert refusal(lambda: queries.require_verified(party.id)) is Refusal.NOT_VERIFIED
    assert list(queries.audit()) == []


def test_the_clock_ends_a_recognition_when_the_last_day_of_its_credential_is_over(venue):
    party = recognised(venue, vouched(until=date(2022, 6, 30)))
    lapse = partial(recognition_ends, f"party:{party.id}", venue.now)

    lapse(at_local(date(2022, 6, 30), 23, 59))
    assert queries.party(party.id).is_verified
    lapse(at_local(date(2022, 7, 1), 0))

    assert not queries.party(party.id).is_verified


def test_a_lapsed_party_comes_back_with_a_new_credential_and_not_by_an_officer(venue):
    said = vouched()
    party = recognised(venue, said)
    actions.end_recognition(actor=SYSTEM, now=venue.now, party=party.id, why=Vouching.VENUE)
    compliance = officer("compliance", now=venue.now)

    assert (
        refusal(
            lambda: actions.reinstate(
                actor=compliance, now=venue.now, party=party.id, why="asked for it"
            )
        )
        is Refusal.RECOGNITION_ENDED
    )
    assert recognised(venue, said).is_verified
    assert list(queries.audit()) == []


def test_a_party_suspended_here_stays_so_whatever_its_home_venue_says(venue):
    said = vouched()
    party = recognised(venue, said)
    compliance = officer("compliance", now=venue.now)
    actions.suspend(actor=compliance, now=venue.now, party=party.id, why="under inquiry")

    recognised(venue, replace(said, credential="SZTE-ZT-2022-000002"))

    assert queries.party(party.id).status == Status.SUSPENDED.value
    actions.reinstate(actor=compliance, now=venue.now, party=party.id, why="inquiry ended")
    assert queries.party(party.id).is_verified
    assert list(queries.audit()) == []


def test_somebody_of_another_venue_acts_for_a_party_of_that_venue_without_an_account(venue):
    party, who = recognised(venue), uuid4()

    def admit(role=MandateRole.AGENT, party=party.id, home="SZTE"):
        return actions.admit_foreign_person(
            actor=SYSTEM,
            now=venue.now,
            home_venue=home,
            foreign_id=who,
            display_name="经办人",
            party=party,
            role=role,
        )

    person = admit()

    assert admit() == person
    assert queries.people_of(party.id) == [person]
    assert not Person.objects.get(id=person).has_usable_password()
    assert queries.person_by_email(Person.objects.get(id=person).email) is None
    assert admit(MandateRole.VIEWER) == person
    assert queries.people_of(party.id) == []
    revoked = journal.latest_of(subject("party", party.id), "parties.MandateRevoked")
    assert revoked.facts["role"] == "agent", "the mandate that ended is told of"
    assert list(queries.audit()) == []
    own = verified_party("上海某公司", now=venue.now)
    assert refusal(lambda: admit(party=own.id)) is CommonRefusal.NOT_FOUND
    assert refusal(lambda: admit(home="CDTE")) is CommonRefusal.NOT_FOUND
