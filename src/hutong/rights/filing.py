"""
What is filed for the register outside a deal: the procedure and nothing but the procedure (RR-7).

    agreeing → submitted → approved → entered
       ↘ declined  ↘ rejected  ↘ (the office's step first, where one is due, RR-11)
         withdrawn until it is entered

An ordinary licence, a surrender, a release and a consent are entered as soon as everybody it needs
has agreed. Exclusive and sole licences, pledges and new shares are examined by the registrar; what
an officer files (correction, cancellation, termination, a note) is approved by another one (PA-5).
Pure: facts in, events out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from hutong.kit.event import Event
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import Licence
from hutong.rights.grant_events import (
    AgreedTo,
    Filed,
    FilingApproved,
    FilingEnded,
    FilingEntered,
    FilingSubmitted,
)
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.rules import require_status, require_words

LIVE = frozenset({FilingStatus.AGREEING, FilingStatus.SUBMITTED, FilingStatus.APPROVED})
BY_OFFICERS = frozenset(
    {
        FilingKind.RESTRICTION,
        FilingKind.TERMINATION,
        FilingKind.CANCELLATION,
        FilingKind.CORRECTION,
    }
)
AT_ONCE = frozenset({FilingKind.SURRENDER, FilingKind.RELEASE, FilingKind.CONSENT})
MOVES_AT_OFFICE = frozenset({FilingKind.PLEDGE, FilingKind.REDISTRIBUTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """How a filing comes into the register: examined by an officer, and alone on its right."""

    examined: bool
    blocks: bool  # at most one pending disposal per right (RR-7)
    at_office: bool  # of a statutory right: in effect by the office's entry (RR-11)


def path_of(kind: FilingKind, licence: Licence | None = None) -> Path:
    if kind in AT_ONCE:
        return Path(examined=False, blocks=False, at_office=False)
    if kind in BY_OFFICERS:
        return Path(examined=True, blocks=False, at_office=False)
    if kind in MOVES_AT_OFFICE:
        return Path(examined=True, blocks=True, at_office=True)
    assert licence is not None, "a licence is filed with its terms"
    from_owner = licence.closed and licence.parent is None
    return Path(examined=licence.closed, blocks=from_owner, at_office=False)


@dataclass(frozen=True, kw_only=True)
class Filing:
    """Where a filing stands. `agreed`: every party it needs, and whether it has agreed."""

    id: UUID
    number: str
    kind: FilingKind
    status: FilingStatus
    applicant: UUID | None
    agreed: Mapping[UUID, bool]

    @property
    def agreed_by_all(self) -> bool:
        return all(self.agreed.values())


def file(state: Filing, *, technologies: int) -> list[Event]:
    """File it; with nobody left to agree it is submitted in the same act."""
    filed = Filed(
        filing=state.id,
        number=state.number,
        filing_kind=state.kind,
        technologies=technologies,
        applicant=state.applicant,
    )
    return [filed, *_submitted(state)]


def agree(state: Filing, *, party: UUID) -> list[Event]:
    """Agree for one party; the last agreement submits the filing."""
    require_status(state.status, FilingStatus.AGREEING)
    if state.agreed.get(party) is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    if state.agreed[party]:
        raise Refused(GrantRefusal.AGREED_ALREADY)
    agreed = replace(state, agreed={**state.agreed, party: True})
    return [AgreedTo(filing=state.id, number=state.number, holder=party), *_submitted(agreed)]


def _submitted(state: Filing) -> list[Event]:
    if not state.agreed_by_all:
        return []
    return [FilingSubmitted(filing=state.id, number=state.number, filing_kind=state.kind)]


def decline(state: Filing, *, party: UUID, reason: str) -> list[Event]:
    """Refuse the agreement a filing needs; that ends it."""
    require_status(state.status, FilingStatus.AGREEING)
    if state.agreed.get(party) is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    require_words("reason", reason)
    return [_ended(state, FilingStatus.DECLINED, reason)]


def approve(state: Filing, *, findings: str) -> list[Event]:
    require_status(state.status, FilingStatus.SUBMITTED)
    require_words("findings", findings)
    return [FilingApproved(filing=state.id, number=state.number, findings=findings)]


def reject(state: Filing, *, findings: str) -> list[Event]:
    require_status(state.status, FilingStatus.SUBMITTED, FilingStatus.APPROVED)
    require_words("findings", findings)
    return [_ended(state, FilingStatus.REJECTED, findings)]


def withdraw(state: Filing, *, reason: str) -> list[Event]:
    require_status(state.status, *LIVE)
    require_words("reason", reason)
    return [_ended(state, FilingStatus.WITHDRAWN, reason)]


def enter(state: Filing, *, entries: list[UUID]) -> list[Event]:
    require_status(state.status, FilingStatus.SUBMITTED, FilingStatus.APPROVED)
    return [FilingEntered(filing=state.id, number=state.number, entries=entries)]


def _ended(state: Filing, ending: FilingStatus, reason: str) -> FilingEnded:
    return FilingEnded(filing=state.id, number=state.number, ending=ending, reason=reason)


def evolve(state: Filing, events: Collection[Event]) -> Filing:
    for event in events:
        match event:
            case AgreedTo(holder=party):
                state = replace(state, agreed={**state.agreed, party: True})
            case FilingSubmitted():
                state = replace(state, status=FilingStatus.SUBMITTED)
            case FilingApproved():
                state = replace(state, status=FilingStatus.APPROVED)
            case FilingEntered():
                state = replace(state, status=FilingStatus.ENTERED)
            case FilingEnded(ending=ending):
                state = replace(state, status=ending)
    return state
