"""
Every kind of procedure the desk knows, as lines of lists and as things to be found: which rows an
officer may see, by what words a row is found, how it is drawn.

One table: the list of all procedures, the search across cases, and the supervisor's pages read it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import with_unit
from hutong.listings.queries.office import intents_of_office, listings_of_office
from hutong.rights.queries.office import disposals_of_office, with_first_technology
from hutong.settlement import queries as settlement
from hutong.ui.templatetags.ui import lang

SUPERVISE = "supervise.read"
BOOKS = ("settlement.record_receipt", "settlement.approve_payout", "settlement.settle", SUPERVISE)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One procedure as a line. `about`: the technology and `parties`: whose names are wanted."""

    subject: str
    href: str
    lifecycle: str
    state: str
    since: datetime | None
    number: str = ""
    title: str = ""
    about: UUID | None = None
    parties: Sequence[UUID] = ()


@dataclass(frozen=True)
class Asked:
    """What is searched for: the words, and the parties and technologies they lead to."""

    text: str
    parties: Sequence[UUID] = ()
    technologies: Sequence[UUID] = ()


@dataclass(frozen=True, kw_only=True)
class Procedure:
    code: str
    name: str | Promise
    lifecycle: str
    rows: Callable[[Actor], QuerySet[Any]]
    line: Callable[[Any], Line]
    found_by: Callable[[Asked], Q]
    key: tuple[str, ...]
    powers: tuple[str, ...] = ()  # any of; none: every office
    state: str = "status"

    def open_to(self, actor: Actor) -> bool:
        return not self.powers or any(actor.has(power) for power in self.powers)

    def lines(self, rows: Iterable[Any]) -> list[Line]:
        return [self.line(row) for row in rows]


def _application(row: Any) -> Line:
    return Line(
        subject=subject("right_application", row.id),
        href=f"/desk/rights/{row.id}",
        number=row.number,
        lifecycle="rights",
        state=row.status,
        since=row.submitted_at or row.drafted_at,
        about=row.first,
        parties=(row.applicant,),
    )


def _disposal(row: Any) -> Line:
    return Line(
        subject=subject("right_entry", row.id),
        href=f"/desk/transfers/{row.id}",
        lifecycle="transfer",
        state=row.status,
        since=row.prepared_at,
        about=row.technology,
        parties=(row.giver, row.taker),
    )


def _listing(row: Any) -> Line:
    return Line(
        subject=subject("listing", row.id),
        href=f"/desk/listings/{row.id}",
        number=row.number,
        title=lang(row.title_zh, row.title_en),
        lifecycle="listing",
        state=row.ending or row.status,
        since=row.submitted_at or row.drafted_at,
        parties=(row.seller,),
    )


def _intent(row: Any) -> Line:
    return Line(
        subject=subject("intent", row.id),
        href=f"/desk/intents/{row.id}",
        number=row.listing.number,
        lifecycle="intent",
        state=row.status,
        since=row.applied_at,
        parties=(row.party,),
    )


def _lot(row: Any) -> Line:
    return Line(
        subject=subject("lot", row.id),
        href=f"/desk/lots/{row.id}",
        title=lang(row.title_zh, row.title_en),
        lifecycle="lot",
        state=row.outcome or ("suspended" if row.suspended_at else "announced"),
        since=row.announced_opens_at,
        parties=(row.seller,),
    )


def _deal(row: Any) -> Line:
    return Line(
        subject=subject("deal", row.id),
        href=f"/desk/deals/{row.id}",
        number=row.number,
        lifecycle="deal",
        state=row.status,
        since=row.changed_at,
        about=row.technologies[0],
        parties=(row.seller, row.buyer),
    )


def _receipt(row: Any) -> Line:
    return Line(
        subject=subject("receipt", row.id),
        href=f"/desk/receipts/{row.id}",
        number=row.bank_reference,
        title=f"{with_unit(row.amount_fen, row.currency)} {row.payer_name or row.text}",
        lifecycle="receipt",
        state=row.status,
        since=row.recorded_at,
    )


def _payable(row: Any) -> Line:
    kind, _colon, id = row.subject.partition(":")
    pages = {"deal": "/desk/deals/", "intent": "/desk/intents/"}
    return Line(
        subject=row.subject,
        href=f"{pages[kind]}{id}" if kind in pages else "",
        number=row.reference,
        title=with_unit(row.amount_fen, row.currency),
        lifecycle="payable",
        state=row.status,
        since=row.issued_at,
        parties=(row.payer,),
    )


