"""
The figures of a rulebook in words: what each is called, in which unit it is read and typed, which
rule it fills in. A figure without words here is shown by its name in the data; a test names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.ui.templatetags.ui import listed, write_day
from hutong.ui.words import ROLES

# Units: how a figure is typed and read.
TEXT, NUMBER, DAYS, WORKING_DAYS, SECONDS, PERCENT, YES_NO, CHOICE = (
    "text",
    "number",
    "days",
    "working_days",
    "seconds",
    "percent",
    "yes_no",
    "choice",
)
MEGABYTES, YEARS, WHOLE = "megabytes", "years", "whole"  # whole: structures, edited as such


@dataclass(frozen=True)
class Figure:
    label: str
    unit: str
    rule: str = ""
    choices: Mapping[str, str] | None = None


PARTS: dict[str, str] = {
    "venue": N_("The venue"),
    "rights": N_("Rights"),
    "listings": N_("Listings"),
    "auctions": N_("Auctions"),
    "deals": N_("Deals"),
    "settlement": N_("Money"),
    "parties": N_("Parties"),
    "documents": N_("Documents"),
    "certificates": N_("Certificates"),
    "log": N_("Public log"),
    "network": N_("Network"),
    "desk": N_("Time an officer has"),
    "calendar": N_("Working days"),
    "roles": N_("Roles and powers"),
}
FIGURES: dict[str, Figure] = {
    "venue.code": Figure(N_("Code of the venue"), TEXT, "NE-1"),
    "venue.name_zh": Figure(N_("Name in Chinese"), TEXT, "NE-1"),
    "venue.name_en": Figure(N_("Name in English"), TEXT, "NE-1"),
    "venue.region": Figure(N_("Region, by ISO 3166-2"), TEXT, "NE-1"),
    "venue.demo": Figure(N_("Demo venue with a clock of its own"), YES_NO, "TI-2"),
    "rights.notice_days": Figure(N_("Public notice of a first registration"), DAYS, "RR-7"),
    "rights.objection_answer_days": Figure(N_("Time to answer an objection"), DAYS, "RR-7"),
    "rights.objection_rounds": Figure(N_("Rounds of arguing an objection"), NUMBER, "RR-7"),
    "rights.registration_fees": Figure(N_("Fees of registration"), WHOLE, "SE-3"),
    "rights.rejection_refund_bp": Figure(
        N_("Part of a registration fee that goes back on rejection"), PERCENT, "RR-7"
    ),
    "rights.internal_publicity_days": Figure(
        N_("Internal publicity of an empowerment"), DAYS, "RR-9"
    ),
    "rights.long_term_use_years": Figure(N_("Long-term use, at least"), YEARS, "RR-6"),
    "rights.contributors_floor_bp": Figure(
        N_("Contributors' part of net income, at least"), PERCENT, "RR-9"
    ),
    "rights.contributors_default_bp": Figure(
        N_("Contributors' part of net income, usually"), PERCENT, "RR-9"
    ),
    "listings.period_working_days": Figure(N_("Listing period"), WORKING_DAYS, "LI-3"),
    "listings.extensions": Figure(N_("Extensions when nobody qualifies"), NUMBER, "LI-3"),
    "listings.extension_working_days": Figure(N_("Length of an extension"), WORKING_DAYS, "LI-3"),
    "listings.deposit_bp_default": Figure(
        N_("Deposit unless the listing says otherwise"), PERCENT, "LI-1"
    ),
    "listings.deposit_bp_max": Figure(N_("Greatest deposit a listing may ask"), PERCENT, "LI-1"),
    "listings.pre_emption_answer_days": Figure(
        N_("Holders of pre-emption answer within"), DAYS, "LI-2"
    ),
    "auctions.opens_after_seconds": Figure(
        N_("Bidding opens after the cut-off by"), SECONDS, "AU-1"
    ),
    "auctions.free_seconds": Figure(N_("Free period"), SECONDS, "AU-1"),
    "auctions.limited_seconds": Figure(N_("Limited period"), SECONDS, "AU-1"),
    "auctions.increment_bp_default": Figure(
        N_("Increment unless the listing says otherwise"), PERCENT, "AU-2"
    ),
    "auctions.paddle_token_seconds": Figure(N_("A paddle is good for"), SECONDS, "AU-9"),
    "auctions.outage_bound_seconds": Figure(
        N_("Outage after which time is restored"), SECONDS, "AU-12"
    ),
    "deals.contract_sign_days": Figure(N_("Time to sign the contract"), DAYS, "DL-1"),
    "deals.payment_days": Figure(N_("Time to pay the price"), DAYS, "DL-1"),
    "settlement.account_holder": Figure(N_("Holder of the venue's account"), TEXT, "SE-2"),
    "settlement.account_bank": Figure(N_("Bank of the venue's account"), TEXT, "SE-2"),
    "settlement.account_number": Figure(N_("Number of the venue's account"), TEXT, "SE-2"),
    "settlement.fee_bands": Figure(N_("Fee of the venue by price"), WHOLE, "SE-3"),
    "settlement.fee_payer": Figure(
        N_("The fee is paid by"),
        CHOICE,
        "SE-3",
        {"seller": N_("the seller"), "buyer": N_("the buyer"), "both": N_("both sides, half each")},
    ),
    "settlement.runner_up_deposit_until_signed": Figure(
        N_("The runner-up's deposit is held until the contract is signed"), YES_NO, "AU-11"
    ),
    "settlement.forfeit_bp": Figure(
        N_("Part of the deposit a winner in default forfeits"), PERCENT, "AU-11"
    ),
    "parties.token_days_max": Figure(N_("Longest life of an API token"), DAYS, "PA-2"),
    "documents.max_bytes": Figure(N_("Greatest size of a document"), MEGABYTES, "TE-1"),
    "documents.media_types": Figure(N_("Kinds of files that are taken"), WHOLE, "TE-1"),
    "certificates.party_credential_days": Figure(
        N_("A party's credential holds for"), DAYS, "PA-4"
    ),
    "network.exposure_fen": Figure(
        N_("Most that one other venue may owe and guarantee here (fen)"), NUMBER, "SE-5"
    ),
    "network.currency_exposures": Figure(
        N_("The same in other currencies; none where none is named"), WHOLE, "SE-5"
    ),
    "network.exposures": Figure(N_("Venues for which another limit holds"), WHOLE, "SE-5"),
    "log.seal_seconds": Figure(N_("Sealed entries are committed to every"), SECONDS, "LI-4"),
    "desk.verification_days": Figure(N_("Verification of a party"), WORKING_DAYS, "PA-3"),
    "desk.registration_days": Figure(N_("Examination of a right"), WORKING_DAYS, "RR-7"),
    "desk.objection_days": Figure(N_("Objections"), WORKING_DAYS, "RR-7"),
    "desk.listing_days": Figure(N_("Examination of a listing"), WORKING_DAYS, "LI-2"),
    "desk.intent_days": Figure(N_("Qualification of a buyer"), WORKING_DAYS, "LI-4"),
    "desk.deal_days": Figure(N_("Deals that are late or to be ended"), WORKING_DAYS, "AU-11"),
    "desk.money_days": Figure(N_("Receipts and payouts"), WORKING_DAYS, "SE-3"),
    "desk.certificate_days": Figure(N_("Certificates"), WORKING_DAYS, "CE-2"),
    "desk.erasure_days": Figure(N_("Erasing personal data"), WORKING_DAYS, "LO-2"),
    "desk.operation_days": Figure(N_("Keys, witnesses and operation"), WORKING_DAYS, "PA-5"),
    "desk.other_days": Figure(N_("Everything else"), WORKING_DAYS, "PA-5"),
    "calendar.holidays": Figure(N_("Weekdays that are free"), WHOLE, "TI-1"),
    "calendar.makeup_workdays": Figure(N_("Weekend days that are worked"), WHOLE, "TI-1"),
    "calendar.known_through": Figure(N_("The calendar is known through"), WHOLE, "TI-1"),
}
POWERS: dict[str, str] = {
    "parties.verify": N_("Verify parties"),
    "parties.suspend": N_("Suspend parties"),
    "parties.appoint": N_("Appoint officers"),
    "technologies.enter_any": N_("Enter technologies for anybody"),
    "technologies.import_any": N_("Import technologies for anybody"),
    "rights.examine": N_("Examine rights"),
    "rights.decide_objection": N_("Decide objections"),
    "rights.record_outside_step": N_("Record steps at the office"),
    "listings.examine": N_("Examine listings"),
    "listings.qualify": N_("Qualify buyers"),
    "auctions.run": N_("Run auctions"),
    "deals.end": N_("End deals"),
    "settlement.record_receipt": N_("Record money in and out"),
    "settlement.request_payout": N_("Ask for payouts"),
    "settlement.approve_payout": N_("Approve payouts"),
    "settlement.settle": N_("Settle deals"),
    "certificates.propose": N_("Propose certificates on evidence"),
    "certificates.approve": N_("Issue certificates on evidence"),
    "certificates.propose_template": N_("Propose words of certificates"),
    "certificates.adopt_template": N_("Adopt words of certificates"),
    "certificates.revoke": N_("Ask to revoke certificates"),
    "certificates.approve_revocation": N_("Revoke certificates"),
    "rulebook.propose": N_("Propose rules"),
    "rulebook.adopt": N_("Adopt rules"),
    "venue.operate": N_("Operate the venue"),
    "network.operate": N_("Act for the venue in the network"),
    "supervise.read": N_("See everything, change nothing"),
}


def figure(path: str) -> Figure:
    known = FIGURES.get(path)
    return known or Figure(path.rpartition(".")[2].replace("_", " "), WHOLE)


def power_word(power: str) -> str:
    return gettext(POWERS[power]) if power in POWERS else power


def flat(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every figure of a rulebook by its path, in the order of the words above; roles one by one."""
    parts = [*PARTS, *(part for part in data if part not in PARTS)]
    order = {path: n for n, path in enumerate(FIGURES)}
    for part in parts:
        values = data.get(part)
        if not isinstance(values, Mapping):
            continue
        for name in sorted(values, key=lambda name: order.get(f"{part}.{name}", len(order))):
            yield f"{part}.{name}", values[name]


