"""
The shape of a rulebook and the bounds its figures must keep. Pure data, validated by pydantic.

Defaults are those of domain.md; a venue changes them by a new version, never in code.
"""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hutong.kit.calendar import WorkingCalendar
from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.money import CNY, MINOR_UNITS
from hutong.kit.refusal import N_, Reason, reason

BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
Days = Annotated[int, Field(ge=1, le=3_650)]
Seconds = Annotated[int, Field(ge=1, le=7 * 24 * 3600)]


class Refusal(Reason):
    INVALID = reason(
        "rulebook.invalid", "", N_("The rulebook does not hold together: {problem}"), 422
    )
    NOT_PROPOSED = reason(
        "rulebook.not_proposed", "", N_("Version {version} is {status}, not proposed.")
    )
    EFFECTIVE_IN_PAST = reason(
        "rulebook.effective_in_past",
        "",
        N_("A version takes effect at {earliest} at the earliest."),
    )
    NONE_IN_FORCE = reason("rulebook.none_in_force", "", N_("No rulebook is in force yet."))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class VenueRules(_Part):
    """Who the venue is."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")
    name_zh: str = Field(min_length=2, max_length=80)
    name_en: str = Field(min_length=2, max_length=120)
    region: str = Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{2,3}$")
    demo: bool = False


class RegistrationFee(_Part):
    """What one application costs: so much for the file and so much for each technology in it."""

    kind: Literal["first_registration", "empowerment"]
    file_fen: Annotated[int, Field(ge=0, le=10**12)] = 0
    item_fen: Annotated[int, Field(ge=0, le=10**9)] = 0
    at_most_fen: Annotated[int, Field(gt=0, le=10**12)] | None = None

    def amount_fen(self, items: int) -> int:
        amount = self.file_fen + self.item_fen * items
        return amount if self.at_most_fen is None else min(amount, self.at_most_fen)


class RightsRules(_Part):
    """RR-7, RR-9. `registration_fees`: kinds that are not named cost nothing.
    `rejection_refund_bp`: what of a paid fee goes back when the application is rejected."""

    notice_days: Days = 15
    objection_answer_days: Days = 10
    objection_rounds: Annotated[int, Field(ge=1, le=10)] = 3
    registration_fees: tuple[RegistrationFee, ...] = ()
    rejection_refund_bp: BasisPoints = 0
    internal_publicity_days: Days = 15
    long_term_use_years: Annotated[int, Field(ge=1, le=50)] = 10
    contributors_floor_bp: BasisPoints = 5_000
    contributors_default_bp: BasisPoints = 7_000

    @model_validator(mode="after")
    def _one_fee_a_kind(self) -> "RightsRules":
        kinds = [fee.kind for fee in self.registration_fees]
        if len(set(kinds)) != len(kinds):
            raise ValueError("registration fees: each kind once")
        return self

    @property
    def contributors_floor(self) -> Fraction:
        return Fraction(self.contributors_floor_bp, 10_000)


class ListingRules(_Part):
    """LI-2 … LI-5."""

    period_working_days: Days = 20
    extensions: Annotated[int, Field(ge=0, le=50)] = 2
    extension_working_days: Days = 5
    deposit_bp_default: BasisPoints = 1_000
    deposit_bp_max: BasisPoints = 3_000
    pre_emption_answer_days: Days = 10


class AuctionRules(_Part):
    """AU-1; seconds are real."""

    opens_after_seconds: Annotated[int, Field(ge=0)] = 3600
    free_seconds: Seconds = 1800
    limited_seconds: Seconds = 300
    increment_bp_default: BasisPoints = 100
    paddle_token_seconds: Seconds = 3600
    outage_bound_seconds: Seconds = 30


class DealRules(_Part):
    """DL-1."""

    contract_sign_days: Days = 10
    payment_days: Days = 10


class FeeBand(_Part):
    """`bp` of the part of the price up to `up_to_fen` (None: the rest)."""

    up_to_fen: Annotated[int, Field(gt=0)] | None
    bp: BasisPoints


class SettlementRules(_Part):
    """SE-2, SE-3, AU-11."""

    # The venue's own account, where deposits and prices are paid in.
    account_holder: Annotated[str, Field(max_length=200)] = ""
    account_bank: Annotated[str, Field(max_length=200)] = ""
    account_number: Annotated[str, Field(max_length=40)] = ""
    fee_bands: tuple[FeeBand, ...] = (
        FeeBand(up_to_fen=100_000_000, bp=300),
        FeeBand(up_to_fen=1_000_000_000, bp=200),
        FeeBand(up_to_fen=None, bp=100),
    )
    fee_payer: Literal["seller", "buyer", "both"] = "seller"
    runner_up_deposit_until_signed: bool = True
    forfeit_bp: BasisPoints = 10_000

    @model_validator(mode="after")
    def _bands_rise_and_end_open(self) -> "SettlementRules":
        bounds = [band.up_to_fen for band in self.fee_bands]
        closed = [b for b in bounds[:-1] if b is not None]
        if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1:
            raise ValueError("fee bands: only the last one is open-ended")
        if closed != sorted(set(closed)):
            raise ValueError("fee bands: bounds must rise")
        return self


class PartyRules(_Part):
    token_days_max: Days = 365


class DocumentRules(_Part):
    max_bytes: Annotated[int, Field(ge=1024, le=2**31)] = 50 * 1024 * 1024
    media_types: tuple[str, ...] = (
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/plain",
        "text/csv",
        "application/json",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )


class LogRules(_Part):
    """LI-4: how often what was sealed is committed to, in real seconds."""

    seal_seconds: Annotated[int, Field(ge=10, le=24 * 3600)] = 3600


class CertificateRules(_Part):
    """PA-4: how long a party's credential holds."""

    party_credential_days: Days = 730