def _payout(row: Any) -> Line:
    return Line(
        subject=subject("payout", row.id),
        href=f"/desk/payouts/{row.id}",
        title=f"{with_unit(row.amount_fen, row.currency)} {row.holder}",
        lifecycle="payout",
        state=row.status,
        since=row.requested_at,
        parties=(row.party,),
    )


PROCEDURES: Mapping[str, Procedure] = {
    one.code: one
    for one in (
        Procedure(
            code="registrations",
            name=_("Registrations of rights"),
            lifecycle="rights",
            powers=("rights.examine", "rights.decide_objection", SUPERVISE),
            rows=with_first_technology,
            line=_application,
            key=("-drafted_at", "-id"),
            found_by=lambda asked: (
                Q(number__icontains=asked.text)
                | Q(applicant__in=asked.parties)
                | Q(items__technology__in=asked.technologies)
            ),
        ),
        Procedure(
            code="listings",
            name=_("Listings"),
            lifecycle="listing",
            powers=("listings.examine", "listings.qualify", SUPERVISE),
            rows=lambda actor: listings_of_office(actor).prefetch_related(None),
            line=_listing,
            key=("-drafted_at", "-id"),
            found_by=lambda asked: (
                Q(number__icontains=asked.text)
                | Q(title_zh__icontains=asked.text)
                | Q(title_en__icontains=asked.text)
                | Q(seller__in=asked.parties)
                | Q(offered__technology__in=asked.technologies)
            ),
        ),
        Procedure(
            code="intents",
            name=_("Intents of buyers"),
            lifecycle="intent",
            powers=("listings.qualify", SUPERVISE),
            rows=intents_of_office,
            line=_intent,
            key=("-applied_at", "-id"),
            found_by=lambda asked: (
                Q(listing__number__icontains=asked.text) | Q(party__in=asked.parties)
            ),
        ),
        Procedure(
            code="auctions",
            name=_("Auctions"),
            lifecycle="lot",
            rows=lambda actor: auctions.lots(),
            line=_lot,
            key=("-announced_opens_at", "-id"),
            state="outcome",
            found_by=lambda asked: (
                Q(title_zh__icontains=asked.text)
                | Q(title_en__icontains=asked.text)
                | Q(seller__in=asked.parties)
            ),
        ),
        Procedure(
            code="deals",
            name=_("Deals"),
            lifecycle="deal",
            rows=lambda actor: deals.rows_seen_by(actor).prefetch_related(None),
            line=_deal,
            key=("-opened_at", "-id"),
            found_by=lambda asked: (
                Q(number__icontains=asked.text)
                | Q(seller__in=asked.parties)
                | Q(buyer__in=asked.parties)
                | Q(technologies__overlap=list(asked.technologies))
            ),
        ),
        Procedure(
            code="transfers",
            name=_("Steps at the office"),
            lifecycle="transfer",
            powers=("rights.record_outside_step", SUPERVISE),
            rows=disposals_of_office,
            line=_disposal,
            key=("-prepared_at", "-id"),
            found_by=lambda asked: (
                Q(giver__in=asked.parties)
                | Q(taker__in=asked.parties)
                | Q(technology__in=asked.technologies)
                | Q(office_number__iexact=asked.text)
            ),
        ),
        Procedure(
            code="payables",
            name=_("Payment requests"),
            lifecycle="payable",
            powers=BOOKS,
            rows=settlement.payables_seen_by,
            line=_payable,
            key=("-issued_at", "-id"),
            found_by=lambda asked: (
                Q(reference__icontains=asked.text.replace(" ", "")) | Q(payer__in=asked.parties)
            ),
        ),
        Procedure(
            code="receipts",
            name=_("Money in"),
            lifecycle="receipt",
            powers=BOOKS,
            rows=settlement.receipts_seen_by,
            line=_receipt,
            key=("-recorded_at", "-id"),
            found_by=lambda asked: (
                Q(bank_reference__icontains=asked.text)
                | Q(text__icontains=asked.text)
                | Q(payer_name__icontains=asked.text)
            ),
        ),
        Procedure(
            code="payouts",
            name=_("Payouts"),
            lifecycle="payout",
            powers=BOOKS,
            rows=settlement.payouts_seen_by,
            line=_payout,
            key=("-requested_at", "-id"),
            found_by=lambda asked: (
                Q(holder__icontains=asked.text)
                | Q(bank_reference__icontains=asked.text)
                | Q(party__in=asked.parties)
            ),
        ),
    )
}


def open_to(actor: Actor) -> list[Procedure]:
    return [procedure for procedure in PROCEDURES.values() if procedure.open_to(actor)]