def say(path: str, value: Any) -> str:
    """A figure with its unit, in the reader's language."""
    part = path.partition(".")[0]
    if part == "roles":
        return listed([power_word(power) for power in value or ()]) or "—"
    known = figure(path)
    if value is None:
        return "—"
    match known.unit:
        case "days":
            return ngettext("{n} day", "{n} days", value).format(n=value)
        case "working_days":
            return ngettext("{n} working day", "{n} working days", value).format(n=value)
        case "years":
            return ngettext("{n} year", "{n} years", value).format(n=value)
        case "seconds":
            return seconds(value)
        case "percent":
            return percent(value)
        case "megabytes":
            return f"{value / 1024 / 1024:g} MB"
        case "yes_no":
            return gettext("yes") if value else gettext("no")
        case "choice":
            words = known.choices or {}
            return gettext(words[value]) if value in words else str(value)
    return _structure(path, value)


def _structure(path: str, value: Any) -> str:
    if path == "settlement.fee_bands":
        return listed([_band(band) for band in value])
    if path == "rights.registration_fees":
        return listed([_fee(fee) for fee in value]) or gettext("none")
    if path in ("network.exposures", "network.currency_exposures"):
        return listed([_exposure(one) for one in value]) or gettext("none")
    if path.startswith("calendar.") and isinstance(value, (list, tuple)):
        return gettext("{n} days").format(n=len(value))
    if path == "calendar.known_through":
        return write_day(date.fromisoformat(str(value)))
    if isinstance(value, (list, tuple)):
        return listed([str(one) for one in value])
    return str(value)


