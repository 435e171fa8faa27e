"""
Do projects, invitations and parts still follow from what was recorded of them?
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.network.projects import events
from hutong.network.projects.models import Contribution, Invitation, Project
from hutong.network.projects.rules import ContributionStatus, InvitationStatus, ProjectStatus
from hutong.venues import queries as venues

OF_PROJECTS: Final[Mapping[str, ProjectStatus]] = {
    events.ProjectDrafted.kind: ProjectStatus.DRAFTED,
    events.ProjectAnnounced.kind: ProjectStatus.ANNOUNCED,
    events.ProjectComposed.kind: ProjectStatus.COMPOSED,
    events.ProjectReopened.kind: ProjectStatus.ANNOUNCED,
    events.ProjectListed.kind: ProjectStatus.LISTED,
    events.ProjectClosed.kind: ProjectStatus.CLOSED,
}
OF_INVITATIONS: Final = (
    *(events.Invited.kind, events.Accepting.kind),
    *(events.Answered.kind, events.InvitationEnded.kind),
)
OF_PARTS: Final[Mapping[str, ContributionStatus]] = {
    events.Mandated.kind: ContributionStatus.MANDATED,
    events.Returned.kind: ContributionStatus.RETURNED,
    events.PartAdded.kind: ContributionStatus.ADDED,
    events.PartListed.kind: ContributionStatus.LISTED,
    events.PartWithdrawn.kind: ContributionStatus.WITHDRAWN,
    events.PartReleased.kind: ContributionStatus.RELEASED,
    events.PartBound.kind: ContributionStatus.BOUND,
    events.PartSold.kind: ContributionStatus.SOLD,
    "network.SaleSigned": ContributionStatus.BOUND,
    "network.SaleMoved": ContributionStatus.SOLD,
}


def audit() -> Iterator[Discrepancy]:
    """Each project, invitation and part against its entries; each split against one."""
    yield from _projects()
    yield from _invitations()
    yield from _parts()


def _projects() -> Iterator[Discrepancy]:
    told = _by_subject(OF_PROJECTS)
    for row in Project.objects.prefetch_related("parts").order_by("id"):
        history = told.pop(subject("project", row.id), [])
        status = OF_PROJECTS[history[-1].kind].value if history else "none"
        yield from _compare(f"network.project {row.number}", status, row.status)
        shares = [part.share for part in row.parts.all() if part.share is not None]
        if shares and sum(shares) != 1:
            yield Discrepancy(f"network.project {row.number} split", "1", str(sum(shares)))
    for about in told:
        yield Discrepancy(f"network.{about}", "the project", "none")


def _invitations() -> Iterator[Discrepancy]:
    told = _by_subject(OF_INVITATIONS)
    us = venues.my_code()
    for row in Invitation.objects.order_by("id"):
        history = told.pop(subject("project", row.id), [])
        place = f"network.invitation {row.number}"
        status = _invited(history[-1], us).value if history else "none"
        yield from _compare(place, status, row.status)
        ended = next((e for e in history if e.kind == events.InvitationEnded.kind), None)
        yield from _compare(f"{place} ending", ended.facts["ending"] if ended else "", row.ending)
    for about in told:
        yield Discrepancy(f"network.invitation {about}", "the invitation", "none")


def _invited(last: Recorded, us: str) -> InvitationStatus:
    """What an invitation is after its last entry; our own project we have joined by announcing it."""
    match last.kind:
        case events.Invited.kind if last.facts["lead_venue"] == us:
            return InvitationStatus.JOINED
        case events.Invited.kind:
            return InvitationStatus.INVITED
        case events.Accepting.kind:
            return InvitationStatus.ACCEPTING
        case events.Answered.kind:
            joins = last.facts["joins"]
            return InvitationStatus.JOINED if joins else InvitationStatus.DECLINED
    return InvitationStatus.CLOSED


def _parts() -> Iterator[Discrepancy]:
    told = _by_subject((*OF_PARTS, events.PartAnswered.kind))
    for row in Contribution.objects.order_by("id"):
        history = told.pop(subject("project_part", row.id), [])
        status = _part(history[-1]).value if history else "none"
        yield from _compare(f"network.contribution {row.id}", status, row.status)
    for about in told:
        yield Discrepancy(f"network.contribution {about}", "the part", "none")


def _part(last: Recorded) -> ContributionStatus:
    if last.kind == events.PartAnswered.kind:
        taken = last.facts["taken"]
        return ContributionStatus.TAKEN if taken else ContributionStatus.REFUSED
    return OF_PARTS[last.kind]


def _by_subject(kinds: Mapping[str, object] | tuple[str, ...]) -> dict[str, list[Recorded]]:
    told: dict[str, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(kinds):
        told[entry.subject].append(entry)
    return told


def _compare(place: str, expected: str, found: str) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(place, expected, found)
