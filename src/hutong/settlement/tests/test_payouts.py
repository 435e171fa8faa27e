"""Money out: own account, four eyes, and back when the bank fails (SE-3, PA-5)."""

import pytest

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as books
from hutong.ledger.rules import Kind
from hutong.ledger.rules import Refusal as LedgerRefusal
from hutong.parties.testing import NINE_IN_SHANGHAI as NOW
from hutong.parties.testing import member_of, officer, verified_party
from hutong.settlement import actions, queries
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import BankAccount, PayoutStatus
from hutong.settlement.testing import funded

pytestmark = pytest.mark.usefixtures("venue")
OWN = BankAccount(holder="上海某大学", bank="某银行上海分行", number="6222 0000 1234 5678")


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


@pytest.fixture
def party(venue):
    found = verified_party("上海某大学")
    funded(found.id, 1_000)
    return found


def asked(party, amount=600, account=OWN):
    return actions.request_payout(
        actor=member_of(party), now=NOW, amount_fen=amount, account=account
    )


def sums(party):
    money = queries.account_of(party.id)
    return money.available_fen, money.held_fen


def test_a_payout_asked_for_is_held_approved_by_another_and_confirmed_by_the_bank(party):
    payout = asked(party)
    assert sums(party) == (400, 600)
    approved = actions.approve_payout(actor=officer("settlement"), now=NOW, payout=payout.id)
    assert approved.status is PayoutStatus.APPROVED
    paid = actions.confirm_payout(
        actor=officer("settlement"), now=NOW, payout=payout.id, bank_reference="OUT-1"
    )
    assert paid.status is PayoutStatus.PAID
    assert sums(party) == (400, 0)
    assert books.account("venue:bank", Kind.BANK_CLEARING).posted_fen == -400
    assert list(queries.audit()) == []
    assert list(books.audit()) == []


def test_whoever_asked_does_not_approve(party):
    clerk = officer("settlement")
    payout = actions.request_payout_for(
        actor=clerk, now=NOW, party=party.id, amount_fen=600, account=OWN
    )
    for act in (
        lambda: actions.approve_payout(actor=clerk, now=NOW, payout=payout.id),
        lambda: actions.reject_payout(actor=clerk, now=NOW, payout=payout.id, reason="no"),
    ):
        assert refused(act) is CommonRefusal.SAME_EYES
    assert queries.payout(payout.id).status is PayoutStatus.REQUESTED


def test_a_payout_the_bank_did_not_make_comes_back(party):
    payout = asked(party)
    actions.approve_payout(actor=officer("settlement"), now=NOW, payout=payout.id)
    failed = actions.fail_payout(
        actor=officer("settlement"), now=NOW, payout=payout.id, reason="Account closed."
    )
    assert failed.status is PayoutStatus.FAILED
    assert sums(party) == (1_000, 0)
    assert list(queries.audit()) == []


def test_a_rejected_payout_comes_back(party):
    payout = asked(party)
    actions.reject_payout(actor=officer("settlement"), now=NOW, payout=payout.id, reason="Wrong.")
    assert queries.payout(payout.id).status is PayoutStatus.REJECTED
    assert sums(party) == (1_000, 0)


def test_out_of_order_is_refused_and_moves_nothing(party):
    payout = asked(party)
    clerk = officer("settlement")
    confirm = {"actor": clerk, "now": NOW, "payout": payout.id, "bank_reference": "OUT-1"}
    assert refused(lambda: actions.confirm_payout(**confirm)) is CommonRefusal.OUT_OF_STATE
    actions.approve_payout(actor=clerk, now=NOW, payout=payout.id)
    again = {"actor": officer("settlement"), "now": NOW, "payout": payout.id}
    assert refused(lambda: actions.approve_payout(**again)) is CommonRefusal.OUT_OF_STATE
    assert refused(lambda: actions.confirm_payout(**confirm | {"bank_reference": " "})) is (
        CommonRefusal.INVALID
    )
    actions.confirm_payout(**confirm)
    fail = {"actor": clerk, "now": NOW, "payout": payout.id, "reason": "late"}
    assert refused(lambda: actions.fail_payout(**fail)) is CommonRefusal.OUT_OF_STATE
    assert sums(party) == (400, 0)


def test_a_line_of_the_bank_confirms_one_payout(party):
    clerk = officer("settlement")
    one, other = asked(party, 100), asked(party, 200)
    for payout in (one, other):
        actions.approve_payout(actor=clerk, now=NOW, payout=payout.id)
    actions.confirm_payout(actor=clerk, now=NOW, payout=one.id, bank_reference="OUT-1")
    confirm = {"actor": clerk, "now": NOW, "payout": other.id, "bank_reference": "OUT-1"}
    assert refused(lambda: actions.confirm_payout(**confirm)) is Refusal.BANK_LINE_DIFFERS


def test_money_goes_to_ones_own_account_and_only_what_is_available(party):
    others = BankAccount(holder="某个人", bank="某银行", number="62220000")
    assert refused(lambda: asked(party, account=others)) is Refusal.PAYEE_DIFFERS
    assert refused(lambda: asked(party, 1_001)) is LedgerRefusal.INSUFFICIENT
    assert refused(lambda: asked(party, 0)) is LedgerRefusal.AMOUNT_IMPOSSIBLE
    assert refused(lambda: asked(party, -5)) is LedgerRefusal.AMOUNT_IMPOSSIBLE
    assert sums(party) == (1_000, 0)


def test_an_agent_cannot_take_money_out(party):
    agent = member_of(party, role="agent")
    reason = refused(
        lambda: actions.request_payout(actor=agent, now=NOW, amount_fen=1, account=OWN)
    )
    assert reason is CommonRefusal.POWER_MISSING


def test_the_queue_shows_what_waits_longest_first(party):
    first, second = asked(party, 100), asked(party, 200)
    actions.approve_payout(actor=officer("settlement"), now=NOW, payout=second.id)
    waiting = {w.what: w.subject for w in queries.queue(officer("settlement"))}
    assert waiting == {
        "payout_to_approve": f"payout:{first.id}",
        "payout_to_confirm": f"payout:{second.id}",
    }
    assert refused(lambda: queries.queue(member_of(party))) is CommonRefusal.POWER_MISSING


def test_statements_are_ones_own_and_totals_the_officers(party):
    asked(party)
    lines = queries.statement_of(party.id)
    assert [(x.amount_fen, x.balance_fen) for x in lines] == [(1_000, 1_000)]
    assert {t.kind: t.held_fen for t in queries.totals(officer("settlement"))} == {
        Kind.BANK_CLEARING: 0,
        Kind.CUSTOMER: 600,
    }
    assert refused(lambda: queries.totals(member_of(party))) is CommonRefusal.POWER_MISSING
    assert queries.statement_of(verified_party("另一大学").id) == []
