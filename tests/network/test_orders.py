"""A member of one venue buys at another: what goes wrong ends the same at both, with their books
equal (NE-4, SE-5)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hutong.deals import queries as deals
from hutong.deals.models import Acceptance
from hutong.deals.testing import accepted_by, ended
from hutong.due import queries as due
from hutong.due.models import Clock
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.listings import actions as listing
from hutong.listings import queries as listings
from hutong.listings.intents import Decision
from hutong.listings.testing import open_listing
from hutong.network import queries as network
from hutong.network.clearing.models import Position
from hutong.network.trade import actions, queries
from hutong.network.trade.models import ForeignOrder
from hutong.network.trade.rules import Deposit, Price, Stage
from hutong.node.first_rulebook import demo_rulebook
from hutong.node.founding import _adopt, _founder
from hutong.node.worker import work_until_quiet
from hutong.parties import actions as parties
from hutong.parties.models import ForeignPerson
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import registered_technology
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.settlement.testing import received
from hutong.transparency import sealing
from hutong.ui.testing import browsing
from network.pair import CODES, Pair

pytestmark = pytest.mark.drill  # two venues trade for a while
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
REGISTERED = timedelta(days=16)
HOME, OURS = "SZTE", "SDTE"
PRICE, DEPOSIT = 100_000_000, 10_000_000
ENOUGH = 10**12


class Trade:
    """Two venues, a seller at one and a buyer of the other."""

    def __init__(self, pair):
        self.pair = pair
        with pair.at(OURS):
            firm = verified_party("山东某公司", "enterprise", now=NOW)
            self.firm, self.member = firm.id, member_of(firm)
        with pair.at(HOME):
            self.seller = verified_party("深圳某大学", now=NOW)
        self.run()
        self.pass_to(NOW + REGISTERED)

    def now(self):
        return due.venue_now(datetime.now(UTC))

    def pass_to(self, moment):
        """Let it become so late at both venues."""
        for code in CODES:
            with self.pair.at(code):
                Clock.objects.update(offset=moment - datetime.now(UTC))

    def run(self):
        """Both work and talk until nothing is left to do."""
        for _ in range(30):
            done = 0
            for code in CODES:
                with self.pair.at(code):
                    done += work_until_quiet(now=self.now(), real_now=datetime.now(UTC))
            if not done + self.pair.carry():
                return
        raise AssertionError("they never come to an end")

    def limit(self, fen):
        """What the home venue lets ours stand for."""
        with self.pair.at(HOME):
            rules = {**demo_rulebook(code=HOME), "network": {"exposure_fen": fen}}
            _adopt(rules, self.now(), _founder(), _founder())

    def exposure(self):
        with self.pair.at(HOME):
            return settlement.exposure_fen(OURS, CNY)

    def listed(self):
        with self.pair.at(HOME):
            secret = registered_technology(
                self.seller, kind="know_how", now=self.now() - REGISTERED
            )
            terms = {"price_mode": "fixed", "price_fen": PRICE, "deposit_fen": DEPOSIT}
            return open_listing(self.seller, [secret.id], now=self.now(), **terms)

    def qualified(self, offer):
        """Our member's order for it, qualified by the home venue's officer."""
        with self.pair.at(OURS):
            order = actions.open_order(
                actor=self.member,
                now=self.now(),
                venue=HOME,
                listing=offer.id,
                accepts_conditions=True,
            )
        self.run()
        with self.pair.at(HOME):
            listing.qualify(
                actor=officer("listing", now=self.now()),
                now=self.now(),
                intent=ForeignOrder.objects.get(id=order.id).intent,
                decision=Decision.QUALIFY,
                findings="Meets the conditions.",
            )
        self.run()
        return order.id

    def pay(self, kind, order):
        """Our member transfers what it is asked for; returns how much."""
        with self.pair.at(OURS):
            asked = money.payable_for(subject(kind, order))
            received(asked.reference, asked.missing_fen, now=self.now())
        self.run()
        return asked.missing_fen

    def close(self, offer):
        """The period ends."""
        with self.pair.at(HOME):
            ends_at = listings.listing(offer.id).ends_at
        self.pass_to(ends_at + timedelta(seconds=1))
        self.run()

    def at_home(self, order):
        """The deal at the home venue."""
        with self.pair.at(HOME):
            return queries_deal(ForeignOrder.objects.get(id=order))

    def signed(self, order, by):
        with self.pair.at(OURS):
            digest = queries.order(order).contract_digest
            actions.sign_contract(actor=by, now=self.now(), order=order, text_digest=digest)
        self.run()
        with self.pair.at(HOME):
            accepted_by(deals.deal(self.at_home(order).id), self.seller.id, now=self.now())
        self.run()

    def order(self, id):
        with self.pair.at(OURS):
            return queries.order(id)

    def available(self):
        with self.pair.at(OURS):
            account = money.account_of(self.firm)
            return account.available_fen if account else 0

    def owed(self, code):
        """What a venue counts as owed, of all orders together."""
        with self.pair.at(code):
            return sum(Position.objects.values_list("owed_fen", flat=True))

    def books_agree(self):
        assert self.owed(OURS) == -self.owed(HOME)
        for code in CODES:
            with self.pair.at(code):
                assert list(network.audit()) == []
                assert list(money.audit()) == []


def queries_deal(order):
    (found,) = [one for one in deals.of_listing(order.listing) if one.intent == order.intent]
    return found


@pytest.fixture
def trade(own_database, other_database, working_at, tmp_path, settings, monkeypatch):
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setitem(sealing._SCRYPT, "n", 1 << 8)
    return Trade(Pair((own_database, other_database), working_at, tmp_path, NOW))


def a_deal_that_is_terminated_gives_the_price_back(trade):
    offer = trade.listed()
    order = trade.qualified(offer)
    trade.pay("order", order)
    assert trade.order(order).deposit is Deposit.GUARANTEED
    trade.close(offer)
    assert trade.order(order).stage is Stage.AWARDED
    with trade.pair.at(OURS):
        agent = member_of(trade.firm, "agent", now=trade.now())
    trade.signed(order, by=agent)
    rest = trade.pay("order_price", order)
    assert trade.order(order).price is Price.PAID
    assert trade.exposure() == DEPOSIT + rest
    with trade.pair.at(HOME):
        deal = trade.at_home(order)
        applied = ForeignOrder.objects.get(id=order).person
        signed = Acceptance.objects.get(deal=deal.id, side="buyer").person
        known = set(ForeignPerson.objects.values_list("person_id", flat=True))
        assert {applied, signed} == known, "who signed is not who applied"
        assert applied != signed
        ended(deal.id, now=trade.now())
    trade.run()

    over = trade.order(order)
    assert (over.stage, over.returned_fen) == (Stage.ENDED, DEPOSIT + rest)
    assert trade.exposure() == 0
    assert trade.available() == DEPOSIT + rest
    assert trade.owed(OURS) == 0
    trade.books_agree()


def a_guarantee_beyond_the_limit_is_refused_and_can_be_sent_again(trade):
    offer = trade.listed()
    order = trade.qualified(offer)
    before = trade.exposure()
    trade.limit(before + DEPOSIT - 1)
    trade.pay("order", order)
    assert trade.order(order).deposit is Deposit.REFUSED
    assert trade.exposure() == before
    press(trade, order, "ask_again")
    assert trade.order(order).deposit is Deposit.REFUSED, "the limit is as it was"

    trade.limit(ENOUGH)
    press(trade, order, "ask_again")

    assert trade.order(order).deposit is Deposit.GUARANTEED
    assert trade.exposure() == before + DEPOSIT
    with trade.pair.at(OURS):
        shown = browsing(trade.member).get(f"/my/orders/{order}").content.decode()
        assert "ask_again" not in shown
    trade.books_agree()
    return offer, order


def press(trade, order, act):
    """What the member presses on the order's page."""
    with trade.pair.at(OURS):
        browser = browsing(trade.member)
        page = browser.get(f"/my/orders/{order}").content.decode()
        assert re.search(rf'name="act" value="{act}"', page), page
        once = re.search(r'name="_once" value="([^"]+)"', page)[1]
        answer = browser.post(f"/my/orders/{order}", {"act": act, "_once": once})
        assert answer.status_code == 302, answer.content.decode()
    trade.run()


def who_may_not_buy_any_more_at_the_cut_off_has_the_deposit_free(trade, offer, order):
    before = trade.available()
    with trade.pair.at(HOME):
        party = ForeignOrder.objects.get(id=order).party
        office = officer("compliance", now=trade.now())
        parties.suspend(actor=office, now=trade.now(), party=party, why="Under inquiry.")
    trade.close(offer)

    over = trade.order(order)
    assert (over.stage, over.deposit) == (Stage.DECLINED, Deposit.RELEASED)
    assert over.why["said"], "the finding is told"
    assert trade.available() == before + DEPOSIT
    trade.books_agree()


def test_what_goes_wrong_between_venues_ends_the_same_at_both(trade):
    """One story for all, for two venues take long to build."""
    a_deal_that_is_terminated_gives_the_price_back(trade)
    offer, order = a_guarantee_beyond_the_limit_is_refused_and_can_be_sent_again(trade)
    who_may_not_buy_any_more_at_the_cut_off_has_the_deposit_free(trade, offer, order)
