"""First registration at a venue that is joined with others waits for its claim (RR-7, NE-5)."""

import pytest
from django.test import Client

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.claims import actions, queries
from hutong.network.claims.rules import Status as ClaimStatus
from hutong.network.claims.tests.test_claimant import final
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as rights
from hutong.rights import queries as register
from hutong.rights.checklists import all_yes
from hutong.rights.rules import Decision, Status
from hutong.rights.testing import a_technology, submitted_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def university(venue):
    return verified_party("上海某大学")


def status_of(application):
    return register.application(application.id, officer("registrar")).status


def examine(application, venue):
    return rights.examine(
        actor=officer("registrar"),
        now=venue.now,
        application=application.id,
        decision=Decision.ACCEPT,
        findings="In order.",
        checks=all_yes(),
    )


def test_a_venue_alone_examines_at_once(venue, university):
    assert submitted_application(university).status is Status.SUBMITTED


def test_an_application_waits_until_its_number_is_final(venue, university, joined, drain):
    network = joined(registrar="SZTE")
    application = submitted_application(university)
    assert application.status is Status.CLAIMING
    with pytest.raises(Refused) as caught:
        examine(application, venue)
    assert caught.value.reason is CommonRefusal.OUT_OF_STATE
    drain()
    (claim,) = queries.own(ClaimStatus.ASKED)
    assert claim.about == f"right_application:{application.id}"
    assert status_of(application) is Status.CLAIMING
    assert final(Client(), network, claim.id) == ClaimStatus.FINAL
    drain()
    assert status_of(application) is Status.SUBMITTED
    assert examine(application, venue).status is Status.NOTICE
    assert list(register.audit()) == []


def test_what_another_venue_holds_is_not_registered_here(venue, university, joined, drain):
    network = joined(registrar="SZTE")
    application = submitted_application(university)
    drain()
    (claim,) = queries.own()
    final(Client(), network, claim.id, "refused", holder="SDTE")
    drain()
    assert status_of(application) is Status.REJECTED
    assert "SDTE" in register.application(application.id, officer("registrar")).ended_because
    assert list(register.audit()) == []


def test_what_is_withdrawn_is_given_back(venue, university, joined, drain):
    network = joined(registrar="SZTE")
    application = submitted_application(university)
    drain()
    (claim,) = queries.own()
    rights.withdraw(actor=member_of(university), now=venue.now, application=application.id)
    drain()
    assert final(Client(), network, claim.id) == ClaimStatus.RELEASING


def test_the_registrar_claims_for_itself_too(venue, university, joined, drain):
    joined()
    actions.open_term(actor=SYSTEM, now=venue.now)
    application = submitted_application(university)
    drain()
    assert status_of(application) is Status.CLAIMING
    assert len(queries.own(ClaimStatus.ASKED)) == 1
    assert queries.book_counts() == {queries.office().registrar: 1}


def test_what_the_examination_leaves_out_is_given_back(venue, university, joined, drain):
    network = joined(registrar="SZTE")
    one, other = (a_technology(university).id for _ in range(2))
    application = submitted_application(university, [one, other])
    drain()
    mine = {claim.technology: claim.id for claim in queries.own()}
    for id in mine.values():
        final(Client(), network, id)
    drain()
    rights.examine(
        actor=officer("registrar"),
        now=venue.now,
        application=application.id,
        decision=Decision.ACCEPT,
        findings="In order, but one.",
        checks=all_yes(),
        exceptions={other: "Its annuities are unpaid."},
    )
    drain()
    left = {claim.technology: claim.status for claim in queries.own()}
    assert left == {one: ClaimStatus.FINAL, other: ClaimStatus.RELEASING}
