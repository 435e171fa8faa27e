"""Small words for these tests: a joint project sold, with parts here or at SZTE."""

from hutong.deals import queries as deals
from hutong.deals.testing import accepted_by, agreed_deal
from hutong.kit.ids import subject
from hutong.ledger import queries as ledger
from hutong.listings import actions as listings
from hutong.listings.offers import ExportClass
from hutong.listings.rules import Decision
from hutong.listings.testing import ALL_YES, qualified_intent
from hutong.network import queries as network
from hutong.network.mirrors.tests.following import Follower
from hutong.network.projects import actions as projects
from hutong.network.projects import answering as joining
from hutong.network.projects.tests.projecting import Elsewhere, added, announced
from hutong.parties.testing import member_of, officer, verified_party
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.settlement.testing import deposited, received
from hutong.venues import queries as venues

PRICE = 8_000_001  # the parts ask 1 and 3 million: a quarter and three, and one fen that is left


def on_board(venue, project, seller, mine, drain):
    projects.compose(actor=officer("listing"), now=venue.now, project=project.id, lead_part=mine.id)
    listing = projects.list_project(
        actor=member_of(seller), now=venue.now, project=project.id, price_fen=PRICE
    )
    found = listings.examine(
        actor=officer("listing"),
        now=venue.now,
        listing=listing.id,
        decision=Decision.ACCEPT,
        checklist=ALL_YES,
        export_class=ExportClass.FREE,
        findings="All parts verified.",
    )
    drain()
    return found


def bought(listing, drain):
    """The deal with somebody who stands ready."""
    buyer = verified_party("某科技公司", kind="enterprise")
    intent = qualified_intent(listing, buyer)
    deposited(intent)
    deal = agreed_deal(intent=intent)
    drain()
    return deals.deal(deal.id)


def of_two_sellers_here(venue, drain):
    """A project whose two parts are both of our sellers, sold: (deal, lead seller, other, its part)."""
    project = announced(venue)
    seller, _, mine = added(venue, project.id)
    other, _, part = added(venue, project.id, asked_fen=3_000_000)
    drain()
    deal = bought(on_board(venue, project, seller, mine, drain), drain)
    return deal, seller, other, part


def with_szte(venue, szte, drain):
    """A project with a part of ours and one of SZTE's, sold: (deal, lead seller, SZTE's part in its log)."""
    project = announced(venue, "SZTE")
    answer = {"project": str(project.id), "joins": True, "reason": ""}
    joining.on_answer(szte.message("projects.answer", answer), venue.now)
    seller, _, mine = added(venue, project.id)
    drain()
    there = Elsewhere(project.id, lead=venues.my_code())
    Follower(there.log).follow(there.log)
    joining.on_part(szte.message("projects.part", there.body(project.id)), venue.now)
    deal = bought(on_board(venue, project, seller, mine, drain), drain)
    return deal, seller, there


def signed_here(deal, seller):
    """By lead seller and buyer, at the lead venue."""
    accepted_by(deal, seller.id)
    accepted_by(deal, deal.buyer)


def paid(deal, drain):
    """The price of a deal that everybody has signed."""
    drain()
    asked = money.payable_for(subject("deal", deal.id))
    received(asked.reference, asked.missing_fen, now=deal.opened_at)
    drain()


def decided(deal, drain):
    """An officer lets right and money move."""
    settlement.settle(actor=officer("settlement"), now=deal.opened_at, deal=deal.id)
    drain()


def in_order():
    """Everything follows from the journal, and the books agree."""
    for area in (network, money, deals, ledger):
        assert list(area.audit()) == []
