"""Our credentials and accreditations, shown where they count; and read as another venue reads (PA-4, PA-6)."""

import json
from datetime import timedelta

import pytest

from hutong.certificates import actions as certificates_actions
from hutong.certificates import queries as certificates
from hutong.certificates.actions.parties import renew_party_credential
from hutong.certificates.kinds import Kind
from hutong.certificates.rules import Refusal as Certificates
from hutong.certificates.tests.conftest import (  # noqa: F401
    chief,
    clerk,
    fonts,
    paper,
    trainer,
    working,
)
from hutong.documents import queries as documents
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer
from hutong.network.recognition import actions, credentials, jobs, queries
from hutong.network.recognition.rules import RENEWED_BEFORE, Answered, Refusal
from hutong.parties import actions as parties
from hutong.parties.testing import officer, verified_party
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


@pytest.fixture
def known(venue, joined, working):  # noqa: F811
    """A member of ours whose credential SZTE was shown."""
    firm = verified_party("上海某公司", "enterprise", now=venue.now)
    working()
    latest = actions.latest_credential(firm.id)
    actions.note_shown(actor=SYSTEM, now=venue.now, party=firm.id, venue="SZTE", certificate=latest)
    return firm


def told(kind):
    rows = Outgoing.objects.filter(kind=kind).order_by("queued_at", "id")
    return [(row.to, json.loads(bytes(row.raw))["body"]) for row in rows]


def test_a_later_credential_is_shown_where_the_party_is_known_and_the_earlier_is_void_in_the_log(
    venue,
    known,
    working,  # noqa: F811
):
    first = actions.latest_credential(known.id)
    soon = venue.now + timedelta(days=720)  # of 730

    later = renew_party_credential(actor=SYSTEM, now=soon, party=known.id, within=RENEWED_BEFORE)
    working()

    ((to, body),) = told("recognition.show")
    assert to == "SZTE"
    said = credentials.read(body["credential"], venues.find(venues.my_code()))
    assert (said.credential, said.foreign_id) == (later.number, known.id)
    (void,) = journal.of_kinds(("certificates.Superseded",))
    assert (void.facts["number"], void.log_index is not None) == (first.number, True)
    ((shown),) = queries.showings(about=subject("party", known.id))
    assert (shown.number, shown.answered) == (later.number, Answered.WAITING)
    assert list(queries.audit()) == []


def test_a_credential_that_is_not_over_soon_is_not_renewed(venue, known):
    assert (
        renew_party_credential(actor=SYSTEM, now=venue.now, party=known.id, within=RENEWED_BEFORE)
        is None
    )


def test_the_clock_renews_a_credential_that_others_know_before_it_is_over(venue, known):
    from hutong.due.models import Timer

    (timer,) = Timer.objects.filter(kind="recognition.refresh")
    first = actions.latest_credential(known.id)

    jobs.refresh_due(timer.subject, timer.due_at, timer.due_at)

    later = certificates.latest_of_thread(subject("party", known.id))
    assert later.number != first.number
    assert later.valid_until > first.valid_until
    assert local_date(timer.due_at) == first.valid_until - RENEWED_BEFORE


def test_a_credential_that_holds_again_is_shown_with_how_much_of_our_log_says_so(
    venue,
    known,
    working,  # noqa: F811
):
    compliance = officer("compliance", now=venue.now)
    act = {"actor": compliance, "now": venue.now, "party": known.id, "why": "a doubt"}
    parties.suspend(**act)
    working()
    assert told("recognition.show") == []
    parties.reinstate(**act)
    working()

    ((_, body),) = told("recognition.show")
    (resumed,) = journal.of_kinds(("certificates.Resumed",))
    assert body["log_size"] == resumed.log_index + 1


def test_what_a_venue_answered_is_noted(venue, known):
    about = subject("party", known.id)

    def note(refused=None):
        answer = Answer(None if refused else {}, refused, {"venue": "SHTE"})
        message = type("M", (), {"subject": about, "recipient": "SZTE"})()
        jobs.shown(message, answer, venue.now)
        return queries.showings(venue="SZTE")[0]

    assert note().answered is Answered.TAKEN
    refused = note("recognition.revoked")
    assert (refused.answered, refused.why["code"]) == (Answered.REFUSED, "recognition.revoked")
    assert list(queries.audit()) == []


# -- institutions ------------------------------------------------------------------------------------


@pytest.fixture
def accredit(venue, clerk, chief, trainer, paper):  # noqa: F811
    """Accredits an institution: one officer proposes, another decides."""

    def act(institution=trainer, capability="valuation", by=chief, **days):
        said = {
            "accreditation": {
                "capability": capability,
                "from": days.get("since", "2022-06-20"),
                "until": days.get("until", "2024-06-19"),
            },
            "institution": institution.identifiers[0][1],
        }
        proposal = certificates_actions.propose(
            actor=clerk, now=venue.now, kind=Kind.ACCREDITATION, said=said, evidence=[paper]
        )
        return certificates_actions.approve(actor=by, now=venue.now, proposal=proposal.id)

    return act


def test_an_institution_is_accredited_by_two_officers_for_one_business_until_a_day(
    venue,
    joined,
    accredit,
    clerk,  # noqa: F811
    working,  # noqa: F811
):
    assert refusal(lambda: accredit(by=clerk)) is CommonRefusal.SAME_EYES
    given = accredit()
    working()

    on = local_date(venue.now)
    (one,) = queries.institutions(on)
    assert (one.number, one.capability, one.venue) == (given.number, "valuation", "SHTE-DEMO")
    assert one.url == f"/certificates/{given.number}"
    assert queries.institutions(on, "legal") == []
    assert queries.institutions(given.valid_until) == [one]
    assert queries.institutions(given.valid_until + timedelta(days=1)) == []
    assert {to for to, _ in told("recognition.accredit")} == {"SZTE", "SDTE"}


def test_a_later_accreditation_for_the_same_business_takes_the_place_of_the_earlier(
    venue,
    joined,
    accredit,
    working,  # noqa: F811
):
    accredit()
    accredit(capability="legal")
    later = accredit(until="2026-06-19")
    working()

    found = {one.capability: one for one in queries.institutions(local_date(venue.now))}
    assert set(found) == {"valuation", "legal"}
    assert found["valuation"].number == later.number


def test_only_a_verified_service_institution_is_accredited(venue, accredit):
    firm = verified_party("上海某企业", "enterprise", now=venue.now)

    assert refusal(lambda: accredit(firm)) is Certificates.NOT_AN_INSTITUTION


def test_another_venues_accreditation_counts_here_while_it_holds_and_its_venue_stands(
    venue,
    joined,
    accredit,
    working,  # noqa: F811
):
    given = accredit()
    working()
    shown = json.loads(documents.read_bytes(certificates.certificate(given.number).credential))
    here = venues.my_code()  # this venue's own, read as another's: every check of signature and log

    def accept(credential=shown, now=venue.now):
        actions.accept_accreditation(actor=SYSTEM, now=now, venue=here, credential=credential)

    forged = json.loads(json.dumps(shown).replace("2024-06-19", "2034-06-19"))
    assert refusal(lambda: accept(forged)) is Refusal.CREDENTIAL_WRONG
    over = venue.now + timedelta(days=900)
    assert refusal(lambda: accept(now=over)) is Refusal.ACCREDITATION_OVER
    accept()
    accept()

    assert len(queries.institutions(local_date(venue.now))) == 2
    assert list(queries.audit()) == []
