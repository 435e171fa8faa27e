"""
An order across venues ends the same at both, whatever overtakes what (NE-4).

A small model of the home venue, told in its own words, plays against the rules of the bidder's
venue: each direction keeps its order, the two directions keep none between them.
"""

from collections import deque
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.kit.canonical import digest
from hutong.kit.refusal import Refused
from hutong.network.trade import events, rules
from hutong.network.trade.events import Asked
from hutong.network.trade.rules import BOUND, OVER, Deposit, Order, Price, Stage

ID = UUID(int=7)
DEPOSIT, REST = 100, 900


class Home:
    """The home venue: it decides alone, and what it says stands."""

    def __init__(self):
        self.intent = "none"  # applied, qualified, deposited, chosen, out
        self.deal = "none"  # agreed, signed, paid, settled, ended
        self.guaranteed = self.owed = 0
        self.said = deque()  # to the bidder's venue, in order

    def say(self, *events):
        self.said.append(events)

    def may(self):
        """What may happen there by itself now."""
        applied, deposited = self.intent == "applied", self.intent == "deposited"
        dealing = self.deal in ("agreed", "signed", "paid")
        return {
            "qualify": applied and self.qualify,
            "lapse": self.intent in ("applied", "qualified") and self.lapse,
            "award": deposited and self.award,
            "lose": deposited and self.lose,
            "disqualify": deposited and self.disqualify,
            "default": dealing and self.default,
            "terminate": dealing and self.terminate,
            "settle": self.deal == "paid" and self.settle,
        }

    def qualify(self):
        self.intent = "qualified"
        self.say(events.OrderQualified(order=ID, deposit_fen=DEPOSIT))

    def lapse(self):
        self.intent = "out"
        self.say(events.OrderDeclined(order=ID, why="IntentLapsed"))

    def award(self):
        self.intent, self.deal = "chosen", "agreed"
        self.say(
            events.OrderAwarded(
                order=ID, deal=uuid4(), number="1", price_fen=1_000, contract_digest="d"
            )
        )

    def lose(self):
        self.release()

    def disqualify(self):
        self.release(events.OrderDeclined(order=ID, why="not verified any more"))

    def release(self, *first):
        self.intent, self.guaranteed = "out", 0
        self.say(*first, events.OrderReleased(order=ID), events.GuaranteeReleased(order=ID))

    def default(self):
        self.end(lost=30)

    def terminate(self):
        self.end(lost=0)

    def end(self, *, lost):
        before, self.deal = self.deal, "ended"
        if before == "agreed":
            self.say(events.OrderEnded(order=ID, how="defaulted"))
            if lost:
                self.call(applied=False, amount=lost)
            else:
                self.release()
            return
        back, self.owed = self.owed - lost, lost
        self.say(
            events.OrderEnded(order=ID, how="defaulted"),
            events.PriceReturned(order=ID, amount_fen=back),
        )

    def call(self, *, applied, amount):
        self.owed, self.guaranteed = self.owed + amount, 0
        self.say(events.GuaranteeCalled(order=ID, applied=applied, amount_fen=amount))

    def settle(self):
        self.deal = "settled"
        self.say(events.OrderSettled(order=ID, venue="SHTE", certificates=("1",)))

    def answer(self, asked, full=False):
        """`full`: the venue stands for as much as it may (SE-5)."""
        match asked:
            case "intend":
                self.intent = "applied"
                return events.OrderApplied(order=ID, intent=uuid4())
            case Asked.GUARANTEE if self.intent == "qualified" and not full:
                self.intent, self.guaranteed = "deposited", DEPOSIT
                return events.DepositGuaranteed(order=ID, amount_fen=DEPOSIT)
            case Asked.GUARANTEE:
                return events.GuaranteeRefused(order=ID, why="too late, or too much")
            case Asked.WITHDRAW if self.intent in ("applied", "qualified", "deposited"):
                if self.intent == "deposited":
                    self.release()
                else:
                    self.say(events.OrderDeclined(order=ID, why="IntentWithdrawn"))
                self.intent = "out"
                return events.OrderWithdrawn(order=ID)
            case Asked.WITHDRAW:
                return events.WithdrawalRefused(order=ID, why="the period is over")
            case Asked.SIGN if self.deal == "agreed":
                self.deal = "signed"
                self.say(events.OrderSigned(order=ID))
                self.say(events.PriceAsked(order=ID, amount_fen=REST))
                self.call(applied=True, amount=DEPOSIT)
                return None
            case Asked.SIGN:
                return events.SigningRefused(order=ID, why="ended")
            case Asked.PAY if self.deal == "signed" and not full:
                self.deal, self.owed = "paid", self.owed + REST
                return events.PriceRemitted(order=ID, amount_fen=REST)
            case Asked.PAY:
                return events.PriceRefused(order=ID, why="ended, or too much")

    @property
    def is_over(self):
        return self.intent == "out" or self.deal in ("settled", "ended")


