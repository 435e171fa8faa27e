"""A joint project of two venues is sold at one to a member of the other: each part moves at its home
against its share, with messages lost, answers lost and processes dying on the way; and one that a court
freezes meanwhile is given up, its share going back through the buyer's venue (NE-3, DL-2, SE-5)."""

from datetime import timedelta

import pytest

from hutong.deals import actions as deals_actions
from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.deals.rules import Status as Deal
from hutong.journal.models import Parked
from hutong.listings import actions as listings
from hutong.listings import queries as board
from hutong.listings.offers import ExportClass
from hutong.listings.rules import Decision
from hutong.listings.testing import ALL_YES
from hutong.network.mirrors import actions as mirroring
from hutong.network.mirrors import jobs as following
from hutong.network.mirrors import queries as mirrors
from hutong.network.projects import actions as projects
from hutong.network.projects import queries as known
from hutong.network.projects.rules import Words
from hutong.network.sales import actions as sales
from hutong.network.sales import queries as selling
from hutong.network.trade.rules import Stage
from hutong.node.first_rulebook import demo_rulebook
from hutong.node.founding import _adopt, _founder
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights.testing import a_document, a_technology, registered_application
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.technologies import queries as technologies
from hutong.technologies.testing import bundled
from hutong.venues import queries as venues
from network.pair import CODES, Pair
from network.test_orders import ENOUGH, HOME, NOW, OURS, REGISTERED, Heres, Trade

pytestmark = pytest.mark.drill
ASKED = {HOME: 25_000_000, OURS: 75_000_000}
PRICE = 100_000_001
WRONG = ("lost", "answer lost", "died")


class Selling(Trade):
    """The lead venue is where the order goes; the buyer's own venue has a part, too."""

    def __init__(self, pair):
        with pair.at(OURS):
            self.other = verified_party("山东某大学", now=NOW)
        super().__init__(pair)
        for code in CODES:
            with pair.at(code):
                rules = {**demo_rulebook(code=code), "network": {"exposure_fen": ENOUGH}}
                _adopt(rules, self.now(), _founder(), _founder())

    def mirror(self):
        """Each venue copies the other's log."""
        for code in CODES:
            with self.pair.at(code):
                for member in venues.others():
                    held = mirrors.mirror(member.code)
                    id = held.id if held else None
                    if id is None:
                        id = mirroring.begin(code=member.code, origin=member.log_origin)
                    following.follow(member, id, Heres(self.pair))

    def office(self, kind):
        return {"actor": officer(kind, now=self.now()), "now": self.now()}

    def bundle(self, seller):
        then = self.now() - REGISTERED
        made = [a_technology(seller, kind="know_how", now=then) for _ in range(2)]
        registered_application(seller, [one.id for one in made], now=then)
        return bundled(made, seller, now=self.now())

    def part(self, code, project, seller):
        with self.pair.at(code):
            bundle = self.bundle(seller)
            part = projects.give_mandate(
                actor=member_of(seller),
                now=self.now(),
                project=project,
                bundle=bundle.id,
                asked_fen=ASKED[code],
            )
            projects.add_part(**self.office("listing"), part=part.id, findings="Title clear.")
        return part.id, bundle.id

    def offered(self):
        """One project of two parts on the lead venue's board: (its listing, part and bundle at ours)."""
        with self.pair.at(HOME):
            made = projects.draft(
                **self.office("listing"),
                words=Words(title_zh="联合项目", title_en="Together", summary="", conditions=""),
                invited=[OURS],
                parts_by=self.now() + timedelta(days=5),
            )
            projects.announce(**self.office("listing"), project=made.id)
        self.run()
        with self.pair.at(OURS):
            projects.accept_invitation(**self.office("listing"), project=made.id)
            projects.confirm_invitation(**self.office("listing"), project=made.id)
        lead, _ = self.part(HOME, made.id, self.seller)
        ours, bundle = self.part(OURS, made.id, self.other)
        self.run()
        with self.pair.at(HOME):
            projects.compose(**self.office("listing"), project=made.id, lead_part=lead)
            listing = projects.list_project(
                actor=member_of(self.seller), now=self.now(), project=made.id, price_fen=PRICE
            )
            listings.examine(
                **self.office("listing"),
                listing=listing.id,
                decision=Decision.ACCEPT,
                checklist=ALL_YES,
                export_class=ExportClass.FREE,
                findings="All parts verified.",
            )
        self.run()
        with self.pair.at(HOME):
            return board.listing(listing.id), ours, bundle

    def sold(self):
        """Signed by all and paid: (deal, order, part and bundle at ours)."""
        offer, part, bundle = self.offered()
        order = self.qualified(offer)
        self.pay("order", order)
        self.close(offer)
        deal = self.at_home(order).id
        with self.pair.at(OURS):
            sale = selling.of_part(part)
            assert sale.buyer == self.firm, "known here as our own member"
            sales.accept_contract(
                actor=member_of(self.other),
                now=self.now(),
                part=part,
                text_digest=sale.contract_digest,
            )
        self.pair.wrong += WRONG
        self.signed(order, by=self.member)
        self.pair.wrong += WRONG
        self.pay("order_price", order)
        assert self.deal(deal).status is Deal.PAID
        assert self.part_of(deal).status is PartStatus.READY
        return deal, order, part, bundle

    def deal(self, id):
        with self.pair.at(HOME):
            return deals.deal(id)

    def part_of(self, deal):
        return next(part for part in self.deal(deal).parts if part.venue == OURS)

    def decided(self, deal):
        with self.pair.at(HOME):
            settlement.settle(**self.office("settlement"), deal=deal)
        self.pair.wrong += ("answer lost", "died")
        self.run()

    def has(self, party):
        with self.pair.at(OURS):
            account = money.account_of(party)
            return account.available_fen if account else 0

    def holders(self, bundle):
        with self.pair.at(OURS):
            parts = technologies.technology(bundle).parts
            return {holder for one in parts for holder in rights.title(one).ownership}

    def in_order(self):
        self.books_agree()
        for code in CODES:
            with self.pair.at(code):
                assert list(deals.audit()) == []
                assert not Parked.objects.exists()


