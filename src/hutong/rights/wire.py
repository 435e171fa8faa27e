"""
Kinds of text that the register takes over the wire, each with its bound.
"""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Field

NO_NUL = r"^[^\x00]*$"
Words = Annotated[str, Field(max_length=4_000, pattern=NO_NUL)]
Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Share = Annotated[str, Field(max_length=32, pattern=NO_NUL, examples=["1/3"])]


def aware(moment: datetime | None) -> datetime | None:
    """A time without a zone is read as UTC, as all times of the API."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
