"""
At the lead venue: a project is drafted by one officer and announced by another, parts are taken as
their venues' logs say them, the split is fixed, and the lead seller offers the whole (NE-3, TE-4).
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor, require_other_eyes
from hutong.kit.ids import new_id
from hutong.kit.moments import iso, local_date
from hutong.kit.money import CNY, MAX_AMOUNT, with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.listings.joint import Joint, JointPart, contents_of
from hutong.listings.offers import OfferKind, Payment, PriceMode, Scope, Terms
from hutong.listings.queries import ListingView
from hutong.network.messages.rules import Undecided
from hutong.network.projects import queries, rules
from hutong.network.projects.actions.contributing import note_listed
from hutong.network.projects.actions.joining import end_invitation, take_invitation
from hutong.network.projects.actions.telling import (
    ENDED,
    INVITE,
    LISTED,
    OFFICE,
    is_here,
    part_subject,
    project_subject,
    tell,
)
from hutong.network.projects.models import Contribution, Project, ProjectPart, ProjectVenue
from hutong.network.projects.queries import ProjectView
from hutong.network.projects.rules import (
    Ending,
    PartStatus,
    ProjectStatus,
    Refusal,
    VenueStatus,
    Words,
)
from hutong.rulebook import queries as rulebook
from hutong.venues import queries as venues

NUMBERS = 0x4A50  # "JP": project numbers are given one after another


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
    record(project_subject(row.id), rules.ProjectDrafted(project=row.id, number=row.number))
    return queries.project(row.id)


@action(power=OFFICE)
def announce(*, actor: Actor, now: datetime, project: UUID) -> ProjectView:
    """Announce a drafted project to everybody and invite its venues; not by who drafted it (PA-5)."""
    row = _locked(project, ProjectStatus.DRAFTED)
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
        rules.ProjectAnnounced(
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
        rules.VenueAnswered(project=row.id, venue=venue, joins=joins, reason=reason),
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
    if row.parts.filter(id=part).exists():
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
        rules.PartTaken(
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
    record(project_subject(row.id), rules.PartLeft(project=row.id, part=part, venue=venue))
    if row.listing is not None:
        listings.note_part_left(actor=SYSTEM, now=now, listing=row.listing, part=part)
    elif row.status == ProjectStatus.COMPOSED.value:
        _reopen(row)


@action(power=OFFICE)
def compose(*, actor: Actor, now: datetime, project: UUID, lead_part: UUID) -> ProjectView:
    """Fix which parts the project has and how the price is split among them; take no more.

    `lead_part`: of our own venue; its seller offers the whole, by the others' mandates.
    """
    row = _locked(project, ProjectStatus.ANNOUNCED)
    parts = list(row.parts.select_for_update().filter(status=PartStatus.TAKEN.value).order_by("id"))
    shares = rules.split({part.id: part.asked_fen for part in parts})
    if not any(part.id == lead_part and is_here(part.venue) for part in parts):
        raise Refused(Refusal.NO_PART_HERE)
    for part in parts:
        part.numerator, part.denominator = shares[part.id].numerator, shares[part.id].denominator
        part.save()
    row.status, row.lead_part = ProjectStatus.COMPOSED.value, lead_part
    row.composed_by, row.composed_at = actor.person, now
    row.save()
    record(
        project_subject(row.id),
        rules.ProjectComposed(
            project=row.id,
            lead_part=lead_part,
            technologies=sum(part.technologies for part in parts),
            parts=tuple((part.venue, part.id, shares[part.id]) for part in parts),
        ),
    )
    return queries.project(project)


@action(power=OFFICE)
def reopen(*, actor: Actor, now: datetime, project: UUID) -> ProjectView:
    """Take parts again, before the lead seller has listed the project."""
    row = _locked(project, ProjectStatus.COMPOSED)
    if row.listing is not None:
        rules.need(ProjectStatus.LISTED, ProjectStatus.COMPOSED)
    _reopen(row)
    return queries.project(project)


def _reopen(row: Project) -> None:
    row.status, row.lead_part = ProjectStatus.ANNOUNCED.value, None
    row.composed_by = row.composed_at = None
    row.save()
    row.parts.update(numerator=None, denominator=None)
    record(project_subject(row.id), rules.ProjectReopened(project=row.id))


@action(power=ACT)
def list_project(
    *,
    actor: Actor,
    now: datetime,
    project: UUID,
    price_fen: int,
    deposit_fen: int | None = None,
    increment_fen: int | None = None,
) -> ListingView:
    """Offer the whole, for the lead seller: one listing, submitted for examination (LI-2).

    At no less than the sellers ask together. The title's words are the project's.
    """
    row = Project.objects.select_for_update().filter(id=project).first()
    lead = Contribution.objects.filter(id=row.lead_part).first() if row else None
    if row is None or lead is None or lead.seller != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    rules.need(ProjectStatus(row.status), ProjectStatus.COMPOSED)
    if row.listing is not None:
        rules.need(ProjectStatus.LISTED, ProjectStatus.COMPOSED)
    parts = list(row.parts.filter(status=PartStatus.TAKEN.value).order_by("venue", "id"))
    least = sum(part.asked_fen for part in parts)
    if price_fen < least:
        raise Refused(Refusal.PRICE_TOO_LOW, least=with_unit(least, CNY))
    terms = Terms(
        title_zh=row.title_zh,
        title_en=row.title_en,
        technologies=(lead.bundle,),
        offer_kind=OfferKind.TRANSFER,
        share=Fraction(1),
        licence_mode=None,
        price_mode=PriceMode.FLOOR,
        price_fen=price_fen,
        deposit_fen=deposit_fen,
        increment_fen=increment_fen,
        payment=Payment.LUMP_SUM,
        conditions=row.conditions,
        scope=Scope.NETWORK,
    )
    joint = Joint(
        project=row.id,
        number=row.number,
        lead=venues.my_code(),
        parts=tuple(_joint_part(part, lead=part.id == row.lead_part) for part in parts),
        reserved_as=part_subject(lead.id),
    )
    drafted = listings.draft_joint(actor=actor, now=now, terms=terms, joint=joint)
    submitted = listings.submit(actor=actor, now=now, listing=drafted.id)
    row.listing, row.listing_number = drafted.id, drafted.number
    row.save()
    return submitted


def _joint_part(part: ProjectPart, *, lead: bool) -> JointPart:
    assert part.share is not None, "a composed project has its split"
    return JointPart(
        venue=part.venue,
        part=part.id,
        bundle=part.bundle,
        technologies=part.technologies,
        title_zh=part.title_zh,
        title_en=part.title_en,
        seller_zh=part.seller_zh,
        seller_en=part.seller_en,
        share=part.share,
        entry_index=part.entry_index,
        lead=lead,
        contents=contents_of(queries.rights_in(part.venue, part.bundle)),
    )


@action(power=None)
def note_on_board(*, actor: Actor, now: datetime, listing: UUID) -> None:
    """The whole is on the board: every home venue is told its parts' shares."""
    row = Project.objects.select_for_update().filter(listing=listing).first()
    if row is None or row.status != ProjectStatus.COMPOSED.value:
        nothing_changed()
        return
    row.status = ProjectStatus.LISTED.value
    row.save()
    record(
        project_subject(row.id),
        rules.ProjectListed(project=row.id, listing=listing, number=row.listing_number),
    )
    by_venue: dict[str, dict[UUID, Fraction]] = {}
    for part in row.parts.filter(status=PartStatus.TAKEN.value).order_by("id"):
        assert part.share is not None, "a composed project has its split"
        by_venue.setdefault(part.venue, {})[part.id] = part.share
    for venue, shares in sorted(by_venue.items()):
        if is_here(venue):
            note_listed(
                actor=SYSTEM,
                now=now,
                lead=venue,
                project=row.id,
                listing=listing,
                number=row.listing_number,
                shares=shares,
            )
            continue
        told = {str(part): str(share) for part, share in shares.items()}
        body = {"listing": str(listing), "number": row.listing_number, "shares": told}
        tell(venue, LISTED, row.id, body, now)


