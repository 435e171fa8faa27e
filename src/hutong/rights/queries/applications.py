"""
Applications with notice: seen by their applicant and whomever they name, the registrar and the
supervisor (a draft by those whose agreement it needs).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.doors.reading import once
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models import (
    Application,
    Beneficiary,
    Claim,
    Contribution,
    Item,
)
from hutong.rights.queries.application_views import ApplicationView, consents_missing, view

OFFICERS = ("rights.examine", "rights.decide_objection", "supervise.read")


def application(id: UUID, actor: Actor | None = None) -> ApplicationView:
    """One application; with `actor`, as far as that actor may see it."""
    row = row_of(id)
    if actor is not None and not sees(actor, row):
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return view(row)


def applications(
    actor: Actor,
    *,
    status: rules.Status | None = None,
    technology: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of what an actor may see, newest first: officers all, a party its own."""
    rows = _with_parts(Application.objects.all())
    if not sees_all_applications(actor):
        rows = rows.filter(_seen_by(actor.acting_party()))
    if status is not None:
        rows = rows.filter(status=status)
    if technology is not None:
        rows = rows.filter(items__technology=technology)
    return paged(rows, cursor, limit, out=view)


def _seen_by(party: UUID) -> Q:
    """Its own; those that name it once submitted; drafts that need its agreement."""
    claimed = Claim.objects.filter(application=OuterRef("pk"), party=party)
    brought = Item.objects.filter(application=OuterRef("pk"), holder=party)
    empowered = Beneficiary.objects.filter(empowerment=OuterRef("pk"), party=party)
    paid = Contribution.objects.filter(empowerment=OuterRef("pk"), party=party)
    drafted = Q(status=rules.Status.DRAFT)
    empowering = Q(kind=ApplicationKind.EMPOWERMENT)
    return (
        Q(applicant=party)
        | (Exists(claimed) & (~drafted | empowering))
        | Exists(brought)
        | Exists(empowered)
        | (Exists(paid) & ~drafted)
    )


def waiting_for_consent(party: UUID) -> list[ApplicationView]:
    """Drafts of others that wait for this party's agreement, oldest first."""
    rows = Application.objects.filter(_seen_by(party), status=rules.Status.DRAFT)
    rows = rows.exclude(applicant=party).exclude(consents__party=party).order_by("id")
    return [view(row) for row in _with_parts(rows) if party in consents_missing(row)]


def row_of(id: UUID) -> Application:
    """The row with its parts, asked for once by a page that needs it for several things."""
    row = once(("rights.application", id), _with_parts(Application.objects.filter(pk=id)).first)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return row


OF_EMPOWERMENT = ("empowerment__beneficiaries", "empowerment__contributions")


def _with_parts(rows: QuerySet[Application]) -> QuerySet[Application]:
    parts = ("items", "claims", "evidence", "consents", "objections", *OF_EMPOWERMENT)
    return beside(rows.select_related("fee", "empowerment"), *parts)


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Through whose hands an application went, for the officers' page (PA-5)."""

    entered_by: UUID | None
    submitted_by: UUID | None
    examined_by: UUID | None
    barred: frozenset[UUID]  # whoever acts for the applicant may not decide


def hands_of(application: UUID) -> Hands:
    row = row_of(application)
    return Hands(
        entered_by=row.entered_by,
        submitted_by=row.submitted_by,
        examined_by=row.examined_by,
        barred=frozenset(id for id in involved_in(row) if id),
    )


def involved_in(row: Application) -> list[UUID | None]:
    """Who may not decide about an application: who entered it, and whoever acts for its applicant
    in any role (PA-5)."""
    return [row.entered_by, row.submitted_by, *parties.people_of(row.applicant, ANY_ROLE)]


def may_read_evidence(actor: Actor, document: UUID) -> bool:
    """Whether a document lies in an application or objection that the actor may see."""
    if actor.party is None:
        return False
    mine = actor.party
    attached = Q(evidence__document=document)
    argued = Q(objections__evidence__contains=[document]) | Q(
        objections__arguments__documents__contains=[document]
    )
    return (
        Application.objects.filter(_seen_by(mine), attached).exists()
        or Application.objects.filter(
            argued, Q(applicant=mine) | Q(objections__objector=mine)
        ).exists()
    )


def live_among(technologies: Collection[UUID]) -> set[UUID]:
    """Technologies another application holds at the moment."""
    return set(
        Item.objects.filter(technology__in=list(technologies), live=True).values_list(
            "technology", flat=True
        )
    )


def sees_all_applications(actor: Actor) -> bool:
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in OFFICERS)
    )


def sees(actor: Actor, row: Application) -> bool:
    if sees_all_applications(actor):
        return True
    if actor.party is None:
        return False
    return Application.objects.filter(_seen_by(actor.party), pk=row.pk).exists()
