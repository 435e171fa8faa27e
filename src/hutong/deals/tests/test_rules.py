"""The life of a deal, as sentences."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from hutong.deals import rules
from hutong.deals.refusals import Refusal
from hutong.deals.rules import (
    ContractAccepted,
    Defaulted,
    Overdue,
    Side,
    Signed,
    SigningPostponed,
    Status,
    Terminated,
)
from hutong.kit.refusal import CommonRefusal, Refused

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
SIGN_BY = NOW + timedelta(days=10)
PAY_BY = NOW + timedelta(days=20)
DEAL, SELLER, BUYER, PERSON = (UUID(int=n) for n in range(1, 5))
TEXT = "sha256:" + "ab" * 32


def deal(status: Status = Status.AGREED, **changes) -> rules.DealState:
    pay_by = None if status is Status.AGREED else PAY_BY
    facts = {
        "id": DEAL,
        "number": "V-D2022-00001",
        "status": status,
        "seller": SELLER,
        "buyer": BUYER,
        "contract_digest": TEXT,
        "sign_by": SIGN_BY,
        "pay_by": pay_by,
    }
    return rules.DealState(**facts | changes)


def accept(state: rules.DealState, party: UUID = SELLER, text: str = TEXT) -> list:
    return rules.accept(state, party=party, person=PERSON, text_digest=text, pay_by=PAY_BY)


def test_one_acceptance_does_not_sign():
    [accepted] = accept(deal())
    assert isinstance(accepted, ContractAccepted)
    assert accepted.side is Side.SELLER


def test_the_second_acceptance_signs_the_contract():
    events = accept(deal(accepted=frozenset({Side.SELLER})), BUYER)
    assert [type(e) for e in events] == [ContractAccepted, Signed]
    assert events[1].pay_by == PAY_BY
    assert rules.evolve(Status.AGREED, events) is Status.SIGNED


def test_a_late_signature_counts_while_nobody_declared_a_default():
    state = deal(accepted=frozenset({Side.SELLER}), sign_by=NOW - timedelta(days=1))
    assert rules.evolve(Status.AGREED, accept(state, BUYER)) is Status.SIGNED


REFUSED = [
    ("another text", lambda: accept(deal(), text="sha256:" + "00" * 32), Refusal.OTHER_TEXT),
    (
        "the same side twice",
        lambda: accept(deal(accepted=frozenset({Side.SELLER}))),
        Refusal.ALREADY_ACCEPTED,
    ),
    ("a signed deal", lambda: accept(deal(Status.SIGNED)), CommonRefusal.OUT_OF_STATE),
    ("paying before signing", lambda: rules.pay(deal()), CommonRefusal.OUT_OF_STATE),
    ("moving unpaid", lambda: rules.move_right(deal(Status.SIGNED)), CommonRefusal.OUT_OF_STATE),
    (
        "certifying unmoved",
        lambda: rules.certify(deal(Status.PAID), certificate="C1"),
        CommonRefusal.OUT_OF_STATE,
    ),
    ("closing uncertified", lambda: rules.close(deal(Status.MOVED)), CommonRefusal.OUT_OF_STATE),
    (
        "terminating what moved",
        lambda: rules.terminate(deal(Status.MOVED), why="x"),
        CommonRefusal.OUT_OF_STATE,
    ),
    ("ending without a reason", lambda: rules.terminate(deal(), why=" "), Refusal.REASON_MISSING),
    (
        "a default in time",
        lambda: rules.declare_default(deal(), side=Side.BUYER, why="x", now=NOW),
        Refusal.NOT_LATE,
    ),
    (
        "the default of a seller who signed",
        lambda: rules.declare_default(
            deal(accepted=frozenset({Side.SELLER})), side=Side.SELLER, why="x", now=SIGN_BY
        ),
        Refusal.NOT_LATE,
    ),
    (
        "the default of a seller when the buyer has to pay",
        lambda: rules.declare_default(deal(Status.SIGNED), side=Side.SELLER, why="x", now=PAY_BY),
        Refusal.NOT_LATE,
    ),
    (
        "the default of a paid deal",
        lambda: rules.declare_default(deal(Status.PAID), side=Side.BUYER, why="x", now=PAY_BY),
        CommonRefusal.OUT_OF_STATE,
    ),
]


@pytest.mark.parametrize(("_", "act", "because"), REFUSED, ids=[r[0] for r in REFUSED])
def test_out_of_order_is_refused(_, act, because):
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is because


def test_whoever_did_not_sign_by_the_deadline_is_in_default():
    state = deal(accepted=frozenset({Side.SELLER}))
    [event] = rules.declare_default(state, side=Side.BUYER, why="no signature", now=SIGN_BY)
    assert isinstance(event, Defaulted)
    assert (event.side, event.was) == (Side.BUYER, Status.AGREED)


def test_a_buyer_who_did_not_pay_by_the_deadline_is_in_default():
    [event] = rules.declare_default(deal(Status.SIGNED), side=Side.BUYER, why="x", now=PAY_BY)
    assert event.was is Status.SIGNED


def test_a_deal_is_terminated_through_nobodys_default_while_nothing_has_moved():
    for status in (Status.AGREED, Status.SIGNED, Status.PAID):
        [event] = rules.terminate(deal(status), why="both asked for it")
        assert isinstance(event, Terminated)
        assert event.was is status


def test_what_is_overdue_is_said_once_the_deadline_has_passed():
    assert rules.note_overdue(deal(), NOW, sign_by=PAY_BY) == []
    [event] = rules.note_overdue(deal(), SIGN_BY, sign_by=PAY_BY)
    assert event == Overdue(deal=DEAL, what="sign", due_at=SIGN_BY)
    [event] = rules.note_overdue(deal(Status.SIGNED), PAY_BY, sign_by=PAY_BY)
    assert event.what == "pay"
    assert rules.note_overdue(deal(Status.PAID), PAY_BY, sign_by=PAY_BY) == []


def test_while_a_freeze_stands_nobody_is_late_with_signing():
    later = SIGN_BY + timedelta(days=10)
    [event] = rules.note_overdue(deal(), SIGN_BY, frozen=True, sign_by=later)
    assert event == SigningPostponed(deal=DEAL, number="V-D2022-00001", sign_by=later)
    [event] = rules.note_overdue(deal(Status.SIGNED), PAY_BY, frozen=True, sign_by=later)
    assert event.what == "pay", "who has signed has the right bound already, and pays"


def test_the_course_of_a_deal_ends_closed():
    status = Status.SIGNED
    for step in (
        rules.pay,
        rules.move_right,
        lambda s: rules.certify(s, certificate="C1"),
        rules.close,
    ):
        status = rules.evolve(status, step(deal(status)))
    assert status is Status.CLOSED


TERMS = {
    "seller": SELLER,
    "buyer": BUYER,
    "technologies": (DEAL,),
    "share": Fraction(1),
    "price_fen": 1,
}
IMPOSSIBLE = [
    ({"buyer": SELLER}, Refusal.SAME_PARTY),
    ({"technologies": ()}, Refusal.NOTHING_SOLD),
    ({"share": Fraction(0)}, Refusal.SHARE_IMPOSSIBLE),
    ({"share": Fraction(4, 3)}, Refusal.SHARE_IMPOSSIBLE),
    ({"price_fen": 0}, Refusal.PRICE_IMPOSSIBLE),
]


@pytest.mark.parametrize(("change", "because"), IMPOSSIBLE)
def test_impossible_terms_are_refused(change, because):
    rules.check_terms(**TERMS)
    with pytest.raises(Refused) as refused:
        rules.check_terms(**TERMS | change)
    assert refused.value.reason is because


def test_deals_are_numbered_by_venue_and_year():
    assert rules.deal_number("SHTE-DEMO", 2022, 7) == "SHTE-DEMO-D2022-00007"