class Bidders:
    """The bidder's venue: the rules, with what it asked."""

    def __init__(self):
        self.order = Order(id=ID, venue="SHTE")
        self.asked = deque(["intend"])
        self.heard = []  # what may come once more

    def take(self, *said):
        for event in said:
            if event is not None:
                rules.check_word(self.order, event)
                self.order = rules.evolve(self.order, [event])
                if not isinstance(event, OF_ONE_TRY):
                    self.heard.append(event)

    def hear_again(self, event):
        self.order = rules.evolve(self.order, [event])

    def may(self):
        return {what: self.is_ready(what) and partial(self.ask, what) for what in Asked}

    def is_ready(self, what):
        try:
            rules.check_ask(self.order, what)
        except Refused:
            return False
        return True

    def ask(self, what):
        event = events.HomeVenueAsked(order=ID, what=what, message=uuid4())
        self.order = rules.evolve(self.order, [event])
        self.asked.append(what)

    @property
    def owed(self):
        return self.order.owed_fen


# Money may be offered again after a refusal, which messages bring once, as they bring everything.
OF_ONE_TRY = (events.GuaranteeRefused, events.PriceRefused)


class Wire:
    """Each direction keeps its order, and answers theirs; between them there is none."""

    def __init__(self):
        self.home, self.bidders, self.answers = Home(), Bidders(), deque()

    def may(self):
        """Everything that can happen next, by name."""
        moves = {
            "deliver": self.bidders.asked and self.deliver,
            "deliver beyond the limit": self.bidders.asked and partial(self.deliver, full=True),
            "hear answer": self.answers and self.hear_answer,
            "hear": self.home.said and self.hear,
            **self.home.may(),
            **self.bidders.may(),
        }
        return {name: move for name, move in moves.items() if move}

    def deliver(self, full=False):
        self.answers.append(self.home.answer(self.bidders.asked.popleft(), full))

    def hear_answer(self):
        self.bidders.take(self.answers.popleft())

    def hear(self):
        self.bidders.take(*self.home.said.popleft())

    def run_out(self):
        """Everything arrives at last."""
        while moves := [name for name in self.may() if name in ("deliver", "hear answer", "hear")]:
            self.may()[moves[0]]()


HAPPY = (
    *("deliver", "hear answer", "qualify", "hear", Asked.GUARANTEE, "deliver", "hear answer"),
    *("award", "hear", Asked.SIGN, "deliver", "hear answer", "hear", "hear", "hear"),
    *(Asked.PAY, "deliver", "hear answer", "settle", "hear"),
)


def test_the_happy_path_leads_to_the_end():
    wire = Wire()
    for name in HAPPY:
        wire.may()[name]()

    assert wire.may() == {}
    assert wire.bidders.order.stage is Stage.SETTLED
    assert wire.bidders.order.is_over
    assert wire.bidders.owed == wire.home.owed == DEPOSIT + REST


@settings(max_examples=1500)
@given(st.data())
def test_every_order_ends_the_same_at_both_venues_with_their_books_equal(data):
    """Some way along the happy path, its answers maybe late; then, at each step, one of what can
    happen does: there, here, on the way, or what came comes once more."""
    wire = Wire()
    home, bidders = wire.home, wire.bidders
    late = data.draw(st.booleans())
    for name in HAPPY[: data.draw(st.integers(0, len(HAPPY)))]:
        move = wire.may().get(name)
        if move and not (late and name == "hear answer"):
            move()
    for _ in range(data.draw(st.integers(0, 25))):
        moves = wire.may()
        if bidders.heard and data.draw(st.integers(0, 5)) == 0:
            bidders.hear_again(data.draw(st.sampled_from(bidders.heard)))
        elif moves:
            moves[data.draw(st.sampled_from(sorted(moves)))]()
        if home.guaranteed:
            assert bidders.order.deposit in BOUND, "what is guaranteed there is bound here"
        if home.deal == "paid":
            bound = bidders.order.price in (Price.HELD, Price.PAID)
            assert bound, "what was taken as paid there is not free here"
    wire.run_out()

    assert bidders.owed == home.owed
    if home.is_over:
        assert bidders.order.is_over, bidders.order
        assert bidders.order.stage in OVER
    if home.deal == "settled":
        assert bidders.order.stage is Stage.SETTLED
    if home.intent == "out":
        free = (Deposit.NONE, Deposit.FREED, Deposit.RELEASED)
        assert bidders.order.deposit in free


LATE = [
    ("released before its answer came", Deposit.RELEASED, events.DepositGuaranteed),
    ("called before its answer came", Deposit.CALLED, events.DepositGuaranteed),
    ("applied, and an old refusal comes", Deposit.APPLIED, events.GuaranteeRefused),
    ("freed, and then called", Deposit.FREED, events.GuaranteeCalled),
    ("refused, and then called", Deposit.REFUSED, events.GuaranteeCalled),
    ("released, and then called", Deposit.RELEASED, events.GuaranteeCalled),
    ("called, and then released", Deposit.CALLED, events.GuaranteeReleased),
]
FACTS = {
    events.DepositGuaranteed: {"amount_fen": DEPOSIT},
    events.GuaranteeRefused: {"why": "late"},
    events.GuaranteeCalled: {"applied": True, "amount_fen": DEPOSIT},
    events.GuaranteeReleased: {},
}


