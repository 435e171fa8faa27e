"""Lots, tokens and records on the wire."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ninja import Field, Schema

from hutong.auctions.queries import LotView, PaddleView
from hutong.auctions.rules import Status


class LotOut(Schema):
    """A lot as anybody sees it. Bidders appear by paddle number (AU-9)."""

    id: UUID
    listing: UUID
    title_zh: str = Field(examples=["一种高熵合金及其制备方法"])
    title_en: str = Field(examples=["A high-entropy alloy and its preparation"])
    status: Status = Field(examples=["limited"])
    opening_fen: int = Field(examples=[1_000_000_00])
    increment_fen: int = Field(examples=[10_000_00])
    least_next_fen: int = Field(
        description="The least the next bid may be", examples=[1_060_000_00]
    )
    price_fen: int | None = Field(
        description="The highest bid; null before one", examples=[1_050_000_00]
    )
    leader: int | None = Field(description="The paddle that leads", examples=[2])
    your_paddle: int | None = Field(None, description="The paddle of the party you act for")
    paddles: int = Field(examples=[3])
    attempts: int = Field(description="All bids received, refused ones too", examples=[17])
    bids: int = Field(description="Accepted bids", examples=[11])
    opens_at: datetime
    free_ends_at: datetime
    ends_at: datetime = Field(description="As it stands; a late bid moves it")
    limited_seconds: int = Field(examples=[300])
    closed_at: datetime | None
    rulebook_version: int
    watch: str = Field(
        description="Server-sent events of this lot", examples=["/live/lots/0190f5a0…"]
    )
    bid_at: str = Field(description="Where bids go", examples=["/live/lots/0190f5a0…/bids"])

    @classmethod
    def of(cls, view: LotView, paddle: int | None = None) -> Self:
        return cls(
            **{name: getattr(view, name) for name in cls.model_fields if hasattr(view, name)},
            your_paddle=paddle,
            watch=f"/live/lots/{view.id}",
            bid_at=f"/live/lots/{view.id}/bids",
        )


class TokenOut(Schema):
    """Send it as `Authorization: Bearer …` with every bid in this lot."""

    token: str
    paddle: int = Field(examples=[2])
    expires_at: datetime = Field(description="By the real clock, at a demo venue too")
    bid_at: str


class PaddleOut(Schema):
    """Opens the commitment in the log: SHA-256 of the canonical JSON of [salt, name, party]."""

    number: int
    party: UUID
    intent: UUID
    salt: str
    name: str = Field(examples=["paddle 2"])
    commitment: str = Field(examples=["sha256:9f86d0…"])

    @classmethod
    def of(cls, view: PaddleView) -> Self:
        return cls(
            number=view.number,
            party=view.party,
            intent=view.intent,
            salt=view.salt,
            name=f"paddle {view.number}",
            commitment=view.commitment,
        )


class RecordOut(Schema):
    """The bidding record and where the log commits to it."""

    record: dict[str, Any] = Field(description="What `digest` is the digest of, as canonical JSON")
    digest: str = Field(examples=["sha256:9f86d0…"])
    closed_log_index: int | None = Field(
        description="The entry auctions.Closed, which has the digest"
    )
    log: list[dict[str, Any]] = Field(
        description="The entries auctions.BidsJudged: first and last attempt, and the chain after it"
    )


class ReasonIn(Schema):
    reason: str = Field(
        min_length=2,
        max_length=500,
        pattern=r"^[^\x00]*$",
        description="Public, beside the log",
        examples=["The venue's power failed."],
    )
