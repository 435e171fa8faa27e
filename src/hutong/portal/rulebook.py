"""
The rulebook in force, rendered for people (LI, AU, RR …: each figure beside the rule it fills in).
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from hutong.kit.money import with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import queries
from hutong.rulebook.rules import Rulebook
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import percent_bp, write_day


@dataclass(frozen=True)
class Line:
    rule: str
    text: str
    value: str = ""


@dataclass(frozen=True)
class Chapter:
    title: str
    lines: list[Line] = field(default_factory=list)


@visitor
def page(request: HttpRequest) -> HttpResponse:
    """The version in force, or another adopted one: a procedure keeps the one it started under."""
    force = queries.in_force(request.now)
    adopted = [v for v in queries.versions() if v.effective_from is not None and v.adopted_at]
    asked = request.GET.get("version", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() else force.version
    view = next((v for v in adopted if v.version == wanted), None)
    if view is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("version of the rulebook"))
    rules = queries.version(view.version)
    return render(
        request,
        "portal/rules.html",
        {
            "version": view,
            "in_force": view.version == force.version,
            "coming": view.effective_from is not None and view.effective_from > request.now,
            "versions": adopted,
            "chapters": chapters(rules),
            "anchors": anchors(chapters(rules)),
            "days_off": sorted(d for d in rules.calendar.holidays),
            "days_worked": sorted(d for d in rules.calendar.makeup_workdays),
        },
    )


def anchors(told: list[Chapter]) -> dict[Line, str]:
    """The first line of each rule, which links to the rule lead to."""
    first: dict[str, Line] = {}
    for line in (line for chapter in told for line in chapter.lines):
        first.setdefault(line.rule, line)
    return {line: rule for rule, line in first.items()}


def chapters(rules: Rulebook) -> list[Chapter]:
    """Every figure of the rulebook as a sentence with its rule number."""
    listings, auctions, money = rules.listings, rules.auctions, rules.settlement
    return [
        Chapter(
            gettext("Who takes part"),
            [
                Line("PA-1", gettext("A party is a legal or natural person with a name and identifiers; one identifier, one party.")),
                Line("PA-2", gettext("People act for a party by a mandate that can be revoked; every act names person and party.")),
                Line("PA-3", gettext("Only verified parties list, bid or hold registered rights.")),
                Line("PA-5", gettext("Whoever entered a thing may not approve it.")),
            ],
        ),
        Chapter(
            gettext("Technologies and rights"),
            [
                Line("TE-2", gettext("A statutory right of unknown status may enter, not list; a lapsed one may not list.")),
                Line("TE-3", gettext("One statutory right is one technology.")),
                Line("RR-1", gettext("Ownership, disposal and income are held in exact shares that total the whole.")),
                Line("RR-7", gettext("Public notice of a first registration"), days(rules.rights.notice_days)),
                Line("RR-8", gettext("Time to answer an objection; meanwhile the notice stands still"), days(rules.rights.objection_answer_days)),
                Line("RR-7", gettext("Rounds of argument on an objection"), str(rules.rights.objection_rounds)),
                *[Line("RR-7", fee_text(fee.kind), fee_value(fee)) for fee in rules.rights.registration_fees],
                Line("RR-7", gettext("Part of a registration fee that goes back on rejection"), percent_bp(rules.rights.rejection_refund_bp)),
                Line("RR-9", gettext("Internal publicity before researchers are empowered"), days(rules.rights.internal_publicity_days)),
                Line("RR-6", gettext("Long-term use granted to researchers, at least"), years(rules.rights.long_term_use_years)),
                Line("RR-9", gettext("Least share of the net income for those who contributed, at institutions funded by the state"), percent_bp(rules.rights.contributors_floor_bp)),
                Line("RR-9", gettext("Their share unless agreed otherwise"), percent_bp(rules.rights.contributors_default_bp)),
                Line("RR-11", gettext("A transfer of a statutory right takes effect with its entry at the office; the register keeps number and date.")),
            ],
        ),
        Chapter(
            gettext("Listings"),
            [
                Line("LI-1", gettext("Deposit unless the listing says otherwise"), percent_bp(listings.deposit_bp_default)),
                Line("LI-1", gettext("Greatest deposit a listing may ask"), percent_bp(listings.deposit_bp_max)),
                Line("LI-2", gettext("Holders of pre-emption answer within"), days(listings.pre_emption_answer_days)),
                Line("LI-3", gettext("Listing period"), working_days(listings.period_working_days)),
                Line("LI-3", gettext("Extensions when nobody qualifies"), gettext("{n} times, {days} each").format(n=listings.extensions, days=working_days(listings.extension_working_days))),
                Line("LI-4", gettext("Who applied, and how many, stays hidden from everyone until the period ends.")),
                Line("LI-5", gettext("At the cut-off: nobody with a deposit held, extended or lapsed; one, a deal at no less than the listing price; two or more, an auction among them.")),
            ],
        ),
        Chapter(
            gettext("Auctions"),
            [
                Line("AU-1", gettext("The bidding opens after the cut-off by"), seconds(auctions.opens_after_seconds)),
                Line("AU-1", gettext("Free period"), seconds(auctions.free_seconds)),
                Line("AU-1", gettext("Limited period, which every valid bid starts anew"), seconds(auctions.limited_seconds)),
                Line("AU-2", gettext("Increment unless the listing says otherwise"), percent_bp(auctions.increment_bp_default)),
                Line("AU-2", gettext("The leader may not raise the own bid; the first in sequence wins a tie.")),
                Line("AU-3", gettext("Only those with a deposit held bid, never the seller or an affiliate.")),
                Line("AU-4", gettext("A bid's time is its arrival by the venue's clock; every attempt gets a receipt.")),
                Line("AU-9", gettext("Bidders appear by paddle; after the close the whole record is published.")),
                Line("AU-12", gettext("A lot the venue could not serve for longer than this near its end is resumed with the time restored"), seconds(auctions.outage_bound_seconds)),
            ],
        ),
        Chapter(
            gettext("Deals and money"),
            [
                Line("DL-1", gettext("Both sides accept the contract within"), days(rules.deals.contract_sign_days)),
                Line("DL-1", gettext("The price is paid within"), days(rules.deals.payment_days)),
                Line("DL-2", gettext("The register entry and the credit to the seller happen together or not at all.")),
                *[Line("SE-3", band_text(money.fee_bands, i), percent_bp(band.bp)) for i, band in enumerate(money.fee_bands)],
                *([Line("SE-2", gettext("Money is paid into"), f"{money.account_holder} · {money.account_bank} · {money.account_number}")] if money.account_number else []),
                Line("SE-3", gettext("The fee is paid by"), {"seller": gettext("the seller"), "buyer": gettext("the buyer"), "both": gettext("both sides, half each")}[money.fee_payer]),
                Line("AU-11", gettext("Part of the deposit forfeited by a winner in default"), percent_bp(money.forfeit_bp)),
                Line("AU-11", gettext("The runner-up's deposit is held until the contract is signed") if money.runner_up_deposit_until_signed else gettext("The runner-up's deposit is released at once")),
                Line("SE-1", gettext("Every transfer balances; no balance falls below zero; rows are never changed.")),
            ],
        ),
        Chapter(
            gettext("Certificates and the public log"),
            [
                Line("CE-2", gettext("A certificate is a signed document, a data record and an entry of the public log, and verifies without this site.")),
                Line("LO-1", gettext("Every act with legal effect is an entry of the public log, written together with its effect.")),
                Line("LI-4", gettext("What is sealed until a period ends is committed to every"), seconds(rules.log.seal_seconds)),
                Line("LO-2", gettext("The log holds no personal data, only salted digests of it.")),
            ],
        ),
        Chapter(
            gettext("The venue's own time"),
            [
                Line("TI-1", gettext("An officer verifies a party within"), working_days(rules.desk.verification_days)),
                Line("TI-1", gettext("… examines a registration within"), working_days(rules.desk.registration_days)),
                Line("TI-1", gettext("… examines a listing within"), working_days(rules.desk.listing_days)),
                Line("TI-1", gettext("… checks a buyer's intent within"), working_days(rules.desk.intent_days)),
                Line("TI-1", gettext("… acts on a deal within"), working_days(rules.desk.deal_days)),
                Line("TI-1", gettext("… acts on money within"), working_days(rules.desk.money_days)),
                Line("TI-1", gettext("… acts on a certificate within"), working_days(rules.desk.certificate_days)),
                Line("LO-2", gettext("… erases personal data within"), working_days(rules.desk.erasure_days)),
                Line("TI-1", gettext("The start day is not counted; a period of days ends at 17:00 of its last day.")),
                Line("TI-1", gettext("Working days are known through"), write_day(rules.calendar.known_through)),
            ],
        ),
    ]  # fmt: skip


def fee_text(kind: str) -> str:
    return {
        "first_registration": gettext("Fee of a first registration"),
        "empowerment": gettext("Fee of an empowerment"),
    }[kind]


def fee_value(fee: Any) -> str:
    """So much for the file, so much for each technology, at most so much."""
    parts = []
    if fee.file_fen:
        parts.append(with_unit(fee.file_fen))
    if fee.item_fen:
        parts.append(gettext("{amount} each").format(amount=with_unit(fee.item_fen)))
    if fee.at_most_fen is not None:
        parts.append(gettext("at most {amount}").format(amount=with_unit(fee.at_most_fen)))
    return " + ".join(parts[:2]) + (f" ({parts[2]})" if len(parts) > 2 else "") or gettext("none")


def years(n: int) -> str:
    return ngettext("{n} year", "{n} years", n).format(n=n)


def band_text(bands: Any, index: int) -> str:
    band = bands[index]
    if band.up_to_fen is None:
        return gettext("Fee on the rest of the price") if index else gettext("Fee on the price")
    return gettext("Fee on the part of the price up to {amount}").format(
        amount=with_unit(band.up_to_fen)
    )


def days(n: int) -> str:
    return ngettext("{n} day", "{n} days", n).format(n=n)


def working_days(n: int) -> str:
    return ngettext("{n} working day", "{n} working days", n).format(n=n)


def seconds(n: int) -> str:
    if n and n % 3600 == 0:
        return ngettext("{n} hour", "{n} hours", n // 3600).format(n=n // 3600)
    if n >= 60:
        minutes = Fraction(n, 60)
        if minutes.denominator == 1:
            return ngettext("{n} minute", "{n} minutes", int(minutes)).format(n=int(minutes))
    return ngettext("{n} second", "{n} seconds", n).format(n=n)
