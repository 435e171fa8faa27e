"""
Objections to a public notice (RR-7): filed by anybody with a verified identity, argued by both
sides in turn, decided by an officer with reasons.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.calendar import natural_days_after
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import exchange, rules
from hutong.rights.actions.drafting import require_stored
from hutong.rights.actions.examining import except_items
from hutong.rights.actions.saving import application_subject, locked, take
from hutong.rights.constraints import refusing
from hutong.rights.models import Application, Argument, Objection
from hutong.rights.procedure_events import ArgumentFiled
from hutong.rights.procedure_words import Side
from hutong.rights.queries.applications import involved_in
from hutong.rights.queries.objections import ObjectionView, objection_view
from hutong.rights.refusals import Refusal
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import RightsRules


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
        applicants={row.applicant, *row.consents.values_list("party", flat=True)},
        technology=technology,
        grounds=grounds,
        now=now,
    )
    require_stored(actor, evidence)
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
            answer_by=natural_days_after(now, _terms(row).objection_answer_days).at,
        )
    take(row, state, events, now=now)
    return objection_view(filed)


@action(power=ACT)
def argue(
    *,
    actor: Actor,
    now: datetime,
    objection: UUID,
    text: str,
    documents: Sequence[UUID] = (),
) -> ObjectionView:
    """Say what one's side has to say about an open objection: the applicant first, then in turn,
    each within the rulebook's days, as many times as the rulebook lets each speak."""
    row, filed = _locked(objection)
    side = _side_of(actor.acting_party(), row, filed)
    require_stored(actor, documents)
    terms = _terms(row)
    argument = new_id()
    events = exchange.argue(
        filed.exchange(),
        argument=argument,
        side=side,
        text=text,
        documents=list(dict.fromkeys(documents)),
        now=now,
        answer_days=terms.objection_answer_days,
        rounds=terms.objection_rounds,
    )
    [said] = events
    assert isinstance(said, ArgumentFiled)
    Argument.objects.create(
        id=argument,
        objection=filed,
        side=side.value,
        round=said.round,
        party=actor.acting_party(),
        said_by=actor.person,
        said_at=now,
        text=text,
        documents=said.documents,
    )
    filed.answer_by = said.answer_by
    filed.save()
    record(application_subject(row.id), *events)
    return objection_view(filed)


@action(power=ACT)
def withdraw_objection(*, actor: Actor, now: datetime, objection: UUID) -> ObjectionView:
    """Take one's own objection back; when it was the last open one, the notice runs on."""
    row, filed = _locked(objection)
    if filed.objector != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="objection")
    state = row.state()
    events = rules.withdraw_objection(state, objection=objection, now=now)
    filed.status, filed.decided_at = "withdrawn", now
    filed.save()
    take(row, state, events, now=now)
    return objection_view(filed)


@action(power="rights.decide_objection")
def decide_objection(
    *, actor: Actor, now: datetime, objection: UUID, upheld: bool, reasons: str
) -> ObjectionView:
    """Decide an objection with reasons. Upheld, its technology (or all) leaves the application;
    dismissed, the notice runs on with the time that was left. Upheld only once the applicant has
    answered, or let its days pass."""
    row, filed = _locked(objection)
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
    exchange.require_heard(filed.exchange(), upheld=upheld, now=now)
    filed.status = "upheld" if upheld else "dismissed"
    filed.decided_by, filed.decided_at, filed.reasons = actor.person, now, reasons
    filed.save()
    if upheld:
        taken = {filed.technology} if filed.technology is not None else state.remaining
        except_items(row, dict.fromkeys(taken, reasons))
    take(row, state, events, now=now)
    return objection_view(filed)


def _locked(objection: UUID) -> tuple[Application, Objection]:
    application = Objection.objects.get_or_refuse(objection, "objection").application_id
    row = locked(application)
    return row, Objection.objects.select_for_update().get(id=objection)


def _side_of(party: UUID, row: Application, filed: Objection) -> Side:
    if party == filed.objector:
        return Side.OBJECTOR
    if party == row.applicant:
        return Side.APPLICANT
    raise Refused(CommonRefusal.NOT_FOUND, what="objection")


def _terms(row: Application) -> RightsRules:
    assert row.rulebook_version is not None, "what is in notice was submitted"
    return rulebook.version(row.rulebook_version).rights
