"""At the lead venue: announced, parts taken as their logs say them, split, offered as one (NE-3)."""

from datetime import timedelta
from fractions import Fraction

import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal
from hutong.listings import actions as listings
from hutong.listings import queries as board
from hutong.listings.offers import ExportClass
from hutong.listings.refusals import Refusal as Listing
from hutong.listings.rules import Decision
from hutong.listings.rules import Status as ListingStatus
from hutong.listings.testing import ALL_YES
from hutong.network.messages.rules import Undecided
from hutong.network.messages.testing import Paper
from hutong.network.mirrors.tests.following import Follower
from hutong.network.projects import actions, answering, queries
from hutong.network.projects.rules import ContributionStatus, PartStatus, ProjectStatus, Refusal
from hutong.network.projects.tests.projecting import (
    WORDS,
    Elsewhere,
    added,
    announced,
    mandated,
    refusal,
)
from hutong.parties.testing import member_of, officer
from hutong.rights import actions as rights
from hutong.technologies import queries as technologies
from hutong.venues import queries as venues

PRICE = 8_000_000


def joined_by_szte(venue, project, sender):
    answer = {"project": str(project), "joins": True, "reason": ""}
    answering.on_answer(sender.message("projects.answer", answer), venue.now)


def examined(venue, listing):
    return listings.examine(
        actor=officer("listing"),
        now=venue.now,
        listing=listing,
        decision=Decision.ACCEPT,
        checklist=ALL_YES,
        export_class=ExportClass.FREE,
        findings="All parts verified.",
    )


@pytest.fixture
def szte(joined):
    return Paper(joined.known["SZTE"])


def whole(venue, szte, drain):
    """A project with a part of ours and one of SZTE's, composed."""
    project = announced(venue, "SZTE")
    joined_by_szte(venue, project.id, szte)
    seller, _, mine = added(venue, project.id)
    drain()
    there = Elsewhere(project.id, lead=venues.my_code())
    Follower(there.log).follow(there.log)
    answering.on_part(szte.message("projects.part", there.body(project.id)), venue.now)
    actions.compose(actor=officer("listing"), now=venue.now, project=project.id, lead_part=mine.id)
    return project, seller, mine, there


@pytest.mark.django_db
def test_who_drafts_a_project_does_not_announce_it(venue, joined):
    one = officer("listing")
    made = actions.draft(
        actor=one,
        now=venue.now,
        words=WORDS,
        invited=["SZTE"],
        parts_by=venue.now + timedelta(days=5),
    )
    why = refusal(lambda: actions.announce(actor=one, now=venue.now, project=made.id))
    assert why is CommonRefusal.SAME_EYES
    assert queries.project(made.id).status is ProjectStatus.DRAFTED


@pytest.mark.django_db
def test_parts_of_two_venues_are_offered_as_one_listing_with_the_split_decided(
    venue, joined, szte, drain
):
    project, seller, mine, there = whole(venue, szte, drain)
    cheap = refusal(
        lambda: actions.list_project(
            actor=member_of(seller), now=venue.now, project=project.id, price_fen=3_999_999
        )
    )
    assert cheap is Refusal.PRICE_TOO_LOW
    listing = actions.list_project(
        actor=member_of(seller), now=venue.now, project=project.id, price_fen=PRICE
    )
    examined(venue, listing.id)
    drain()

    offered = board.listing(listing.id)
    assert offered.status is ListingStatus.LISTED
    assert offered.scope == "network"
    assert {p.venue: p.share for p in offered.joint.parts} == {
        venues.my_code(): Fraction(1, 4),
        "SZTE": Fraction(3, 4),
    }
    assert offered.joint.technologies == 4
    (elsewhere,) = [p for p in offered.joint.parts if p.venue == "SZTE"]
    assert (elsewhere.entry_index, elsewhere.title_zh) == (there.index, "深圳成果包")
    assert queries.project(project.id).status is ProjectStatus.LISTED
    assert queries.contribution(mine.id).share == Fraction(1, 4)
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_only_the_lead_seller_offers_the_whole(venue, joined, szte, drain):
    project, _, _, _ = whole(venue, szte, drain)
    stranger, _, _ = mandated(venue, announced(venue).id)
    why = refusal(
        lambda: actions.list_project(
            actor=member_of(stranger), now=venue.now, project=project.id, price_fen=PRICE
        )
    )
    assert why is CommonRefusal.NOT_FOUND


@pytest.mark.django_db
def test_a_part_withdrawn_elsewhere_stops_the_listing_and_the_project_says_so(
    venue, joined, szte, drain
):
    project, seller, _, there = whole(venue, szte, drain)
    listing = actions.list_project(
        actor=member_of(seller), now=venue.now, project=project.id, price_fen=PRICE
    )
    examined(venue, listing.id)
    drain()
    gone = {"project": str(project.id), "part": str(there.part)}
    for _ in range(2):  # told twice, it left once
        answering.on_withdraw(szte.message("projects.withdraw", gone), venue.now)

    stopped = board.listing(listing.id)
    assert stopped.status is ListingStatus.SUSPENDED
    assert stopped.suspended_for["code"] == "listings.part_left"
    assert [p.venue for p in stopped.joint.left] == ["SZTE"]
    (left,) = [p for p in queries.project(project.id).parts if p.venue == "SZTE"]
    assert left.status is PartStatus.LEFT
    why = refusal(
        lambda: listings.resume(actor=officer("listing"), now=venue.now, listing=listing.id)
    )
    assert why is Listing.JOINT_PART_LEFT


