"""Nobody acts for a party without wanting to: invitations and their answers (PA-2)."""

import pytest
from django.core import mail
from django.utils.translation import override

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices import queries as notices
from hutong.parties import actions, queries, tasks
from hutong.parties.membership import INVITATIONS_A_DAY, MandateRole, Refusal
from hutong.parties.models import Invitation, Person
from hutong.parties.testing import member_of, person, signed_in, unverified_party

pytestmark = pytest.mark.django_db


def invite(venue, party, email, role=MandateRole.AGENT):
    return actions.invite(
        actor=member_of(party), now=venue.now, party=party.id, email=email, role=role
    )


def refusal(act, **given):
    with pytest.raises(Refused) as refused:
        act(**given)
    return refused.value.reason


def test_an_invitation_gives_nothing_and_changes_nothing_until_it_is_accepted(venue):
    own, other = unverified_party(), unverified_party("上海某公司", "enterprise")
    invited = member_of(own)
    invitation = invite(venue, other, queries.person(invited.person).email.upper())

    assert signed_in(invited.person).party == own.id
    assert signed_in(invited.person, party=other.id).powers == {"member.self"}
    assert invited.person not in queries.people_of(other.id)
    assert len(queries.mandates_of_party(other.id)) == 1
    [seen] = queries.invitations_to(invited.person)
    assert (seen.id, seen.party.id, seen.role) == (invitation, other.id, "agent")

    actions.accept_invitation(actor=signed_in(invited.person), now=venue.now, invitation=invitation)
    assert "member.act" in signed_in(invited.person, party=other.id).powers
    assert queries.invitations_to(invited.person) == []
    assert queries.invitations_of_party(other.id) == []
    assert list(queries.audit()) == []


def test_who_declines_gets_nothing_and_may_be_invited_again(venue):
    party, who = unverified_party(), person()
    answer = {"actor": signed_in(who), "now": venue.now}
    first = invite(venue, party, who.email)
    actions.decline_invitation(**answer, invitation=first)

    assert refusal(actions.accept_invitation, **answer, invitation=first) is CommonRefusal.NOT_FOUND
    assert len(queries.mandates_of_party(party.id)) == 1
    assert invite(venue, party, who.email) != first
    assert list(queries.audit()) == []


def test_only_the_address_invited_answers(venue):
    party, who, stranger = unverified_party(), person(), person()
    invitation = invite(venue, party, who.email)
    for act in (actions.accept_invitation, actions.decline_invitation):
        given = {"actor": signed_in(stranger), "now": venue.now, "invitation": invitation}
        assert refusal(act, **given) is CommonRefusal.NOT_FOUND
    Person.objects.filter(id=who.id).update(email_confirmed_at=None)
    given = {"actor": signed_in(who), "now": venue.now, "invitation": invitation}
    assert refusal(actions.accept_invitation, **given) is CommonRefusal.NOT_FOUND
    assert queries.invitations_to(who.id) == []


def test_an_address_without_an_account_is_invited_alike_and_may_sign_up_later(venue):
    party = unverified_party()
    invitation = invite(venue, party, "later@firm.example")
    again = refusal(lambda: invite(venue, party, "later@firm.example"))
    assert again is Refusal.INVITED_ALREADY

    who = person(email="later@firm.example")
    [seen] = queries.invitations_to(who.id)
    assert seen.id == invitation
    actions.accept_invitation(actor=signed_in(who), now=venue.now, invitation=invitation)
    assert signed_in(who).party == party.id


def test_the_invited_hear_of_it_by_mail_and_those_with_an_account_by_notice(venue, drain):
    party, who = unverified_party("上海某大学"), person()
    known, unknown = invite(venue, party, who.email), invite(venue, party, "nobody@firm.example")
    drain()
    with override("en"):
        [notice] = notices.notices_page(who.id)["items"]
    assert (notice.kind, notice.link) == ("parties.invited", "/my")
    assert "上海某大学" in notice.title

    mail.outbox.clear()
    for invitation in (known, unknown):
        tasks.mail_invitation(str(invitation))
    assert [sent.to for sent in mail.outbox] == [[who.email], ["nobody@firm.example"]]
    assert all("上海某大学" in sent.subject for sent in mail.outbox)


def test_nobody_floods_strangers_with_invitations(venue):
    party = unverified_party()
    owner = member_of(party).person
    Invitation.objects.bulk_create(
        Invitation(
            party_id=party.id,
            email=f"stranger{n}@firm.example",
            role="agent",
            invited_by=owner,
            invited_at=venue.now,
            expires_at=venue.now,
        )
        for n in range(INVITATIONS_A_DAY)
    )
    assert refusal(lambda: invite(venue, party, "x@firm.example")) is Refusal.INVITATIONS_SPENT
    venue.later(days=1)
    invite(venue, party, "x@firm.example")


def test_an_invitation_changed_by_hand_is_named(venue):
    party = unverified_party()
    invitation = invite(venue, party, "later@firm.example")
    Invitation.objects.update(role="owner")
    assert [d.place for d in queries.audit()] == [f"parties.invitation {invitation}"]


def test_an_invitation_nobody_answers_ends_after_two_weeks(venue, drain):
    party, who = unverified_party(), person()
    invitation = invite(venue, party, who.email)
    [open_one] = queries.invitations_of_party(party.id)
    assert open_one.expires_at.isoformat() == "2022-07-04T09:00:00+00:00"  # 17:00 of its last day

    venue.now = open_one.expires_at
    answer = {"actor": signed_in(who), "now": venue.now, "invitation": invitation}
    assert refusal(actions.accept_invitation, **answer) is Refusal.INVITATION_EXPIRED
    drain()

    assert queries.invitations_to(who.id) == []
    assert refusal(actions.accept_invitation, **answer) is CommonRefusal.NOT_FOUND
    owner = member_of(party).person
    [told] = notices.notices_page(owner)["items"]
    assert told.kind == "parties.invitation_expired"
    assert list(queries.audit()) == []


def test_whoever_was_invited_in_vain_may_be_invited_again_at_once(venue):
    party, who = unverified_party(), person()
    first = invite(venue, party, who.email)
    [open_one] = queries.invitations_of_party(party.id)
    venue.now = open_one.expires_at  # its timer has not run yet
    second = invite(venue, party, who.email)
    actions.expire_invitation(actor=SYSTEM, now=venue.now, invitation=first)
    actions.expire_invitation(actor=SYSTEM, now=venue.now, invitation=second)
    assert [i.id for i in queries.invitations_of_party(party.id)] == [second]