@pytest.fixture
def two(own_database, other_database, working_at, tmp_path, settings):
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    settings.ALLOWED_HOSTS = ["*"]
    return Selling(Pair((own_database, other_database), working_at, tmp_path, NOW))


def every_part_moves_at_its_home(two):
    deal, order, part, bundle = two.sold()
    share = PRICE * 3 // 4
    two.decided(deal)
    assert two.deal(deal).status is Deal.CLOSED
    assert two.holders(bundle) == {two.firm}
    with two.pair.at(OURS):
        sale = selling.of_part(part)
        fee = money.fee_of(share, sale.rulebook_version).seller_fen
    assert two.has(two.other.id) == share - fee
    assert two.order(order).stage is Stage.SETTLED
    with two.pair.at(OURS):
        assert known.contribution(part).status.value == "sold"
        [project] = known.invitations()
        assert project.ending == "sold"
    two.in_order()


def one_that_a_court_freezes_is_given_up(two):
    deal, order, _, bundle = two.sold()
    had, sold = two.has(two.firm), two.has(two.other.id)
    with two.pair.at(OURS):
        registrar = officer("registrar", now=two.now())
        register.freeze(
            actor=registrar,
            now=two.now(),
            technology=technologies.technology(bundle).parts[0],
            authority="人民法院",
            paper="(2022) 1",
            document=a_document(registrar, now=two.now()),
        )
    two.decided(deal)
    stuck = two.part_of(deal)
    assert (stuck.status, stuck.why["code"]) == (PartStatus.ASKED, "rights.frozen")
    two.in_order()
    with two.pair.at(HOME):
        about = {"deal": deal, "part": stuck.id}
        deals_actions.propose_return(**two.office("trading"), **about, reason="Frozen.")
        sales.return_part(**two.office("trading"), **about)
    two.run()
    assert two.deal(deal).status is Deal.CLOSED
    assert two.order(order).stage is Stage.SETTLED
    assert two.order(order).returned_fen == two.has(two.firm) - had
    assert two.order(order).returned_fen >= stuck.amount_fen
    assert two.has(two.other.id) == sold
    assert two.holders(bundle) == {two.other.id}
    two.in_order()


def test_a_joint_project_is_sold_across_venues_part_by_part(two):
    """One story for both, for two venues take long to build."""
    every_part_moves_at_its_home(two)
    one_that_a_court_freezes_is_given_up(two)
