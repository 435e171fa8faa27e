"""What happens of itself: the notice ends, people are told."""

from datetime import date

import pytest

from hutong.kit.actor import SYSTEM
from hutong.notices import queries as notices
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, jobs, queries
from hutong.rights.acts import Mode
from hutong.rights.rules import Status
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import (
    approved,
    filed_licence,
    noticed_application,
    registered_technology,
)

pytestmark = pytest.mark.django_db


def told(actor):
    page = notices.notices_page(actor.person, limit=200)
    return {notice.kind: notice.link for notice in page["items"]}


def test_the_notice_ends_by_itself_and_the_holders_are_told(venue, drain):
    university = verified_party("上海某大学")
    registrar = officer("registrar")
    noticed = noticed_application(university)
    drain()
    assert queries.application(noticed.id).status is Status.NOTICE
    assert told(registrar)["rights.application_submitted"] == f"/desk/rights/{noticed.id}"
    assert told(member_of(university))["rights.notice_opened"] == f"/my/rights/{noticed.id}"

    venue.now = noticed.ends_at
    drain()

    assert queries.application(noticed.id).status is Status.REGISTERED
    assert "rights.registered" in told(member_of(university))


def test_an_objection_is_told_to_holders_officers_and_its_decision_to_the_objector(venue, drain):
    university, firm = verified_party("上海某大学"), verified_party("某公司", kind="enterprise")
    registrar = officer("registrar")
    noticed = noticed_application(university)
    objection = actions.object_to(
        actor=member_of(firm), now=venue.now, application=noticed.id, grounds="It is ours."
    )
    venue.now = noticed.ends_at
    drain()
    assert queries.application(noticed.id).status is Status.NOTICE  # the clock stands still
    assert "rights.objection_filed" in told(member_of(university))
    assert "rights.objection_filed" in told(registrar)

    actions.decide_objection(
        actor=registrar, now=venue.now, objection=objection.id, upheld=False, reasons="Unproved."
    )
    drain()

    link = told(member_of(firm))["rights.objection_dismissed"]
    assert link == f"/public-notices/{noticed.id}"
    again = queries.application(noticed.id)
    assert again.ends_at > noticed.ends_at
    jobs.notice_over(f"right_application:{noticed.id}", noticed.ends_at, venue.now)
    assert queries.application(noticed.id).status is Status.NOTICE  # the old timer says nothing
    assert (
        actions.close_notice(actor=SYSTEM, now=again.ends_at, application=noticed.id).status
        is Status.REGISTERED
    )


def test_whoever_must_agree_to_a_filing_is_asked_and_all_hear_how_it_ends(venue, drain):
    university, firm = verified_party("上海某大学"), verified_party("某公司", kind="enterprise")
    registrar = officer("registrar")
    patent = registered_technology(university, now=venue.now)
    venue.later(days=20)
    term = Term.of(venue.now.date(), date(2025, 6, 30))
    filing = filed_licence(
        patent.id,
        university,
        firm,
        scope=Scope(Territory.of(["CN"]), Field.of(), term),
        now=venue.now,
        mode=Mode.SOLE,
    )
    drain()
    assert told(member_of(firm))["rights.agreement_asked"] == f"/my/filings/{filing}"
    assert "rights.filing_to_examine" not in told(registrar)
    actions.agree(actor=member_of(firm), now=venue.now, filing=filing)
    drain()
    assert told(registrar)["rights.filing_to_examine"] == f"/desk/filings/{filing}"
    approved(filing, now=venue.now)
    drain()
    for side in (university, firm):
        assert "rights.filing_entered" in told(member_of(side))
