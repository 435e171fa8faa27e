"""
The life of a party, and who may decide about it (PA-1, PA-3, PA-5).

    unverified → pending → verified ⇄ suspended
        ↑__________|

Pure: facts come in, events go out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason


class Kind(StrEnum):
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    RESEARCH_INSTITUTE = "research_institute"
    GOVERNMENT = "government"
    SERVICE_INSTITUTION = "service_institution"
    INDIVIDUAL = "individual"


class Status(StrEnum):
    UNVERIFIED = "unverified"
    PENDING = "pending"
    VERIFIED = "verified"
    SUSPENDED = "suspended"


class Vouching(StrEnum):
    """Why a home venue's word for a party holds no longer."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    VENUE = "venue"  # the venue itself is suspended, has left, or its list is over


class Decision(StrEnum):
    VERIFY = "verify"
    RETURN = "return"


class Refusal(Reason):
    NAME_MISSING = reason(
        "parties.name_missing", "PA-1", N_("Give the party a name, in Chinese or in English."), 422
    )
    SCHEME_INVALID = reason(
        "parties.scheme_invalid",
        "PA-1",
        N_("“{scheme}” is not a kind of identifier: a short word such as uscc, lei or ror is."),
        422,
    )
    IDENTIFIER_LENGTH = reason(
        "parties.identifier_length",
        "PA-1",
        N_("“{value}” is not a {scheme} number: that has {length} characters."),
        422,
    )
    IDENTIFIER_FORM = reason(
        "parties.identifier_form",
        "PA-1",
        N_("“{value}” is not a {scheme} number: it has characters such a number cannot have."),
        422,
    )
    IDENTIFIER_CHECK = reason(
        "parties.identifier_check",
        "PA-1",
        N_("“{value}” is not a {scheme} number: its check character does not fit."),
        422,
    )
    IDENTIFIER_TAKEN = reason(
        "parties.identifier_taken",
        "PA-1",
        N_(
            "A party with the {scheme} number {value} is already registered; ask its owner or the venue."
        ),
    )
    IDENTIFIER_MISSING = reason(
        "parties.identifier_missing",
        "PA-1",
        N_(
            "An organisation is verified by at least one identifier; give its USCC, LEI or another."
        ),
    )
    USCC_MISSING = reason(
        "parties.uscc_missing",
        "PA-1",
        N_("An organisation of mainland China is verified by its unified social credit code."),
    )
    JURISDICTION_UNKNOWN = reason(
        "parties.jurisdiction_unknown",
        "PA-1",
        N_("“{jurisdiction}” is not a country or region code of ISO 3166, such as CN."),
        422,
    )
    EVIDENCE_MISSING = reason(
        "parties.evidence_missing", "PA-3", N_("Attach evidence before asking for verification.")
    )
    EVIDENCE_TAKEN = reason(
        "parties.evidence_taken", "PA-3", N_("This document is attached already.")
    )
    NOT_VERIFIED = reason(
        "parties.not_verified", "PA-3", N_("{name} is not a verified party (it is {status}).")
    )
    REASON_MISSING = reason("parties.reason_missing", "PA-3", N_("Give the reason."), 422)
    HOME_ELSEWHERE = reason(
        "parties.home_elsewhere",
        "PA-1",
        N_("The {scheme} number {value} is that of a party whose home venue is {venue}."),
    )
    CREDENTIAL_OVER = reason(
        "parties.credential_over", "PA-4", N_("The party's credential held until {until}.")
    )
    CREDENTIAL_SUPERSEDED = reason(
        "parties.credential_superseded",
        "PA-4",
        N_("{venue} has given {name} the later credential {number}; that one counts."),
    )
    RECOGNITION_ENDED = reason(
        "parties.recognition_ended",
        "PA-4",
        N_("Its home venue {venue} no longer vouches for {name}."),
    )