@pytest.mark.parametrize(("what", "deposit", "late"), LATE, ids=[one[0] for one in LATE])
def test_a_deposit_whose_life_has_ended_stays_as_it_is(what, deposit, late):
    order = Order(id=ID, venue="SHTE", stage=Stage.AWARDED, deposit=deposit, deposit_fen=DEPOSIT)

    assert rules.evolve(order, [late(order=ID, **FACTS[late])]) == order


def test_an_order_that_is_over_is_neither_awarded_nor_asked_for_its_price():
    over = Order(id=ID, venue="SHTE", stage=Stage.ENDED)
    award = events.OrderAwarded(
        order=ID, deal=uuid4(), number="1", price_fen=9, contract_digest="d"
    )

    assert rules.evolve(over, [award, events.PriceAsked(order=ID, amount_fen=9)]) == over
    signed = Order(id=ID, venue="SHTE", stage=Stage.SIGNED)
    assert rules.evolve(signed, [award]) == signed


def test_what_was_given_back_once_is_not_given_back_again():
    order = Order(id=ID, venue="SHTE", stage=Stage.ENDED, price=Price.PAID, price_fen=900)
    back = events.PriceReturned(order=ID, amount_fen=900)

    assert rules.evolve(order, [back, back]).owed_fen == 0


@pytest.mark.parametrize(
    ("word", "deposit", "price"),
    [
        (
            events.GuaranteeCalled(order=ID, applied=False, amount_fen=DEPOSIT + 1),
            "guaranteed",
            "none",
        ),
        (events.PriceReturned(order=ID, amount_fen=DEPOSIT + REST + 1), "applied", "paid"),
        (events.PriceReturned(order=ID, amount_fen=DEPOSIT + 1), "called", "asked"),
        (events.PriceReturned(order=ID, amount_fen=1), "asked", "asked"),
        (events.PriceReturned(order=ID, amount_fen=1), "guaranteed", "freed"),
        (events.PriceReturned(order=ID, amount_fen=1), "released", "none"),
    ],
)
def test_a_home_venue_that_asks_for_more_than_the_order_is_about_is_refused(word, deposit, price):
    order = Order(
        id=ID,
        venue="SHTE",
        deposit=Deposit(deposit),
        price=Price(price),
        deposit_fen=DEPOSIT,
        price_fen=REST,
    )

    with pytest.raises(Refused) as refused:
        rules.check_word(order, word)

    assert refused.value.reason is rules.Refusal.BEYOND_ORDER


def test_what_may_have_been_taken_may_be_given_back():
    held = Order(
        id=ID,
        venue="SHTE",
        deposit=Deposit.APPLIED,
        price=Price.HELD,  # its answer to our price is still on its way
        deposit_fen=DEPOSIT,
        price_fen=REST,
    )

    rules.check_word(held, events.PriceReturned(order=ID, amount_fen=DEPOSIT + REST))


def test_nothing_is_asked_of_who_was_awarded_nothing():
    qualified = Order(id=ID, venue="SHTE", stage=Stage.QUALIFIED, deposit=Deposit.GUARANTEED)

    assert rules.evolve(qualified, [events.PriceAsked(order=ID, amount_fen=9)]) == qualified


@pytest.mark.parametrize(
    "numbers",
    [["call me"], ["SZTE-JY-2022-000001"], ["SHTE-JY-2022-00000１"], ["SHTE-\u202e12345"]],
)
def test_what_is_no_number_of_that_venue_never_comes_into_our_log(numbers):
    rules.check_certificates(["SHTE-JY-2022-000001"], "SHTE")

    with pytest.raises(Refused) as refused:
        rules.check_certificates(numbers, "SHTE")

    assert refused.value.facts["field"] == "certificates"


def test_a_contract_is_read_and_signed_as_one_text():
    rules.check_text("x", digest(b"x"))

    with pytest.raises(Refused) as refused:
        rules.check_text("x ", digest(b"x"))

    assert refused.value.reason is rules.Refusal.OTHER_TEXT


def test_only_what_was_refused_and_is_still_held_can_be_asked_again():
    order = Order(id=ID, venue="SHTE", stage=Stage.QUALIFIED, deposit=Deposit.REFUSED)

    assert rules.to_ask_again(order) is Asked.GUARANTEE
    for deposit in (Deposit.HELD, Deposit.GUARANTEED, Deposit.FREED):
        with pytest.raises(Refused):
            rules.to_ask_again(Order(id=ID, venue="SHTE", stage=Stage.QUALIFIED, deposit=deposit))


def test_a_guarantee_in_flight_is_not_freed_by_a_late_withdrawal_alone():
    order = Order(
        id=ID, venue="SHTE", stage=Stage.QUALIFIED, deposit=Deposit.HELD, deposit_fen=DEPOSIT
    )

    order = rules.evolve(order, [events.OrderWithdrawn(order=ID)])
    assert order.deposit is Deposit.HELD
    order = rules.evolve(order, [events.GuaranteeRefused(order=ID, why="withdrawn")])

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
