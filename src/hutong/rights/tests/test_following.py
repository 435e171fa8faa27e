"""What happens of itself: the notice ends, people are told."""

import pytest

from hutong.kit.actor import SYSTEM
from hutong.notices import queries as notices
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, jobs, queries
from hutong.rights.rules import Status
from hutong.rights.testing import noticed_application

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
