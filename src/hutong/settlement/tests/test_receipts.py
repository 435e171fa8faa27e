"""Money in: by its reference, once a bank line, and nothing guessed (SE-2, LI-4)."""

from datetime import timedelta

import pytest

from beginnings import beginning
from hutong.deals.testing import DEPOSIT, NOTICE, listed
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as books
from hutong.ledger.rules import Kind
from hutong.ledger.rules import Refusal as LedgerRefusal
from hutong.listings import queries as listings
from hutong.listings.testing import cut_off, qualified_intent
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.settlement import actions, queries, references
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import BankAccount, Outcome, PayableStatus, Purpose, ReceiptStatus
from hutong.settlement.testing import asked_deposit, deposited, funded, received

pytestmark = pytest.mark.usefixtures("venue")
NOW = NINE_IN_SHANGHAI + NOTICE


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


@beginning
def intent(venue):
    seller = verified_party("上海某大学")
    buyer = verified_party("某科技公司", kind="enterprise")
    return qualified_intent(listed(seller), buyer, now=NOW)


def account(party):
    return queries.account_of(party)


def test_a_full_deposit_is_held_and_the_listing_knows_at_once(intent):
    asked = asked_deposit(intent)
    receipt = received(
        f"保证金 {references.spaced(asked.reference)}", DEPOSIT, now=intent.applied_at
    )
    assert (receipt.status, receipt.outcome) == (ReceiptStatus.MATCHED, Outcome.COVERED)
    assert queries.payable(asked.id).status is PayableStatus.HELD
    assert listings.intent(intent.id).status.value == "deposited"
    money = account(intent.party)
    assert (money.available_fen, money.held_fen) == (0, DEPOSIT)
    assert books.total() == 0


def test_the_log_shows_nothing_of_a_deposit_while_the_period_runs(intent):
    deposited(intent)
    for kind in ("settlement.ReceiptRecorded", "settlement.DepositHeld", "ledger.HoldPlaced"):
        [entry] = journal.of_kinds([kind])
        assert entry.visibility == "sealed"


