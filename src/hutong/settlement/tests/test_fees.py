"""The fee of an application to the register: asked, paid under its reference, or asked no longer."""

from typing import Any

import pytest

from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights.checklists import all_yes
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision
from hutong.rights.testing import submitted_application
from hutong.rulebook import actions as rulebook
from hutong.rulebook.queries import in_force
from hutong.settlement import queries
from hutong.settlement.rules import PayableStatus
from hutong.settlement.testing import received

pytestmark = pytest.mark.django_db
FEE = {"kind": "first_registration", "file_fen": 20_000, "item_fen": 1_000}


@pytest.fixture
def charging(venue: Any) -> Any:
    """A venue that charges 200 yuan for a file and 10 for each technology in it."""
    return _charging(venue)


def _charging(venue: Any, *, refund_bp: int = 0) -> Any:
    data = in_force(venue.now).rules.model_dump(mode="json")
    data["rights"]["registration_fees"] = [FEE]
    data["rights"]["rejection_refund_bp"] = refund_bp
    first, second = officer("administrator"), officer("administrator")
    version = rulebook.propose(actor=first, now=venue.now, data=data, note="Fees")
    rulebook.adopt(actor=second, now=venue.now, version=version, effective_from=venue.now)
    return venue


def accept(application: Any, now: Any) -> Any:
    return rights.examine(
        actor=officer("registrar", now=now),
        now=now,
        application=application.id,
        decision=Decision.ACCEPT,
        findings="In order.",
        checks=all_yes(),
    )


def test_acceptance_waits_for_the_fee_and_goes_on_when_it_is_paid(
    charging: Any, drain: Any
) -> None:
    university = verified_party("上海某大学")
    application = submitted_application(university, now=charging.now)
    assert application.fee is not None
    assert application.fee.amount_fen == 21_000
    drain()
    payable = queries.payable_for(subject("right_application", application.id))
    assert payable is not None
    with pytest.raises(Refused) as refused:
        accept(application, charging.now)
    assert refused.value.reason is Refusal.FEE_UNPAID
    received(payable.reference, 21_000, now=charging.now)
    assert queries.payable(payable.id).status is PayableStatus.SETTLED
    assert rights_queries.application(application.id).fee.status == "paid"
    assert accept(application, charging.now).status == "notice"
    drain()
    assert list(queries.audit()) == []


def test_a_withdrawn_application_owes_no_fee(charging: Any, drain: Any) -> None:
    university = verified_party("上海某大学")
    application = submitted_application(university, now=charging.now)
    drain()
    rights.withdraw(actor=member_of(university), now=charging.now, application=application.id)
    drain()
    payable = queries.payable_for(subject("right_application", application.id))
    assert payable is not None
    assert payable.status is PayableStatus.CLOSED
    received(payable.reference, 21_000, now=charging.now)  # what still comes is the payer's
    assert queries.payable(payable.id).status is PayableStatus.CLOSED
    assert list(queries.audit()) == []


def reject(application: Any, now: Any) -> Any:
    return rights.examine(
        actor=officer("registrar", now=now),
        now=now,
        application=application.id,
        decision=Decision.REJECT,
        findings="The shares are not proven.",
    )


@pytest.mark.parametrize(("refund_bp", "back_fen"), [(0, 0), (5_000, 10_500), (10_000, 21_000)])
def test_the_rulebook_says_what_of_a_fee_goes_back_on_rejection(
    venue: Any, drain: Any, refund_bp: int, back_fen: int
) -> None:
    _charging(venue, refund_bp=refund_bp)
    university = verified_party("上海某大学")
    application = submitted_application(university, now=venue.now)
    drain()
    payable = queries.payable_for(subject("right_application", application.id))
    assert payable is not None
    received(payable.reference, 21_000, now=venue.now)
    reject(application, venue.now)
    drain()
    fee = rights_queries.application(application.id).fee
    assert (fee.status, fee.refund_fen, fee.rejection_refund_bp) == ("paid", back_fen, refund_bp)
    account = queries.account_of(university.id)
    assert account.posted_fen == back_fen
    expected = PayableStatus.RETURNED if back_fen else PayableStatus.SETTLED
    assert queries.payable(payable.id).status is expected
    assert list(queries.audit()) == []
