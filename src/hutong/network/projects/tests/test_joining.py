"""At a home venue: two officers join, a seller gives its mandate, the rights are kept for it (NE-3)."""

from datetime import timedelta
from fractions import Fraction

import pytest

from beginnings import beginning
from hutong.journal.queries import leaf_at
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import iso
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.testing import Paper
from hutong.network.projects import actions, answering, queries
from hutong.network.projects.actions.telling import ANSWER, PART, WITHDRAW
from hutong.network.projects.rules import ContributionStatus, InvitationStatus, Refusal
from hutong.network.projects.tests.projecting import (
    FINDINGS,
    WORDS,
    added,
    mandated,
    refusal,
    seller_with_bundle,
)
from hutong.parties.testing import member_of, officer
from hutong.rights import actions as rights
from hutong.rights.grant_refusals import GrantRefusal
from hutong.technologies import queries as technologies


def sent(kind):
    rows = Outgoing.objects.filter(kind=kind).order_by("sequence")
    return [Message.parse(bytes(row.raw)) for row in rows]


@beginning
def invited(venue, joined):
    """A project of SZTE's to which we are invited; its id."""
    project, szte = new_id(), Paper(joined.known["SZTE"])
    body = {
        "project": str(project),
        "number": "SZTE-JP-2022-0001",
        "parts_by": iso(venue.now + timedelta(days=20)),
        **WORDS.facts(),
    }
    for _ in range(2):  # told twice, we are invited once
        answering.on_invite(szte.message("projects.invite", body), venue.now)
    return project


@beginning
def project(venue, invited):
    """The same, joined."""
    actions.accept_invitation(actor=officer("listing"), now=venue.now, project=invited)
    actions.confirm_invitation(actor=officer("listing"), now=venue.now, project=invited)
    return invited


@pytest.mark.django_db
def test_another_venues_project_cannot_take_this_ones_id(venue, joined, invited):
    sdte = Paper(joined.known["SDTE"])
    body = {"project": str(invited), "number": "SDTE-JP-2022-0001", **WORDS.facts()}
    body |= {"parts_by": iso(venue.now + timedelta(days=20))}
    sent = sdte.message("projects.invite", body)
    assert refusal(lambda: answering.on_invite(sent, venue.now)) is Refusal.OTHERS_ID
    assert queries.invitation(invited).lead == "SZTE"


@pytest.mark.django_db
def test_a_venue_joins_by_two_of_its_officers(venue, invited):
    one = officer("listing")
    actions.accept_invitation(actor=one, now=venue.now, project=invited)
    why = refusal(lambda: actions.confirm_invitation(actor=one, now=venue.now, project=invited))
    assert why is CommonRefusal.SAME_EYES
    assert sent(ANSWER) == []

    actions.confirm_invitation(actor=officer("listing"), now=venue.now, project=invited)
    assert queries.invitation(invited).status is InvitationStatus.JOINED
    (told,) = sent(ANSWER)
    assert (told.recipient, told.body["joins"]) == ("SZTE", True)


@pytest.mark.django_db
def test_a_venue_that_does_not_join_says_why_and_takes_no_mandates(venue, invited):
    actions.decline_invitation(
        actor=officer("listing"), now=venue.now, project=invited, reason="No seller of ours fits."
    )
    (told,) = sent(ANSWER)
    assert (told.body["joins"], told.body["reason"]) == (False, "No seller of ours fits.")
    assert refusal(lambda: mandated(venue, invited)) is Refusal.NOT_JOINED


