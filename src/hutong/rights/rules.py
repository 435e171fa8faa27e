"""
An application with public notice: the procedure and nothing but the procedure (RR-7).

    draft → (claiming →) submitted → notice ⇄ stopped → registered
      ↘        ↘          ↘ held (a holder lost verification) → registered
      withdrawn  rejected   rejected (an objection was upheld)

At a venue that is joined with others a statutory right is claimed in the network first (NE-5).

Pure: facts in, events out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.events import (
    Applied,
    Completed,
    NoticeOpened,
    NoticeResumed,
    ObjectionDecided,
    ObjectionFiled,
    RegistrationHeld,
    Rejected,
    Withdrawn,
)
from hutong.rights.procedure_events import (
    ClaimedElsewhere,
    ClaimsAwaited,
    ClaimsSettled,
    ObjectionWithdrawn,
)
from hutong.rights.procedure_words import Decision as Decision
from hutong.rights.refusals import Refusal

MAX_TECHNOLOGIES = 5_000
MAX_WORDS = 4_000

# Rights that an office grants: their transfer takes effect by entry there (RR-11).
STATUTORY = frozenset(
    {"patent", "patent_application", "software_copyright", "ic_layout", "plant_variety"}
)


class Status(StrEnum):
    DRAFT = "draft"
    CLAIMING = "claiming"
    SUBMITTED = "submitted"
    NOTICE = "notice"
    HELD = "held"
    REGISTERED = "registered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({Status.CLAIMING, Status.SUBMITTED, Status.NOTICE, Status.HELD})


# First registration ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Application:
    """Where an application stands. `remaining` are the technologies not excepted from it."""

    id: UUID
    number: str
    status: Status
    remaining: frozenset[UUID]
    ends_at: datetime | None = None
    stopped_at: datetime | None = None
    open_objections: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the rules need to know of a technology somebody wants registered."""

    id: UUID
    title: str
    kind: str
    status: str
    legal_status: str | None
    entered_by: UUID | None


def require_registrable(technologies: Collection[Subject], *, applicant: UUID | None) -> None:
    """Refuse an application over what cannot be registered, naming the first such technology."""
    if not technologies:
        raise Refused(Refusal.NOTHING_NAMED)
    if len(technologies) > MAX_TECHNOLOGIES:
        raise Refused(Refusal.TOO_MANY_NAMED, limit=MAX_TECHNOLOGIES)
    seen = set()
    for technology in technologies:
        if technology.id in seen:
            raise _over(Refusal.TECHNOLOGY_TWICE, technology)
        seen.add(technology.id)
        if applicant is None or technology.entered_by != applicant:
            raise _over(Refusal.NOT_YOUR_TECHNOLOGY, technology)
        if technology.kind == "bundle":
            raise _over(Refusal.BUNDLE, technology)
        if technology.status != "entered":
            raise _over(Refusal.NOT_ENTERED, technology)
        if technology.legal_status == "lapsed":
            raise _over(Refusal.LAPSED, technology)


def _over(refusal: Refusal, technology: Subject) -> Refused:
    return Refused(refusal, technology=technology.id, title=technology.title)


def submit(
    state: Application,
    *,
    applicant: UUID,
    evidence: int,
    to_claim: Mapping[UUID, str] | None = None,
) -> list[Event]:
    """Submit a draft; what is `to_claim` in the network, technology → number, is awaited first."""
    require_status(state.status, Status.DRAFT)
    if evidence == 0:
        raise Refused(Refusal.EVIDENCE_MISSING)
    applied: list[Event] = [
        Applied(
            application=state.id,
            number=state.number,
            technologies=len(state.remaining),
            applicant=applicant,
        )
    ]
    if not to_claim:
        return applied
    numbers = {str(technology): number for technology, number in to_claim.items()}
    return [*applied, ClaimsAwaited(application=state.id, number=state.number, numbers=numbers)]


ELSEWHERE = "registered, or being registered, at {venue}"


def settle_claim(
    state: Application, *, technology: UUID, holder: str, waiting: Collection[UUID]
) -> list[Event]:
    """Take in what became of a technology's claim: won, or lost to another venue (`holder`).

    What is lost leaves the application; when none is `waiting` any more, examination begins.
    """
    require_status(state.status, Status.CLAIMING)
    events: list[Event] = []
    remaining = state.remaining
    if holder:
        remaining = remaining - {technology}
        events.append(ClaimedElsewhere(application=state.id, technology=technology, venue=holder))
    if not remaining:
        reasons = ELSEWHERE.format(venue=holder)
        return [*events, Rejected(application=state.id, number=state.number, reasons=reasons)]
    if not set(waiting) - {technology}:
        events.append(ClaimsSettled(application=state.id, number=state.number))
    return events


