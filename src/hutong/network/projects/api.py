"""
Joint projects, by the API: everybody sees them, offices lead and join them, sellers give their
mandates (NE-3, TE-4).
"""

from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.kit.actor import READ
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.schemas import ListingOut
from hutong.network.projects import actions, queries
from hutong.network.projects.rules import (
    Words,
)
from hutong.network.projects.schemas import (
    ComposeIn,
    OfferIn,
    PartFindingsIn,
    ProjectContributionOut,
    ProjectIn,
    ProjectInvitationOut,
    ProjectMandateIn,
    ProjectOut,
    SeenProjectOut,
    WhyIn,
)

router = Router(tags=["network"])


# -- for everybody ----------------------------------------------------------------------------------


@router.get(
    "/network/projects",
    response={200: list[SeenProjectOut], **PROBLEMS},
    summary="Joint projects of the network",
    auth=None,
)
def everywhere(request: DoorRequest) -> list[SeenProjectOut]:
    """All that are announced at any venue, newest first, at most 100. Open to everybody (NE-3)."""
    return [SeenProjectOut.of(seen) for seen in queries.every_project()]


@router.get(
    "/network/projects/{venue}/{project}",
    response={200: SeenProjectOut, **PROBLEMS},
    summary="A joint project",
    auth=None,
)
def one_anywhere(request: DoorRequest, venue: str, project: UUID) -> SeenProjectOut:
    """By its lead venue's log, with its parts' words by theirs. Open to everybody (NE-3, LO-4)."""
    seen = queries.seen(venue, project)
    if seen is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    return SeenProjectOut.of(queries.with_words(seen))


# -- at the lead venue ------------------------------------------------------------------------------


@router.get("/projects", response={200: Page[ProjectOut], **PROBLEMS}, summary="Projects led here")
def led_here(
    request: DoorRequest, cursor: str | None = None, limit: int = Query(50)
) -> dict[str, Any]:
    """Newest first. Needs `listings.examine` (NE-3)."""
    request.actor.need(queries.SEE)
    return paged(
        queries.projects(),
        cursor,
        limit,
        key=("-drafted_at", "-id"),
        out=lambda row: ProjectOut.of(queries.view(row)),
    )


@router.post("/projects", response={201: ProjectOut, **PROBLEMS}, summary="Draft a joint project")
def draft(request: DoorRequest, body: ProjectIn) -> Status[ProjectOut]:
    """Needs `listings.examine`; another officer announces it (PA-5, NE-3)."""
    made = actions.draft(
        actor=request.actor,
        now=request.now,
        words=Words(
            title_zh=body.title_zh,
            title_en=body.title_en,
            summary=body.summary,
            conditions=body.conditions,
        ),
        invited=body.venues,
        parts_by=body.parts_by,
    )
    return Status(201, ProjectOut.of(made))


@router.get("/projects/{project}", response={200: ProjectOut, **PROBLEMS}, summary="A project")
def get(request: DoorRequest, project: UUID) -> ProjectOut:
    """Needs `listings.examine` (NE-3)."""
    request.actor.need(queries.SEE)
    return ProjectOut.of(queries.project(project))


@router.post(
    "/projects/{project}/announce",
    response={200: ProjectOut, **PROBLEMS},
    summary="Announce a project and invite its venues",
)
def announce(request: DoorRequest, project: UUID) -> ProjectOut:
    """Needs `listings.examine`, and other eyes than those that drafted it (PA-5)."""
    return ProjectOut.of(actions.announce(actor=request.actor, now=request.now, project=project))


@router.post(
    "/projects/{project}/compose",
    response={200: ProjectOut, **PROBLEMS},
    summary="Fix the parts and the split of the price",
)
def compose(request: DoorRequest, project: UUID, body: ComposeIn) -> ProjectOut:
    """Each part's share of the price is its share of what is asked. Needs `listings.examine` (TE-4)."""
    return ProjectOut.of(
        actions.compose(
            actor=request.actor, now=request.now, project=project, lead_part=body.lead_part
        )
    )


@router.post(
    "/projects/{project}/reopen",
    response={200: ProjectOut, **PROBLEMS},
    summary="Take parts again",
)
def reopen(request: DoorRequest, project: UUID) -> ProjectOut:
    """Before the lead seller has offered it. Needs `listings.examine` (TE-4)."""
    return ProjectOut.of(actions.reopen(actor=request.actor, now=request.now, project=project))


@router.post(
    "/projects/{project}/close", response={200: ProjectOut, **PROBLEMS}, summary="End a project"
)
def close(request: DoorRequest, project: UUID, body: WhyIn) -> ProjectOut:
    """Before it is offered; every part is free. Needs `listings.examine` (NE-3)."""
    return ProjectOut.of(
        actions.close(actor=request.actor, now=request.now, project=project, reason=body.reason)
    )


@router.post(
    "/projects/{project}/listing",
    response={201: ListingOut, **PROBLEMS},
    summary="Offer the whole project",
)
def offer(request: DoorRequest, project: UUID, body: OfferIn) -> Status[Any]:
    """One listing of all parts, submitted for examination. Needs `member.act` for the lead seller;
    at no less than the sellers ask together (TE-4, LI-2)."""
    made = actions.list_project(
        actor=request.actor,
        now=request.now,
        project=project,
        price_fen=body.price_fen,
        deposit_fen=body.deposit_fen,
        increment_fen=body.increment_fen,
    )
    return Status(201, made)