@pytest.mark.django_db
def test_an_added_part_is_told_with_its_place_in_our_log_and_its_rights_are_kept(
    venue, project, drain
):
    _, bundle, part = added(venue, project, asked_fen=5_000_000)
    drain()
    (told,) = sent(PART)
    assert told.body == {
        "project": str(project),
        "part": str(part.id),
        "bundle": str(bundle.id),
        "technologies": 2,
        "asked_fen": 5_000_000,
        "entry_index": told.body["entry_index"],
    }
    assert str(part.id).encode() in leaf_at(told.body["entry_index"])
    assert b"5000000" not in leaf_at(told.body["entry_index"]), "what a seller asks is private"
    why = refusal(
        lambda: rights.reserve(
            actor=SYSTEM,
            now=venue.now,
            technologies=technologies.technology(bundle.id).parts,
            source=subject("listing", new_id()),
        )
    )
    assert why is GrantRefusal.RESERVED
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_what_the_lead_venue_refuses_is_free_again_and_the_seller_reads_why(venue, project, drain):
    seller, bundle, part = added(venue, project)
    drain()
    (told,) = sent(PART)
    refused = Answer(
        said=None, refused="projects.closed_for_parts", facts={"parts_by": "2022-06-21"}
    )
    answering.part_answered(told, refused, venue.now)
    found = queries.contribution(part.id)
    assert found.status is ContributionStatus.REFUSED
    assert found.why["code"] == "projects.closed_for_parts"
    again = actions.give_mandate(
        actor=member_of(seller), now=venue.now, project=project, bundle=bundle.id, asked_fen=1
    )
    actions.add_part(actor=officer("listing"), now=venue.now, part=again.id, findings=FINDINGS)
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_a_bundle_is_a_part_once(venue, project):
    seller, bundle, _ = mandated(venue, project)
    why = refusal(
        lambda: actions.give_mandate(
            actor=member_of(seller), now=venue.now, project=project, bundle=bundle.id, asked_fen=1
        )
    )
    assert why is Refusal.ALREADY_A_PART


@pytest.mark.django_db
def test_nobody_offers_anothers_bundle_and_none_of_the_sellers_examines_it(venue, project):
    seller, bundle, part = mandated(venue, project)
    stranger, _ = seller_with_bundle(venue)
    with pytest.raises(Refused):
        actions.give_mandate(
            actor=member_of(stranger), now=venue.now, project=project, bundle=bundle.id, asked_fen=1
        )
    why = refusal(
        lambda: actions.withdraw_part(
            actor=member_of(stranger), now=venue.now, part=part.id, reason="x"
        )
    )
    assert why is CommonRefusal.NOT_FOUND
    why = refusal(
        lambda: actions.add_part(
            actor=member_of(seller), now=venue.now, part=part.id, findings=FINDINGS
        )
    )
    assert why is CommonRefusal.POWER_MISSING


@pytest.mark.django_db
def test_a_seller_withdraws_before_the_whole_is_listed_and_later_only_the_office_does(
    venue, project, drain
):
    seller, _, part = added(venue, project)
    drain()
    (told,) = sent(PART)
    answering.part_answered(told, Answer(said={}), venue.now)
    actions.note_listed(
        actor=SYSTEM,
        now=venue.now,
        lead="SZTE",
        project=project,
        listing=new_id(),
        number="SZTE-LS-2022-000001",
        shares={part.id: Fraction(2, 5)},
    )
    assert queries.contribution(part.id).share == Fraction(2, 5)
    why = refusal(
        lambda: actions.withdraw_part(
            actor=member_of(seller), now=venue.now, part=part.id, reason="Changed our mind."
        )
    )
    assert why is Refusal.PART_OUT_OF_STATE
    actions.withdraw_part(
        actor=officer("listing"), now=venue.now, part=part.id, reason="Frozen by a court."
    )
    (gone,) = sent(WITHDRAW)
    assert gone.body["part"] == str(part.id)
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_a_part_on_the_board_is_listed_though_the_answer_to_it_comes_late(venue, project, drain):
    _, _, part = added(venue, project)
    drain()
    told = {"now": venue.now, "lead": "SZTE", "project": project, "listing": new_id()}
    told |= {"number": "SZTE-LS-2022-000001", "shares": {part.id: Fraction(2, 5)}}
    actions.note_listed(actor=SYSTEM, **told)
    (asked,) = sent(PART)
    answering.part_answered(asked, Answer(said={}), venue.now)
    found = queries.contribution(part.id)
    assert (found.status, found.share) == (ContributionStatus.LISTED, Fraction(2, 5))
    assert list(queries.audit()) == []


@pytest.mark.django_db
def test_another_venue_than_the_lead_ends_nothing(venue, project, drain):
    _, _, part = added(venue, project)
    actions.end_invitation(actor=SYSTEM, now=venue.now, lead="SDTE", project=project, ending="sold")
    assert queries.contribution(part.id).status is ContributionStatus.ADDED
    actions.end_invitation(
        actor=SYSTEM, now=venue.now, lead="SZTE", project=project, ending="lapsed"
    )
    assert queries.contribution(part.id).status is ContributionStatus.RELEASED
    assert queries.invitation(project).status is InvitationStatus.CLOSED
    assert list(queries.audit()) == []
