"""Joint projects on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from hutong.doors.text import Text
from hutong.kit.money import MAX_AMOUNT
from hutong.network.mirrors.project_faces import ProjectPartFace
from hutong.network.projects import rules
from hutong.network.projects.queries import ContributionView, InvitationView, ProjectView, Seen
from hutong.network.projects.rules import (
    ContributionStatus,
    InvitationStatus,
    PartStatus,
    ProjectStatus,
    VenueStatus,
)


class SeenPartOut(Schema):
    """A part by the lead venue's log. `entry_index`: what added it, in its home venue's log."""

    id: UUID
    venue: str = Field(description="Its home venue", examples=["SZTE"])
    bundle: UUID | None
    technologies: int = Field(examples=[310])
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: str = Field(description="Of the price; empty until it is fixed", examples=["155/576"])
    entry_index: int | None
    lead: bool = Field(description="The lead seller's own")
    left: bool = Field(description="Withdrawn since")

    @classmethod
    def of(cls, part: ProjectPartFace) -> "SeenPartOut":
        return cls(**{name: getattr(part, name) for name in cls.model_fields})


class SeenProjectOut(Schema):
    """A joint project as everybody in the network sees it."""

    id: UUID
    lead: str = Field(description="The lead venue", examples=["SHTE"])
    number: str = Field(examples=["SHTE-JP-2022-0001"])
    status: str = Field(examples=["listed"])
    ending: str
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    venues: list[str] = Field(description="All that were invited")
    declined: list[str]
    homes: list[str] = Field(description="Home venues of the parts in it")
    technologies: int = Field(examples=[1152])
    parts_by: datetime | None
    announced_at: datetime | None
    listing: UUID | None
    listing_number: str
    parts: list[SeenPartOut]
    lead_venue_untrusted: bool = Field(description="Its log was proven to be rewritten (LO-3)")

    @classmethod
    def of(cls, seen: Seen) -> "SeenProjectOut":
        face = seen.of
        plain = set(cls.model_fields) - {"id", "lead", "parts", "lead_venue_untrusted"}
        told: dict[str, Any] = {name: getattr(face, name) for name in plain}
        for name in ("venues", "declined", "homes"):
            told[name] = list(told[name])
        return cls(
            **told,
            id=seen.id,
            lead=seen.code,
            parts=[SeenPartOut.of(part) for part in face.parts],
            lead_venue_untrusted=seen.frozen,
        )


class ProjectIn(Schema):
    title_zh: Text = Field(
        "", max_length=rules.LONGEST_TITLE, examples=["长三角新材料成果联合项目"]
    )
    title_en: Text = Field("", max_length=rules.LONGEST_TITLE, examples=["New materials together"])
    summary: Text = Field("", max_length=rules.MOST_WORDS)
    conditions: Text = Field("", max_length=rules.MOST_WORDS, description="For buyers")
    venues: list[Text] = Field(max_length=rules.MOST_VENUES, examples=[["SZTE", "SDTE"]])
    parts_by: datetime = Field(
        description="Parts are taken until then", examples=["2030-01-01T09:00:00Z"]
    )


class InvitedVenueOut(Schema):
    venue: str = Field(examples=["SZTE"])
    status: VenueStatus
    reason: str
    answered_at: datetime | None


class ProjectPartOut(Schema):
    """A part as taken; `asked_fen` is for the lead venue's office alone."""

    id: UUID
    venue: str
    bundle: UUID
    technologies: int
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    asked_fen: int
    status: PartStatus
    entry_index: int | None
    share: str | None
    taken_at: datetime


class ProjectOut(Schema):
    """A project led here, for its office."""

    id: UUID
    number: str = Field(examples=["SHTE-JP-2022-0001"])
    status: ProjectStatus
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    parts_by: datetime
    announced_at: datetime | None
    composed_at: datetime | None
    lead_part: UUID | None
    listing: UUID | None
    listing_number: str
    closed_at: datetime | None
    ending: str
    closed_because: str
    technologies: int
    asked_fen: int = Field(description="What the sellers ask together: the least price")
    venues: list[InvitedVenueOut]
    parts: list[ProjectPartOut]

    @classmethod
    def of(cls, view: ProjectView) -> "ProjectOut":
        told = {n: getattr(view, n) for n in cls.model_fields if n not in ("venues", "parts")}
        return cls(
            **told,
            venues=[InvitedVenueOut.from_orm(one) for one in view.venues],
            parts=[
                ProjectPartOut(
                    **{n: getattr(p, n) for n in ProjectPartOut.model_fields if n != "share"},
                    share=str(p.share) if p.share is not None else None,
                )
                for p in view.parts
            ],
        )


class ProjectInvitationOut(Schema):
    """A joint project to which this venue is invited, or which it leads."""

    id: UUID
    lead: str = Field(examples=["SHTE"])
    number: str
    title_zh: str
    title_en: str
    summary: str
    conditions: str
    parts_by: datetime
    status: InvitationStatus
    reason: str
    received_at: datetime
    answered_at: datetime | None
    ending: str

    @classmethod
    def of(cls, view: InvitationView) -> "ProjectInvitationOut":
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class ProjectMandateIn(Schema):
    bundle: UUID = Field(description="Of the party's own registered technologies (TE-4)")
    asked_fen: int = Field(ge=1, le=MAX_AMOUNT, examples=[800_000_000])


class ProjectContributionOut(Schema):
    """A part of one of this venue's sellers."""

    id: UUID
    project: UUID
    lead: str
    number: str
    seller: UUID
    bundle: UUID
    title_zh: str
    title_en: str
    technologies: int
    asked_fen: int
    status: ContributionStatus
    findings: str
    why: dict[str, Any] = Field(description="What the lead venue said when it refused")
    reason: str
    listing: UUID | None
    listing_number: str
    share: str | None = Field(description="Of the price, once listed")

    @classmethod
    def of(cls, view: ContributionView) -> "ProjectContributionOut":
        told = {n: getattr(view, n) for n in cls.model_fields if n not in ("share", "why")}
        share = str(view.share) if view.share is not None else None
        return cls(**told, why=dict(view.why), share=share)


class PartFindingsIn(Schema):
    findings: Text = Field(max_length=rules.MOST_WORDS, examples=["Title clear, mandate on file."])


class WhyIn(Schema):
    reason: Text = Field(max_length=rules.MOST_WORDS, examples=["The sellers withdrew."])


class ComposeIn(Schema):
    lead_part: UUID = Field(description="A part of the lead venue: its seller offers the whole")


class OfferIn(Schema):
    """Leave deposit and increment out for the rulebook's."""

    price_fen: int = Field(ge=1, le=MAX_AMOUNT, examples=[5_600_000_000])
    deposit_fen: int | None = Field(None, ge=1, le=MAX_AMOUNT)
    increment_fen: int | None = Field(None, ge=1, le=MAX_AMOUNT)
