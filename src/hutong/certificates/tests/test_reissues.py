"""Many certificates made anew: two officers, batch by batch, stopped and gone on with (PA-5)."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from hutong.certificates import actions, queries, reissues
from hutong.certificates.kinds import Kind
from hutong.certificates.models import Certificate, Reissue
from hutong.certificates.reissues import Refusal, ReissueStatus
from hutong.certificates.tests.test_life import REAL_NOW, discrepancies, refused
from hutong.certificates.verification import verify
from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries as transparency


@pytest.fixture
def issued(venue, chief, proposed, working):
    """So many certificates of training, with their files."""

    def issue(count):
        for _ in range(count):
            actions.approve(actor=chief, now=venue.now, proposal=proposed().id)
        working()
        return list(
            Certificate.objects.filter(kind="training").order_by("id").values_list("id", flat=True)
        )

    return issue


@pytest.fixture
def asked(venue, clerk):
    def propose(**changes):
        asking = {"kind": Kind.TRAINING, "made_before": None, "older_words": False}
        return actions.propose_reissue(
            actor=clerk, now=venue.now, reason="The key was stolen.", **{**asking, **changes}
        )

    return propose


def editions(ids):
    return [Certificate.objects.get(id=id).edition for id in ids]


@pytest.mark.django_db
def test_what_two_officers_agree_on_is_made_anew_and_verifies(
    venue,
    clerk,
    chief,
    issued,
    asked,
    working,
    monkeypatch,
):
    monkeypatch.setattr("hutong.certificates.actions.reissuing.BATCH", 2)
    ids = issued(3)
    proposal = asked()
    assert (proposal.status, proposal.total, proposal.made) == (ReissueStatus.PROPOSED, 3, 0)
    act = {"now": venue.now, "reissue": proposal.id}
    refused(CommonRefusal.SAME_EYES, actions.approve_reissue, actor=clerk, **act)
    working()
    assert editions(ids) == [1, 1, 1]
    actions.approve_reissue(actor=chief, **act)
    working()
    found = queries.reissue(chief, proposal.id)
    assert (found.status, found.made) == (ReissueStatus.DONE, 3)
    assert editions(ids) == [2, 2, 2]
    keys = transparency.public_keys()
    for id in ids:
        number = queries.by_id(id).number
        assert verify(queries.file(SYSTEM, number, "pdf")[1], keys).verified
        assert json.loads(queries.file(SYSTEM, number, "json")[1])
    assert discrepancies() == []


@pytest.mark.django_db
def test_a_stopped_reissue_goes_on_where_it_was(
    venue,
    chief,
    issued,
    asked,
    working,
    monkeypatch,
):
    monkeypatch.setattr("hutong.certificates.actions.reissuing.BATCH", 1)
    ids = issued(2)
    proposal = asked()
    act = {"actor": chief, "now": venue.now, "reissue": proposal.id}
    actions.approve_reissue(**act)
    batch = {"actor": SYSTEM, "now": venue.now, "real_now": REAL_NOW, "reissue": proposal.id}
    actions.advance_reissue(**batch, after=reissues.START)
    assert editions(ids) == [2, 1]
    actions.advance_reissue(**batch, after=reissues.START)  # told twice: once is enough
    assert editions(ids) == [2, 1]
    actions.stop_reissue(**act)
    working()
    assert editions(ids) == [2, 1]
    refused(Refusal.REISSUE_OUT_OF_STATE, actions.stop_reissue, **act)
    actions.resume_reissue(**act)
    working()
    assert editions(ids) == [2, 2]
    assert queries.reissue(chief, proposal.id).status is ReissueStatus.DONE
    assert discrepancies() == []
    Reissue.objects.update(made=7)
    [found] = discrepancies()
    assert str(proposal.id) in found


@pytest.mark.django_db
def test_what_was_revoked_meanwhile_is_left_out(
    venue,
    clerk,
    chief,
    issued,
    asked,
    working,
):
    ids = issued(2)
    proposal = asked()
    number = queries.by_id(ids[0]).number
    act = {"now": venue.now, "certificate": number}
    actions.ask_revocation(actor=clerk, reason="wrong person", **act)
    actions.approve_revocation(actor=chief, **act)
    actions.approve_reissue(actor=chief, now=venue.now, reissue=proposal.id)
    working()
    found = queries.reissue(chief, proposal.id)
    assert (found.status, found.total, found.made) == (ReissueStatus.DONE, 2, 1)
    assert editions(ids) == [1, 2]


@pytest.mark.django_db
def test_only_those_are_chosen_that_answer_to_every_line(venue, issued, asked):
    issued(1)
    refused(Refusal.NOTHING_TO_REISSUE, asked, older_words=True)
    refused(Refusal.NOTHING_TO_REISSUE, asked, made_before=venue.now - timedelta(days=1))
    refused(Refusal.NOTHING_TO_REISSUE, asked, kind=Kind.VALUATION_RECEIPT)
    assert asked(kind=None, made_before=venue.now + timedelta(days=9)).made_before == venue.now


@pytest.mark.django_db
def test_nobody_else_proposes_decides_or_sees(venue, clerk, chief, issued, asked):
    issued(1)
    proposal = asked()
    for act in (
        actions.approve_reissue,
        actions.decline_reissue,
        actions.withdraw_reissue,
        actions.stop_reissue,
        actions.resume_reissue,
    ):
        refused(
            CommonRefusal.NOT_SIGNED_IN, act, actor=ANONYMOUS, now=venue.now, reissue=proposal.id
        )
    with pytest.raises(Refused) as found:
        queries.reissue(ANONYMOUS, proposal.id)
    assert found.value.reason is CommonRefusal.NOT_FOUND
    another = replace(clerk, person=new_id(), powers=clerk.powers - {"certificates.approve"})
    refused(
        CommonRefusal.POWER_MISSING,
        actions.withdraw_reissue,
        actor=another,
        now=venue.now,
        reissue=proposal.id,
    )
    back = actions.withdraw_reissue(actor=clerk, now=venue.now, reissue=asked().id)
    assert back.status is ReissueStatus.DECLINED
    actions.decline_reissue(actor=chief, now=venue.now, reissue=proposal.id)
    refused(
        Refusal.REISSUE_OUT_OF_STATE,
        actions.approve_reissue,
        actor=chief,
        now=venue.now,
        reissue=proposal.id,
    )
    assert {row.status for row in Reissue.objects.all()} == {"declined"}
