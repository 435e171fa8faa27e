"""
Drafts of applications: what every kind of them has in common before it is submitted (RR-7).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import rules
from hutong.rights.actions.saving import application_subject
from hutong.rights.actions.writing import APPLICATION, take_numbers
from hutong.rights.checklists import ApplicationKind
from hutong.rights.events import Drafted
from hutong.rights.models import Application, Claim, Evidence, Item
from hutong.rights.refusals import Refusal
from hutong.rights.shares import Holdings
from hutong.technologies import queries as technologies_


def draft(
    *,
    actor: Actor,
    now: datetime,
    kind: ApplicationKind,
    technologies: Sequence[UUID],
    holdings: Holdings | None,
    holders: Mapping[UUID, UUID] | None = None,
    bundle: UUID | None = None,
    evidence: Sequence[UUID] = (),
) -> Application:
    """Write a draft of the actor's party. `holdings` are the same for every technology; where each
    is held by another party, `holders` names it by technology instead."""
    holders = holders or {}
    row = Application.objects.create(
        id=new_id(),
        kind=kind.value,
        number=take_numbers(APPLICATION, now=now)[0],
        bundle=bundle,
        applicant=actor.acting_party(),
        entered_by=actor.person,
        drafted_at=now,
    )
    Item.objects.bulk_create(
        [
            Item(
                application=row,
                position=position,
                technology=technology,
                holder=holders.get(technology),
            )
            for position, technology in enumerate(technologies)
        ],
        batch_size=2_000,
    )
    Claim.objects.bulk_create(
        Claim(
            application=row,
            power=power.value,
            party=party,
            numerator=numerator,
            denominator=denominator,
        )
        for power, party, numerator, denominator in (holdings.rows() if holdings else ())
    )
    attach(row, actor, now, evidence)
    record(
        application_subject(row.id),
        Drafted(application=row.id, number=row.number, technologies=len(technologies)),
    )
    return row


def attach(row: Application, actor: Actor, now: datetime, attached: Iterable[UUID]) -> None:
    """Attach documents that the party has stored; those already attached stay."""
    wanted = list(dict.fromkeys(attached))
    require_stored(actor, wanted)
    Evidence.objects.bulk_create(
        [Evidence(application=row, document=document, attached_at=now) for document in wanted],
        ignore_conflicts=True,
    )


def require_stored(actor: Actor, wanted: Iterable[UUID]) -> None:
    for document in wanted:
        stored = documents.find(document)
        if stored is None or stored.party != actor.acting_party():
            raise Refused(Refusal.EVIDENCE_UNKNOWN, document=document)


def require_known(wanted: Iterable[UUID]) -> None:
    ids = set(wanted)
    known = parties.parties(ids)
    if ids - known.keys():
        raise Refused(CommonRefusal.NOT_FOUND, what="party")


def subjects(technologies: Sequence[UUID], now: datetime) -> list[rules.Subject]:
    """What the rules need to know of each technology, in the order named."""
    if len(technologies) > rules.MAX_TECHNOLOGIES:
        raise Refused(Refusal.TOO_MANY_NAMED, limit=rules.MAX_TECHNOLOGIES)
    found = technologies_.technologies(set(technologies))
    today = local_date(now)
    out = []
    for id in technologies:
        technology = found.get(id)
        if technology is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="technology")
        out.append(
            rules.Subject(
                id=id,
                title=technology.title,
                kind=technology.kind,
                status=technology.status,
                legal_status=technology.legal_status_on(today),
                entered_by=technology.party,
            )
        )
    return out
