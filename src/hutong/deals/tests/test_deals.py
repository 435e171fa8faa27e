"""Deals in the database: opened once, signed by both over exact bytes, ended with consequences."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from hutong.deals import actions, jobs, queries
from hutong.deals.refusals import Refusal
from hutong.deals.rules import Side, Status
from hutong.deals.testing import accepted_by, agreed_deal, ended, signed_deal
from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import digest
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import queries as listings
from hutong.parties import queries as parties
from hutong.parties.membership import MandateRole
from hutong.parties.testing import let_in, member_of, officer, verified_party
from hutong.rights import queries as rights
from hutong.rights.actions import freeze, lift
from hutong.rights.testing import a_document

pytestmark = pytest.mark.usefixtures("venue")


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def test_a_deal_is_opened_once_a_source_and_closes_its_listing():
    deal = agreed_deal()
    assert deal.number == "SHTE-DEMO-D2022-00001"
    assert deal.status is Status.AGREED
    assert listings.listing(deal.listing).deal == deal.id
    again = actions.open_deal(
        actor=SYSTEM,
        now=deal.opened_at,
        listing=deal.listing,
        seller=deal.seller,
        buyer=deal.buyer,
        technologies=deal.technologies,
        share=deal.share,
        price_fen=deal.price_fen,
        how=deal.how,
        source=deal.source,
        intent=deal.intent,
    )
    assert again == deal


def test_numbers_of_a_year_have_no_gaps():
    first = agreed_deal()
    second = agreed_deal(
        seller=verified_party("另一大学"), buyer=verified_party("另一公司", kind="enterprise")
    )
    assert [first.number[-5:], second.number[-5:]] == ["00001", "00002"]


def test_nobody_opens_deals_by_hand():
    deal = agreed_deal()
    for who in (member_of(deal.seller), officer("trading", "settlement")):
        reason = refused(
            lambda who=who: actions.open_deal(
                actor=who,
                now=deal.opened_at,
                listing=deal.listing,
                seller=deal.seller,
                buyer=deal.buyer,
                technologies=deal.technologies,
                share=deal.share,
                price_fen=1,
                how=deal.how,
                source="by:hand",
                intent=None,
            )
        )
        assert reason is CommonRefusal.POWER_MISSING


def test_a_deal_below_the_listing_price_is_refused():
    deal = agreed_deal()
    reason = refused(
        lambda: actions.open_deal(
            actor=SYSTEM,
            now=deal.opened_at,
            listing=deal.listing,
            seller=deal.seller,
            buyer=deal.buyer,
            technologies=deal.technologies,
            share=deal.share,
            price_fen=deal.price_fen - 1,
            how=deal.how,
            source="lot:other",
            intent=None,
        )
    )
    assert reason is Refusal.BELOW_LISTING_PRICE


def test_the_contract_is_the_bytes_whose_digest_is_accepted():
    deal = agreed_deal()
    text = queries.contract_text(deal.id)
    assert digest(text) == deal.contract_digest
    assert deal.number in text.decode()
    assert "上海某大学" in text.decode()
    assert "某科技公司" in text.decode()


def test_both_sides_sign_and_the_right_is_bound_in_the_same_instant():
    deal = agreed_deal()
    half = accepted_by(deal, deal.seller)
    assert half.status is Status.AGREED
    assert rights.disposals_of_deal(deal.id) == []
    signed = accepted_by(deal, deal.buyer)
    assert signed.status is Status.SIGNED
    [disposal] = rights.disposals_of_deal(deal.id)
    assert signed.transfer_entries == (disposal.entry,)
    name = subject("deal", deal.id)
    assert due.due_at(name, "deals.sign_due") is None
    assert due.due_at(name, "deals.payment_due") == signed.pay_by
    kinds = [e.kind for e in journal.of_subject(name)]
    assert kinds == [
        "deals.Opened",
        "deals.ContractAccepted",
        "deals.ContractAccepted",
        "deals.Signed",
    ]


def test_a_signature_names_person_party_time_and_digest():
    deal = agreed_deal()
    signer = member_of(deal.seller)
    accepted_by(deal, deal.seller)
    entry = journal.latest_of(subject("deal", deal.id), "deals.ContractAccepted")
    assert entry.facts["contract_digest"] == deal.contract_digest
    assert entry.private == {"person": str(signer.person), "party": str(deal.seller)}
    [acceptance] = queries.deal(deal.id).acceptances
    assert (acceptance.side, acceptance.person) == (Side.SELLER, signer.person)


def test_a_signature_is_refused():
    deal = agreed_deal()
    accepted_by(deal, deal.seller)
    stranger = verified_party("第三方公司", kind="enterprise")
    viewer = member_of(deal.buyer, role="viewer")

    def accept(actor, text=deal.contract_digest):
        return lambda: actions.accept_contract(
            actor=actor, now=deal.opened_at, deal=deal.id, text_digest=text
        )

    assert refused(accept(member_of(stranger))) is CommonRefusal.NOT_FOUND
    assert refused(accept(viewer)) is CommonRefusal.POWER_MISSING
    assert refused(accept(member_of(deal.buyer), "sha256:" + "0" * 64)) is Refusal.OTHER_TEXT
    assert refused(accept(member_of(deal.seller))) is Refusal.ALREADY_ACCEPTED
    assert [a.side for a in queries.deal(deal.id).acceptances] == [Side.SELLER]


def test_a_deal_is_seen_by_its_sides_and_by_officers():
    deal = agreed_deal()
    stranger = member_of(verified_party("第三方公司", kind="enterprise"))
    for who in (member_of(deal.seller), member_of(deal.buyer), officer("supervisor")):
        assert queries.deal_seen_by(who, deal.id).id == deal.id
    assert refused(lambda: queries.deal_seen_by(stranger, deal.id)) is CommonRefusal.NOT_FOUND
    assert not queries.rows_seen_by(stranger).exists()


def test_a_missed_deadline_is_noted_once_and_two_officers_end_the_deal():
    deal = agreed_deal()
    accepted_by(deal, deal.seller)
    name = subject("deal", deal.id)
    for _ in range(2):
        jobs.sign_due(name, deal.sign_by, deal.sign_by)
    assert [d.id for d in queries.overdue()] == [deal.id]
    assert len([e for e in journal.of_subject(name) if e.kind == "deals.Overdue"]) == 1
    assert ended(deal.id, Side.BUYER, now=deal.sign_by).status is Status.DEFAULTED
    assert queries.overdue() == []


def test_an_unpaid_deal_ends_in_default_and_frees_the_right():
    deal = signed_deal()
    name = subject("deal", deal.id)
    jobs.payment_due(name, deal.pay_by, deal.pay_by)
    assert refused(lambda: ended(deal.id, Side.SELLER, now=deal.pay_by)) is Refusal.NOT_LATE
    ended(deal.id, Side.BUYER, now=deal.pay_by)
    assert rights.disposals_of_deal(deal.id) == []
    assert due.due_at(name, "deals.payment_due") is None


def test_nobody_ends_a_deal_alone():
    deal = signed_deal()
    act = {"now": deal.opened_at, "deal": deal.id}
    why = {"reason": "Both sides asked for it."}
    first, second, seller = officer("trading"), officer("trading"), member_of(deal.seller)

    def propose(actor):
        return lambda: actions.propose_termination(actor=actor, **act, **why)

    def confirm(actor):
        return lambda: actions.confirm_ending(actor=actor, **act)

    assert refused(propose(seller)) is CommonRefusal.POWER_MISSING
    assert refused(confirm(second)) is Refusal.NO_ENDING_PROPOSED
    proposed = propose(first)()
    assert (proposed.status, proposed.ending.proposed_by) == (Status.SIGNED, first.person)
    assert [d.id for d in queries.endings_proposed()] == [deal.id]
    assert refused(propose(second)) is Refusal.ENDING_PROPOSED
    assert refused(confirm(first)) is CommonRefusal.SAME_EYES
    assert queries.deal(deal.id).status is Status.SIGNED
    assert confirm(second)().status is Status.TERMINATED
    assert rights.disposals_of_deal(deal.id) == []
    assert queries.endings_proposed() == []


def test_people_of_a_side_end_nothing_for_the_venue():
    deal = signed_deal()
    insider = officer("trading")
    let_in(parties.party(deal.seller), insider.person, MandateRole.AGENT)
    act = {"now": deal.opened_at, "deal": deal.id}
    propose = lambda actor: actions.propose_termination(actor=actor, **act, reason="Enough.")  # noqa: E731
    assert refused(lambda: propose(insider)) is CommonRefusal.SAME_EYES
    propose(officer("trading"))
    confirm = lambda: actions.confirm_ending(actor=insider, **act)  # noqa: E731
    assert refused(confirm) is CommonRefusal.SAME_EYES


def test_a_dropped_proposal_leaves_the_deal_as_it_was():
    deal = signed_deal()
    first = officer("trading")
    act = {"now": deal.opened_at, "deal": deal.id, "reason": "They talk again."}
    actions.propose_termination(actor=first, **act)
    kept = actions.drop_ending(actor=first, **act)
    assert (kept.status, kept.ending) == (Status.SIGNED, None)
    assert refused(lambda: actions.drop_ending(actor=first, **act)) is Refusal.NO_ENDING_PROPOSED


def test_a_signature_after_the_proposal_makes_it_fall():
    deal = agreed_deal()
    accepted_by(deal, deal.seller)
    actions.propose_default(
        actor=officer("trading"),
        now=deal.sign_by,
        deal=deal.id,
        side=Side.BUYER,
        reason="Silent.",
    )
    signed = accepted_by(deal, deal.buyer, now=deal.sign_by)
    assert (signed.status, signed.ending) == (Status.SIGNED, None)


def test_a_side_kept_from_signing_by_a_freeze_is_not_late():
    deal = agreed_deal()
    accepted_by(deal, deal.seller)
    registrar = officer("registrar")
    frozen = freeze(
        actor=registrar,
        now=deal.opened_at,
        technology=deal.technologies[0],
        authority="a court",
        paper="no. 7",
        document=a_document(registrar),
    )
    jobs.sign_due(subject("deal", deal.id), deal.sign_by, deal.sign_by)
    later = queries.deal(deal.id)
    assert (later.overdue_at, later.sign_by) == (None, deal.sign_by + timedelta(days=10))
    default = {"deal": deal.id, "side": Side.BUYER}
    assert refused(lambda: ended(**default, now=later.sign_by)) is Refusal.KEPT_BY_FREEZE, (
        "though the new day has come, the freeze still stands"
    )
    lift(
        actor=registrar,
        now=deal.sign_by,
        freeze=frozen.id,
        authority="a court",
        paper="no. 8",
        document=a_document(registrar),
    )
    assert ended(**default, now=later.sign_by).status is Status.DEFAULTED
    assert list(queries.audit()) == []


def test_contracts_and_signatures_are_never_changed():
    deal = agreed_deal()
    accepted_by(deal, deal.seller)
    for table in ("deals_contract", "deals_acceptance"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET digest = 'x'")


def test_the_audit_agrees_with_deals_that_nobody_touched():
    deal = signed_deal()
    jobs.payment_due(subject("deal", deal.id), deal.pay_by, deal.pay_by)
    assert list(queries.audit()) == []
