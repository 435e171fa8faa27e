"""At a part's home venue: a sale that ends without its lead venue's word for it (NE-3, PA-5, DL-2)."""

from dataclasses import replace
from functools import partial

import pytest

from hutong.kit.ids import new_id
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal
from hutong.network.messages.models import Outgoing
from hutong.network.projects import answering as joining
from hutong.network.projects import queries as projects
from hutong.network.projects.rules import ContributionStatus
from hutong.network.projects.rules import Refusal as Projects
from hutong.network.projects.tests.projecting import refusal
from hutong.network.sales import actions, queries
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import Refusal, Status
from hutong.network.sales.tests.selling import in_order, of_two_sellers_here
from hutong.network.sales.tests.test_keeping import AMOUNT, invited, lead, project
from hutong.network.sales.tests.test_pages import press
from hutong.parties.testing import member_of, officer
from hutong.rights import queries as rights
from hutong.rights.models import Title
from hutong.settlement import actions as settlement
from hutong.ui.testing import browsing

__all__ = ["invited", "lead", "project"]


def free(found):
    """Whether nothing is kept or bound, and the lead venue stands for nothing."""
    kept = Title.objects.filter(technology__in=found.rights).exclude(reserved_for="")
    bound = rights.disposals_of_deal(found.deal)
    return not kept.exists() and bound == [] and settlement.exposure_fen("SZTE", CNY) == 0


def proposed(found, by):
    return actions.propose_end(actor=by, now=found.now, part=found.part.id, reason="Silent.")


def confirmed(found, by):
    return actions.confirm_end(actor=by, now=found.now, part=found.part.id)


@pytest.mark.django_db
def test_two_officers_let_a_seller_go_whose_lead_venue_is_silent(lead):
    lead.assured()
    assert lead.status is Status.READY
    one, act = officer("listing"), {"now": lead.now, "part": lead.part.id}
    early = refusal(partial(confirmed, lead, officer("listing")))
    assert early is Refusal.NO_ENDING_PROPOSED
    assert (
        refusal(lambda: actions.propose_end(actor=one, **act, reason=" ")) is Projects.WORDS_MISSING
    )
    proposed(lead, one)
    assert refusal(partial(proposed, lead, officer("listing"))) is Refusal.ENDING_PROPOSED
    assert refusal(partial(confirmed, lead, one)) is CommonRefusal.SAME_EYES
    assert lead.status is Status.READY
    in_order()

    confirmed(lead, officer("listing"))
    assert (lead.status, free(lead)) == (Status.ENDED, True)
    assert projects.contribution(lead.part.id).status is ContributionStatus.WITHDRAWN
    assert Outgoing.objects.filter(to="SZTE", kind="projects.withdraw").count() == 1
    in_order()
    assert refusal(lambda: lead.says("sales.move")) is Refusal.OUT_OF_STATE
    assert refusal(lambda: lead.says("sales.assure", currency=CNY)) is Refusal.OUT_OF_STATE
    lead.says("sales.end")  # heard late, it changes nothing
    assert lead.status is Status.ENDED
    in_order()


@pytest.mark.django_db
def test_what_has_moved_is_not_ended_and_a_dropped_proposal_ends_nothing(lead):
    lead.assured()
    one = officer("listing")
    for _ in range(2):
        proposed(lead, one)
        actions.drop_end(actor=one, now=lead.now, part=lead.part.id)
    assert refusal(partial(confirmed, lead, officer("listing"))) is Refusal.NO_ENDING_PROPOSED
    in_order()
    proposed(lead, one)
    assert lead.says("sales.move") == {"entries": 2}, "the lead venue speaks before it is confirmed"
    assert refusal(partial(confirmed, lead, officer("listing"))) is Refusal.OUT_OF_STATE
    assert settlement.exposure_fen("SZTE", CNY) == AMOUNT
    in_order()


@pytest.mark.django_db
def test_nobody_of_seller_or_buyer_ends_a_sale_and_a_deal_of_ours_is_ended_as_a_deal(
    lead, venue, drain
):
    lead.awards()
    for party in (lead.seller, lead.buyer):
        by = replace(officer("listing"), person=member_of(party).person)
        assert refusal(partial(proposed, lead, by)) is CommonRefusal.SAME_EYES
    assert refusal(partial(proposed, lead, officer("trading"))) is CommonRefusal.POWER_MISSING
    assert refusal(partial(proposed, lead, member_of(lead.seller))) is CommonRefusal.POWER_MISSING
    own, _, _, part = of_two_sellers_here(venue, drain)
    ours = {"actor": officer("listing"), "now": own.opened_at, "part": part.id}
    assert refusal(lambda: actions.propose_end(**ours, reason="x")) is Refusal.OWN_DEAL


@pytest.mark.django_db
@pytest.mark.parametrize("reached", [Status.AWARDED, Status.SIGNED, Status.READY])
def test_a_project_that_is_over_ends_the_sale_of_a_part_that_has_not_moved(lead, reached):
    lead.awards()
    if reached is not Status.AWARDED:
        lead.accepted()
    if reached is Status.READY:
        lead.says("sales.assure", currency=CNY)
    assert lead.status is reached
    body = {"project": str(lead.project), "ending": "terminated"}
    joining.on_ended(lead.paper.message("projects.ended", body), lead.now)
    in_order()  # and in the moment before anything follows from it
    lead.venue.drain()
    assert (lead.status, free(lead)) == (Status.ENDED, True)
    assert projects.contribution(lead.part.id).status is ContributionStatus.RELEASED
    assert refusal(lambda: lead.says("sales.move")) is Refusal.OUT_OF_STATE
    in_order()


@pytest.mark.django_db
def test_a_part_that_moved_stays_moved_when_its_project_is_over(lead):
    lead.assured()
    lead.says("sales.move")
    body = {"project": str(lead.project), "ending": "sold"}
    joining.on_ended(lead.paper.message("projects.ended", body), lead.now)
    lead.venue.drain()
    assert lead.status is Status.MOVED
    assert projects.contribution(lead.part.id).status is ContributionStatus.SOLD
    in_order()


@pytest.mark.django_db
def test_officers_end_a_sale_on_its_page_and_by_the_api(lead):
    lead.assured()
    path = f"/desk/project-parts/{lead.part.id}"
    one, two = browsing(officer("listing")), browsing(officer("listing"))
    press(one, path, "propose", reason="The lead exchange does not answer.")
    assert "another officer decides" in one.get("/desk").content.decode()
    assert path in two.get("/desk").content.decode()
    page = one.get(path).content.decode()
    assert 'value="confirm"' not in page
    assert "The lead exchange does not answer." in page
    press(one, path, "drop")
    api = f"/api/v1/project-parts/{lead.part.id}/sale/ending"
    sent = {"content_type": "application/json"}
    done = one.client.post(api, {"reason": "Gone."}, headers={"Idempotency-Key": "a"}, **sent)
    assert (done.status_code, done.json()["status"]) == (200, "ready")
    press(two, path, "confirm")
    lead.venue.drain()
    assert (lead.status, free(lead)) == (Status.ENDED, True)
    assert 'value="propose"' not in two.get(path).content.decode()
    in_order()


@pytest.mark.django_db
def test_the_audit_names_a_proposal_that_nobody_made(lead):
    lead.awards()
    PartSale.objects.update(ending_by=new_id())
    places = {one.place for one in queries.audit()}
    assert places == {f"network.sale {lead.part.id} end proposed"}
