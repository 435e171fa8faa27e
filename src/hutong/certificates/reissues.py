"""
Reissuing many certificates: after a key was compromised, or new words were adopted (CE-2, PA-5).

    proposed ──by another officer──→ running ──one batch after the other──→ done
        └─────────→ declined            └── stopped ⇄ running

A batch makes the files of some certificates anew and tells how far it came; what tells it leads to
the next. Whoever dies in between leaves whole batches behind, and the next goes on from there.

Pure: no Django, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from hutong.certificates.rules import check_reason
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

START = UUID(int=0)  # before every certificate
BATCH = 10  # certificates of one batch: about a second's work


class ReissueStatus(StrEnum):
    PROPOSED = "proposed"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    DECLINED = "declined"


class Refusal(Reason):
    NOTHING_TO_REISSUE = reason(
        "certificates.nothing_to_reissue", "CE-2", N_("No certificate answers to that.")
    )
    REISSUE_OUT_OF_STATE = reason(
        "certificates.reissue_out_of_state", "PA-5", N_("This reissue is {status}.")
    )


@dataclass(frozen=True, kw_only=True)
class ReissueProposed(Event, kind="certificates.ReissueProposed", visibility=Visibility.JOURNALLED):
    """Files made until `made_before` (venue time) are to be made anew; empty kind: of every kind."""

    reissue: UUID
    certificate_kind: str
    made_before: datetime
    older_words: bool
    certificates: int
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class ReissueDeclined(Event, kind="certificates.ReissueDeclined", visibility=Visibility.JOURNALLED):
    reissue: UUID


@dataclass(frozen=True, kw_only=True)
class ReissueStarted(Event, kind="certificates.ReissueStarted", visibility=Visibility.JOURNALLED):
    """Also after a stop; `after` is the last certificate that was looked at."""

    reissue: UUID
    after: UUID


@dataclass(frozen=True, kw_only=True)
class ReissueAdvanced(Event, kind="certificates.ReissueAdvanced", visibility=Visibility.JOURNALLED):
    reissue: UUID
    after: UUID
    made: int


@dataclass(frozen=True, kw_only=True)
class ReissueStopped(Event, kind="certificates.ReissueStopped", visibility=Visibility.JOURNALLED):
    reissue: UUID


@dataclass(frozen=True, kw_only=True)
class ReissueDone(Event, kind="certificates.ReissueDone", visibility=Visibility.JOURNALLED):
    reissue: UUID
    made: int


# What a reissue is after each of its events.
REACHED: Final = {
    ReissueProposed.kind: ReissueStatus.PROPOSED,
    ReissueDeclined.kind: ReissueStatus.DECLINED,
    ReissueStarted.kind: ReissueStatus.RUNNING,
    ReissueAdvanced.kind: ReissueStatus.RUNNING,
    ReissueStopped.kind: ReissueStatus.STOPPED,
    ReissueDone.kind: ReissueStatus.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReissueState:
    """What decisions need to know of a reissue."""

    id: UUID
    status: ReissueStatus
    proposed_by: UUID | None
    after: UUID
    made: int


def propose(
    *,
    id: UUID,
    kind: str,
    made_before: datetime,
    older_words: bool,
    certificates: int,
    reason: str,
) -> ReissueProposed:
    words = check_reason(reason)
    if not certificates:
        raise Refused(Refusal.NOTHING_TO_REISSUE)
    return ReissueProposed(
        reissue=id,
        certificate_kind=kind,
        made_before=made_before,
        older_words=older_words,
        certificates=certificates,
        reason=words,
    )


def approve(state: ReissueState, *, actor: Actor) -> ReissueStarted:
    """Start what another officer proposed (PA-5)."""
    _require(state, ReissueStatus.PROPOSED)
    require_other_eyes(actor, [state.proposed_by])
    return ReissueStarted(reissue=state.id, after=state.after)


def decline(state: ReissueState) -> ReissueDeclined:
    """Decide against it, or take it back."""
    _require(state, ReissueStatus.PROPOSED)
    return ReissueDeclined(reissue=state.id)


def stop(state: ReissueState) -> ReissueStopped:
    _require(state, ReissueStatus.RUNNING)
    return ReissueStopped(reissue=state.id)


def resume(state: ReissueState) -> ReissueStarted:
    _require(state, ReissueStatus.STOPPED)
    return ReissueStarted(reissue=state.id, after=state.after)


def advance(state: ReissueState, *, last: UUID | None, made: int) -> ReissueAdvanced | ReissueDone:
    """After a batch that ended with `last`; done when there was nothing left."""
    if last is None:
        return ReissueDone(reissue=state.id, made=state.made)
    return ReissueAdvanced(reissue=state.id, after=last, made=state.made + made)


def _require(state: ReissueState, status: ReissueStatus) -> None:
    if state.status is not status:
        raise Refused(Refusal.REISSUE_OUT_OF_STATE, status=state.status.value)
