"""
At the lead venue: the split is fixed, the lead seller offers the whole, and the project goes as its
listing does (NE-3, TE-4).
"""

from datetime import datetime
from fractions import Fraction
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor
from hutong.kit.money import CNY, with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.listings.joint import Joint, JointPart, contents_of
from hutong.listings.offers import OfferKind, Payment, PriceMode, Scope, Terms
from hutong.listings.queries import ListingView
from hutong.network.projects import events, queries, rules
from hutong.network.projects.actions.contributing import note_listed
from hutong.network.projects.actions.joining import end_invitation
from hutong.network.projects.actions.leading import locked, reopen_for_parts
from hutong.network.projects.actions.telling import (
    ENDED,
    LISTED,
    OFFICE,
    is_here,
    part_subject,
    project_subject,
    tell,
)
from hutong.network.projects.models import Contribution, Project, ProjectPart
from hutong.network.projects.queries import ProjectView
from hutong.network.projects.rules import (
    Ending,
    PartStatus,
    ProjectStatus,
    Refusal,
    VenueStatus,
)
from hutong.venues import queries as venues


@action(power=OFFICE)
def compose(*, actor: Actor, now: datetime, project: UUID, lead_part: UUID) -> ProjectView:
    """Fix which parts the project has and how the price is split among them; take no more.

    `lead_part`: of our own venue; its seller offers the whole, by the others' mandates.
    """
    row = locked(project, ProjectStatus.ANNOUNCED)
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
        events.ProjectComposed(
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
    row = locked(project, ProjectStatus.COMPOSED)
    if row.listing is not None:
        rules.need(ProjectStatus.LISTED, ProjectStatus.COMPOSED)
    reopen_for_parts(row)
    return queries.project(project)


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
        events.ProjectListed(project=row.id, listing=listing, number=row.listing_number),
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
        reopen_for_parts(row)
        return
    known = {e.value for e in Ending}
    _close(row, Ending(ending if ending in known else "terminated"), "", now)


@action(power=OFFICE)
def close(*, actor: Actor, now: datetime, project: UUID, reason: str) -> ProjectView:
    """End a project that is not on the board, with the reason; all parts are free."""
    row = locked(project, ProjectStatus.DRAFTED, ProjectStatus.ANNOUNCED, ProjectStatus.COMPOSED)
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
        events.ProjectClosed(project=row.id, ending=ending, reason=reason),
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
