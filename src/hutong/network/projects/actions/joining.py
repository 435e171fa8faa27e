"""
At a venue that is invited: two officers say whether it joins (NE-3, PA-5).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects import events, queries, rules
from hutong.network.projects.actions.contributing import release
from hutong.network.projects.actions.telling import ANSWER, OFFICE, is_here, project_subject, tell
from hutong.network.projects.models import Invitation
from hutong.network.projects.queries import InvitationView
from hutong.network.projects.rules import (
    ContributionStatus,
    InvitationStatus,
    Refusal,
    Words,
)


@action(power=None)
def take_invitation(
    *,
    actor: Actor,
    now: datetime,
    lead: str,
    project: UUID,
    number: str,
    words: Words,
    parts_by: datetime,
) -> None:
    """A venue invites us. Our own project we have joined by announcing it.

    Refused when another venue's project has this id.
    """
    row, is_new = Invitation.objects.get_or_create(
        id=project,
        defaults={
            "lead": lead,
            "number": number,
            "parts_by": parts_by,
            "received_at": now,
            **words.facts(),
        },
    )
    if not is_new:
        if row.lead != lead:
            raise Refused(Refusal.OTHERS_ID)
        nothing_changed()
        return
    if is_here(lead):
        row.status, row.answered_at = InvitationStatus.JOINED.value, now
        row.save()
    record(project_subject(project), events.Invited(project=project, lead_venue=lead))


@action(power=OFFICE)
def accept_invitation(*, actor: Actor, now: datetime, project: UUID) -> InvitationView:
    """Mean to join; another officer confirms."""
    row = _locked(project, InvitationStatus.INVITED)
    row.status, row.accepted_by = InvitationStatus.ACCEPTING.value, actor.person
    row.save()
    record(project_subject(project), events.Accepting(project=project, lead_venue=row.lead))
    return queries.invitation(project)


@action(power=OFFICE)
def confirm_invitation(*, actor: Actor, now: datetime, project: UUID) -> InvitationView:
    """Join, as another officer meant to (PA-5): from now on sellers here may give their mandates."""
    row = _locked(project, InvitationStatus.ACCEPTING)
    require_other_eyes(actor, [row.accepted_by])
    row.confirmed_by = actor.person
    _answer(row, joins=True, reason="", now=now)
    return queries.invitation(project)


@action(power=OFFICE)
def decline_invitation(
    *, actor: Actor, now: datetime, project: UUID, reason: str
) -> InvitationView:
    """Do not join; the lead venue is told why."""
    row = _locked(project, InvitationStatus.INVITED, InvitationStatus.ACCEPTING)
    _answer(row, joins=False, reason=rules.need_words(reason), now=now)
    return queries.invitation(project)


def _answer(row: Invitation, *, joins: bool, reason: str, now: datetime) -> None:
    status = InvitationStatus.JOINED if joins else InvitationStatus.DECLINED
    row.status, row.reason, row.answered_at = status.value, reason, now
    row.save()
    record(
        project_subject(row.id),
        events.Answered(project=row.id, lead_venue=row.lead, joins=joins, reason=reason),
    )
    tell(row.lead, ANSWER, row.id, {"joins": joins, "reason": reason}, now)


@action(power=None)
def end_invitation(*, actor: Actor, now: datetime, lead: str, project: UUID, ending: str) -> None:
    """The lead venue says that the project is over: our parts are free.

    A part bound by another venue's contract is let go by the end of its sale (network.sales).
    """
    row = Invitation.objects.select_for_update().filter(id=project, lead=lead).first()
    if row is None or row.status == InvitationStatus.CLOSED.value:
        nothing_changed()
        return
    row.status, row.ending = InvitationStatus.CLOSED.value, ending[:12]
    row.save()
    record(
        project_subject(project),
        events.InvitationEnded(project=project, lead_venue=lead, ending=row.ending),
    )
    for part in row.parts.select_for_update().order_by("id"):
        if is_here(lead) or part.status != ContributionStatus.BOUND.value:
            release(part, now)


def _locked(project: UUID, *needed: InvitationStatus) -> Invitation:
    row = Invitation.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    if row.status not in needed:
        raise Refused(
            Refusal.OUT_OF_STATE, status=row.status, needed=" / ".join(s.value for s in needed)
        )
    return row
