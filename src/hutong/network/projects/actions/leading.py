"""
At the lead venue: a project is drafted by one officer and announced by another, parts are taken as
their venues' logs say them, the split is fixed, and the lead seller offers the whole (NE-3, TE-4).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.ids import new_id
from hutong.kit.moments import iso, local_date
from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.network.messages.rules import Undecided
from hutong.network.projects import events, queries, rules
from hutong.network.projects.actions.joining import take_invitation
from hutong.network.projects.actions.telling import (
    INVITE,
    OFFICE,
    is_here,
    project_subject,
    tell,
)
from hutong.network.projects.models import Project, ProjectPart, ProjectVenue
from hutong.network.projects.queries import ProjectView
from hutong.network.projects.rules import (
    PartStatus,
    ProjectStatus,
    Refusal,
    VenueStatus,
    Words,
)
from hutong.rights.constraints import refusing
from hutong.rulebook import queries as rulebook
from hutong.venues import queries as venues

NUMBERS = 0x4A50  # "JP": project numbers are given one after another
ONCE = {
    "network_project_part_once": lambda _: Refused(Refusal.ALREADY_A_PART),
    "network_projectpart_pkey": lambda _: Refused(Refusal.OTHERS_ID),
}


@action(power=OFFICE)
def draft(
    *,
    actor: Actor,
    now: datetime,
    words: Words,
    invited: Sequence[str],
    parts_by: datetime,
) -> ProjectView:
    """Draft a joint project and name the venues to invite; another officer announces it."""
    told = words.checked()
    mine = venues.my_code()
    members = {member.code for member in venues.members()} - {mine}
    named = rules.check_venues([code for code in invited if code != mine], members)
    if parts_by <= now:
        raise Refused(Refusal.PARTS_BY_PAST)
    row = Project.objects.create(
        id=new_id(),
        number=_number(now),
        parts_by=parts_by,
        drafted_by=actor.person,
        drafted_at=now,
        **told.facts(),
    )
    ProjectVenue.objects.bulk_create(ProjectVenue(project=row, venue=venue) for venue in named)
    record(project_subject(row.id), events.ProjectDrafted(project=row.id, number=row.number))
    return queries.project(row.id)


@action(power=OFFICE)
def announce(*, actor: Actor, now: datetime, project: UUID) -> ProjectView:
    """Announce a drafted project to everybody and invite its venues; not by who drafted it (PA-5)."""
    row = locked(project, ProjectStatus.DRAFTED)
    require_other_eyes(actor, [row.drafted_by])
    if row.parts_by <= now:
        raise Refused(Refusal.PARTS_BY_PAST)
    mine = venues.my_code()
    invited = [one.venue for one in row.venues.order_by("venue")]
    row.status = ProjectStatus.ANNOUNCED.value
    row.announced_by, row.announced_at = actor.person, now
    row.save()
    ProjectVenue.objects.create(
        project=row, venue=mine, status=VenueStatus.JOINED.value, answered_at=now
    )
    record(
        project_subject(row.id),
        events.ProjectAnnounced(
            project=row.id,
            number=row.number,
            lead_venue=mine,
            venues=tuple(sorted([mine, *invited])),
            parts_by=row.parts_by,
            text=row.words.facts(),
        ),
    )
    take_invitation(
        actor=SYSTEM,
        now=now,
        lead=mine,
        project=row.id,
        number=row.number,
        words=row.words,
        parts_by=row.parts_by,
    )
    body = {"number": row.number, "parts_by": iso(row.parts_by), **row.words.facts()}
    for venue in invited:
        tell(venue, INVITE, row.id, body, now)
    return queries.project(row.id)


@action(power=None)
def venue_answered(
    *, actor: Actor, now: datetime, project: UUID, venue: str, joins: bool, reason: str
) -> None:
    """An invited venue joins, or does not. Refused when it was not invited."""
    row = _known(project)
    invited = row.venues.select_for_update().filter(venue=venue).first()
    if invited is None:
        raise Refused(Refusal.NOT_INVITED, venue=venue)
    if invited.status != VenueStatus.INVITED.value:
        nothing_changed()
        return
    invited.status = (VenueStatus.JOINED if joins else VenueStatus.DECLINED).value
    invited.reason, invited.answered_at = reason, now
    invited.save()
    record(
        project_subject(row.id),
        events.VenueAnswered(project=row.id, venue=venue, joins=joins, reason=reason),
    )


@action(power=None)
def take_part(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    project: UUID,
    part: UUID,
    bundle: UUID,
    technologies: int,
    asked_fen: int,
    entry_index: int | None,
) -> None:
    """Take a part into the project, as its home venue's log says it.

    Of another venue everything public is read in our mirror of its log: the part, and that each
    technology of the bundle stands registered there. Raises Undecided while the mirror is not there
    yet; Refused for what differs, comes late, or is of a venue that has not joined.
    """
    row = _known(project)
    rules.need(ProjectStatus(row.status), ProjectStatus.ANNOUNCED)
    if not row.venues.filter(venue=venue, status=VenueStatus.JOINED.value).exists():
        raise Refused(Refusal.NOT_INVITED, venue=venue)
    known = ProjectPart.objects.filter(id=part).first()
    if known is not None:
        if (known.project_id, known.venue) != (row.id, venue):
            raise Refused(Refusal.OTHERS_ID)
        nothing_changed()
        return
    if now > row.parts_by:
        raise Refused(Refusal.CLOSED_FOR_PARTS, parts_by=row.parts_by)
    if row.parts.count() >= rules.MOST_PARTS:
        raise Refused(Refusal.TOO_MANY, limit=rules.MOST_PARTS)
    if not 1 <= asked_fen <= MAX_AMOUNT:
        raise Refused(Refusal.ASKED_OUT_OF_RANGE)
    if is_here(venue):
        text = queries.own_part_text(part)
    else:
        text = _as_logged(venue, row, part, bundle, technologies, entry_index)
    with refusing(ONCE):
        ProjectPart.objects.create(
            id=part,
            project=row,
            venue=venue,
            bundle=bundle,
            technologies=technologies,
            asked_fen=asked_fen,
            entry_index=entry_index,
            taken_at=now,
            **{name: text.get(name, "")[:400] for name in queries.PART_TEXT},
        )
    record(
        project_subject(row.id),
        events.PartTaken(
            project=row.id,
            part=part,
            venue=venue,
            bundle=bundle,
            technologies=technologies,
            entry_index=entry_index,
            asked_fen=asked_fen,
        ),
    )


def _as_logged(
    venue: str, row: Project, part: UUID, bundle: UUID, technologies: int, index: int | None
) -> dict[str, str]:
    """The part's public words, once what was sent is what the venue's log says."""
    logged = queries.logged_part(venue, part, index if index is not None else -1)
    if logged is None:
        raise Undecided("our mirror of your log is not there yet")
    told: dict[str, Any] = {
        "status": "added",
        "project": str(row.id),
        "lead_venue": venues.my_code(),
        "bundle": str(bundle),
        "technologies": technologies,
    }
    rules.compare(told, {name: logged.facts.get(name) for name in told})
    if logged.missing:
        raise Refused(Refusal.NOT_REGISTERED, count=logged.missing)
    return logged.text


@action(power=None)
def part_left(*, actor: Actor, now: datetime, venue: str, project: UUID, part: UUID) -> None:
    """A part was withdrawn at its home venue: the project says so, and the whole stands still."""
    row = _known(project)
    found = row.parts.select_for_update().filter(id=part, venue=venue).first()
    if found is None or found.status != PartStatus.TAKEN.value:
        nothing_changed()
        return
    found.status = PartStatus.LEFT.value
    found.save()
    record(project_subject(row.id), events.PartLeft(project=row.id, part=part, venue=venue))
    if row.listing is not None:
        listings.note_part_left(actor=SYSTEM, now=now, listing=row.listing, part=part)
    elif row.status == ProjectStatus.COMPOSED.value:
        reopen_for_parts(row)


def _number(now: datetime) -> str:
    year = local_date(now).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    code = rulebook.in_force(now).rules.venue.code
    stem = f"{code}-JP-{year}-"
    return f"{stem}{Project.objects.filter(number__startswith=stem).count() + 1:04d}"


def reopen_for_parts(row: Project) -> None:
    row.status, row.lead_part = ProjectStatus.ANNOUNCED.value, None
    row.composed_by = row.composed_at = None
    row.save()
    row.parts.update(numerator=None, denominator=None)
    record(project_subject(row.id), events.ProjectReopened(project=row.id))


def _known(project: UUID) -> Project:
    """A project led here, locked. Raises Refused (UNKNOWN)."""
    row = Project.objects.select_for_update().filter(id=project).first()
    if row is None or row.announced_at is None:
        raise Refused(Refusal.UNKNOWN)
    return row


def locked(project: UUID, *needed: ProjectStatus) -> Project:
    row = Project.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    rules.need(ProjectStatus(row.status), *needed)
    return row