@pytest.mark.django_db
def test_a_part_that_leaves_before_the_board_keeps_the_listing_off_it(venue, joined, szte, drain):
    project, seller, _, there = whole(venue, szte, drain)
    listing = actions.list_project(
        actor=member_of(seller), now=venue.now, project=project.id, price_fen=PRICE
    )
    gone = {"project": str(project.id), "part": str(there.part)}
    answering.on_withdraw(szte.message("projects.withdraw", gone), venue.now)
    assert refusal(lambda: examined(venue, listing.id)) is Listing.JOINT_PART_LEFT
    listings.withdraw(actor=member_of(seller), now=venue.now, listing=listing.id)
    drain()
    again = queries.project(project.id)
    assert (again.status, again.listing) == (ProjectStatus.ANNOUNCED, None)


@pytest.mark.django_db
def test_a_part_is_taken_only_as_its_venues_log_says_it(venue, joined, szte):
    project = announced(venue, "SZTE")
    there = Elsewhere(project.id, lead=venues.my_code())
    sent = lambda **changed: szte.message(  # noqa: E731
        "projects.part", there.body(project.id, **changed)
    )
    assert refusal(lambda: answering.on_part(sent(), venue.now)) is Refusal.NOT_INVITED
    joined_by_szte(venue, project.id, szte)
    with pytest.raises(Undecided):
        answering.on_part(sent(), venue.now)
    Follower(there.log).follow(there.log)
    for changed in ({"technologies": 3}, {"bundle": str(there.part)}):
        why = refusal(lambda changed=changed: answering.on_part(sent(**changed), venue.now))
        assert why is Refusal.DIFFERS_FROM_LOG
    assert queries.project(project.id).parts == ()

    answering.on_part(sent(), venue.now)
    answering.on_part(sent(), venue.now)
    (part,) = queries.project(project.id).parts
    assert (part.venue, part.seller_zh, part.entry_index) == ("SZTE", "深圳某公司", there.index)


@pytest.mark.django_db
def test_a_part_id_is_one_venues_and_one_projects(venue, joined, szte):
    sdte = Paper(joined.known["SDTE"])
    project, other = announced(venue, "SZTE", "SDTE"), announced(venue, "SZTE")
    for one, of in ((szte, project), (sdte, project), (szte, other)):
        joined_by_szte(venue, of.id, one)
    there = Elsewhere(project.id, lead=venues.my_code())
    Follower(there.log).follow(there.log)
    answering.on_part(szte.message("projects.part", there.body(project.id)), venue.now)

    takes = {
        "another venue in its name": sdte.message("projects.part", there.body(project.id)),
        "another project": szte.message("projects.part", there.body(other.id)),
    }
    for what, sent in takes.items():
        why = refusal(lambda sent=sent: answering.on_part(sent, venue.now))
        assert why is Refusal.OTHERS_ID, what
    (part,) = queries.project(project.id).parts
    assert part.venue == "SZTE"
    assert queries.project(other.id).parts == ()


@pytest.mark.django_db
def test_a_bundle_that_another_venues_log_adds_again_is_refused(venue, joined, szte):
    projects = [announced(venue, "SZTE") for _ in range(2)]
    there = Elsewhere(projects[0].id, lead=venues.my_code())
    again = there.adds(projects[1].id)
    Follower(there.log).follow(there.log)
    for project in projects:
        joined_by_szte(venue, project.id, szte)
    answering.on_part(szte.message("projects.part", there.body(projects[0].id)), venue.now)
    sent = szte.message("projects.part", there.body(projects[1].id, **again))
    assert refusal(lambda: answering.on_part(sent, venue.now)) is Refusal.ALREADY_A_PART


@pytest.mark.django_db
def test_a_part_with_a_technology_that_is_not_registered_there_is_refused(venue, joined, szte):
    project = announced(venue, "SZTE")
    joined_by_szte(venue, project.id, szte)
    there = Elsewhere(project.id, lead=venues.my_code(), registered=1)
    Follower(there.log).follow(there.log)
    sent = szte.message("projects.part", there.body(project.id))
    assert refusal(lambda: answering.on_part(sent, venue.now)) is Refusal.NOT_REGISTERED


@pytest.mark.django_db
def test_a_part_of_a_project_led_elsewhere_is_not_taken_here(venue, joined, szte):
    project = announced(venue, "SZTE")
    joined_by_szte(venue, project.id, szte)
    there = Elsewhere(project.id, lead="SDTE")
    Follower(there.log).follow(there.log)
    sent = szte.message("projects.part", there.body(project.id))
    assert refusal(lambda: answering.on_part(sent, venue.now)) is Refusal.DIFFERS_FROM_LOG


@pytest.mark.django_db
def test_a_project_that_is_given_up_frees_its_parts(venue, joined, drain):
    project = announced(venue, "SZTE")
    _, bundle, part = added(venue, project.id)
    drain()
    actions.close(
        actor=officer("listing"), now=venue.now, project=project.id, reason="Nobody joined."
    )
    drain()
    assert queries.contribution(part.id).status is ContributionStatus.RELEASED
    rights.reserve(
        actor=SYSTEM,
        now=venue.now,
        technologies=technologies.technology(bundle.id).parts,
        source=subject("listing", project.id),
    )
    assert list(queries.audit()) == []
