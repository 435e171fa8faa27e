"""
API for running the venue: its clock, its rulebook, what waits and what is parked.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from hutong.auctions import queries as auctions
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.due import actions as due_actions
from hutong.due import queries as due
from hutong.journal import actions as journal_actions
from hutong.journal import queries as journal
from hutong.journal import reacting
from hutong.node.jumping import in_the_way
from hutong.node.reactions import REACTIONS
from hutong.rulebook import actions as rulebook_actions
from hutong.rulebook import queries as rulebook

router = Router(tags=["venue"])


class VenueOut(Schema):
    code: str
    name_zh: str
    name_en: str
    region: str
    demo: bool
    now: datetime
    rulebook_version: int


class ClockOut(Schema):
    now: datetime
    demo: bool
    next_due_at: datetime | None


class WorkOut(Schema):
    """What the machinery still has to do."""

    now: datetime
    pending_entries: int
    end_position: int
    overdue_timers: int
    running_lots: int
    parked: int
    quiet: bool


class ParkedOut(Schema):
    id: int
    reaction: str
    position: int
    subject: str
    attempts: int
    error: str
    parked_at: datetime


class DueOut(Schema):
    subject: str
    kind: str
    due_at: datetime
    attempts: int
    error: str


class ProposalIn(Schema):
    data: dict[str, Any]
    note: str = ""


class AdoptionIn(Schema):
    effective_from: datetime | None = None


class VersionOut(Schema):
    version: int
    status: str
    note: str
    digest: str
    effective_from: datetime | None
    proposed_at: datetime
    adopted_at: datetime | None
    data: dict[str, Any]


class DismissIn(Schema):
    reason: str


@router.get("/venue", response=VenueOut, summary="Who this venue is, and its time")
def venue(request: HttpRequest) -> dict[str, Any]:
    """Open to all."""
    now = request.now
    force = rulebook.in_force(now)
    v = force.rules.venue
    return {**v.model_dump(), "demo": due.is_demo(), "now": now, "rulebook_version": force.version}


@router.get("/venue/clock", response=ClockOut, summary="The venue's clock")
def clock(request: HttpRequest) -> dict[str, Any]:
    """Open to all. At a demo venue the clock starts on 2022-06-20 and jumps (TI-2)."""
    now = request.now
    return {"now": now, "demo": due.is_demo(), "next_due_at": due.next_due_at()}


@router.post(
    "/venue/clock/jump",
    response={200: ClockOut, **PROBLEMS},
    summary="Jump to the next due moment (demo venues)",
)
def jump(request: DoorRequest) -> dict[str, Any]:
    """Needs `venue.operate`. Refused while anything runs, and at a real venue (TI-2)."""
    to = due_actions.jump(actor=request.actor, now=request.now, running=in_the_way())
    return {"now": to, "demo": True, "next_due_at": due.next_due_at()}


@router.get("/venue/work", response={200: WorkOut, **PROBLEMS}, summary="What still has to happen")
def work(request: DoorRequest) -> dict[str, Any]:
    """Needs `venue.operate`. `quiet` is true when all follow-up work is done."""
    request.actor.need("venue.operate")
    pending = journal.pending_count()
    overdue = due.overdue_count(request.now)
    return {
        "now": request.now,
        "pending_entries": pending,
        "end_position": journal.end(),
        "overdue_timers": overdue,
        "running_lots": auctions.running_lots(),
        "parked": len(journal.parked()),
        "quiet": pending == 0 and overdue == 0 and reacting.is_quiet(REACTIONS),
    }


@router.get("/venue/due", response={200: list[DueOut], **PROBLEMS}, summary="What is due next")
def coming(request: DoorRequest) -> list[Any]:
    """Needs `venue.operate`."""
    request.actor.need("venue.operate")
    return due.coming()


@router.get(
    "/venue/parked",
    response={200: list[ParkedOut], **PROBLEMS},
    summary="Entries whose follow-up failed",
)
def parked(request: DoorRequest) -> list[Any]:
    """Needs `venue.operate`. They are tried again by themselves, later and later."""
    request.actor.need("venue.operate")
    return journal.parked()


@router.post(
    "/venue/parked/{parked_id}/retry", response={204: None, **PROBLEMS}, summary="Try again now"
)
def retry(request: DoorRequest, parked_id: int) -> Status[None]:
    """Needs `venue.operate`."""
    journal_actions.retry_parked(actor=request.actor, now=request.now, parked=parked_id)
    return Status(204, None)


@router.post(
    "/venue/parked/{parked_id}/dismiss", response={204: None, **PROBLEMS}, summary="Give it up"
)
def dismiss(request: DoorRequest, parked_id: int, body: DismissIn) -> Status[None]:
    """Needs `venue.operate`. The reason is journalled."""
    journal_actions.dismiss_parked(
        actor=request.actor, now=request.now, parked=parked_id, reason=body.reason
    )
    return Status(204, None)


@router.get("/rulebook", response={200: list[VersionOut]}, summary="All versions of the rulebook")
def versions(request: HttpRequest) -> list[Any]:
    """Open to all, newest first."""
    return rulebook.versions()


@router.post(
    "/rulebook", response={201: dict[str, int], **PROBLEMS}, summary="Propose a new version"
)
def propose(request: DoorRequest, body: ProposalIn) -> Status[dict[str, int]]:
    """Needs `rulebook.propose`. The data is validated whole; each fault is named."""
    number = rulebook_actions.propose(
        actor=request.actor, now=request.now, data=body.data, note=body.note
    )
    return Status(201, {"version": number})


@router.post(
    "/rulebook/{version}/adopt", response={204: None, **PROBLEMS}, summary="Adopt a version"
)
def adopt(request: DoorRequest, version: int, body: AdoptionIn) -> Status[None]:
    """Needs `rulebook.adopt`; not by the officer who proposed it (PA-5)."""
    rulebook_actions.adopt(
        actor=request.actor,
        now=request.now,
        version=version,
        effective_from=body.effective_from or request.now,
    )
    return Status(204, None)
