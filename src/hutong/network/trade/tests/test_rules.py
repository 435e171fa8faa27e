"""
An order across venues ends the same at both, whatever overtakes what (NE-4).

A small model of the home venue, told in its own words, plays against the rules of the bidder's
venue: each direction keeps its order, the two directions keep none between them.
"""

from collections import deque
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.network.trade import rules
from hutong.network.trade.rules import BOUND, OVER, Deposit, Order, Price, Stage

ID = UUID(int=7)
DEPOSIT, REST = 100, 900


class Home:
    """The home venue: it decides alone, and what it says stands."""

    def __init__(self):
        self.intent = "none"  # applied, qualified, deposited, out
        self.deal = "none"  # agreed, signed, paid, settled, ended
        self.guaranteed = self.owed = 0
        self.said = deque()

    def say(self, event):
        self.said.append(event)

    # what may happen there by itself
    def qualify(self):
        if self.intent == "applied":
            self.intent = "qualified"
            self.say(rules.OrderQualified(order=ID, deposit_fen=DEPOSIT))

    def period_over(self):
        if self.intent in ("applied", "qualified"):
            self.intent = "out"
            self.say(rules.OrderDeclined(order=ID, why="lapsed"))
        elif self.intent == "deposited" and self.deal == "none":
            self.intent, self.deal = "chosen", "agreed"
            self.say(
                rules.OrderAwarded(
                    order=ID, deal=uuid4(), number="1", price_fen=1_000, contract_digest="d"
                )
            )

    def lose(self):
        if self.intent == "deposited":
            self.release()

    def release(self):
        self.intent, self.guaranteed = "out", 0
        self.say(rules.OrderReleased(order=ID))
        self.say(rules.GuaranteeReleased(order=ID))

    def default(self):
        if self.deal == "agreed":
            self.deal = "ended"
            self.call(applied=False)
            self.say(rules.OrderEnded(order=ID, how="defaulted"))
        elif self.deal in ("signed", "paid"):
            self.deal = "ended"
            back, self.owed = self.owed - 30, 30
            self.say(rules.OrderEnded(order=ID, how="defaulted"))
            self.say(rules.PriceReturned(order=ID, amount_fen=back))

    def call(self, *, applied):
        self.owed, self.guaranteed = self.owed + self.guaranteed, 0
        self.say(rules.GuaranteeCalled(order=ID, applied=applied, amount_fen=DEPOSIT))

    def settle(self):
        if self.deal == "paid":
            self.deal = "settled"
            self.say(rules.OrderSettled(order=ID, venue="SHTE", certificates=("1",)))

    # what it answers
    def answer(self, asked):
        match asked:
            case "intend":
                self.intent = "applied"
                return rules.OrderApplied(order=ID, intent=uuid4())
            case "guarantee" if self.intent == "qualified":
                self.intent, self.guaranteed = "deposited", DEPOSIT
                return rules.DepositGuaranteed(order=ID, amount_fen=DEPOSIT)
            case "guarantee":
                return rules.GuaranteeRefused(order=ID, why="too late")
            case "withdraw" if self.intent in ("applied", "qualified", "deposited"):
                held = self.intent == "deposited"
                self.intent = "out"
                if held:
                    self.release()
                return rules.OrderWithdrawn(order=ID)
            case "sign" if self.deal == "agreed":
                self.deal = "signed"
                self.say(rules.OrderSigned(order=ID))
                self.call(applied=True)
                self.say(rules.PriceAsked(order=ID, amount_fen=REST))
            case "pay" if self.deal == "signed":
                self.deal, self.owed = "paid", self.owed + REST
                return rules.PriceRemitted(order=ID, amount_fen=REST)
            case "pay":
                return rules.PriceRefused(order=ID, why="ended")
        return None

    @property
    def is_over(self):
        return self.intent == "out" or self.deal in ("settled", "ended")


