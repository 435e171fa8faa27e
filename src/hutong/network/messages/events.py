"""
What is entered in the journal of messages between venues (NE-2).

Pure.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event, kind="network.MessageQueued", visibility=Visibility.JOURNALLED):
    to: str
    about: str
    sequence: int
    message_kind: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class MessageConcluded(Event, kind="network.MessageConcluded", visibility=Visibility.JOURNALLED):
    """The other venue's final answer was taken in."""

    to: str
    message_kind: str
    refused: str | None
    digest: str


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event, kind="network.MessageReceived", visibility=Visibility.JOURNALLED):
    sender: str
    about: str
    sequence: int
    message_kind: str
    refused: str | None
    digest: str


@dataclass(frozen=True, kw_only=True)
class MessageContradicted(Event, kind="network.MessageContradicted"):
    """A venue signed two different messages under one id or number: shown to everybody."""

    sender: str
    message: UUID
    digest: str
    kept_message: UUID
    kept_digest: str


@dataclass(frozen=True, kw_only=True)
class MessageSuspected(Event, kind="network.MessageSuspected", visibility=Visibility.JOURNALLED):
    """A venue signed what no honest one sends; it was refused, and officers are to look at it."""

    sender: str
    message: UUID
    message_kind: str
    refused: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class SuspicionConcluded(
    Event, kind="network.SuspicionConcluded", visibility=Visibility.JOURNALLED
):
    """An officer says what became of it."""

    sender: str
    message: UUID
    finding: Private[str]


@dataclass(frozen=True, kw_only=True)
class MessageHurried(Event, kind="network.MessageHurried", visibility=Visibility.JOURNALLED):
    """An officer had it sent at once, before its pause was over."""

    to: str


@dataclass(frozen=True, kw_only=True)
class MessagesCommitted(Event, kind="network.MessagesCommitted", visibility=Visibility.SEALED):
    """Commits to the evidence of messages exchanged since the batch before (evidence.py).

    Sealed: that two venues talk, and how much, while a listing is in its period would betray that
    somebody applied (LI-4).
    """

    root: bytes
    size: int
    since: datetime | None
    until: datetime
