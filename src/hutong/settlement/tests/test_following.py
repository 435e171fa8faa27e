"""What follows by itself: reactions and timers, told twice and still done once."""

from datetime import timedelta

from beginnings import beginning
from hutong.deals import jobs as deals_jobs
from hutong.deals import queries as deals
from hutong.deals.rules import Side, Status
from hutong.deals.testing import DEPOSIT, NOTICE, PRICE, accepted_by, ended, listed
from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.ledger import queries as books
from hutong.ledger.rules import Kind
from hutong.listings import actions as listings_actions
from hutong.listings import queries as listings
from hutong.listings.testing import qualified_intent
from hutong.notices import queries as notices
from hutong.parties import queries as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.settlement import jobs, queries
from hutong.settlement.rules import PayableStatus
from hutong.settlement.testing import received, with_outside_steps


@beginning
def market(venue):
    """A listing with two qualified buyers who were asked for their deposits."""
    seller = verified_party("上海某大学")
    offer = listed(seller)
    venue.later(days=NOTICE.days)
    buyers = [verified_party(f"某科技公司{n}", kind="enterprise") for n in "甲乙"]
    intents = [qualified_intent(offer, buyer, now=venue.now) for buyer in buyers]
    venue.drain()
    return offer, intents


def asked(intent):
    return queries.payable_for(subject("intent", intent.id))


def titles(party) -> list[str]:
    [owner, *_] = parties.people_of(party)
    return [
        n.kind for n in notices.notices_page(owner, unread=True, cursor=None, limit=200)["items"]
    ]


def sold(market, venue, drain):
    """The listing after its end: the first to pay has the deal, signed by both."""
    offer, intents = market
    for intent in intents:
        received(asked(intent).reference, DEPOSIT, now=venue.now)
        venue.later(minutes=1)
    venue.now = offer.ends_at + timedelta(seconds=1)
    drain()
    [deal] = deals.of_listing(offer.id)
    return deal


def signed(deal, venue, drain):
    accepted_by(deal, deal.seller, now=venue.now)
    accepted_by(deal, deal.buyer, now=venue.now)
    drain()
    return deals.deal(deal.id)


def test_a_qualified_buyer_is_asked_for_the_deposit_and_told_the_reference(market):
    _, intents = market
    for intent in intents:
        assert asked(intent).amount_fen == DEPOSIT
        assert "settlement.deposit_due" in titles(intent.party)


def test_the_one_who_gets_the_deal_keeps_the_deposit_held_the_other_is_free(market, venue, drain):
    deal = sold(market, venue, drain)
    _, (first, second) = market
    assert deal.buyer == first.party
    assert deal.status is Status.AGREED
    assert asked(first).status is PayableStatus.HELD
    assert asked(second).status is PayableStatus.RELEASED
    assert queries.account_of(second.party).available_fen == DEPOSIT
    assert "settlement.released" in titles(second.party)
    assert "deals.Opened" in titles(deal.seller)


def test_signing_asks_for_the_rest_of_the_price(market, venue, drain):
    deal = signed(sold(market, venue, drain), venue, drain)
    price = queries.payable_for(subject("deal", deal.id))
    assert price.missing_fen == PRICE - DEPOSIT
    assert "settlement.price_due" in titles(deal.buyer)


def test_from_payment_to_closed_deal(market, venue, drain):
    deal = signed(sold(market, venue, drain), venue, drain)
    price = queries.payable_for(subject("deal", deal.id))
    received(price.reference, price.missing_fen, now=venue.now)
    with_outside_steps(deals.deal(deal.id))
    from hutong.settlement import actions

    actions.settle(actor=officer("settlement"), now=venue.now, deal=deal.id)
    drain()
    closed = deals.deal(deal.id)
    assert closed.status is Status.CLOSED
    assert closed.certificate
    for area in (books, deals, queries):
        assert list(area.audit()) == []


def test_a_withdrawn_intent_gets_its_deposit_back(market, venue, drain):
    _, (first, _) = market
    received(asked(first).reference, DEPOSIT, now=venue.now)
    listings_actions.withdraw_intent(actor=member_of(first.party), now=venue.now, intent=first.id)
    drain()
    assert asked(first).status is PayableStatus.RELEASED
    assert queries.account_of(first.party).available_fen == DEPOSIT


def test_nobody_pays_and_the_listing_is_extended_with_its_requests_open(market, venue, drain):
    offer, (first, _) = market
    venue.now = offer.ends_at + timedelta(seconds=1)
    drain()
    assert listings.listing(offer.id).extensions_used == 1
    assert asked(first).status is PayableStatus.OPEN