def examine(
    state: Application,
    *,
    decision: Decision,
    findings: str,
    exceptions: Mapping[UUID, str],
    now: datetime,
    notice_days: int,
    notice: dict[str, Any],
) -> list[Event]:
    """Open the public notice over what passed, or reject; excepted items leave with a reason."""
    require_status(state.status, Status.SUBMITTED)
    require_words("findings", findings)
    for technology, why in exceptions.items():
        if technology not in state.remaining:
            raise Refused(Refusal.EXCEPTION_UNKNOWN, technology=technology)
        require_words("exceptions", why)
    passed = state.remaining - set(exceptions)
    if decision == Decision.REJECT or not passed:
        return [Rejected(application=state.id, number=state.number, reasons=findings)]
    return [
        NoticeOpened(
            application=state.id,
            number=state.number,
            technologies=len(passed),
            ends_at=natural_days_after(now, notice_days).at,
            notice=notice,
            findings=findings,
            exceptions={str(technology): why for technology, why in exceptions.items()},
        )
    ]


def file_objection(
    state: Application,
    *,
    objection: UUID,
    objector: UUID,
    applicants: Collection[UUID],
    technology: UUID | None,
    grounds: str,
    now: datetime,
) -> list[Event]:
    """File an objection during the notice; the first open one stops the clock.

    `applicants`: who applied or agreed to the application; a holder who did neither may object.
    """
    if state.status is Status.REGISTERED:
        raise Refused(Refusal.NOTICE_OVER, ended_at=state.ends_at)
    require_status(state.status, Status.NOTICE)
    if state.stopped_at is None and state.ends_at is not None and now >= state.ends_at:
        raise Refused(Refusal.NOTICE_OVER, ended_at=state.ends_at)
    if objector in applicants:
        raise Refused(Refusal.OWN_APPLICATION)
    if technology is not None and technology not in state.remaining:
        raise Refused(Refusal.EXCEPTION_UNKNOWN, technology=technology)
    require_words("grounds", grounds)
    return [
        ObjectionFiled(
            application=state.id,
            objection=objection,
            technology=technology,
            filed_at=now,
            objector=objector,
            grounds=grounds,
        )
    ]


def decide_objection(
    state: Application,
    *,
    objection: UUID,
    technology: UUID | None,
    upheld: bool,
    reasons: str,
    now: datetime,
    closing_hour: int = 17,
) -> list[Event]:
    """Decide one open objection. Upheld, it takes its technology (or all) out of the application.

    When the last open one is decided the time that was left runs on, never shorter.
    """
    require_status(state.status, Status.NOTICE)
    if objection not in state.open_objections:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="decided", needed="open")
    require_words("reasons", reasons)
    decided = ObjectionDecided(
        application=state.id,
        objection=objection,
        technology=technology,
        upheld=upheld,
        reasons={"text": reasons},
    )
    after = evolve(state, [decided])
    if not after.remaining:
        return [decided, Rejected(application=state.id, number=state.number, reasons=reasons)]
    return [decided, *_resumed(after, now=now, closing_hour=closing_hour)]


def withdraw_objection(
    state: Application, *, objection: UUID, now: datetime, closing_hour: int = 17
) -> list[Event]:
    """The objector takes an open objection back; after the last one the notice runs on."""
    require_status(state.status, Status.NOTICE)
    if objection not in state.open_objections:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="decided", needed="open")
    withdrawn = ObjectionWithdrawn(application=state.id, objection=objection)
    after = evolve(state, [withdrawn])
    return [withdrawn, *_resumed(after, now=now, closing_hour=closing_hour)]


def _resumed(state: Application, *, now: datetime, closing_hour: int) -> list[Event]:
    if state.open_objections:
        return []
    assert state.ends_at is not None, "a notice has an end"
    assert state.stopped_at is not None, "an open objection stops the notice"
    ends_at = resumed_end(
        ends_at=state.ends_at, stopped_at=state.stopped_at, now=now, closing_hour=closing_hour
    )
    return [NoticeResumed(application=state.id, ends_at=ends_at)]


def resumed_end(
    *, ends_at: datetime, stopped_at: datetime, now: datetime, closing_hour: int = 17
) -> datetime:
    """Return the end after a stop: the time that was left, to the closing hour of its last day."""
    earliest = now + (ends_at - stopped_at)
    end = at_local(local_date(earliest), closing_hour)
    if end < earliest:
        end = natural_days_after(earliest, 1, closing_hour=closing_hour).at
    return end