class Bidders:
    """The bidder's venue: the rules, with the money that follows from them."""

    def __init__(self):
        self.order = Order(id=ID, venue="SHTE")
        self.asked = deque(["intend"])

    def take(self, event):
        if event is None:
            return
        self.order = rules.evolve(self.order, [event])

    def deposit(self):
        try:
            self.order = rules.hold_deposit(self.order)
        except Refused:
            return
        self.asked.append("guarantee")

    def withdraw(self):
        if self.order.stage in (Stage.APPLIED, Stage.QUALIFIED) and "withdraw" not in self.asked:
            self.asked.append("withdraw")

    def sign(self):
        if self.order.stage is Stage.AWARDED and "sign" not in self.asked:
            self.asked.append("sign")

    def pay(self):
        try:
            self.order = rules.hold_price(self.order)
        except Refused:
            return
        self.asked.append("pay")

    @property
    def owed(self):
        return self.order.owed_fen


HAPPY = (
    *("deliver", "hear_answer", "qualify", "hear", "deposit", "deliver", "hear_answer"),
    *("period_over", "hear", "sign", "deliver", "hear_answer", "hear", "hear", "hear"),
    *("pay", "deliver", "hear_answer", "settle", "hear"),
)
STEPS = (
    *("deliver", "hear", "hear_answer"),
    *("qualify", "period_over", "lose", "default", "settle"),
    *("deposit", "withdraw", "sign", "pay"),
)


def step(home, bidders, answers, what):
    match what:
        case "deliver" if bidders.asked:
            answers.append(home.answer(bidders.asked.popleft()))
        case "hear_answer" if answers:
            bidders.take(answers.popleft())
        case "hear" if home.said:
            bidders.take(home.said.popleft())
        case "deposit" | "withdraw" | "sign" | "pay":
            getattr(bidders, what)()
        case "qualify" | "period_over" | "lose" | "default" | "settle":
            getattr(home, what)()


def test_the_happy_path_leads_to_the_end():
    home, bidders, answers = Home(), Bidders(), deque()
    for what in HAPPY:
        step(home, bidders, answers, what)

    assert home.deal == "settled"
    assert bidders.order.is_over
    assert bidders.owed == home.owed == DEPOSIT + REST


@settings(max_examples=800)
@given(
    st.integers(0, len(HAPPY)),
    st.lists(st.sampled_from(STEPS), max_size=12),
    st.lists(st.sampled_from(STEPS), max_size=12),
)
def test_every_order_ends_the_same_at_both_venues_with_their_books_equal(far, then, last):
    """Some way along the happy path, then anything; on along the path, and anything again."""
    home, bidders, answers = Home(), Bidders(), deque()
    for what in (*HAPPY[:far], *then, *HAPPY[far:], *last):
        step(home, bidders, answers, what)
        if home.guaranteed:
            assert bidders.order.deposit in BOUND, "what is guaranteed there is bound here"
        if home.deal == "paid":
            bound = bidders.order.price in (Price.HELD, Price.PAID)
            assert bound, "what was taken as paid there is not free here"
    while bidders.asked or home.said or answers:  # everything arrives at last
        for what in ("deliver", "hear", "hear_answer"):
            step(home, bidders, answers, what)

    assert bidders.owed == home.owed
    if home.is_over:
        assert bidders.order.is_over, bidders.order
        assert bidders.order.stage in OVER
    if home.deal == "settled":
        assert bidders.order.stage is Stage.SETTLED
    if home.intent == "out":
        free = (Deposit.NONE, Deposit.FREED, Deposit.RELEASED)
        assert bidders.order.deposit in free


def test_a_guarantee_in_flight_is_not_freed_by_a_late_withdrawal_alone():
    order = Order(
        id=ID, venue="SHTE", stage=Stage.QUALIFIED, deposit=Deposit.HELD, deposit_fen=DEPOSIT
    )

    order = rules.evolve(order, [rules.OrderWithdrawn(order=ID)])
    assert order.deposit is Deposit.HELD
    order = rules.evolve(order, [rules.GuaranteeRefused(order=ID, why="withdrawn")])

    assert order.deposit is Deposit.FREED
    assert order.is_over


def test_a_venue_stands_for_no_more_than_was_agreed_with_it():
    def check(amount):
        rules.check_limit(
            owed_fen=900, amount_fen=amount, limit_fen=1_000, venue="SZTE", limit="10.00"
        )

    check(100)
    with pytest.raises(Refused) as refused:
        check(101)
    assert refused.value.reason is rules.Refusal.LIMIT_REACHED