def _band(band: Mapping[str, Any]) -> str:
    part = percent(band["bp"])
    if band["up_to_fen"] is None:
        return gettext("{percent} of the rest").format(percent=part)
    return gettext("{percent} up to {amount}").format(
        percent=part, amount=with_unit(band["up_to_fen"], "CNY")
    )


def _fee(fee: Mapping[str, Any]) -> str:
    kinds = {
        "first_registration": gettext("first registration"),
        "empowerment": gettext("empowerment"),
    }
    return gettext("{kind}: {file} and {item} for each technology").format(
        kind=kinds.get(fee["kind"], fee["kind"]),
        file=with_unit(fee["file_fen"], "CNY"),
        item=with_unit(fee["item_fen"], "CNY"),
    )


def _exposure(one: Mapping[str, Any]) -> str:
    amount = with_unit(one["exposure_fen"], one.get("currency", "CNY"))
    return f"{one['venue']} {amount}" if "venue" in one else amount


def percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%" if rest else f"{whole}%"


def seconds(n: int) -> str:
    """A span in its largest whole unit."""
    if n and n % 86_400 == 0:
        return ngettext("{n} day", "{n} days", n // 86_400).format(n=n // 86_400)
    if n and n % 3_600 == 0:
        return ngettext("{n} hour", "{n} hours", n // 3_600).format(n=n // 3_600)
    if n and n % 60 == 0:
        return ngettext("{n} minute", "{n} minutes", n // 60).format(n=n // 60)
    return ngettext("{n} second", "{n} seconds", n).format(n=n)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a version changes, figure by figure, in words."""
    before, after = dict(flat(old)), dict(flat(new))
    found = []
    for path in dict.fromkeys((*before, *after)):
        was, becomes = before.get(path), after.get(path)
        if was == becomes:
            continue
        if path.startswith("calendar.") and isinstance(becomes, list):
            was_days, new_days = set(was or ()), set(becomes)
            old_words = listed([_day(d) for d in sorted(was_days - new_days)]) or "—"
            new_words = listed([_day(d) for d in sorted(new_days - was_days)]) or "—"
        else:
            old_words = say(path, was) if path in before else "—"
            new_words = say(path, becomes) if path in after else "—"
        found.append(
            {
                "part": part_word(path),
                "label": label(path),
                "rule": figure(path).rule,
                "old": old_words,
                "new": new_words,
            }
        )
    return found


def _day(text: str) -> str:
    return write_day(date.fromisoformat(str(text)))


def part_word(path: str) -> str:
    part = path.partition(".")[0]
    return gettext(PARTS[part]) if part in PARTS else part


def label(path: str) -> str:
    if path.startswith("roles."):
        role = path.partition(".")[2]
        return gettext(ROLES[role]) if role in ROLES else role
    known = FIGURES.get(path)
    return gettext(known.label) if known else figure(path).label


def chapters(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The whole rulebook part by part, each figure a line."""
    found: dict[str, list[dict[str, str]]] = {}
    for path, value in flat(data):
        line = {"label": label(path), "rule": figure(path).rule, "value": say(path, value)}
        found.setdefault(part_word(path), []).append(line)
    return [{"title": title, "lines": lines} for title, lines in found.items()]
