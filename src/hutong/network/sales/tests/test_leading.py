"""At the lead venue: SZTE is asked for its part, and what it says moves the deal (NE-3, DL-2, SE-5)."""

from dataclasses import replace
from functools import partial

import pytest

from beginnings import beginning
from hutong.deals import actions as deals_actions
from hutong.deals import parts
from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.deals.refusals import Refusal as Deals
from hutong.deals.rules import Side
from hutong.deals.rules import Status as Deal
from hutong.deals.testing import accepted_by, ended
from hutong.kit.actor import SYSTEM, PersonId
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.listings import actions as listings
from hutong.network.clearing.models import Position
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.testing import Paper
from hutong.network.mirrors.tests.following import Follower
from hutong.network.projects import actions as projects
from hutong.network.projects import answering as joining
from hutong.network.projects import queries as project_queries
from hutong.network.projects.models import Contribution
from hutong.network.projects.rules import ContributionStatus
from hutong.network.projects.rules import Refusal as Projects
from hutong.network.projects.tests.projecting import refusal
from hutong.network.sales import actions, queries
from hutong.network.sales.answering import KINDS
from hutong.network.sales.rules import Refusal as Sales
from hutong.network.sales.tests.selling import (
    decided,
    in_order,
    paid,
    signed_here,
    with_szte,
)
from hutong.network.trade.answering import KINDS as TRADE
from hutong.parties import queries as parties
from hutong.parties.testing import officer
from hutong.settlement import queries as money
from hutong.venues import queries as venues

SHARE = 6_000_000
FROZEN = Answer(said=None, refused="rights.frozen", facts={})


class Szte:
    """The home venue, on paper: what it was told last, and what it says."""

    def __init__(self, venue, paper, there):
        self.venue, self.paper, self.part, self.log = venue, paper, there.part, there.log

    def logs(self, kind, deal, **more):
        """Its log says so, and is read here."""
        facts = {"part": str(self.part), "deal": str(deal.id), "lead_venue": venues.my_code()}
        self.log.write(kind, {**facts, **more})
        self.log.sign()
        Follower(self.log).follow(self.log)

    def told(self, kind):
        row = Outgoing.objects.filter(kind=kind, to="SZTE").order_by("-sequence").first()
        return Message.parse(bytes(row.raw)) if row else None

    def count(self, kind):
        return Outgoing.objects.filter(kind=kind, to="SZTE").count()

    def answers(self, kind, answer=Answer(said={})):
        KINDS[kind].on_answer(self.told(kind), answer, self.venue.now)
        self.venue.drain()

    def says(self, kind, **body):
        about = self.told("sales.award").body["project"]
        message = self.paper.message(kind, {"project": about, "part": str(self.part), **body})
        KINDS[kind].handle(message, self.venue.now)
        self.venue.drain()


@beginning
def sale(venue, joined):
    paper = Paper(joined.known["SZTE"])
    deal, seller, there = with_szte(venue, paper, venue.drain)
    return deal, seller, Szte(venue, paper, there)


def part_of(deal):
    return next(p for p in deals.deal(deal.id).parts if not p.lead)


@beginning
def ready(sale, venue):
    """Every part can move."""
    deal, seller, szte = sale
    signed_here(deal, seller)
    szte.says("sales.accept", text_digest=deal.contract_digest)
    paid(deal, venue.drain)
    szte.says("sales.ready")
    return deal, szte


def to_settle():
    waiting = money.queue(officer("settlement"))
    return [one.subject for one in waiting if one.what == "deal_to_settle"]


def held(deal):
    return ledger.account(subject("deal", deal.id), Kind.ESCROW).posted_fen


@pytest.mark.django_db
def test_the_contract_goes_to_the_parts_venue_with_everything_it_checks(sale):
    deal, _, szte = sale
    body = szte.told("sales.award").body
    assert body["contract"] == deals.contract_text(deal.id).decode()
    assert (body["price_fen"], body["amount_fen"]) == (deal.price_fen, SHARE)
    assert body["contents"] in body["contract"]
    assert str(szte.part) in body["contract"]
    assert body["buyer"]["id"] == str(deal.buyer)
    assert part_of(deal).status is PartStatus.OFFERED