# ── events ───────────────────────────────────────────────────────────────────────────────────────
# Organisations' names are public but erasable content; an individual's are private. One of the two
# fields of a pair is None, by the kind of the party (LO-2).


@dataclass(frozen=True, kw_only=True)
class Registered(Event, kind="parties.Registered", visibility=Visibility.JOURNALLED):
    party: UUID
    party_kind: Kind
    jurisdiction: str
    details: Private[dict]


@dataclass(frozen=True, kw_only=True)
class Corrected(Event, kind="parties.Corrected", visibility=Visibility.JOURNALLED):
    party: UUID
    details: Private[dict]


@dataclass(frozen=True, kw_only=True)
class EvidenceAttached(Event, kind="parties.EvidenceAttached", visibility=Visibility.JOURNALLED):
    party: UUID
    document: UUID
    proves: Private[str]


@dataclass(frozen=True, kw_only=True)
class EvidenceDetached(Event, kind="parties.EvidenceDetached", visibility=Visibility.JOURNALLED):
    party: UUID
    document: UUID


@dataclass(frozen=True, kw_only=True)
class SubmittedForVerification(
    Event, kind="parties.SubmittedForVerification", visibility=Visibility.JOURNALLED
):
    party: UUID


@dataclass(frozen=True, kw_only=True)
class VerificationReturned(
    Event, kind="parties.VerificationReturned", visibility=Visibility.JOURNALLED
):
    party: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class Verified(Event, kind="parties.Verified"):
    party: UUID
    party_kind: Kind
    jurisdiction: str
    state_owned: bool
    home_venue: str
    organisation: Content[dict | None]
    individual: Private[dict | None]


@dataclass(frozen=True, kw_only=True)
class Suspended(Event, kind="parties.Suspended"):
    party: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class Reinstated(Event, kind="parties.Reinstated"):
    party: UUID
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class StateOwnershipMarked(Event, kind="parties.StateOwnershipMarked"):
    party: UUID
    state_owned: bool
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class IdentifierReleased(
    Event, kind="parties.IdentifierReleased", visibility=Visibility.JOURNALLED
):
    party: UUID
    identifier: Private[list[str]]
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class Recognised(Event, kind="parties.Recognised", visibility=Visibility.JOURNALLED):
    """A party verified at another venue, by the credential that venue gave it (PA-4).

    Not logged here: its home venue's log has the credential, and when a party first comes to a
    venue says that it means to buy there (LI-4).
    """

    party: UUID
    party_kind: Kind
    jurisdiction: str
    home_venue: str
    credential: str
    until: date
    details: Private[dict]


@dataclass(frozen=True, kw_only=True)
class RecognitionRenewed(
    Event, kind="parties.RecognitionRenewed", visibility=Visibility.JOURNALLED
):
    """A new credential of a party that this venue itself has suspended: it stays so."""

    party: UUID
    home_venue: str
    credential: str
    until: date
    details: Private[dict]


@dataclass(frozen=True, kw_only=True)
class RecognitionEnded(Event, kind="parties.RecognitionEnded", visibility=Visibility.JOURNALLED):
    """The credential was revoked or is over, or its issuer is no member in good standing."""

    party: UUID
    home_venue: str
    why: Vouching


# Which status each event leaves the party in: the whole of `evolve`, and what the audit re-derives.
LEADS_TO: dict[str, Status] = {
    Registered.kind: Status.UNVERIFIED,
    SubmittedForVerification.kind: Status.PENDING,
    VerificationReturned.kind: Status.UNVERIFIED,
    Verified.kind: Status.VERIFIED,
    Suspended.kind: Status.SUSPENDED,
    Reinstated.kind: Status.VERIFIED,
    Recognised.kind: Status.VERIFIED,
    RecognitionEnded.kind: Status.SUSPENDED,
}