# -- at a home venue --------------------------------------------------------------------------------


@router.get(
    "/project-invitations",
    response={200: list[ProjectInvitationOut], **PROBLEMS},
    summary="Projects this venue is invited to",
)
def invitations(request: DoorRequest) -> list[ProjectInvitationOut]:
    """Officers with `listings.examine` see all; members (`member.read`) those open for parts (NE-3)."""
    if request.actor.has(queries.SEE):
        request.actor.need(queries.SEE)
        return [ProjectInvitationOut.of(one) for one in queries.invitations()]
    request.actor.need(READ)
    return [ProjectInvitationOut.of(one) for one in queries.open_for_parts(request.now)]


@router.post(
    "/project-invitations/{project}/accept",
    response={200: ProjectInvitationOut, **PROBLEMS},
    summary="Mean to join a project",
)
def accept(request: DoorRequest, project: UUID) -> ProjectInvitationOut:
    """Needs `listings.examine`; another officer confirms (PA-5)."""
    return ProjectInvitationOut.of(
        actions.accept_invitation(actor=request.actor, now=request.now, project=project)
    )


@router.post(
    "/project-invitations/{project}/confirm",
    response={200: ProjectInvitationOut, **PROBLEMS},
    summary="Join a project",
)
def confirm(request: DoorRequest, project: UUID) -> ProjectInvitationOut:
    """Needs `listings.examine`, and other eyes than those that meant to join (PA-5)."""
    return ProjectInvitationOut.of(
        actions.confirm_invitation(actor=request.actor, now=request.now, project=project)
    )


@router.post(
    "/project-invitations/{project}/decline",
    response={200: ProjectInvitationOut, **PROBLEMS},
    summary="Do not join a project",
)
def decline(request: DoorRequest, project: UUID, body: WhyIn) -> ProjectInvitationOut:
    """The lead venue is told why. Needs `listings.examine` (NE-3)."""
    return ProjectInvitationOut.of(
        actions.decline_invitation(
            actor=request.actor, now=request.now, project=project, reason=body.reason
        )
    )


@router.post(
    "/project-invitations/{project}/parts",
    response={201: ProjectContributionOut, **PROBLEMS},
    summary="Let a bundle be sold in a project",
)
def mandate(
    request: DoorRequest, project: UUID, body: ProjectMandateIn
) -> Status[ProjectContributionOut]:
    """A mandate of the party acted for; an officer examines it. Needs `member.act` (TE-4, RR-10)."""
    made = actions.give_mandate(
        actor=request.actor,
        now=request.now,
        project=project,
        bundle=body.bundle,
        asked_fen=body.asked_fen,
    )
    return Status(201, ProjectContributionOut.of(made))


@router.get(
    "/project-parts",
    response={200: list[ProjectContributionOut], **PROBLEMS},
    summary="Parts of joint projects",
)
def parts(request: DoorRequest) -> list[ProjectContributionOut]:
    """A party's own (`member.read`); an officer with `listings.examine` sees those that wait (NE-3)."""
    if request.actor.has(queries.SEE):
        request.actor.need(queries.SEE)
        return [ProjectContributionOut.of(one) for one in queries.mandates_waiting()]
    request.actor.need(READ)
    found = queries.contributions_of(request.actor.acting_party())
    return [ProjectContributionOut.of(one) for one in found]


@router.post(
    "/project-parts/{part}/add",
    response={200: ProjectContributionOut, **PROBLEMS},
    summary="Add a part to its project",
)
def add(request: DoorRequest, part: UUID, body: PartFindingsIn) -> ProjectContributionOut:
    """Title is checked, the rights reserved, the lead venue told. Needs `listings.examine`, and
    nobody of the seller's (PA-5, LI-2)."""
    return ProjectContributionOut.of(
        actions.add_part(actor=request.actor, now=request.now, part=part, findings=body.findings)
    )


@router.post(
    "/project-parts/{part}/return",
    response={200: ProjectContributionOut, **PROBLEMS},
    summary="Return a mandate to its seller",
)
def give_back(request: DoorRequest, part: UUID, body: PartFindingsIn) -> ProjectContributionOut:
    """With findings. Needs `listings.examine`, and nobody of the seller's (PA-5)."""
    return ProjectContributionOut.of(
        actions.return_part(actor=request.actor, now=request.now, part=part, findings=body.findings)
    )


@router.post(
    "/project-parts/{part}/withdraw",
    response={200: ProjectContributionOut, **PROBLEMS},
    summary="Take a part out of its project",
)
def withdraw(request: DoorRequest, part: UUID, body: WhyIn) -> ProjectContributionOut:
    """Needs `member.act` for its seller until the whole is listed; `listings.examine` for a cause
    after that. The project, and its listing, say so everywhere (NE-3)."""
    return ProjectContributionOut.of(
        actions.withdraw_part(actor=request.actor, now=request.now, part=part, reason=body.reason)
    )