@pytest.mark.django_db
def test_nothing_moves_before_every_part_can(sale, drain):
    deal, seller, szte = sale
    signed_here(deal, seller)
    assert deals.deal(deal.id).status is Deal.AGREED
    wrong = refusal(lambda: szte.says("sales.accept", text_digest="sha256:other"))
    assert wrong is Deals.OTHER_TEXT
    for _ in range(2):  # heard twice, it accepted once
        szte.says("sales.accept", text_digest=deal.contract_digest)
    assert deals.deal(deal.id).status is Deal.SIGNED
    paid(deal, drain)
    assert to_settle() == [subject("deal", deal.id)]
    assert szte.told("sales.assure").body["amount_fen"] == SHARE
    assert refusal(lambda: decided(deal, drain)) is parts.Refusal.NOT_READY
    for _ in range(2):
        szte.says("sales.ready")
    decided(deal, drain)
    moving = deals.deal(deal.id)
    assert (moving.status, part_of(deal).status) == (Deal.PAID, PartStatus.ASKED)
    assert held(deal) == SHARE, "the lead seller has its share, the other's is held"
    assert to_settle() == []
    why = refusal(lambda: ended(deal.id, now=deal.opened_at))
    assert why is Deals.MOVING
    in_order()


@pytest.mark.django_db
def test_the_answer_turns_the_held_money_into_what_we_owe_and_ends_the_deal(ready, drain):
    deal, szte = ready
    decided(deal, drain)
    assert szte.count("sales.move") == 1
    for _ in range(2):  # taken in twice it would still be owed once
        szte.answers("sales.move", Answer(said={"entries": 2}))
    [position] = Position.objects.all()
    assert (position.key, position.owed_fen) == (f"{szte.part}:part", SHARE)
    assert held(deal) == 0
    done = deals.deal(deal.id)
    assert (done.status, part_of(deal).status) == (Deal.CLOSED, PartStatus.MOVED)
    in_order()


@pytest.mark.django_db
def test_a_part_that_its_venue_refuses_to_move_is_asked_again_or_given_up_by_two(ready, drain):
    deal, szte = ready
    decided(deal, drain)
    early = refusal(
        lambda: deals_actions.propose_return(
            actor=officer("trading"), now=deal.opened_at, deal=deal.id, part=szte.part, reason="?"
        )
    )
    assert early is parts.Refusal.NOT_REFUSED, "it may be moving"
    szte.answers("sales.move", FROZEN)
    assert part_of(deal).why["code"] == "rights.frozen"
    assert [one.id for one in deals.with_refused_parts()] == [deal.id]

    actions.ask_again(actor=officer("settlement"), now=deal.opened_at, deal=deal.id, part=szte.part)
    assert (szte.count("sales.move"), part_of(deal).why) == (2, {})
    szte.answers("sales.move", FROZEN)
    one = officer("trading")
    act = {"now": deal.opened_at, "deal": deal.id, "part": szte.part}
    deals_actions.propose_return(actor=one, **act, reason="Frozen by a court.")
    assert refusal(lambda: actions.return_part(actor=one, **act)) is CommonRefusal.SAME_EYES
    in_order()
    before = money.account_of(deal.buyer).available_fen
    actions.return_part(actor=officer("trading"), **act)
    drain()

    assert szte.told("sales.end").body["part"] == str(szte.part)
    done = deals.deal(deal.id)
    assert (done.status, part_of(deal).status) == (Deal.CLOSED, PartStatus.RETURNED)
    assert money.account_of(deal.buyer).available_fen == before + SHARE
    assert held(deal) == 0
    assert not Position.objects.exists()
    moved = deal.price_fen - SHARE
    assert deals.moved_in_all() == (1, moved)
    assert list(deals.moved_by_day(deal.opened_at).values()) == [(1, moved)]
    in_order()


@pytest.mark.django_db
def test_a_sides_own_people_give_up_no_part_of_its_deal(ready, drain):
    deal, szte = ready
    decided(deal, drain)
    szte.answers("sales.move", FROZEN)
    act = {"now": deal.opened_at, "deal": deal.id, "part": szte.part}
    own = [
        replace(officer("trading"), person=PersonId(parties.people_of(side)[0]))
        for side in (deal.seller, deal.buyer)
    ]
    for one in own:
        propose = partial(deals_actions.propose_return, actor=one, **act, reason="Frozen.")
        assert refusal(propose) is CommonRefusal.SAME_EYES
    deals_actions.propose_return(actor=officer("trading"), **act, reason="Frozen.")
    for one in own:
        assert refusal(partial(actions.return_part, actor=one, **act)) is CommonRefusal.SAME_EYES
    assert part_of(deal).status is PartStatus.ASKED


def withdrawn(part, now):
    return projects.withdraw_part(
        actor=officer("listing"), now=now, part=part, reason="A court took it."
    )


