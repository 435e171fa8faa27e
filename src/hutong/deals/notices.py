"""
What both sides of a deal are told, and the officers when it is late.
"""

from datetime import datetime
from uuid import UUID

from hutong.deals.queries import DealView
from hutong.deals.rules import Overdue
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties

TEXTS = {
    "deals.Opened": Text(
        "deals.Opened",
        title=N_("Deal {number} is agreed"),
        body=N_("At {price}. Read the contract and accept its text by {sign_by}."),
    ),
    "deals.Signed": Text(
        "deals.Signed",
        title=N_("Contract {number} is signed by both sides"),
        body=N_(
            "The price of {price} is due by {pay_by}. The buyer finds its payment reference here."
        ),
    ),
    "deals.Overdue": Text(
        "deals.Overdue",
        title=N_("Deal {number} is overdue"),
        body=N_("A deadline has passed. The venue may declare a default; acting now still counts."),
    ),
    "deals.SigningPostponed": Text(
        "deals.SigningPostponed",
        title=N_("Deal {number}: more time to sign"),
        body=N_("A freeze keeps the right from being bound. You have until {sign_by} to sign."),
    ),
    "deals.Paid": Text(
        "deals.Paid",
        title=N_("The price of deal {number} is in escrow"),
        body=N_("Right and money move together once every outside step is recorded."),
    ),
    "deals.RightMoved": Text(
        "deals.RightMoved",
        title=N_("Deal {number}: right and money have moved"),
        body=N_("The register names the buyer; the seller's account has the price less the fee."),
    ),
    "deals.Closed": Text(
        "deals.Closed",
        title=N_("Deal {number} is certified and closed"),
        body=N_("The certificate is {certificate}."),
    ),
    "deals.Defaulted": Text(
        "deals.Defaulted",
        title=N_("Deal {number} has ended in default"),
        body=N_("Deposits follow the rulebook; the rights are free again."),
    ),
    "deals.Terminated": Text(
        "deals.Terminated",
        title=N_("Deal {number} was terminated"),
        body=N_("What was paid is available to the buyer again; the rights are free."),
    ),
}
register(*TEXTS.values())
OFFICERS = "deals.end"


def notify_sides(kind: str, deal: DealView, *, now: datetime) -> None:
    """Tell both sides of `kind`; the officers too when the deal is late."""
    sides = [*parties.people_of(deal.seller), *parties.people_of(deal.buyer)]
    _notify(kind, deal, sides, f"/my/deals/{deal.id}", now)
    if kind == Overdue.kind:
        _notify(kind, deal, parties.officers_with(OFFICERS), f"/desk/deals/{deal.id}", now)


def _notify(kind: str, deal: DealView, to: list[UUID], link: str, now: datetime) -> None:
    notify(
        now=now,
        to=to,
        kind=kind,
        facts={
            "number": deal.number,
            "price": with_unit(deal.price_fen, deal.currency),
            "sign_by": local_date(deal.sign_by),
            "pay_by": local_date(deal.pay_by) if deal.pay_by else None,
            "certificate": deal.certificate,
        },
        link=link,
        subject=subject("deal", deal.id),
    )
