"""
Shapes of listings and intents on the wire. Money in fen, shares exact ("1/2").
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

from hutong.doors.problems import sentence_of_code
from hutong.kit.money import MAX_AMOUNT
from hutong.listings import intents, offers, queries, rules
from hutong.listings.cutoff import Outcome
from hutong.listings.events import Ending
from hutong.listings.intents import IntentStatus
from hutong.listings.joint import JointPart
from hutong.listings.offers import (
    ExportClass,
    LicenceMode,
    OfferKind,
    Payment,
    PriceMode,
    Scope,
)
from hutong.listings.rules import Status
from hutong.rights.scope import MAX_CODES, MAX_WRITTEN
from hutong.rights.shares import parse_share

NO_NUL = r"^[^\x00]*$"
Words = Annotated[str, Field(max_length=4_000, pattern=NO_NUL)]
Title = Annotated[str, Field(max_length=offers.MAX_TITLE, pattern=NO_NUL)]
Fen = Annotated[int, Field(ge=1, le=MAX_AMOUNT)]


Code = Annotated[str, Field(max_length=MAX_WRITTEN, pattern=NO_NUL)]
Codes = Annotated[list[Code], Field(max_length=MAX_CODES)]


class LicenceTermsIn(Schema):
    """What a licence on offer covers (RR-2); it begins when the deal is settled."""

    territory: Codes = Field(
        description="WORLD, ISO 3166 codes, or digits of GB/T 2260", examples=[["CN"]]
    )
    without: Codes = []
    ipc: Codes = Field([], description="IPC symbols; empty: not limited")
    industries: Codes = Field([], description="GB/T 4754 codes; empty: not limited")
    ends_on: date = Field(examples=["2025-12-31"])
    sublicensable: bool = False

    def terms(self) -> offers.LicenceTerms:
        return offers.LicenceTerms(
            territory=tuple(self.territory),
            without=tuple(self.without),
            ipc=tuple(self.ipc),
            industries=tuple(self.industries),
            ends_on=self.ends_on,
            sublicensable=self.sublicensable,
        )


class TermsIn(Schema):
    """A listing's whole offer (LI-1). Leave deposit and increment out for the rulebook's."""

    title_zh: Title = Field("", examples=["高温合金制备方法专利权转让"])
    title_en: Title = Field("", examples=["Transfer of a patent on making superalloys"])
    technologies: list[UUID] = Field(max_length=offers.MAX_TECHNOLOGIES + 1)
    offer_kind: OfferKind = OfferKind.TRANSFER
    share: str | None = Field(
        "1", max_length=32, pattern=NO_NUL, description="Of the whole right; transfers only"
    )
    licence_mode: LicenceMode | None = None
    licence: LicenceTermsIn | None = Field(None, description="Of a licence: what it covers")
    price_mode: PriceMode = PriceMode.FLOOR
    price_fen: Fen | None = Field(None, examples=[80_000_000])
    deposit_fen: Fen | None = Field(None, examples=[8_000_000])
    increment_fen: Fen | None = Field(None, examples=[500_000])
    payment: Payment = Payment.LUMP_SUM
    conditions: Annotated[str, Field(max_length=offers.MAX_TEXT, pattern=NO_NUL)] = Field(
        "", examples=["The buyer continues the two running theses at the university."]
    )
    scope: Scope = Scope.LOCAL

    def terms(self) -> offers.Terms:
        transfer = self.offer_kind is OfferKind.TRANSFER
        share = self.share if transfer or self.share != "1" else None
        return offers.Terms(
            title_zh=self.title_zh,
            title_en=self.title_en,
            technologies=tuple(self.technologies),
            offer_kind=self.offer_kind,
            share=None if share is None else parse_share(share),
            licence_mode=self.licence_mode,
            price_mode=self.price_mode,
            price_fen=self.price_fen,
            deposit_fen=self.deposit_fen,
            increment_fen=self.increment_fen,
            payment=self.payment,
            conditions=self.conditions,
            scope=self.scope,
            licence=self.licence.terms() if self.licence else None,
        )


class ChecklistIn(Schema):
    """The officer's answers (LI-2); a listing is accepted when each is yes."""

    title: bool = Field(description="The title report shows the seller may dispose of this")
    completeness: bool = Field(description="Terms and documents are complete")
    pre_emption: bool = Field(description="Holders of pre-emption are notified, or there are none")


class ExaminationIn(Schema):
    decision: rules.Decision
    checklist: ChecklistIn
    export_class: ExportClass = Field(description="Class for export, decided by the officer (CB-1)")
    findings: Words = Field(examples=["Title clear; no co-owners; not in the export catalogue."])


class ReasonIn(Schema):
    reason: Words = Field(examples=["An objection to the title is under review."])


class OptionalReasonIn(Schema):
    reason: Words = Field("", examples=["The unit uses the technology itself."])


class IntentIn(Schema):
    accepts_conditions: bool = Field(description="The listing's conditions, as they stand (LI-4)")
    evidence: list[UUID] = Field([], max_length=100, description="Documents stored before")