def test_a_terminated_listing_gives_every_deposit_back(market, venue, drain):
    offer, (first, second) = market
    received(asked(first).reference, DEPOSIT, now=venue.now)
    listings_actions.terminate(
        actor=officer("listing"), now=venue.now, listing=offer.id, reason="By court order."
    )
    drain()
    assert asked(first).status is PayableStatus.RELEASED
    assert asked(second).status is PayableStatus.CLOSED


def test_a_buyer_who_never_signs_loses_the_deposit(market, venue, drain):
    deal = sold(market, venue, drain)
    accepted_by(deal, deal.seller, now=venue.now)
    venue.now = deal.sign_by + timedelta(seconds=1)
    drain()
    assert [d.id for d in deals.overdue()] == [deal.id]
    ended(deal.id, Side.BUYER, now=venue.now)
    drain()
    assert books.account("venue:books", Kind.FORFEITS).posted_fen == DEPOSIT
    assert "settlement.forfeited" in titles(deal.buyer)
    assert list(queries.audit()) == []


def test_a_buyer_who_never_pays_loses_the_deposit_and_the_right_is_free(market, venue, drain):
    deal = signed(sold(market, venue, drain), venue, drain)
    venue.now = deal.pay_by + timedelta(seconds=1)
    drain()
    ended(deal.id, Side.BUYER, now=venue.now)
    drain()
    assert books.account("venue:books", Kind.FORFEITS).posted_fen == DEPOSIT
    assert queries.payable_for(subject("deal", deal.id)).status is PayableStatus.RETURNED
    assert list(queries.audit()) == []


def test_a_seller_who_never_signs_costs_the_buyer_nothing(market, venue, drain):
    deal = sold(market, venue, drain)
    accepted_by(deal, deal.buyer, now=venue.now)
    venue.now = deal.sign_by + timedelta(seconds=1)
    ended(deal.id, Side.SELLER, now=venue.now)
    drain()
    assert queries.account_of(deal.buyer).available_fen == DEPOSIT


def test_a_terminated_deal_gives_the_price_back(market, venue, drain):
    deal = signed(sold(market, venue, drain), venue, drain)
    price = queries.payable_for(subject("deal", deal.id))
    received(price.reference, price.missing_fen, now=venue.now)
    ended(deal.id, now=venue.now, reason="Both asked for it.")
    drain()
    assert queries.account_of(deal.buyer).available_fen == PRICE
    assert list(queries.audit()) == []


REACTIONS = {
    "listings.IntentQualified": [jobs.ask_deposit],
    "listings.CutOff": [jobs.release_after_cut_off, deals_jobs.open_from_cut_off],
    "listings.Closed": [jobs.release_after_closing],
    "deals.Signed": [jobs.ask_price],
    "deals.Terminated": [jobs.end_deal],
}


def test_told_twice_everything_happens_once(market, venue, drain):
    deal = signed(sold(market, venue, drain), venue, drain)
    ended(deal.id, now=venue.now, reason="Both asked for it.")
    drain()
    ours = ("settlement.", "deals.", "ledger.", "notices.")
    before = journal.end(), books.totals()
    for entry in list(journal.of_kinds(REACTIONS)):
        for handle in REACTIONS[entry.kind]:
            handle(entry)
    drain()
    written = journal.after(before[0], kinds=_all_kinds(ours), limit=10)
    assert written == []
    assert books.totals() == before[1]


def _all_kinds(starts: tuple[str, ...]) -> list[str]:
    from hutong.kit.event import KINDS

    return [kind for kind in KINDS if kind.startswith(starts)]


def test_losers_of_an_auction_are_free_and_the_runner_up_when_the_contract_is_signed(
    market, venue, drain
):
    offer, intents = market
    third = qualified_intent(
        offer, verified_party("某科技公司丙", kind="enterprise"), now=venue.now
    )
    drain()
    everyone = [*intents, third]
    for intent in everyone:
        received(asked(intent).reference, DEPOSIT, now=venue.now)
    entry = _auction_closed(offer, winner=third, runner_up=intents[0], others=[intents[1]])
    jobs.release_losers(entry)
    assert [asked(i).status.value for i in everyone] == ["held", "released", "held"]


def _auction_closed(offer, *, winner, runner_up, others):
    """An entry as `auctions.Closed` leaves it in the journal."""
    from hutong.journal.queries import Recorded
    from hutong.kit.event import Visibility

    return Recorded(
        id=0,
        position=0,
        log_index=0,
        kind="auctions.Closed",
        version=1,
        visibility=Visibility.LOGGED,
        at=offer.ends_at,
        subject="lot:x",
        facts={"lot": "x", "listing": str(offer.id), "outcome": "sold", "price_fen": PRICE},
        private={
            "winner_party": str(winner.party),
            "winner_intent": str(winner.id),
            "runner_up_intent": str(runner_up.id),
            "other_intents": [str(i.id) for i in others],
        },
    )
