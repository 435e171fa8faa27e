"""A member of one venue buys at another: what goes wrong ends the same at both, with their books
equal (NE-4, SE-5)."""

import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hutong.certificates import queries as certificates
from hutong.certificates.content import content_digest
from hutong.certificates.verification import countersigned
from hutong.deals import queries as deals
from hutong.deals.models import Acceptance
from hutong.deals.testing import accepted_by, ended
from hutong.documents import queries as documents
from hutong.due import queries as due
from hutong.due.models import Clock
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.listings import actions as listing
from hutong.listings import queries as listings
from hutong.listings.intents import Decision
from hutong.listings.testing import open_listing
from hutong.network import queries as network
from hutong.network.clearing.models import Position
from hutong.network.countersigning import actions as countersigning_actions
from hutong.network.countersigning import queries as countersigning
from hutong.network.countersigning.models import CountersignatureRefused
from hutong.network.messages.models import Outgoing
from hutong.network.mirrors import actions as mirroring
from hutong.network.mirrors import jobs as following
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.sources import Web
from hutong.network.recognition.credentials import keys_of
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
from hutong.ui.testing import browsing
from hutong.venues import queries as venues
from network.pair import CODES, Inline, Pair, _Wire

pytestmark = pytest.mark.drill  # two venues trade for a while
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
REGISTERED = timedelta(days=16)
HOME, OURS = "SZTE", "SDTE"
PRICE, DEPOSIT = 100_000_000, 10_000_000
ENOUGH = 10**12


class Here(Web):
    """Reads a venue's log through its own application, one request at a time."""

    def __init__(self, url, pair):
        super().__init__(url, client=httpx.Client(transport=_Wire(pair)))
        self._pool = Inline()
        self._pool.map = map


class Heres:
    def __init__(self, pair):
        self.pair = pair

    def home(self, member):
        return Here(f"{member.url}/log", self.pair)

    def relay(self, member, code):
        raise AssertionError("its home answers")

    def checkpoints(self, member):
        return []


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
            self.mirror()
            if not done + self.pair.carry():
                return
        raise AssertionError("they never come to an end")

    def mirror(self):
        """Our venue copies the home venue's log."""
        with self.pair.at(OURS):
            member, known = venues.find(HOME), mirrors.mirror(HOME)
            id = known.id if known else mirroring.begin(code=HOME, origin=member.log_origin)
            following.follow(member, id, Heres(self.pair))

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
def trade(own_database, other_database, working_at, tmp_path, settings):
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    settings.ALLOWED_HOSTS = ["*"]
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
    with trade.pair.at(HOME):
        told = Outgoing.objects.filter(subject=subject("order", order)).order_by("sequence")
        assert [kind.removeprefix("trade.") for kind in told.values_list("kind", flat=True)] == [
            *("qualified", "awarded", "signed", "price", "called", "ended"),
        ], "each thing once, in the order in which it happened"
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


def a_deal_that_settles_is_certified_by_both(trade):
    offer = trade.listed()
    order = trade.qualified(offer)
    trade.pay("order", order)
    trade.close(offer)
    trade.signed(order, by=trade.member)
    trade.pay("order_price", order)
    with trade.pair.at(HOME):
        deal = trade.at_home(order).id
        settlement.settle(actor=officer("settlement", now=trade.now()), now=trade.now(), deal=deal)
    trade.run()
    assert trade.order(order).stage is Stage.SETTLED
    with trade.pair.at(HOME):
        [certificate] = certificates.by_subject(subject("deal", deal))
        credential = documents.read_bytes(certificate.credential)

    for code in CODES:
        with trade.pair.at(code):
            [one] = countersigning.of_certificate(certificate.number)
            assert (one.venue, one.issuer) == (OURS, HOME)
            report = countersigning.verify(credential, now=trade.now())
            assert report.verified, [step.sentence() for step in report.steps]
            said = {step.name.value: step.sentence() for step in report.steps}
            assert said["countersignature"].startswith("Countersigned by")
            upload = SimpleUploadedFile("c.json", credential, "application/json")
            told = browsing().post("/api/v1/verify", {"file": upload}).json()
            assert told["verified"], "also where it was not issued"
            assert [(one["venue"], one["holds"]) for one in told["countersignatures"]] == [
                (OURS, True)
            ]
            assert browsing().get(f"/api/v1/network/countersignatures/{one.number}").json()
    with trade.pair.at(HOME):
        page = browsing().get(f"/certificates/{certificate.number}").content.decode()
        assert "Countersigned by" in page
        file = browsing().get(f"/certificates/{one.number}/countersignatures/{OURS}").json()
        assert file == one.file
    trade.books_agree()
    what_was_refused_can_be_asked_for_again(trade, certificate.number, order)
    return credential, file


def what_was_refused_can_be_asked_for_again(trade, number, order):
    """At either venue, by an officer; the other answers as it does now."""
    for code, other, given in ((HOME, OURS, False), (OURS, HOME, True)):
        with trade.pair.at(code):
            countersigning_actions.note_answer(
                actor=SYSTEM,
                now=trade.now(),
                number=number,
                venue=other,
                order=order,
                given=given,
                refused="countersigning.log_differs",
                facts={"venue": other, "index": 7, "reason": "not a fact"},
            )
            office = browsing(officer("administrator", now=trade.now()))
            page = office.get("/desk/network/countersignatures").content.decode()
            assert "log, as it is known here, holds something else at entry 7" in page
            assert number in office.get("/desk").content.decode(), "it waits for an officer"
            office.post("/desk/network/countersignatures", {"act": "again", "number": number})
            page = office.get("/desk/network/countersignatures").content.decode()
            assert "asked again" in page
            again = office.post(
                "/desk/network/countersignatures", {"act": "again", "number": number}
            )
            assert again.status_code == 409, "once, until it is answered"
        trade.run()
        with trade.pair.at(code):
            assert not CountersignatureRefused.objects.exists(), "taken now"


def with_another_content_the_countersignature_does_not_hold(trade, credential, file):
    changed = json.loads(credential)
    changed["credentialSubject"]["deal"]["price_fen"] += 1
    with trade.pair.at(HOME):
        report = countersigning.verify(json.dumps(changed).encode(), now=trade.now())
        assert not report.verified
        assert "countersignature" not in {step.name.value for step in report.steps}
        content = json.loads(credential)["credentialSubject"]
        ours, theirs = [keys_of(venues.find(code)) for code in (OURS, HOME)]
    found = countersigned.read(file)
    told = {"number": content["number"], "digest": content_digest(content)}
    assert countersigned.check(found, ours, **told) >= 0
    for keys, other in ((ours, {"digest": content_digest(content | {"x": 1})}), (theirs, {})):
        with pytest.raises(countersigned.CountersignatureInvalid):
            countersigned.check(found, keys, **told | other)
    found.statement["at"] = "2022-01-01T00:00:00.000000Z"
    with pytest.raises(countersigned.CountersignatureInvalid, match="did not sign"):
        countersigned.check(found, ours, **told)


def test_what_goes_wrong_between_venues_ends_the_same_at_both(trade):
    """One story for all, for two venues take long to build."""
    a_deal_that_is_terminated_gives_the_price_back(trade)
    offer, order = a_guarantee_beyond_the_limit_is_refused_and_can_be_sent_again(trade)
    who_may_not_buy_any_more_at_the_cut_off_has_the_deposit_free(trade, offer, order)


def test_what_goes_well_is_certified_by_both_venues(trade):
    credential, file = a_deal_that_settles_is_certified_by_both(trade)
    with_another_content_the_countersignature_does_not_hold(trade, credential, file)