@pytest.mark.django_db
def test_a_lead_part_that_left_before_its_seller_accepted_is_sold_to_nobody(sale, drain):
    deal, seller, szte = sale
    withdrawn(deal.lead_part.id, deal.opened_at)
    drain()
    assert deals.deal(deal.id).lead_part.why["code"] == "listings.part_left"
    for side in (seller.id, deal.buyer):
        assert refusal(partial(accepted_by, deal, side)) is parts.Refusal.LEFT
    szte.says("sales.accept", text_digest=deal.contract_digest)
    assert deals.deal(deal.id).status is Deal.AGREED
    why = refusal(
        lambda: actions.ask_again(
            actor=officer("settlement"), now=deal.opened_at, deal=deal.id, part=deal.lead_part.id
        )
    )
    assert why is parts.Refusal.UNKNOWN_PART
    in_order()
    ended(deal.id, now=deal.opened_at)
    drain()
    in_order()


@pytest.mark.django_db
def test_a_lead_seller_that_accepted_is_bound_and_its_part_stays(sale, drain):
    deal, seller, _ = sale
    accepted_by(deal, seller.id)
    drain()
    lead = deal.lead_part.id
    assert project_queries.contribution(lead).status is ContributionStatus.BOUND
    why = refusal(partial(withdrawn, lead, deal.opened_at))
    assert why is Projects.PART_OUT_OF_STATE
    in_order()
    ended(deal.id, now=deal.opened_at)
    drain()
    assert project_queries.contribution(lead).status is ContributionStatus.RELEASED
    in_order()


@pytest.mark.django_db
def test_a_lead_part_withdrawn_while_its_seller_accepts_moves_nothing(sale, drain):
    deal, seller, szte = sale
    signed_here(deal, seller)  # and before anybody hears of it:
    withdrawn(deal.lead_part.id, deal.opened_at)
    drain()
    szte.says("sales.accept", text_digest=deal.contract_digest)
    assert deals.deal(deal.id).status is Deal.AGREED, "it is signed no more"
    in_order()


@pytest.mark.django_db
def test_a_project_that_a_part_has_left_does_not_move_though_all_is_paid(ready, drain):
    deal, _ = ready
    listings.note_part_left(
        actor=SYSTEM, now=deal.opened_at, listing=deal.listing, part=deal.lead_part.id
    )
    assert refusal(partial(decided, deal, drain)) is parts.Refusal.LEFT
    assert held(deal) == deal.price_fen


@pytest.mark.django_db
def test_a_part_that_its_venue_takes_out_after_its_seller_signed_stops_the_whole(ready, drain):
    deal, szte = ready
    leaves = {"project": szte.told("sales.award").body["project"], "part": str(szte.part)}
    joining.on_withdraw(szte.paper.message("projects.withdraw", leaves), deal.opened_at)
    drain()
    assert part_of(deal).why == {"code": "listings.part_left", "venue": "SZTE"}
    assert [one.id for one in deals.with_refused_parts()] == [deal.id]
    assert refusal(partial(decided, deal, drain)) is parts.Refusal.LEFT
    again = refusal(
        lambda: actions.ask_again(
            actor=officer("settlement"), now=deal.opened_at, deal=deal.id, part=szte.part
        )
    )
    assert again is parts.Refusal.NOT_REFUSED, "it was asked nothing that it refused"
    ended(deal.id, now=deal.opened_at)
    drain()
    assert held(deal) == 0
    in_order()


@pytest.mark.django_db
def test_the_audit_names_a_lead_part_that_moved_though_it_had_left(ready, drain):
    deal, _ = ready
    decided(deal, drain)
    lead = deal.lead_part.id
    assert project_queries.contribution(lead).status is ContributionStatus.SOLD
    Contribution.objects.filter(id=lead).update(status=ContributionStatus.WITHDRAWN.value)
    assert f"network.contribution {lead}" in {one.place for one in queries.audit()}


@pytest.mark.django_db
def test_a_deal_that_ends_is_told_to_the_parts_venue_and_its_late_words_are_refused(sale, drain):
    deal, seller, szte = sale
    signed_here(deal, seller)
    ended(deal.id, now=deal.opened_at)
    drain()
    kinds = Outgoing.objects.filter(to="SZTE").order_by("sequence").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["sales.end", "projects.ended"]
    late = refusal(lambda: szte.says("sales.accept", text_digest=deal.contract_digest))
    assert late is parts.Refusal.PART_OUT_OF_STATE
    szte.says("sales.ready")
    szte.answers("sales.award", Answer(said=None, refused="sales.unknown_part", facts={}))
    assert part_of(deal).status is PartStatus.ENDED
    in_order()


