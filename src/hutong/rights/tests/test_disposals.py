from datetime import date, timedelta
from fractions import Fraction

import pytest

from beginnings import beginning
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, unverified_party, verified_party
from hutong.rights import actions, queries
from hutong.rights.refusals import Refusal
from hutong.rights.register import Disposal
from hutong.rights.testing import (
    WHOLE,
    a_document,
    outside_step,
    registered_technology,
    transferred,
)

pytestmark = pytest.mark.django_db

HALF = Fraction(1, 2)


@beginning
def seller(venue):
    return verified_party("上海某大学")


@beginning
def buyer(venue):
    return verified_party("某科技有限公司", kind="enterprise")


@beginning
def patent(venue, seller):
    technology = registered_technology(seller, now=venue.now)
    venue.later(days=20)
    return technology


def prepare(venue, technology, seller, buyer, share=WHOLE, deal=None):
    return actions.prepare_transfer(
        actor=SYSTEM,
        now=venue.now,
        deal=deal or new_id(),
        technology=technology.id,
        from_party=seller.id,
        to_party=buyer.id,
        share=share,
    )


def effect(venue, entry):
    return actions.effect_disposal(actor=SYSTEM, now=venue.now, entry=entry)


def test_a_patent_moves_after_the_offices_entry(venue, patent, seller, buyer):
    entry = prepare(venue, patent, seller, buyer)
    [pending] = queries.title(patent.id).pending
    assert (pending.entry, pending.outside_step) == (entry, "missing")
    with pytest.raises(Refused) as refused:
        effect(venue, entry)
    assert refused.value.reason is Refusal.OUTSIDE_STEP_MISSING

    outside_step(entry, now=venue.now, effective_on=date(2022, 7, 8))
    written = effect(venue, entry)

    assert written.id == entry
    assert written.number == "SHTE-DEMO-RR-2022-000002"
    assert written.effective_on == date(2022, 7, 8)
    assert queries.title(patent.id).ownership == {buyer.id: WHOLE}
    assert queries.title(patent.id, on=date(2022, 7, 7)).ownership == {seller.id: WHOLE}
    known_before = queries.title(patent.id, known_at=venue.now - timedelta(seconds=1))
    assert known_before.ownership == {seller.id: WHOLE}
    assert [e.kind for e in queries.title(patent.id).chain] == ["first_registration", "transfer"]
    assert effect(venue, entry) == written  # asked again, it answers
    assert list(queries.audit()) == []


def test_know_how_moves_without_an_office(venue, seller, buyer):
    secret = registered_technology(seller, kind="know_how", title_zh="一种配方")
    venue.later(days=20)
    entry = prepare(venue, secret, seller, buyer)
    assert queries.title(secret.id).pending[0].outside_step == "not_due"
    assert effect(venue, entry).effective_on == date(2022, 7, 10)
    with pytest.raises(Refused) as refused:
        outside_step(entry, now=venue.now, effective_on=date(2022, 7, 8))
    assert refused.value.reason is CommonRefusal.OUT_OF_STATE


def test_a_part_moves_and_the_rest_stays(venue, patent, seller, buyer):
    transferred(patent.id, seller.id, buyer.id, now=venue.now, share=Fraction(1, 3))
    assert queries.title(patent.id).ownership == {
        seller.id: Fraction(2, 3),
        buyer.id: Fraction(1, 3),
    }
    transferred(patent.id, buyer.id, seller.id, now=venue.now, share=Fraction(1, 3))
    assert queries.title(patent.id).ownership == {seller.id: WHOLE}
    assert list(queries.audit()) == []


def test_one_disposal_at_a_time(venue, patent, seller, buyer):
    deal = new_id()
    entry = prepare(venue, patent, seller, buyer, HALF, deal)
    assert prepare(venue, patent, seller, buyer, HALF, deal) == entry  # asked again
    with pytest.raises(Refused) as refused:
        prepare(venue, patent, seller, buyer, HALF)
    assert refused.value.reason is Refusal.DISPOSAL_PENDING
    assert queries.why_not_dispose(patent.id, seller.id, HALF) is Refusal.DISPOSAL_PENDING
    actions.cancel_disposal(actor=SYSTEM, now=venue.now, entry=entry, reason="Not paid.")
    assert queries.why_not_dispose(patent.id, seller.id, HALF) is None
    other = prepare(venue, patent, seller, buyer, HALF, deal)
    assert other != entry
    with pytest.raises(Refused) as refused:
        effect(venue, entry)
    assert refused.value.reason is CommonRefusal.OUT_OF_STATE
    assert list(queries.audit()) == []


def test_what_cannot_be_prepared(venue, patent, seller, buyer):
    unverified = unverified_party("未核验公司", kind="enterprise")
    cases = [
        ((buyer, seller, HALF), Refusal.HOLDS_NOTHING),
        ((seller, seller, HALF), Refusal.SAME_PARTY),
        ((seller, buyer, Fraction(3, 2)), Refusal.SHARE_OUT_OF_RANGE),
    ]
    for (giver, taker, share), refusal in cases:
        with pytest.raises(Refused) as refused:
            prepare(venue, patent, giver, taker, share)
        assert refused.value.reason is refusal
    with pytest.raises(Refused) as refused:
        prepare(venue, patent, seller, unverified)
    assert refused.value.reason.code == "parties.not_verified"
    assert queries.title(patent.id).pending == ()