class QualificationIn(Schema):
    decision: intents.Decision
    findings: Words = Field(examples=["Meets the buyer conditions."])


class PreemptionAnswerIn(Schema):
    exercise: bool = Field(description="true: the party keeps its right to come first")


class JointPartOut(Schema):
    """A bundle offered with it, at the venue where it is registered (NE-3)."""

    venue: str = Field(description="Its home venue", examples=["SZTE"])
    part: UUID
    bundle: UUID
    technologies: int = Field(examples=[310])
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: str = Field(description="What part of the price it earns", examples=["155/576"])
    entry_index: int | None = Field(description="What added it, in its home venue's log")
    lead: bool = Field(description="The lead seller's own")
    left: bool = Field(description="Withdrawn at its venue since")
    contents: str = Field("", description="Digest of the list of its technologies' ids")

    @staticmethod
    def resolve_share(part: JointPart) -> str:
        return str(part.share)


class JointOut(Schema):
    """The joint project that the listing offers (NE-3, TE-4)."""

    project: UUID
    number: str = Field(examples=["SHTE-JP-2022-0001"])
    lead: str = Field(examples=["SHTE"])
    parts: list[JointPartOut]


class ListingOut(Schema):
    id: UUID
    number: str = Field(examples=["SHTE-LS-2022-000001"])
    seller: UUID
    status: Status
    title_zh: str
    title_en: str
    technologies: list[UUID]
    rights: list[UUID] = Field(description="The rights on offer: a bundle's parts in its place")
    offer_kind: OfferKind
    share: str | None = Field(examples=["1"])
    licence_mode: LicenceMode | None
    licence: LicenceTermsIn | None
    exclusive: bool
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int
    increment_fen: int | None
    currency: str
    payment: Payment
    conditions: str
    scope: Scope
    export_class: ExportClass | None
    rulebook_version: int | None
    drafted_at: datetime
    submitted_at: datetime | None
    listed_at: datetime | None
    ends_at: datetime | None
    ends_provisional: bool
    extensions_used: int
    suspended_at: datetime | None
    suspended_because: str = Field(description="In words, in the language asked for")
    suspended_for: dict[str, str] = Field(
        description="Where the venue suspended it by itself: the code of the cause and its facts"
    )
    cut_off_at: datetime | None
    outcome: Outcome | None = Field(description="What the cut-off decided (LI-5)")
    count: int | None = Field(description="How many stood ready; known after the cut-off (LI-4)")
    closed_at: datetime | None
    ending: Ending | None
    deal: UUID | None
    joint: JointOut | None = Field(description="The joint project it offers, if it does (NE-3)")

    @staticmethod
    def resolve_share(view: queries.ListingView) -> str | None:
        return _share(view.share)

    @staticmethod
    def resolve_suspended_because(view: queries.ListingView) -> str:
        cause = view.suspended_for
        return sentence_of_code(cause) if cause else view.suspended_because


class ListingFileOut(Schema):
    """With what only the seller and the office read."""

    listing: ListingOut
    entered_by: UUID | None
    checklist: dict[str, Any]
    findings: str
    withdrawal_requested_at: datetime | None
    withdrawal_reason: str
    closed_because: str


class BoardItemOut(Schema):
    id: UUID
    number: str
    status: Status
    title_zh: str
    title_en: str
    seller: UUID
    seller_zh: str
    seller_en: str
    technologies: int = Field(description="How many technologies are offered together")
    kinds: list[str]
    fields: list[str]
    offer_kind: OfferKind
    share: str | None
    price_mode: PriceMode
    price_fen: int | None
    deposit_fen: int
    currency: str
    payment: Payment
    scope: Scope
    listed_at: datetime
    ends_at: datetime
    ends_provisional: bool
    venues: list[str] = Field(description="Of a joint project: the parts' home venues (NE-3)")

    @staticmethod
    def resolve_share(view: queries.BoardItem) -> str | None:
        return _share(view.share)


class IntentOut(Schema):
    id: UUID
    listing: UUID
    party: UUID
    status: IntentStatus
    live: bool
    deposit_fen: int
    conditions_digest: str
    evidence: list[UUID]
    applied_at: datetime
    qualified_at: datetime | None
    findings: str
    deposited_at: datetime | None
    ended_at: datetime | None


class JoiningOut(Schema):
    """A co-owner asked to join the offer of an exclusive or sole licence (RR-1)."""

    party: UUID
    status: str = Field(description="asked, joined or declined", examples=["joined"])
    asked_at: datetime
    joined_at: datetime | None
    declined_at: datetime | None
    declined_because: str


class DeclineIn(Schema):
    reason: str = Field(min_length=1, max_length=400, examples=["We want to use it ourselves."])


class PreemptionOut(Schema):
    listing: UUID
    party: UUID
    origin: str = Field(examples=["co_owner"])
    technologies: list[UUID]
    notified_at: datetime
    answer_by: datetime
    exercised: bool | None
    answered_at: datetime | None


def _share(share: Fraction | None) -> str | None:
    return None if share is None else str(share)
