"""
A disposal on its way: the procedure and nothing but the procedure (RR-7, RR-11).

    prepared → outside step recorded → effected | cancelled

Pure: facts in, events out.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from hutong.kit.event import Event
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import EntryKind
from hutong.rights.events import OutsideStepRecorded, TransferCancelled
from hutong.rights.grant_events import DisposalCancelled
from hutong.rights.refusals import Refusal
from hutong.rights.rules import require_status, require_words


class DisposalStatus(StrEnum):
    PREPARED = "prepared"
    EFFECTED = "effected"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTransfer:
    """What a deal or a filing binds on its way; its id will be the entry's (RR-7, RR-11).

    A transfer has a share; a licence, a pledge or new shares have terms of their own.
    """

    id: UUID
    kind: EntryKind = EntryKind.TRANSFER
    deal: UUID | None
    filing: UUID | None = None
    technology: UUID
    giver: UUID
    taker: UUID
    share: Fraction | None
    status: DisposalStatus
    outside_step_due: bool
    effective_on: date | None = None

    def moving(self) -> Fraction:
        """The share a transfer moves."""
        assert self.share is not None, "only a transfer moves a share"
        return self.share


def record_outside_step(
    state: PendingTransfer,
    *,
    filed_on: date,
    effective_on: date | None,
    office_number: str,
    evidence: list[UUID],
    today: date,
) -> list[Event]:
    """Record what the office did: filed first, in effect later or at the same time (RR-11)."""
    require_status(state.status, DisposalStatus.PREPARED)
    if not state.outside_step_due:
        raise Refused(Refusal.OUTSIDE_STEP_NOT_DUE)
    if state.effective_on is not None:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="effective", needed="filed")
    require_words("office_number", office_number, at_most=100)
    if not evidence:
        raise Refused(Refusal.EVIDENCE_MISSING)
    if filed_on > today:
        raise Refused(Refusal.OUTSIDE_STEP_IN_FUTURE, field="filed_on", on=filed_on)
    if effective_on is not None and effective_on > today:
        raise Refused(Refusal.OUTSIDE_STEP_IN_FUTURE, field="effective_on", on=effective_on)
    if effective_on is not None and effective_on < filed_on:
        raise Refused(Refusal.OUTSIDE_STEP_DISORDERLY)
    return [
        OutsideStepRecorded(
            entry=state.id,
            technology=state.technology,
            filed_on=filed_on,
            effective_on=effective_on,
            office_number=office_number,
            evidence=evidence,
        )
    ]


def require_effectable(state: PendingTransfer) -> None:
    require_status(state.status, DisposalStatus.PREPARED)
    if state.outside_step_due and state.effective_on is None:
        raise Refused(Refusal.OUTSIDE_STEP_MISSING)


def cancel_transfer(state: PendingTransfer, *, reason: str) -> list[Event]:
    require_status(state.status, DisposalStatus.PREPARED)
    require_words("reason", reason)
    if state.kind is EntryKind.TRANSFER and state.deal is not None:
        return [
            TransferCancelled(
                entry=state.id, deal=state.deal, technology=state.technology, reason=reason
            )
        ]
    return [
        DisposalCancelled(
            entry=state.id,
            technology=state.technology,
            deal=state.deal,
            filing=state.filing,
            reason=reason,
        )
    ]