def test_a_title_report_says_whether_and_why_not(venue, patent, seller, buyer):
    transferred(patent.id, seller.id, buyer.id, now=venue.now, share=HALF)
    possible = queries.title_report(
        patent.id, proposal=Disposal(giver=seller.id, share=HALF, taker=buyer.id)
    )
    assert possible.possible is True
    assert possible.pre_emption == (buyer.id,)
    whole = queries.title_report(patent.id, proposal=Disposal(giver=seller.id, share=WHOLE))
    assert whole.possible is False
    assert whole.refused.reason is Refusal.OTHERS_MUST_JOIN
    before = queries.title_report(
        patent.id, on=date(2022, 6, 21), proposal=Disposal(giver=seller.id, share=WHOLE)
    )
    assert before.refused.reason is Refusal.NOT_REGISTERED
    assert queries.title_report(patent.id).possible is None


def test_a_freeze_between_deal_and_settlement_stops_the_transfer(venue, patent, seller, buyer):
    entry = prepare(venue, patent, seller, buyer)
    outside_step(entry, now=venue.now, effective_on=date(2022, 7, 9))
    registrar = officer("registrar")
    frozen = actions.freeze(
        actor=registrar,
        now=venue.now,
        technology=patent.id,
        authority="某法院",
        paper="（2022）沪民初100号",
        document=a_document(registrar),
    )
    with pytest.raises(Refused) as refused:
        effect(venue, entry)
    assert refused.value.reason is Refusal.FROZEN
    assert refused.value.facts["entry"] == frozen.number
    assert queries.title(patent.id).restrictions[0].entry == frozen.id
    actions.lift(
        actor=registrar,
        now=venue.later(days=1),
        freeze=frozen.id,
        authority="某法院",
        paper="（2022）沪民初101号",
        document=a_document(registrar),
    )
    # The office's entry took effect before the freeze, so the register carries it on its own date.
    assert effect(venue, entry).effective_on == date(2022, 7, 9)
    assert list(queries.audit()) == []


def test_a_buyer_suspended_after_the_deal_does_not_become_a_holder(venue, patent, seller, buyer):
    entry = prepare(venue, patent, seller, buyer)
    outside_step(entry, now=venue.now, effective_on=date(2022, 7, 9))
    parties.suspend(actor=officer("compliance"), now=venue.now, party=buyer.id, why="Under review.")
    with pytest.raises(Refused) as refused:
        effect(venue, entry)
    assert refused.value.reason.code == "parties.not_verified"
    assert queries.title(patent.id).ownership == {seller.id: WHOLE}


def test_the_outside_step_is_the_registrars(venue, patent, seller, buyer):
    entry = prepare(venue, patent, seller, buyer)
    actor = member_of(seller)
    with pytest.raises(Refused) as refused:
        actions.record_outside_step(
            actor=actor,
            now=venue.now,
            entry=entry,
            filed_on=date(2022, 7, 8),
            effective_on=None,
            office_number="1",
            evidence=[a_document(actor)],
        )
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    registrar = officer("registrar")
    with pytest.raises(Refused) as refused:
        actions.record_outside_step(
            actor=registrar,
            now=venue.now,
            entry=entry,
            filed_on=date(2022, 7, 8),
            effective_on=None,
            office_number="1",
            evidence=[new_id()],
        )
    assert refused.value.reason is Refusal.EVIDENCE_UNKNOWN
    waiting = queries.disposals(registrar, waiting=True)["items"]
    assert [d.entry for d in waiting] == [entry]
    stranger = verified_party("另一公司", kind="enterprise")
    with pytest.raises(Refused) as refused:
        queries.disposal(entry, member_of(stranger))
    assert refused.value.reason is CommonRefusal.NOT_FOUND


def test_the_offices_entry_cannot_be_earlier_than_the_givers_title(venue, patent, seller, buyer):
    entry = prepare(venue, patent, seller, buyer)
    with pytest.raises(Refused) as refused:
        outside_step(entry, now=venue.now, effective_on=date(2022, 7, 4))  # registered on the 5th
    assert refused.value.reason is Refusal.OUTSIDE_STEP_BEFORE_TITLE
    assert queries.disposal(entry).outside_step == "missing"


def test_what_a_party_owns_is_listed(venue, patent, seller, buyer):
    transferred(patent.id, seller.id, buyer.id, now=venue.now, share=HALF)
    [held] = queries.held_by(buyer.id)["items"]
    assert (held.technology, held.share) == (patent.id, HALF)
    transferred(patent.id, buyer.id, seller.id, now=venue.now, share=HALF)
    assert queries.held_by(buyer.id)["items"] == []
