"""Deals on the wire."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ninja import Field, Schema

from hutong.deals.parts import PartStatus
from hutong.deals.queries import AcceptanceView, DealPartView, DealView
from hutong.deals.rules import How, Side, Status
from hutong.doors.text import Text
from hutong.listings.offers import LicenceMode


class AcceptanceOut(Schema):
    """One side's electronic signature over the contract's exact bytes."""

    side: Side
    party: UUID
    person: UUID
    digest: str
    at: datetime

    @classmethod
    def of(cls, view: AcceptanceView) -> Self:
        return cls(
            side=view.side,
            party=view.party,
            person=view.person,
            digest=view.digest,
            at=view.at,
        )


class EndingOut(Schema):
    """What one officer proposed: a default of `side`, or with no side a termination (PA-5)."""

    side: Side | None
    reason: str
    proposed_by: UUID
    proposed_at: datetime


class DealPartOut(Schema):
    """A part of a joint project in the deal, and where it stands (NE-3, DL-2)."""

    part: UUID
    venue: str = Field(description="Its home venue", examples=["SZTE"])
    bundle: UUID
    technologies: int
    contents: str = Field(description="Digest of the list of its technologies")
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: str = Field(description="Of the price", examples=["155/576"])
    amount_fen: int
    lead: bool
    status: PartStatus
    why: dict[str, Any] = Field(description="What its home venue refused last, by its code")
    return_proposed: bool

    @classmethod
    def of(cls, view: DealPartView) -> Self:
        told = {n: getattr(view, n) for n in cls.model_fields if hasattr(view, n)}
        told["share"] = f"{view.share.numerator}/{view.share.denominator}"
        return cls(**told, part=view.id, return_proposed=view.returning_by is not None)


class DealOut(Schema):
    id: UUID
    number: str = Field(examples=["SHTE-DEMO-D2022-00001"])
    listing: UUID
    how: How
    source: str = Field(examples=["lot:01817e2a-7c00-7000-8000-000000000000"])
    seller: UUID
    buyer: UUID
    your_side: Side | None = Field(None, description="The side of the party you act for")
    technologies: list[UUID]
    share: str = Field(description="Of the right, as a fraction", examples=["1/1"])
    licence_mode: LicenceMode | None = Field(description="Of a licence; null: a transfer")
    licence: dict[str, Any] | None = Field(description="What the licence covers (RR-2)")
    price_fen: int = Field(examples=[1_280_000_00])
    currency: str = Field(examples=["CNY"])
    status: Status
    contract_digest: str = Field(
        description="SHA-256 of the contract's bytes", examples=["sha256:9f86d0…"]
    )
    acceptances: list[AcceptanceOut]
    opened_at: datetime
    sign_by: datetime
    pay_by: datetime | None
    overdue: bool
    transfer_entries: list[UUID] = Field(description="Register entries that move the right")
    certificate: str = Field(description="Number of the transaction certificate, once issued")
    ending_proposed: EndingOut | None = Field(
        None, description="Shown to officers and the supervisor alone"
    )
    contract_refused: dict[str, Any] = Field(
        default_factory=dict, description="By the buyer's exchange: why, by its code (NE-4)"
    )
    moving_since: datetime | None = Field(None, description="Its parts move one by one since")
    parts: list[DealPartOut] = Field(
        default_factory=list, description="Of a joint project, the lead seller's first (NE-3)"
    )

    @classmethod
    def of(cls, view: DealView, party: UUID | None) -> Self:
        return cls(
            id=view.id,
            number=view.number,
            listing=view.listing,
            how=view.how,
            source=view.source,
            seller=view.seller,
            buyer=view.buyer,
            your_side=view.side_of(party),
            technologies=list(view.technologies),
            share=f"{view.share.numerator}/{view.share.denominator}",
            licence_mode=view.licence_mode,
            licence=view.licence.facts() if view.licence else None,
            price_fen=view.price_fen,
            currency=view.currency,
            status=view.status,
            contract_digest=view.contract_digest,
            acceptances=[AcceptanceOut.of(a) for a in view.acceptances],
            opened_at=view.opened_at,
            sign_by=view.sign_by,
            pay_by=view.pay_by,
            overdue=view.overdue_at is not None,
            transfer_entries=list(view.transfer_entries),
            certificate=view.certificate,
            ending_proposed=_ending(view) if view.side_of(party) is None else None,
            contract_refused=dict(view.contract_refused),
            moving_since=view.moving_at,
            parts=[DealPartOut.of(part) for part in view.parts],
        )


def _ending(view: DealView) -> EndingOut | None:
    if view.ending is None:
        return None
    return EndingOut(
        side=view.ending.side,
        reason=view.ending.reason,
        proposed_by=view.ending.proposed_by,
        proposed_at=view.ending.proposed_at,
    )


class AcceptanceIn(Schema):
    """`digest`: SHA-256 of the bytes you read, as `GET …/contract` gives it in `Digest`."""

    digest: str = Field(min_length=71, max_length=71, pattern=r"^sha256:[0-9a-f]{64}$")


class DefaultIn(Schema):
    side: Side
    reason: Text = Field(min_length=1, max_length=2000, examples=["No signature by the deadline."])


class ReasonIn(Schema):
    reason: Text = Field(min_length=1, max_length=2000)