def close_notice(
    state: Application,
    *,
    now: datetime,
    unverified: Mapping[UUID, str],
    gone: Mapping[UUID, str],
) -> list[Event]:
    """End the notice: registration follows, unless a holder is no longer verified (PA-3).

    `unverified`: holders that are not, with their names. `gone`: technologies that left the market or lapsed during the notice, with the reason.
    """
    require_status(state.status, Status.NOTICE, Status.HELD)
    if state.status is Status.NOTICE:
        if state.stopped_at is not None:
            raise Refused(Refusal.NOTICE_STOPPED)
        if state.ends_at is None or now < state.ends_at:
            raise Refused(Refusal.NOTICE_RUNNING, ends_at=state.ends_at)
    if unverified and state.status is Status.HELD:
        party, name = sorted(unverified.items())[0]
        raise Refused(Refusal.HOLDER_NOT_VERIFIED, party=party, name=name)
    if unverified:
        return [RegistrationHeld(application=state.id, reason=Refusal.HOLDER_NOT_VERIFIED.code)]
    left = state.remaining - set(gone)
    if not left:
        why = "; ".join(sorted(set(gone.values())))
        return [Rejected(application=state.id, number=state.number, reasons=why)]
    return [
        Completed(
            application=state.id,
            number=state.number,
            entries=len(left),
            exceptions={str(technology): why for technology, why in gone.items()},
        )
    ]


def withdraw(state: Application, *, reason: str) -> list[Event]:
    require_status(state.status, Status.DRAFT, *LIVE)
    return [Withdrawn(application=state.id, number=state.number, reason=reason)]


def reject_held(state: Application, *, reasons: str) -> list[Event]:
    require_status(state.status, Status.HELD)
    require_words("reasons", reasons)
    return [Rejected(application=state.id, number=state.number, reasons=reasons)]


def evolve(state: Application, events: Collection[Event]) -> Application:
    for event in events:
        state = _evolve_one(state, event)
    return state


def _evolve_one(state: Application, event: Event) -> Application:
    match event:
        case Applied() | ClaimsSettled():
            return replace(state, status=Status.SUBMITTED)
        case ClaimsAwaited():
            return replace(state, status=Status.CLAIMING)
        case ClaimedElsewhere(technology=technology):
            return replace(state, remaining=state.remaining - {technology})
        case NoticeOpened(ends_at=ends_at, exceptions=exceptions):
            left = state.remaining - {UUID(technology) for technology in exceptions}
            return replace(state, status=Status.NOTICE, ends_at=ends_at, remaining=left)
        case ObjectionFiled(objection=objection, filed_at=filed_at):
            return replace(
                state,
                open_objections=state.open_objections | {objection},
                stopped_at=state.stopped_at or filed_at,
            )
        case ObjectionDecided(objection=objection, technology=technology, upheld=upheld):
            taken = frozenset({technology}) if technology else state.remaining
            return replace(
                state,
                open_objections=state.open_objections - {objection},
                remaining=state.remaining - taken if upheld else state.remaining,
            )
        case ObjectionWithdrawn(objection=objection):
            return replace(state, open_objections=state.open_objections - {objection})
        case NoticeResumed(ends_at=ends_at):
            return replace(state, ends_at=ends_at, stopped_at=None)
        case RegistrationHeld():
            return replace(state, status=Status.HELD)
        case Completed(exceptions=exceptions):
            left = state.remaining - {UUID(technology) for technology in exceptions}
            return replace(state, status=Status.REGISTERED, remaining=left)
        case Rejected():
            return replace(
                state, status=Status.REJECTED, open_objections=frozenset(), stopped_at=None
            )
        case Withdrawn():
            return replace(
                state, status=Status.WITHDRAWN, open_objections=frozenset(), stopped_at=None
            )
        case _:
            return state


# Small words ----------------------------------------------------------------------------------


def require_words(what: str, text: str, *, at_most: int = MAX_WORDS) -> None:
    if not text.strip():
        raise Refused(Refusal.WORDS_MISSING, what=what)
    if len(text) > at_most:
        raise Refused(CommonRefusal.TOO_LARGE, what=what, limit=at_most)


def require_status(status: StrEnum, *needed: StrEnum) -> None:
    if status not in needed:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=status.value,
            needed=" / ".join(sorted(n.value for n in needed)),
        )