@pytest.mark.django_db
def test_a_seller_that_does_not_sign_in_time_is_late_though_the_lead_seller_signed(sale, drain):
    deal, seller, _ = sale
    signed_here(deal, seller)
    found = deals_actions.note_overdue(actor=SYSTEM, now=deal.sign_by, deal=deal.id)
    assert found.overdue_at is not None
    late = {"now": deal.sign_by, "deal": deal.id, "reason": "Silent."}
    by = officer("trading")
    why = refusal(lambda: deals_actions.propose_default(actor=by, side=Side.BUYER, **late))
    assert why is Deals.NOT_LATE
    assert deals_actions.propose_default(actor=by, side=Side.SELLER, **late).ending is not None


@pytest.mark.django_db
def test_a_buyer_whose_exchange_refused_the_contract_is_not_late_with_it(sale, drain):
    deal, seller, _ = sale
    paper = Paper(sale[2].paper.venue)
    award = paper.message("trade.awarded", {"deal": str(deal.id), "order": str(deal.id)})
    refused = Answer(said=None, refused="trade.other_text", facts={})
    for _ in range(2):  # heard again it changes nothing
        TRADE["trade.awarded"].on_answer(award, refused, deal.opened_at)
    [unread] = deals.unread()
    assert unread.contract_refused == {"code": "trade.other_text"}
    accepted_by(deal, seller.id)
    late = {"now": deal.sign_by, "deal": deal.id, "reason": "Silent."}
    act = partial(deals_actions.propose_default, actor=officer("trading"), side=Side.BUYER, **late)
    assert refusal(act) is Deals.UNREAD
    in_order()
    ended(deal.id, now=deal.opened_at)
    drain()
    assert deals.unread() == []
    in_order()


@pytest.mark.django_db
def test_a_contract_that_the_buyers_exchange_took_leaves_nothing_behind(sale):
    deal = sale[0]
    award = sale[2].paper.message("trade.awarded", {"deal": str(deal.id), "order": str(deal.id)})
    TRADE["trade.awarded"].on_answer(award, Answer(said={}), deal.opened_at)
    assert deals.unread() == []


def from_log(deal, szte, by=None):
    return actions.take_from_log(
        actor=by or officer("settlement"), now=deal.opened_at, deal=deal.id, part=szte.part
    )


@beginning
def silent(venue, ready):
    """SZTE was asked to move its part, and is gone; its log is mirrored."""
    decided(ready[0], venue.drain)
    return ready


@pytest.mark.django_db
def test_the_log_of_a_home_venue_that_is_gone_says_that_its_part_moved(silent, drain):
    deal, szte = silent
    assert refusal(partial(from_log, deal, szte)) is Sales.NOT_IN_LOG
    szte.logs("network.SaleMoved", deal, amount_fen=SHARE - 1, entries=[])
    assert refusal(partial(from_log, deal, szte)) is Sales.NOT_IN_LOG, "another amount"
    szte.logs("network.SaleMoved", deal, amount_fen=SHARE, entries=[])
    own = replace(officer("settlement"), person=PersonId(parties.people_of(deal.buyer)[0]))
    assert refusal(partial(from_log, deal, szte, own)) is CommonRefusal.SAME_EYES
    from_log(deal, szte)
    drain()
    assert (deals.deal(deal.id).status, held(deal)) == (Deal.CLOSED, 0)
    [position] = Position.objects.all()
    assert position.owed_fen == SHARE
    szte.answers("sales.move", Answer(said={"entries": 2}))  # late, and once for all
    assert Position.objects.count() == 1
    assert refusal(partial(from_log, deal, szte)) is Sales.NOT_ASKED
    in_order()


@pytest.mark.django_db
def test_a_sale_that_ended_by_the_log_of_its_venue_may_be_given_up(silent):
    deal, szte = silent
    szte.logs("network.SaleEnded", deal)
    from_log(deal, szte)
    assert part_of(deal).why["status"] == "ended"
    act = {"now": deal.opened_at, "deal": deal.id, "part": szte.part}
    deals_actions.propose_return(actor=officer("trading"), **act, reason="It is gone.")
    actions.return_part(actor=officer("trading"), **act)
    assert part_of(deal).status is PartStatus.RETURNED
    in_order()