def test_a_short_deposit_waits_for_the_rest_under_the_same_reference(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    first = received(asked.reference, DEPOSIT - 1, now=now)
    assert first.outcome is Outcome.SHORT
    assert account(intent.party).available_fen == DEPOSIT - 1
    assert listings.intent(intent.id).status.value == "qualified"
    second = received(asked.reference, 1, now=now)
    assert second.outcome is Outcome.COVERED
    assert account(intent.party).held_fen == DEPOSIT


def test_what_is_too_much_stays_available_to_the_payer(intent):
    asked = asked_deposit(intent)
    receipt = received(asked.reference, DEPOSIT + 777, now=intent.applied_at)
    assert receipt.outcome is Outcome.COVERED
    assert account(intent.party).available_fen == 777
    again = received(asked.reference, 5, now=intent.applied_at)
    assert again.outcome is Outcome.SURPLUS
    assert account(intent.party).available_fen == 782


def test_a_late_deposit_stays_available_to_the_payer(intent):
    asked = asked_deposit(intent)
    end = listings.listing(intent.listing).ends_at
    receipt = received(asked.reference, DEPOSIT, now=end)
    assert receipt.outcome is Outcome.LATE
    assert queries.payable(asked.id).status is PayableStatus.OPEN
    money = account(intent.party)
    assert (money.available_fen, money.held_fen) == (DEPOSIT, 0)
    assert listings.intent(intent.id).status.value == "qualified"


def test_money_already_paid_out_does_not_make_a_deposit_whole(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    received(asked.reference, DEPOSIT - 1, now=now)
    actions.request_payout(
        actor=member_of(intent.party),
        now=now,
        amount_fen=DEPOSIT - 1,
        account=BankAccount(holder="某科技公司", bank="某银行", number="62220000"),
    )
    receipt = received(asked.reference, 1, now=now)
    assert receipt.outcome is Outcome.SHORT
    assert listings.intent(intent.id).status.value == "qualified"


@pytest.mark.parametrize("text", ["", "货款", "RF18539007547034812700", "RF99100000000000000000"])
def test_money_that_names_nothing_waits_in_suspense(intent, text):
    receipt = received(text, 500, now=intent.applied_at)
    assert (receipt.status, receipt.outcome) == (ReceiptStatus.SUSPENSE, Outcome.SUSPENSE)
    assert books.account("venue:books", Kind.SUSPENSE).posted_fen == 500
    [waiting] = [w for w in queries.queue(officer("settlement")) if w.what.startswith("receipt")]
    assert waiting.subject == subject("receipt", receipt.id)


def test_money_that_names_two_requests_waits_in_suspense(intent):
    other = qualified_intent(
        listings.listing(intent.listing),
        verified_party("另一公司", kind="enterprise"),
        now=NOW,
    )
    both = f"{asked_deposit(intent).reference} {asked_deposit(other).reference}"
    assert received(both, DEPOSIT, now=intent.applied_at).status is ReceiptStatus.SUSPENSE


def test_the_same_bank_line_is_the_same_receipt(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    first = received(asked.reference, DEPOSIT, now=now, bank_reference="20220706-1")
    again = received(asked.reference, DEPOSIT, now=now, bank_reference="20220706-1")
    assert again == first
    assert account(intent.party).held_fen == DEPOSIT
    reason = refused(
        lambda: received(asked.reference, DEPOSIT + 1, now=now, bank_reference="20220706-1")
    )
    assert reason is Refusal.BANK_LINE_DIFFERS


def test_only_officers_of_settlement_record_receipts(intent):
    for who in (member_of(intent.party), officer("registrar")):
        reason = refused(
            lambda who=who: actions.record_receipt(
                actor=who,
                now=intent.applied_at,
                reference="",
                amount_fen=1,
                bank_reference="B1",
                value_date=local_date(intent.applied_at),
            )
        )
        assert reason is CommonRefusal.POWER_MISSING


def test_impossible_lines_are_refused(intent):
    now = intent.applied_at
    line = {
        "actor": officer("settlement"),
        "now": now,
        "reference": "",
        "amount_fen": 1,
        "bank_reference": "B1",
        "value_date": local_date(now),
    }
    for change, because in (
        ({"amount_fen": 0}, LedgerRefusal.AMOUNT_IMPOSSIBLE),
        ({"amount_fen": 10**15}, LedgerRefusal.AMOUNT_IMPOSSIBLE),
        ({"currency": "XXX"}, CommonRefusal.INVALID),
        ({"bank_reference": " "}, CommonRefusal.INVALID),
        ({"bank_reference": "B" * 81}, CommonRefusal.TOO_LARGE),
        ({"reference": "?" * 401}, CommonRefusal.TOO_LARGE),
        ({"payer_name": "某" * 201}, CommonRefusal.TOO_LARGE),
        ({"value_date": local_date(now + timedelta(days=1))}, Refusal.VALUE_DATE_IN_FUTURE),
    ):
        given = line | change
        assert refused(lambda given=given: actions.record_receipt(**given)) is because


def test_a_second_officer_matches_suspense_to_its_request(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    clerk = officer("settlement")
    receipt = actions.record_receipt(
        actor=clerk,
        now=now,
        reference="保证金",
        amount_fen=DEPOSIT,
        bank_reference="B1",
        value_date=local_date(now),
    )
    match = {
        "now": now,
        "receipt": receipt.id,
        "reference": asked.reference,
        "reason": "By letter.",
    }
    assert refused(lambda: actions.match_receipt(actor=clerk, **match)) is CommonRefusal.SAME_EYES
    wrong = match | {"reference": "RF00100000000000000000"}
    other = officer("settlement")
    assert refused(lambda: actions.match_receipt(actor=other, **wrong)) is Refusal.REFERENCE_WRONG
    matched = actions.match_receipt(actor=other, **match)
    assert (matched.status, matched.outcome) == (ReceiptStatus.MATCHED, Outcome.COVERED)
    assert listings.intent(intent.id).status.value == "deposited"
    assert books.account("venue:books", Kind.SUSPENSE).posted_fen == 0
    assert refused(lambda: actions.match_receipt(actor=other, **match)) is Refusal.NOT_IN_SUSPENSE
    assert list(queries.audit()) == []


def test_money_nobody_can_place_goes_back_where_it_came_from(intent):
    now = intent.applied_at
    receipt = received("?", 500, now=now)
    actions.return_receipt(
        actor=officer("settlement"),
        now=now,
        receipt=receipt.id,
        bank_reference="OUT-1",
        reason="The payer asked for it.",
    )
    assert queries.receipt(receipt.id).status is ReceiptStatus.RETURNED
    assert {t.kind: t.posted_fen for t in books.totals()} == {
        Kind.BANK_CLEARING: 0,
        Kind.SUSPENSE: 0,
    }
    assert list(queries.audit()) == []


def test_a_party_pays_a_deposit_from_what_it_has_here(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    buyer = member_of(intent.party)
    pay = {"now": now, "payable": asked.id}
    reason = refused(lambda: actions.pay_from_balance(actor=buyer, **pay))
    assert reason is LedgerRefusal.INSUFFICIENT
    assert listings.intent(intent.id).status.value == "qualified"
    funded(intent.party, DEPOSIT, now=now)
    stranger = member_of(verified_party("第三方公司", kind="enterprise"))
    assert (
        refused(lambda: actions.pay_from_balance(actor=stranger, **pay)) is CommonRefusal.NOT_FOUND
    )
    assert actions.pay_from_balance(actor=buyer, **pay).status is PayableStatus.HELD
    assert (
        refused(lambda: actions.pay_from_balance(actor=buyer, **pay)) is CommonRefusal.OUT_OF_STATE
    )


def test_a_deposit_counts_at_the_cut_off(intent):
    deposited(intent)
    assert cut_off(listings.listing(intent.listing)).outcome.value == "deal"


def test_a_reference_is_given_once_a_subject(intent):
    assert asked_deposit(intent).reference == asked_deposit(intent).reference
    assert queries.reference_for(subject("intent", intent.id)) == asked_deposit(intent).reference
    assert queries.reference_for("deal:none") is None
    reason = refused(
        lambda: actions.issue_payable(
            actor=officer("settlement"),
            now=intent.applied_at,
            subject="intent:other",
            purpose=Purpose.DEPOSIT,
            payer=intent.party,
            listing=intent.listing,
            amount_fen=1,
        )
    )
    assert reason is CommonRefusal.POWER_MISSING


def test_an_open_request_is_closed_and_money_under_it_is_late(intent):
    asked = asked_deposit(intent)
    now = intent.applied_at
    actions.release_deposit(actor=SYSTEM, now=now, intent=intent.id)
    assert queries.payable(asked.id).status is PayableStatus.CLOSED
    assert received(asked.reference, DEPOSIT, now=now).outcome is Outcome.LATE


# -- entered wrongly (SE-1) ------------------------------------------------------------------------------


def undone(receipt, *, by=None, reason="a digit more than the bank's"):
    return actions.undo_receipt(
        actor=by or officer("settlement"), now=NOW, receipt=receipt.id, reason=reason
    )


def bank_fen():
    return books.account("venue:bank", Kind.BANK_CLEARING).posted_fen


def test_a_line_that_was_entered_wrongly_is_undone_and_recorded_as_it_is(intent):
    asked = asked_deposit(intent)
    clerk = officer("settlement")
    given = {
        "actor": clerk,
        "now": NOW,
        "reference": asked.reference,
        "bank_reference": "TT-7",
        "value_date": local_date(NOW),
    }
    wrong = actions.record_receipt(**given, amount_fen=DEPOSIT // 10)
    before = bank_fen()

    assert undone(wrong).status is ReceiptStatus.UNDONE
    right = actions.record_receipt(**given, amount_fen=DEPOSIT)

    assert (right.id != wrong.id, right.outcome) == (True, Outcome.COVERED)
    assert account(intent.party).held_fen == DEPOSIT
    assert bank_fen() - before == DEPOSIT // 10 - DEPOSIT
    (entry,) = journal.of_kinds(["settlement.ReceiptUndone"])
    assert entry.private["why"] == "a digit more than the bank's"
    assert list(queries.audit()) == []


def test_what_waits_in_suspense_is_undone_too(intent):
    wrong = received("no reference", 700, now=NOW)
    undone(wrong)
    assert books.account("venue:books", Kind.SUSPENSE).posted_fen == 0
    assert list(queries.audit()) == []


def test_money_that_is_held_is_not_taken_from_under_who_counts_on_it(intent):
    receipt = received(asked_deposit(intent).reference, DEPOSIT, now=intent.applied_at)

    assert refused(lambda: undone(receipt)) is Refusal.RECEIPT_IN_USE

    assert account(intent.party).held_fen == DEPOSIT
    assert queries.receipt(receipt.id).status is ReceiptStatus.MATCHED


@pytest.mark.parametrize("how", ["twice", "same eyes", "no reason", "nobody's", "no power"])
def test_a_receipt_is_not_undone(intent, how):
    clerk = officer("settlement")
    receipt = actions.record_receipt(
        actor=clerk,
        now=NOW,
        reference="",
        amount_fen=5,
        bank_reference="TT-8",
        value_date=local_date(NOW),
    )
    by, reason, wanted = None, "typed wrongly", CommonRefusal.SAME_EYES
    if how == "twice":
        undone(receipt)
        wanted = Refusal.RECEIPT_ENDED
    elif how == "same eyes":
        by = clerk
    elif how == "no reason":
        reason, wanted = " ", CommonRefusal.INVALID
    elif how == "no power":
        by, wanted = officer("listing"), CommonRefusal.POWER_MISSING
    else:
        receipt, wanted = type("Gone", (), {"id": intent.id}), CommonRefusal.NOT_FOUND
    assert refused(lambda: undone(receipt, by=by, reason=reason)) is wanted