@dataclass(frozen=True, kw_only=True)
class PartyState:
    """A party as its rules see it."""

    id: UUID
    kind: Kind
    status: Status
    name_zh: str
    name_en: str
    jurisdiction: str
    state_owned: bool
    home_venue: str
    identifiers: tuple[tuple[str, str], ...]
    evidence: tuple[UUID, ...]

    @property
    def name(self) -> str:
        return self.name_zh or self.name_en

    @property
    def is_individual(self) -> bool:
        return self.kind is Kind.INDIVIDUAL


def is_earlier(credential: str, than: str) -> bool:
    """Whether one credential's number comes before another's of its venue (CE-1: …-year-sequence)."""
    first, second = _year_and_sequence(credential), _year_and_sequence(than)
    return first is not None and second is not None and first < second


def _year_and_sequence(number: str) -> tuple[int, int] | None:
    parts = number.rsplit("-", 2)
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts[1:]):
        return None
    return int(parts[1]), int(parts[2])


def evolve(status: Status, events: Iterable[Event]) -> Status:
    """Return the status after `events`; those that concern other things leave it."""
    for event in events:
        status = LEADS_TO.get(event.kind, status)
    return status


def correct(state: PartyState) -> None:
    """Refuse changes to what an officer examines or has examined."""
    _need(state, Status.UNVERIFIED)


def submit(state: PartyState) -> list[Event]:
    """Ask for verification: an organisation is known by a number, and everybody by evidence."""
    _need(state, Status.UNVERIFIED)
    schemes = {scheme for scheme, _ in state.identifiers}
    if not state.is_individual and not schemes:
        raise Refused(Refusal.IDENTIFIER_MISSING)
    if not state.is_individual and state.jurisdiction == "CN" and "uscc" not in schemes:
        raise Refused(Refusal.USCC_MISSING)
    if not state.evidence:
        raise Refused(Refusal.EVIDENCE_MISSING)
    return [SubmittedForVerification(party=state.id)]


def decide(state: PartyState, decision: Decision, why: str, home_venue: str) -> list[Event]:
    """Verify the party or return it; the reason is given when it is returned."""
    _need(state, Status.PENDING)
    if decision is Decision.RETURN:
        return [VerificationReturned(party=state.id, why=_reason(why))]
    details = {
        "name_zh": state.name_zh,
        "name_en": state.name_en,
        "identifiers": [list(pair) for pair in state.identifiers],
    }
    return [
        Verified(
            party=state.id,
            party_kind=state.kind,
            jurisdiction=state.jurisdiction,
            state_owned=state.state_owned,
            home_venue=home_venue,
            organisation=None if state.is_individual else details,
            individual=details if state.is_individual else None,
        )
    ]


def suspend(state: PartyState, why: str) -> list[Event]:
    _need(state, Status.VERIFIED)
    return [Suspended(party=state.id, why=_reason(why))]


def reinstate(state: PartyState, why: str) -> list[Event]:
    _need(state, Status.SUSPENDED)
    return [Reinstated(party=state.id, why=_reason(why))]


def mark_state_owned(state: PartyState, state_owned: bool, why: str) -> list[Event]:
    """Set or clear the state-owned mark (PA-7); nothing happens when it stands so already."""
    why = _reason(why)
    if state.state_owned == state_owned:
        return []
    return [StateOwnershipMarked(party=state.id, state_owned=state_owned, why=why)]


def release_identifier(state: PartyState, identifier: tuple[str, str], why: str) -> list[Event]:
    """Take a number from a party that was never verified by it, so that its owner can register."""
    _need(state, Status.UNVERIFIED)
    if identifier not in state.identifiers:
        raise Refused(CommonRefusal.NOT_FOUND, what="identifier")
    return [IdentifierReleased(party=state.id, identifier=list(identifier), why=_reason(why))]


def _need(state: PartyState, needed: Status) -> None:
    if state.status is not needed:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=state.status, needed=needed)


def _reason(why: str) -> str:
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    return why.strip()
