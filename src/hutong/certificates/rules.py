"""
The life of a certificate (CE-1, CE-2, PA-5).

    proposed by an officer ──approved by another──→ issued          (kinds issued on evidence)
                           └──────────────────────→ refused

    issued ──in the log──→ rendered ⟲ reissued, the same content in a new form
                              ├── suspended ⇄ resumed
                              ├── asked to be revoked ──by another officer──→ revoked | dismissed
                              └── a later one of its thread issued: superseded

Issued: the content is frozen and the log commits to it. Rendered: the files exist, each carrying
the proof. A revoked certificate stays readable, marked as such; nothing leads back from there.

Pure: no Django, no clock.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from hutong.certificates.fields import Fault, faults
from hutong.certificates.kinds import KINDS, Kind
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.event import Content, Event, Private, Visibility, upcast
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason

MAX_REASON_CHARACTERS = 2_000


class Status(StrEnum):
    ISSUED = "issued"
    RENDERED = "rendered"
    REVOKED = "revoked"


class ProposalStatus(StrEnum):
    PROPOSED = "proposed"
    ISSUED = "issued"
    REFUSED = "refused"


class TemplateStatus(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    DISMISSED = "dismissed"


class Purpose(StrEnum):
    """What a status list tells (W3C Bitstring Status List)."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class Refusal(Reason):
    CONTENT_INVALID = reason(
        "certificates.content_invalid",
        "CE-1",
        N_("The certificate cannot say that: {field} {problem}."),
        422,
    )
    FOLLOWS_BY_ITSELF = reason(
        "certificates.follows_by_itself",
        "CE-1",
        N_("Certificates of this kind follow from what the venue recorded; nobody writes them."),
    )
    EVIDENCE_MISSING = reason(
        "certificates.evidence_missing", "CE-1", N_("Name at least one paper it rests on."), 422
    )
    AMOUNTS_DISAGREE = reason(
        "certificates.amounts_disagree",
        "CO-2",
        N_("{part} is more than {whole}."),
        422,
    )
    DAYS_DISAGREE = reason(
        "certificates.days_disagree", "CE-1", N_("{last} is before {first}."), 422
    )
    LICENCE_NUMBER_MISSING = reason(
        "certificates.licence_number_missing",
        "CB-2",
        N_("A restricted technology is registered with the number of its licence."),
        422,
    )
    PROPOSAL_DECIDED = reason(
        "certificates.proposal_decided", "PA-5", N_("This proposal is {status} already.")
    )
    TEMPLATE_DECIDED = reason(
        "certificates.template_decided", "PA-5", N_("This template is {status} already.")
    )
    TEMPLATE_PENDING = reason(
        "certificates.template_pending",
        "PA-5",
        N_("A template of this kind waits for a decision already; decide on that first."),
    )
    PARTY_NOT_VERIFIED = reason(
        "certificates.party_not_verified", "PA-4", N_("Only a verified party has a credential.")
    )
    NOT_AN_INSTITUTION = reason(
        "certificates.not_an_institution",
        "PA-6",
        N_("{name} is no verified service institution at home here; only such are accredited."),
        422,
    )
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
class Rendered(Event, kind="certificates.Rendered", version=2, visibility=Visibility.JOURNALLED):
    """Files of a certificate: what they are, and the words they were set in."""

    certificate: UUID
    number: str
    template_version: int
    pdf_digest: str
    credential_digest: str
    log_index: int
    log_size: int


@upcast("certificates.Rendered", 1)
def _with_template(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "template_version": 0}


@dataclass(frozen=True, kw_only=True)
class Reissued(Rendered, kind="certificates.Reissued"):
    """The same content in a new form; files made before still verify."""

    edition: int
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class IssueProposed(Event, kind="certificates.IssueProposed", visibility=Visibility.JOURNALLED):
    proposal: UUID
    certificate_kind: str
    said: Private[dict[str, Any]]
    evidence: Private[list[UUID]]


@dataclass(frozen=True, kw_only=True)
class IssueRefused(Event, kind="certificates.IssueRefused", visibility=Visibility.JOURNALLED):
    proposal: UUID
    certificate_kind: str
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Suspended(Event, kind="certificates.Suspended"):
    certificate: UUID
    number: str
    content_digest: str
    suspended_on: date


@dataclass(frozen=True, kw_only=True)
class Resumed(Event, kind="certificates.Resumed"):
    certificate: UUID
    number: str
    content_digest: str


@dataclass(frozen=True, kw_only=True)
class Superseded(Event, kind="certificates.Superseded"):
    """A later one has been given: whoever knows only the log relies on the earlier no longer. By
    which one it does not say (LO-2)."""

    certificate: UUID
    number: str
    content_digest: str


@dataclass(frozen=True, kw_only=True)
class TemplateProposed(
    Event, kind="certificates.TemplateProposed", visibility=Visibility.JOURNALLED
):
    template: UUID
    certificate_kind: str
    template_version: int
    note: Private[str]


@dataclass(frozen=True, kw_only=True)
class TemplateAdopted(Event, kind="certificates.TemplateAdopted"):
    """From now on certificates of the kind are set in these words."""

    template: UUID
    certificate_kind: str
    template_version: int
    wording: Content[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class TemplateDismissed(
    Event, kind="certificates.TemplateDismissed", visibility=Visibility.JOURNALLED
):
    template: UUID
    certificate_kind: str
    template_version: int
    reason: Private[str]


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


def check_said(kind: Kind, said: dict[str, Any]) -> None:
    """Refuse a content the kind's fields do not allow, or whose figures or days disagree."""
    of = KINDS[kind]
    if not of.on_evidence:
        raise Refused(Refusal.FOLLOWS_BY_ITSELF, kind=kind.value)
    wrong: Fault | None = next(faults(of.fields, said), None)
    if wrong is not None:
        raise Refused(Refusal.CONTENT_INVALID, field=wrong.field, problem=wrong.problem)
    values = {one.name: one.of(said) for one in of.fields}
    for part, whole in _PARTS:
        if (values.get(part) or 0) > (values.get(whole) or 0):
            raise Refused(Refusal.AMOUNTS_DISAGREE, part=part, whole=whole)
    for first, last in _SPANS:
        if values.get(first) and values.get(last) and values[last] < values[first]:
            raise Refused(Refusal.DAYS_DISAGREE, first=first, last=last)
    if values.get("contract.class") == "restricted" and not values.get("contract.licence_number"):
        raise Refused(Refusal.LICENCE_NUMBER_MISSING)


_PARTS = (  # CO-2: the income lies within the technology amount, that within the total
    ("contract.technology_fen", "contract.total_fen"),
    ("contract.income_fen", "contract.technology_fen"),
)
_SPANS = (
    ("training.starts_on", "training.ends_on"),
    ("custody.deposited_on", "custody.until"),
    ("accreditation.from", "accreditation.until"),
    ("valuation.as_of", "valuation.until"),
    ("contract.signed_on", "registered_on"),
)


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
