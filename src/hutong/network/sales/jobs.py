"""
What follows of itself when a joint project is sold (NE-3, DL-2): at the lead venue each home venue is
asked as the deal comes on; of our own other sellers' parts what they do is told to the deal.
"""

from uuid import UUID

from hutong.deals import queries as deals
from hutong.deals.queries import DealView
from hutong.journal.queries import Recorded
from hutong.kit.actor import ACT, SYSTEM, Actor, Door, PartyId, PersonId
from hutong.kit.refusal import Refused
from hutong.listings import queries as listings
from hutong.network.projects import actions as projects
from hutong.network.projects.actions.telling import is_here
from hutong.network.projects.rules import Ending
from hutong.network.sales import actions, notices, queries

ASKED = {
    "deals.Opened": actions.award,
    "deals.Paid": actions.assure,
    "deals.MovingBegun": actions.move,
}


def of_step_of_deal(entry: Recorded) -> None:
    """deals.Opened, ContractAccepted, Paid, MovingBegun, in their order: each part's home venue is asked
    what is next."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    if entry.kind == "deals.ContractAccepted":
        _of_lead_seller(deal, entry)
        return
    for part in deal.parts:
        if not part.lead:
            ASKED[entry.kind](actor=SYSTEM, now=entry.at, deal=deal.id, part=part.id)
        elif entry.kind == "deals.MovingBegun":
            projects.note_sold(actor=SYSTEM, now=entry.at, part=part.id, deal=deal.id)


def _of_lead_seller(deal: DealView, entry: Recorded) -> None:
    """The lead seller accepted the contract: its part is bound, and so it did for its others here."""
    lead = deal.lead_part
    if entry.facts["side"] != "seller" or lead is None:
        return
    projects.note_bound(actor=SYSTEM, now=entry.at, part=lead.id, deal=deal.id)
    if entry.private is None:
        return
    seller = Actor(
        person=PersonId(UUID(entry.private["person"])),
        party=PartyId(deal.seller),
        powers=frozenset({ACT}),
        door=Door.WORKER,
    )
    try:
        actions.accept_with_lead(
            actor=seller,
            now=entry.at,
            deal=deal.id,
            party=deal.seller,
            text_digest=entry.facts["contract_digest"],
        )
    except Refused:
        return  # a title does not carry it now: the part waits for its seller on its own page


def of_sale(entry: Recorded) -> None:
    """network.SaleSigned, network.SaleReady, of a part in a deal of our own: the deal knows. Other lead
    venues are told by message."""
    sale = queries.of_part(UUID(entry.facts["part"]))
    if sale is None or not is_here(sale.lead):
        return
    try:
        if entry.kind == "network.SaleSigned":
            actions.take_acceptance(
                actor=SYSTEM,
                now=entry.at,
                venue=sale.lead,
                part=sale.part,
                text_digest=sale.contract_digest,
            )
        else:
            actions.take_ready(actor=SYSTEM, now=entry.at, venue=sale.lead, part=sale.part)
    except Refused:
        return  # the deal ended meanwhile: the part is given free with it


def of_step(entry: Recorded) -> None:
    """rights.OutsideStepRecorded: where the last one is there, the part can move (RR-11)."""
    actions.note_step(actor=SYSTEM, now=entry.at, entry=UUID(entry.facts["entry"]))


def of_leaving(entry: Recorded) -> None:
    """network.ProjectPartWithdrawn, at its home venue; network.ProjectPartLeft, at the lead venue."""
    part = UUID(entry.facts["part"])
    if entry.kind == "network.ProjectPartWithdrawn":
        actions.note_withdrawn(actor=SYSTEM, now=entry.at, part=part)
        return
    if deals.of_part(part) is not None:
        venue = entry.facts["venue"]
        actions.take_leaving(actor=SYSTEM, now=entry.at, part=part, venue=venue)


def of_end(entry: Recorded) -> None:
    """network.ProjectInvitationEnded: what is still being sold of a project led elsewhere ends with it."""
    for part in queries.live_in(UUID(entry.facts["project"])):
        actions.end_with_project(actor=SYSTEM, now=entry.at, part=part)


def of_deal(entry: Recorded) -> None:
    """deals.Closed, Defaulted, Terminated, of a project's deal: its parts are over, and the project."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    if not _sells_a_project(deal):
        return
    sold = entry.kind == "deals.Closed"
    if not sold:
        actions.end(actor=SYSTEM, now=entry.at, deal=deal.id)
    projects.note_listing_end(
        actor=SYSTEM,
        now=entry.at,
        listing=deal.listing,
        ending=(Ending.SOLD if sold else Ending.TERMINATED).value,
        was_listed=True,
    )


def _sells_a_project(deal: DealView) -> bool:
    return deal.listing is not None and listings.listing(deal.listing).joint is not None


def tell(entry: Recorded) -> None:
    """A part's sale: its seller hears of it."""
    sale = queries.of_part(UUID(entry.facts["part"]))
    if sale is not None:
        notices.tell_seller(entry.kind, sale, now=entry.at)
