"""
What waits for me: one list over all procedures, each with its deadline and one next step.

The areas say where each thing stands (`what`); here is what that means for its reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.deals.waiting import waiting_for as deals_waiting
from hutong.doors.waiting import Waiting, together
from hutong.kit.refusal import N_
from hutong.listings.queries.waiting import waiting_for as listings_waiting
from hutong.network.sales import queries as sales
from hutong.network.trade import queries as trade
from hutong.rights.queries.waiting import waiting_for as applications_waiting
from hutong.settlement import queries as settlement
from hutong.ui.templatetags.ui import in_chinese

SHOWN = 60


@dataclass(frozen=True)
class Step:
    """What comes next, where, and the rule that says so."""

    text: str
    place: str
    rule: str


STEPS: dict[str, Step] = {
    "application:draft": Step(N_("Submit the application for registration"), "/my/rights/", "RR-7"),
    "application:submitted": Step(N_("The registrar examines the application"), "/my/rights/", "RR-7"),
    "application:notice": Step(N_("In public notice; without objection it is registered"), "/my/rights/", "RR-7"),
    "application:stopped": Step(N_("An objection is to be decided; the notice stands still"), "/my/rights/", "RR-7"),
    "application:held": Step(N_("A holder is not verified; registration waits for that"), "/my/rights/", "PA-3"),
    "application:to_agree": Step(
        N_("Agree to the application, or not"), "/my/rights/", "RR-1"
    ),
    "objection:to_answer": Step(
        N_("Answer the objection"), "/my/rights/", "RR-7"
    ),
    "objection:to_reply": Step(
        N_("Reply in the objection you filed"), "/public-notices/", "RR-7"
    ),
    "listing:draft": Step(N_("Submit the draft listing"), "/my/listings/", "LI-2"),
    "listing:returned": Step(N_("Mend the returned listing and submit it again"), "/my/listings/", "LI-2"),
    "listing:submitted": Step(N_("The listing office examines the listing"), "/my/listings/", "LI-2"),
    "listing:listed": Step(N_("On the board; who applies stays hidden until the end"), "/my/listings/", "LI-4"),
    "listing:suspended": Step(N_("The listing is suspended; the venue decides"), "/my/listings/", "LI-2"),
    "listing:concluding": Step(N_("The period is over; auction or deal follows"), "/my/listings/", "LI-5"),
    "intent:applied": Step(N_("The listing office checks your qualification"), "/my/intents/", "LI-4"),
    "intent:qualified": Step(N_("Pay the deposit so that it arrives before the period ends"), "/my/intents/", "LI-4"),
    "intent:deposited": Step(N_("The deposit is held; at the end of the period it is decided"), "/my/intents/", "LI-5"),
    "order:sign": Step(N_("Read the other venue's contract and accept it"), "/my/orders/", "NE-4"),
    "order:deposit": Step(N_("Pay the deposit for your order at another venue"), "/my/orders/", "NE-4"),
    "order:pay": Step(N_("Pay the price of your order at another venue"), "/my/orders/", "NE-4"),
    "order:wait": Step(N_("The other venue deals with your order"), "/my/orders/", "NE-4"),
    "joining:open": Step(N_("Answer whether you join the co-owner's offer"), "/my/joining/", "RR-1"),
    "sale:sign": Step(N_("Read the joint project's contract and accept it"), "/my/project-parts/", "NE-3"),
    "sale:wait": Step(N_("Your part of a joint project is being sold"), "/my/project-parts/", "NE-3"),
    "preemption:open": Step(N_("Answer whether you keep your right to come first"), "/my/pre-emptions/", "AU-8"),
    "lot:to_open": Step(N_("Be there when the bidding opens"), "/lots/", "AU-1"),
    "lot:open": Step(N_("Bid: the auction is running"), "/lots/", "AU-2"),
    "lot:suspended": Step(N_("The auction is suspended; the time is restored"), "/lots/", "AU-12"),
    "lot:sale_to_open": Step(N_("Bidding for your listing opens"), "/lots/", "AU-1"),
    "lot:sale_open": Step(N_("Bidding for your listing is running"), "/lots/", "AU-1"),
    "deal:to_sign": Step(N_("Read the contract and accept it"), "/my/deals/", "DL-1"),
    "deal:other_signs": Step(N_("You accepted; the other side has to accept, too"), "/my/deals/", "DL-1"),
    "deal:to_pay": Step(N_("Pay the price"), "/my/deals/", "DL-1"),
    "deal:other_pays": Step(N_("The buyer pays the price"), "/my/deals/", "DL-1"),
    "deal:paid": Step(N_("The money is here; the venue moves right and money together"), "/my/deals/", "DL-2"),
    "deal:moved": Step(N_("The right has moved; the certificate is being issued"), "/my/deals/", "CE-1"),
    "deal:certified": Step(N_("The right has moved; the certificate is being issued"), "/my/deals/", "CE-1"),
    "proceeds:claimed": Step(N_("An officer decides the pledgee's claim"), "/my/proceeds/", "RR-6"),
    "payout:requested": Step(N_("Two officers look at your payout"), "/my/money?payout=", "SE-3"),
    "payout:approved": Step(N_("The bank pays your money out"), "/my/money?payout=", "SE-3"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Task:
    """A row of the list. `mine`: the reader moves next."""

    text: str
    about: str
    number: str
    href: str
    rule: str
    amount_fen: int | None
    due_by: datetime | None
    mine: bool


def tasks_of(party: UUID, now: datetime) -> list[Task]:
    """Everything under way for a party, its own moves first, each by its deadline."""
    rows = together(
        *listings_waiting(party),
        deals_waiting(party),
        auctions.waiting_for(party, now),
        *applications_waiting(party, now),
        settlement.waiting_for(party),
        trade.waiting_for(party, now),
        sales.waiting_for(party),
        settlement.claims_against(party),
        limit=SHOWN,
    )
    return list(_told(rows))


def _told(rows: list[Waiting]) -> Iterator[Task]:
    for row in rows:
        step = STEPS[row.what]
        titles = (row.title_zh, row.title_en) if in_chinese() else (row.title_en, row.title_zh)
        yield Task(
            text=gettext(step.text),
            about=next((title for title in titles if title), ""),
            number=row.number,
            href=f"{step.place}{row.id}",
            rule=step.rule,
            amount_fen=row.amount_fen,
            due_by=row.due_by,
            mine=row.mine,
        )