Currency = Annotated[str, Field(pattern="^(" + "|".join(MINOR_UNITS) + ")$")]
Exposure = Annotated[int, Field(ge=0, le=10**15)]  # of the currency's minor unit


class CurrencyExposure(_Part):
    """SE-5: what any other venue may owe and guarantee here together, in a currency."""

    currency: Currency
    exposure_fen: Exposure


class VenueExposure(_Part):
    """SE-5: what one other venue may owe and guarantee here together, in a currency."""

    venue: str = Field(pattern=r"^[A-Z][A-Z0-9-]{1,15}$")
    currency: Currency = CNY
    exposure_fen: Exposure


class NetworkRules(_Part):
    """SE-5: how far this venue trusts others' money. `exposure_fen` in yuan; of other currencies
    `currency_exposures`, none where none is named; `exposures` for venues that differ."""

    exposure_fen: Exposure = 10**10
    currency_exposures: tuple[CurrencyExposure, ...] = ()
    exposures: tuple[VenueExposure, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "NetworkRules":
        of_venues = [(one.venue, one.currency) for one in self.exposures]
        for venue, currency in sorted({one for one in of_venues if of_venues.count(one) > 1}):
            raise ValueError(f"network.exposures: {venue} has two limits in {currency}")
        of_all = [CNY, *(one.currency for one in self.currency_exposures)]
        for currency in sorted({one for one in of_all if of_all.count(one) > 1}):
            raise ValueError(f"network.currency_exposures: {currency} has two limits")
        return self

    def limit_fen(self, venue: str, currency: str = CNY) -> int:
        """The most a venue may owe and guarantee here in a currency; 0 where nothing is agreed."""
        of_venues = {(one.venue, one.currency): one.exposure_fen for one in self.exposures}
        of_all = {one.currency: one.exposure_fen for one in self.currency_exposures}
        of_all[CNY] = self.exposure_fen
        return of_venues.get((venue, currency), of_all.get(currency, 0))


class CalendarRules(_Part):
    """TI-1: weekdays that are free, weekend days that are worked, and how far the table reaches."""

    holidays: tuple[date, ...] = ()
    makeup_workdays: tuple[date, ...] = ()
    known_through: date = date(2022, 12, 31)

    @model_validator(mode="after")
    def _days_fit(self) -> "CalendarRules":
        for day in self.makeup_workdays:
            if day.weekday() < 5:
                raise ValueError(f"calendar: {day} is a weekday, not a make-up workday")
        return self

    def working_calendar(self) -> WorkingCalendar:
        return WorkingCalendar(
            frozenset(self.holidays), frozenset(self.makeup_workdays), self.known_through
        )


class DeskRules(_Part):
    """How many working days an officer has to decide, by kind of case (TI-1)."""

    verification_days: Days = 5
    registration_days: Days = 10
    objection_days: Days = 10
    listing_days: Days = 5
    intent_days: Days = 3
    deal_days: Days = 3
    money_days: Days = 2
    certificate_days: Days = 3
    erasure_days: Days = 10  # of personal data, once asked for (LO-2)
    operation_days: Days = 2  # keys, witnesses, follow-ups that stand still
    other_days: Days = 5


ROLES: dict[str, tuple[str, ...]] = {
    "registrar": (
        "parties.verify",
        "parties.suspend",
        "technologies.enter_any",
        "technologies.import_any",
        "rights.examine",
        "rights.decide_objection",
        "rights.record_outside_step",
    ),
    "listing": ("listings.examine", "listings.qualify"),
    "trading": ("auctions.run", "deals.end"),
    "settlement": (
        "settlement.record_receipt",
        "settlement.request_payout",
        "settlement.approve_payout",
        "settlement.settle",
    ),
    "compliance": (
        "parties.verify",
        "parties.suspend",
        "certificates.approve",
        "certificates.adopt_template",
        "certificates.approve_revocation",
        "network.operate",
    ),
    "certificates": (
        "certificates.propose",
        "certificates.approve",
        "certificates.propose_template",
        "certificates.adopt_template",
        "certificates.revoke",
        "certificates.approve_revocation",
    ),
    "administrator": (
        "parties.appoint",
        "rulebook.propose",
        "rulebook.adopt",
        "venue.operate",
        "network.operate",
    ),
    "supervisor": ("supervise.read",),
}


class Rulebook(_Part):
    """All rules of a venue. `Rulebook.model_validate(data)` is the only way in."""

    venue: VenueRules
    rights: RightsRules = RightsRules()
    listings: ListingRules = ListingRules()
    auctions: AuctionRules = AuctionRules()
    deals: DealRules = DealRules()
    settlement: SettlementRules = SettlementRules()
    parties: PartyRules = PartyRules()
    documents: DocumentRules = DocumentRules()
    log: LogRules = LogRules()
    certificates: CertificateRules = CertificateRules()
    network: NetworkRules = NetworkRules()
    calendar: CalendarRules = CalendarRules()
    desk: DeskRules = DeskRules()
    roles: dict[str, tuple[str, ...]] = ROLES

    def powers_of(self, roles: "frozenset[str] | set[str]") -> frozenset[str]:
        return frozenset(p for role in roles for p in self.roles.get(role, ()))


@dataclass(frozen=True, kw_only=True)
class Proposed(Event, kind="rulebook.Proposed", visibility=Visibility.JOURNALLED):
    rulebook_version: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Adopted(Event, kind="rulebook.Adopted"):
    """From `effective_from` new procedures follow this version; its text is the content blob."""

    rulebook_version: int
    effective_from: datetime
    text: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Event, kind="rulebook.Withdrawn", visibility=Visibility.JOURNALLED):
    rulebook_version: int
    reason: Private[str]
