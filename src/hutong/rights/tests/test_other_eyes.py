"""An officer who belongs to the applicant does not decide about its application (PA-5)."""

import pytest

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.membership import MandateRole
from hutong.parties.testing import let_in, member_of, officer, verified_party
from hutong.rights import actions
from hutong.rights.rules import Decision
from hutong.rights.testing import noticed_application, submitted_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def applicant(venue):
    return verified_party("上海某大学")


@pytest.fixture
def insider(venue, applicant):
    """A registrar with no more than a viewer's mandate for the applicant."""
    registrar = officer("registrar")
    let_in(applicant, registrar.person, MandateRole.VIEWER, now=venue.now)
    return registrar


def test_an_insider_does_not_examine(venue, applicant, insider):
    application = submitted_application(applicant)
    with pytest.raises(Refused) as refused:
        actions.examine(
            actor=insider,
            now=venue.now,
            application=application.id,
            decision=Decision.ACCEPT,
            findings="Complete.",
        )
    assert refused.value.reason is CommonRefusal.SAME_EYES


def test_an_insider_does_not_decide_an_objection(venue, applicant, insider):
    noticed = noticed_application(applicant)
    objection = actions.object_to(
        actor=member_of(verified_party("另一研究所", kind="research_institute")),
        now=venue.now,
        application=noticed.id,
        grounds="It was commissioned by us.",
    )
    with pytest.raises(Refused) as refused:
        actions.decide_objection(
            actor=insider, now=venue.now, objection=objection.id, upheld=False, reasons="No."
        )
    assert refused.value.reason is CommonRefusal.SAME_EYES