@action(power=None)
def note_listing_end(
    *, actor: Actor, now: datetime, listing: UUID, ending: str, was_listed: bool
) -> None:
    """The listing ended: so does the project, or, before it was on the board, it may be listed anew."""
    row = Project.objects.select_for_update().filter(listing=listing).first()
    if row is None or row.status == ProjectStatus.CLOSED.value:
        nothing_changed()
        return
    if not was_listed:
        row.listing, row.listing_number = None, ""
        _reopen(row)
        return
    known = {e.value for e in Ending}
    _close(row, Ending(ending if ending in known else "terminated"), "", now)


@action(power=OFFICE)
def close(*, actor: Actor, now: datetime, project: UUID, reason: str) -> ProjectView:
    """End a project that is not on the board, with the reason; all parts are free."""
    row = _locked(project, ProjectStatus.DRAFTED, ProjectStatus.ANNOUNCED, ProjectStatus.COMPOSED)
    if row.listing is not None:
        rules.need(ProjectStatus.LISTED, ProjectStatus.ANNOUNCED)
    _close(row, Ending.WITHDRAWN, rules.need_words(reason), now)
    return queries.project(project)


def _close(row: Project, ending: Ending, reason: str, now: datetime) -> None:
    was_announced = row.announced_at is not None
    row.status, row.closed_at = ProjectStatus.CLOSED.value, now
    row.ending, row.closed_because = ending.value, reason
    row.save()
    record(
        project_subject(row.id),
        rules.ProjectClosed(project=row.id, ending=ending, reason=reason),
    )
    if not was_announced:
        return
    for one in row.venues.exclude(status=VenueStatus.DECLINED.value).order_by("venue"):
        if is_here(one.venue):
            end_invitation(
                actor=SYSTEM, now=now, lead=one.venue, project=row.id, ending=ending.value
            )
        else:
            tell(one.venue, ENDED, row.id, {"ending": ending.value}, now)


def _number(now: datetime) -> str:
    year = local_date(now).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    code = rulebook.in_force(now).rules.venue.code
    stem = f"{code}-JP-{year}-"
    return f"{stem}{Project.objects.filter(number__startswith=stem).count() + 1:04d}"


def _known(project: UUID) -> Project:
    """A project led here, locked. Raises Refused (UNKNOWN)."""
    row = Project.objects.select_for_update().filter(id=project).first()
    if row is None or row.announced_at is None:
        raise Refused(Refusal.UNKNOWN)
    return row


def _locked(project: UUID, *needed: ProjectStatus) -> Project:
    row = Project.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    rules.need(ProjectStatus(row.status), *needed)
    return row
