"""
What is told of membership: its shapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.transparency.note import VerifierKey
from hutong.venues.lists import Description, Kind
from hutong.venues.states import (
    ApplicationStatus,
    ChangeStatus,
    UndertakingKind,
    UndertakingStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A venue's public keys, in the form in which they are used; the first of each is in use."""

    log: tuple[VerifierKey, ...]
    witness: tuple[VerifierKey, ...]
    message: Mapping[str, bytes]  # Multikey → raw Ed25519 key
    credential: Mapping[str, bytes]
    certificate_authorities: tuple[str, ...]  # PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """The network this venue belongs to, as its latest list has it."""

    anchor: str
    name: str
    version: int
    digest: str
    registrar: str
    issued_at: datetime
    expires_at: datetime
    asked_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change with what this venue decided, and who approved it so far."""

    digest: str
    id: UUID
    kind: Kind
    venue: str
    proposed_by: str
    proposed_at: datetime
    lapses_at: datetime
    details: dict[str, Any]
    reason: str
    status: ChangeStatus
    taken_up_by: UUID | None
    taken_up_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    why: str
    listed_in: int | None
    approved_by: tuple[str, ...]
    needs: int  # how many more approvals a list would have to have
    is_ours: bool  # whether this venue has a say in it
    impossible: str  # why the list of today does not admit of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    digest: str
    member: Description
    at: datetime
    received_at: datetime
    status: ApplicationStatus
    change: str | None
    decided_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndertakingView:
    id: UUID
    kind: UndertakingKind
    name: str
    url: str
    anchor: str
    status: UndertakingStatus
    application: dict[str, Any] | None
    sent_at: datetime | None
    next_try_at: datetime | None
    problem: str
    proposed_by: UUID | None
    proposed_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionView:
    """A proof that `who` signed two lists that cannot both be."""

    who: str
    version: int
    one: str
    other: str
    told: list[dict[str, Any]]
    found_at: datetime
