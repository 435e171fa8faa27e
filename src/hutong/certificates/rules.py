"""
The life of a certificate (CE-1, CE-2, PA-5).

    issued ──in the log──→ rendered ──asked by one officer, approved by another──→ revoked
                              └── a request may be dismissed: rendered as before

Issued: the content is frozen and the log commits to it. Rendered: the files exist, each carrying
the proof. Nothing leads back; a revoked certificate stays readable, marked as such.

Pure: no Django, no clock.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason

MAX_REASON_CHARACTERS = 2_000


class Status(StrEnum):
    ISSUED = "issued"
    RENDERED = "rendered"
    REVOKED = "revoked"


class Refusal(Reason):
    ALREADY_REVOKED = reason(
        "certificates.already_revoked", "CE-2", N_("Certificate {number} is revoked already.")
    )
    REVOCATION_PENDING = reason(
        "certificates.revocation_pending",
        "PA-5",
        N_("The revocation of {number} was asked for already; another officer decides."),
    )
    NO_REVOCATION_PENDING = reason(
        "certificates.no_revocation_pending",
        "PA-5",
        N_("Nobody has asked to revoke {number}; one officer asks, another decides."),
    )
    REASON_MISSING = reason("certificates.reason_missing", "CE-2", N_("Give a reason."), 422)
    REASON_TOO_LONG = reason(
        "certificates.reason_too_long", "", N_("A reason has at most {limit} characters."), 422
    )
    NOT_READY = reason(
        "certificates.not_ready",
        "CE-2",
        N_("The files of {number} are made as soon as the public log holds it; ask again shortly."),
    )


@dataclass(frozen=True, kw_only=True)
class Issued(Event, kind="certificates.Issued"):
    """The log's form of a certificate: it commits to the content by its salted digest."""

    certificate: UUID
    number: str
    certificate_kind: str
    issued_on: date
    content_digest: str
    source: str
    parties: Private[list[UUID]]


@dataclass(frozen=True, kw_only=True)
class Rendered(Event, kind="certificates.Rendered", visibility=Visibility.JOURNALLED):
    certificate: UUID
    number: str
    pdf_digest: str
    credential_digest: str
    log_index: int
    log_size: int


@dataclass(frozen=True, kw_only=True)
class RevocationRequested(
    Event, kind="certificates.RevocationRequested", visibility=Visibility.JOURNALLED
):
    certificate: UUID
    number: str
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class RevocationDismissed(
    Event, kind="certificates.RevocationDismissed", visibility=Visibility.JOURNALLED
):
    certificate: UUID
    number: str
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Revoked(Event, kind="certificates.Revoked"):
    """Public, with its reason: whoever relied on the certificate must be able to know."""

    certificate: UUID
    number: str
    content_digest: str
    revoked_on: date
    reason: Content[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What decisions need to know of a certificate."""

    id: UUID
    number: str
    content_digest: str
    status: Status
    revocation_asked_by: UUID | None
    revocation_reason: str


def ask_revocation(state: State, *, reason: str) -> RevocationRequested:
    """Ask to revoke; takes effect only by another officer's decision (PA-5)."""
    if state.status is Status.REVOKED:
        raise Refused(Refusal.ALREADY_REVOKED, number=state.number)
    if state.status is Status.ISSUED:
        raise Refused(Refusal.NOT_READY, number=state.number)
    if state.revocation_asked_by is not None:
        raise Refused(Refusal.REVOCATION_PENDING, number=state.number)
    return RevocationRequested(
        certificate=state.id, number=state.number, reason=check_reason(reason)
    )


def revoke(state: State, *, actor: Actor, on: date) -> Revoked:
    """Approve a revocation that another officer asked for."""
    _require_pending(state, actor)
    return Revoked(
        certificate=state.id,
        number=state.number,
        content_digest=state.content_digest,
        revoked_on=on,
        reason=state.revocation_reason,
    )


def dismiss_revocation(state: State, *, actor: Actor, reason: str) -> RevocationDismissed:
    """Decide against a revocation that another officer asked for."""
    _require_pending(state, actor)
    return RevocationDismissed(
        certificate=state.id, number=state.number, reason=check_reason(reason)
    )


def check_reason(reason: str) -> str:
    """Return the reason without outer blanks. Refused when empty or too long."""
    text = reason.strip()
    if not text:
        raise Refused(Refusal.REASON_MISSING)
    if len(text) > MAX_REASON_CHARACTERS:
        raise Refused(Refusal.REASON_TOO_LONG, limit=MAX_REASON_CHARACTERS)
    if "\x00" in text:
        raise Refused(CommonRefusal.INVALID, field="reason", problem="not text")
    return text


def _require_pending(state: State, actor: Actor) -> None:
    if state.status is Status.REVOKED:
        raise Refused(Refusal.ALREADY_REVOKED, number=state.number)
    if state.revocation_asked_by is None:
        raise Refused(Refusal.NO_REVOCATION_PENDING, number=state.number)
    require_other_eyes(actor, [state.revocation_asked_by])
