"""
Objections to a public notice (RR-7): filed by anybody with a verified identity, decided by an
officer with reasons.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import rules
from hutong.rights.actions.saving import involved_in, locked, take
from hutong.rights.constraints import refusing
from hutong.rights.models import Objection, holdings_of
from hutong.rights.queries.applications import ObjectionView, objection_view
from hutong.rights.refusals import Refusal


@action(power=ACT)
def object_to(
    *,
    actor: Actor,
    now: datetime,
    application: UUID,
    grounds: str,
    technology: UUID | None = None,
    evidence: Sequence[UUID] = (),
) -> ObjectionView:
    """Object to an application in public notice, or to one technology of it; the clock stops."""
    objector = actor.acting_party()
    if not parties.party(objector).is_verified:
        raise Refused(Refusal.OBJECTOR_NOT_VERIFIED)
    row = locked(application)
    if row.notice_opened_at is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="public notice")
    state = row.state()
    objection = new_id()
    events = rules.file_objection(
        state,
        objection=objection,
        objector=objector,
        holders=holdings_of(row.claims.all()).parties(),
        technology=technology,
        grounds=grounds,
        now=now,
    )
    for document in evidence:
        stored = documents.find(document)
        if stored is None or stored.party != objector:
            raise Refused(Refusal.EVIDENCE_UNKNOWN, document=document)
    open_already = Refused(Refusal.OBJECTED_ALREADY)
    with refusing({"rights_objection_one_open": lambda _: open_already}):
        filed = Objection.objects.create(
            id=objection,
            application=row,
            technology=technology,
            objector=objector,
            filed_by=actor.person,
            grounds=grounds,
            evidence=list(dict.fromkeys(evidence)),
            filed_at=now,
        )
    take(row, state, events, now=now)
    return objection_view(filed)


@action(power="rights.decide_objection")
def decide_objection(
    *, actor: Actor, now: datetime, objection: UUID, upheld: bool, reasons: str
) -> ObjectionView:
    """Decide an objection with reasons. Upheld, its technology (or all) leaves the application;
    dismissed, the notice runs on with the time that was left."""
    application = Objection.objects.get_or_refuse(objection, "objection").application_id
    row = locked(application)
    filed = Objection.objects.select_for_update().get(id=objection)
    objectors = parties.people_of(filed.objector, ANY_ROLE)
    require_other_eyes(actor, [filed.filed_by, *objectors, *involved_in(row)])
    state = row.state()
    events = rules.decide_objection(
        state,
        objection=objection,
        technology=filed.technology,
        upheld=upheld,
        reasons=reasons,
        now=now,
    )
    filed.status = "upheld" if upheld else "dismissed"
    filed.decided_by, filed.decided_at, filed.reasons = actor.person, now, reasons
    filed.save()
    if upheld:
        taken = row.items.filter(excepted_because="")
        if filed.technology is not None:
            taken = taken.filter(technology=filed.technology)
        taken.update(excepted_because=reasons, live=False)
    take(row, state, events, now=now)
    return objection_view(filed)
