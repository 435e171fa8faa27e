"""Officers publish, compare and adopt on pages; everybody reads what was published (PA-5)."""

import pytest

from hutong.network.procedures import queries
from hutong.network.procedures.tests.test_procedures import Elsewhere, published
from hutong.parties.testing import officer
from hutong.rulebook import queries as rulebook
from hutong.ui.testing import browsing
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db
PAGE = "/desk/rulebook/procedures"


def test_a_template_is_proposed_and_published_on_pages(venue, joined):
    one, two = browsing(officer("administrator")), browsing(officer("administrator"))
    form = {"act": "propose", "name_en": "Registration", "parts": ["rights", "listings"]}
    made = one.post(PAGE, form).headers["location"]
    assert made in two.get("/desk").content.decode()
    assert one.post(made, {"act": "publish"}).status_code == 403
    assert two.post(made, {"act": "publish"}).status_code == 302
    (known,) = queries.everywhere(venue.now)
    for place in ("/network/procedures", known.path):
        page = browsing().get(place).content.decode()
        assert "Registration" in page, place
    assert "15 days" in browsing().get(known.path).content.decode()
    assert browsing(officer("listing")).post(PAGE, form).status_code == 403


def test_another_venues_template_is_compared_figure_by_figure_and_proposed(venue, joined):
    there = Elsewhere(venue)
    there.publish(notice_days=20)
    one = browsing(officer("administrator"))
    place = f"{PAGE}/SZTE/{there.id}"
    assert place in one.get(PAGE).content.decode()
    page = one.get(place).content.decode()
    assert "15 days" in page
    assert "20 days" in page
    proposed = one.post(place, {"act": "adopt", "version": "1"}).headers["location"]
    shown = browsing(officer("administrator")).get(proposed).content.decode()
    assert queries.known("SZTE", there.id, venue.now).digest in shown
    assert rulebook.versions()[0].status == "proposed"


def test_what_our_rules_do_not_allow_is_said_and_not_offered(venue, joined):
    there = Elsewhere(venue)
    there.publish(notice_days="soon")
    place = f"{PAGE}/SZTE/{there.id}"
    page = browsing(officer("administrator")).get(place)
    assert page.status_code == 200
    assert "does not hold together" in page.content.decode()
    assert "Propose this rulebook" not in page.content.decode()
    assert browsing().get(f"/network/procedures/SZTE/{there.id}").status_code == 200


def test_our_own_is_read_but_not_adopted(venue, joined):
    mine = published(venue)
    place = f"{PAGE}/{venues.my_code()}/{mine.template}"
    page = browsing(officer("administrator")).get(place).content.decode()
    assert "Propose this rulebook" not in page
