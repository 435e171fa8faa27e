"""
Notices on the wire.
"""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict


class NoticeOut(Schema):
    id: UUID
    kind: str = Field(examples=["listings.qualified"])
    title: str
    body: str
    link: str = Field(description="A path of this venue, or empty", examples=["/my/intents"])
    subject: str
    created_at: datetime
    read_at: datetime | None


class ReadIn(Schema):
    model_config = ConfigDict(extra="forbid")

    notices: list[UUID] | None = Field(
        None, max_length=1000, description="Which; absent: all that are unread"
    )


class ReadOut(Schema):
    marked: int


class UnreadOut(Schema):
    unread: int


class MailChoiceOut(Schema):
    kind: str
    title: str
    site: bool = Field(description="Whether it is shown in the site")
    mail: bool


class MailChoiceIn(Schema):
    model_config = ConfigDict(extra="forbid")

    mail: bool
