"""
The registrar's cases: applications with their notice and objections (RR-7, RR-9).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, decide, source
from hutong.desk.terms import terms
from hutong.documents import queries as documents
from hutong.doors.reading import once
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.checklists import CHECKLISTS, ApplicationKind
from hutong.rights.queries import ApplicationView, ObjectionView
from hutong.rights.queries.office import WaitingApplication, applications_waiting
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision as Examined
from hutong.rights.rules import Status
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.templatetags.ui import named

ITEMS_A_PAGE = 50
KINDS = {
    ApplicationKind.FIRST_REGISTRATION: _("First registration"),
    ApplicationKind.EMPOWERMENT: _("Researcher empowerment"),
}
QUEUED = {
    (ApplicationKind.FIRST_REGISTRATION, Status.SUBMITTED): _("Examination of a right"),
    (ApplicationKind.EMPOWERMENT, Status.SUBMITTED): _("Examination of an empowerment"),
    (ApplicationKind.FIRST_REGISTRATION, Status.HELD): _("Held registration"),
    (ApplicationKind.EMPOWERMENT, Status.HELD): _("Held empowerment"),
}


@source("rights.examine")
def to_examine(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for a in _waiting(actor, disputed=False):
        yield Waiting(
            kind=str(QUEUED[a.kind, a.status]),
            about=[a.first] if a.first else [],
            more=a.technologies - 1,
            href=f"/desk/rights/{a.id}",
            since=a.submitted_at,
            note=a.number,
            term="registration",
        )


@source("rights.decide_objection")
def to_decide(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Objections, each from when both sides were heard; before, until when they still may speak."""
    for a in _waiting(actor, disputed=True):
        yield Waiting(
            kind=gettext("Objection to decide"),
            about=[a.first] if a.first else [],
            more=a.technologies - 1,
            href=f"/desk/rights/{a.id}",
            since=a.stopped_at,
            note=a.number,
            term="objection",
        )


def _waiting(actor: Actor, *, disputed: bool) -> list[WaitingApplication]:
    """Both kinds are one question, asked once a page."""
    found = once(("desk.applications", actor.person), lambda: applications_waiting(actor))
    return [a for a in found if (a.status is Status.NOTICE) is disputed]


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """An application with its checklist, evidence, technologies, notice and objections."""
    actor, now = request.actor, request.now
    posted = request.POST.get
    findings, reasons = posted("findings", ""), posted("reasons", "")
    acts = Acts(request, to=request.get_full_path())
    act: dict[str, Any] = {"actor": actor, "now": now, "application": id}

    def examine(decision: Examined) -> None:
        checks = {name[6:]: True for name in request.POST if name.startswith("check:")}
        actions.examine(**act, decision=decision, findings=findings, checks=checks)

    def decide_objection(upheld: bool) -> None:
        actions.decide_objection(
            actor=actor,
            now=now,
            objection=posted_id(request, "objection"),
            upheld=upheld,
            reasons=reasons,
        )

    def set_aside(why: str) -> None:
        chosen = [UUID(value) for value in request.POST.getlist("item")]
        items = dict.fromkeys(chosen, why)
        if why or not chosen:
            items |= _pasted(posted("pasted", ""), queries.application(id, actor))
        if not items:
            raise Refused(Refusal.NOTHING_NAMED)
        actions.set_aside(**act, items=items)

    acts.on("accept", lambda: examine(Examined.ACCEPT), said=gettext("In public notice now."))
    acts.on("reject", lambda: examine(Examined.REJECT), said=gettext("Rejected with your reasons."))
    acts.on(
        "set_aside",
        lambda: set_aside(posted("why", "")),
        said=gettext("Set aside; the rest goes on."),
    )
    acts.on("take_back", lambda: set_aside(""), said=gettext("Among those examined again."))
    acts.on("uphold", lambda: decide_objection(True), said=gettext("The objection is upheld."))
    acts.on("dismiss", lambda: decide_objection(False), said=gettext("The objection is dismissed."))
    acts.on("retry", lambda: actions.close_notice(**act), said=gettext("Registered."))
    acts.on(
        "reject_held",
        lambda: actions.reject_held(**act, reasons=findings),
        said=gettext("Rejected with your reasons."),
    )
    if answer := acts.answer():
        return answer
    application = queries.application(id, actor)
    objections = queries.objections(id, actor)
    people = application.parties | {o.objector for o in objections}
    people |= {argument.party for o in objections for argument in o.arguments}
    names = parties.parties(people | application.consents_given)
    hands = queries.hands_of(id)
    submitted = application.status is Status.SUBMITTED
    page = _items(request, application)
    case = Case(
        kind=str(KINDS[application.kind]),
        number=application.number,
        title=_title(application),
        lifecycle="rights",
        state=application.status,
        since=_since(application),
        due_by=terms(now).due_by("registration", application.submitted_at) if submitted else None,
        checks=_checks(request, application, names, actor),
        evidence=_papers(application),
        decisions=_decisions(application, objections, names, actor, now, findings, reasons),
        barred=same_eyes(
            actor, hands.barred, gettext("You act for the applicant; another officer decides.")
        ),
        hands=_hands(application, hands),
    )
    return show(
        request,
        "desk/right.html",
        case,
        acts=acts,
        subjects=[subject("right_application", id)],
        application=application,
        parties=names,
        page=page,
        file=application.empowerment,
        objections=[
            (o, _found(o.evidence), [(a, _found(a.documents)) for a in o.arguments])
            for o in objections
        ],
        examining=submitted and "rights.examine" in decide(actor, "rights.examine"),
        words=words,
    )


def _since(application: ApplicationView) -> datetime | None:
    if application.status in (Status.SUBMITTED, Status.HELD):
        return application.submitted_at
    return application.stopped_at


def _checks(
    request: HttpRequest, application: ApplicationView, names: Mapping[UUID, Any], actor: Actor
) -> list[Check]:
    """The list of the application's kind: to be ticked while it is examined, later as answered."""
    examining = application.status is Status.SUBMITTED and actor.has("rights.examine")
    answered = bool(application.findings)
    return [
        Check(
            text=gettext(check.question),
            rule=check.rule,
            ok=application.checks.get(check.code, False) if answered else None,
            found=_machine(check.code, application, names),
            name=f"check:{check.code}" if examining else "",
            ticked=f"check:{check.code}" in request.POST,
        )
        for check in CHECKLISTS[application.kind]
    ]


def _machine(code: str, application: ApplicationView, names: Mapping[UUID, Any]) -> str:
    """What the register itself knows about a question, to be weighed by the officer."""
    match code:
        case "identity":
            waiting = [named(names[p]) for p in application.parties if not names[p].is_verified]
            if waiting:
                return gettext("not verified: {names}").format(names=", ".join(waiting))
            return gettext("all {n} parties named are verified").format(n=len(application.parties))
        case "validity":
            found = _technologies(application).values()
            unknown = sum(
                t.legal_status is not None and t.legal_status != "in_force" for t in found
            )
            return gettext("{n} of {all} not stated to be in force").format(
                n=unknown, all=len(application.technologies)
            )
        case "publicity" if application.empowerment:
            days = application.empowerment.diligence
            return f"{days.published_from} – {days.published_until}, {days.published_where}"
        case "decision" if application.empowerment:
            decided = application.empowerment.diligence
            return f"{decided.decided_on}, {decided.decided_by}"
        case "price" if application.empowerment:
            return application.empowerment.diligence.price_statement
        case "income" if application.empowerment:
            share = application.empowerment.plan.share
            return gettext("{share} of net income, {n} contributors").format(
                share=share, n=len(application.empowerment.plan.contributions)
            )
    return ""


def _papers(application: ApplicationView) -> list[Paper]:
    proves: dict[UUID, str] = {}
    if file := application.empowerment:
        proves = {
            file.diligence.publicity_document: gettext("Internal publicity"),
            file.diligence.decision_document: gettext("Collective decision"),
            file.diligence.price_document: gettext("Basis of the price"),
        }
    return [
        Paper(file=found, proves=proves.get(found.id, "")) for found in _found(application.evidence)
    ]


def _found(ids: Sequence[UUID]) -> list[Any]:
    return [document for id in ids if (document := documents.find(id))]


def _decisions(
    application: ApplicationView,
    objections: Sequence[ObjectionView],
    names: Mapping[UUID, Any],
    actor: Actor,
    now: datetime,
    findings: str,
    reasons: str,
) -> list[Decision]:
    may = decide(actor, "rights.examine", "rights.decide_objection")
    if application.status is Status.SUBMITTED and "rights.examine" in may:
        return [_examination(application, findings, now)]
    if application.status is Status.HELD and "rights.examine" in may:
        return [_held(findings)]
    if application.status is Status.NOTICE and "rights.decide_objection" in may:
        return [
            _objection(o, names, now, reasons, number)
            for number, o in enumerate(objections, 1)
            if o.status == "open"
        ]
    return []


def _examination(application: ApplicationView, findings: str, now: datetime) -> Decision:
    days = rulebook.in_force(now).rules.rights.notice_days
    aside = sum(bool(item.set_aside_because) for item in application.items)
    accepted = gettext("In public notice for {n} days; everybody may object.").format(n=days)
    if aside:
        accepted += " " + gettext("{n} set aside leave the application.").format(n=aside)
    if application.fee and application.fee.status == "due":
        accepted += " " + gettext("Waits for the fee, which is not paid yet.")
    return Decision(
        title=gettext("Examine the application"),
        form=why_form("findings", _("Findings"), typed=findings, of="examine", rows=5),
        outcomes=[
            Outcome(
                act="accept",
                label=gettext("Accept into notice"),
                consequence=accepted,
                rule="RR-7",
                good=True,
            ),
            Outcome(
                act="reject",
                label=gettext("Reject"),
                consequence=gettext("It ends here; the applicant reads your findings."),
                grave=True,
            ),
        ],
    )


def _held(findings: str) -> Decision:
    return Decision(
        title=gettext("A holder is not verified any more"),
        form=why_form("findings", _("Reasons"), typed=findings, of="held", always=False),
        outcomes=[
            Outcome(
                act="retry",
                label=gettext("Register now"),
                consequence=gettext(
                    "When all holders are verified again, the register is written."
                ),
                rule="PA-3",
                good=True,
            ),
            Outcome(
                act="reject_held",
                label=gettext("Reject"),
                consequence=gettext("It ends here; the applicant reads your reasons."),
                grave=True,
            ),
        ],
    )


def _objection(
    o: ObjectionView, names: Mapping[UUID, Any], now: datetime, reasons: str, number: int
) -> Decision:
    heard = o.answered or (o.answer_by is not None and now >= o.answer_by)
    upheld = gettext("What it is about leaves the application.")
    if not heard:
        upheld += " " + gettext("Not before the applicant has answered, or its time is over.")
    return Decision(
        title=gettext("Objection of {name}").format(name=named(names.get(o.objector))),
        id=f"objection-{number}",
        form=why_form(
            "reasons", _("Reasons, to be published"), typed=reasons, of=f"objection-{number}"
        ),
        hidden=[("objection", str(o.id))],
        outcomes=[
            Outcome(
                act="dismiss",
                label=gettext("Dismiss it"),
                consequence=gettext("The notice runs on with the time that was left."),
                rule="RR-7",
                good=True,
            ),
            Outcome(act="uphold", label=gettext("Uphold it"), consequence=upheld, grave=True),
        ],
    )


def _hands(application: ApplicationView, hands: Any) -> list[Hand]:
    return [
        Hand(did=did, by=id, at=at)
        for did, id, at in (
            (gettext("Drafted by"), hands.entered_by, application.drafted_at),
            (gettext("Submitted by"), hands.submitted_by, application.submitted_at),
            (gettext("Examined by"), hands.examined_by, application.notice_opened_at),
        )
        if id is not None
    ]


def _items(request: HttpRequest, application: ApplicationView) -> dict[str, Any]:
    """A page of the application's technologies, found by title or number, or only those set aside."""
    wanted, only = request.GET.get("q", "").strip().casefold(), request.GET.get("only", "")
    found = _technologies(application)
    today = local_date(request.now)
    rows = [
        {
            "item": item,
            "t": t,
            "legal": t.legal_status_on(today),
            "numbers": [number for number in t.numbers.values() if number],
        }
        for item in application.items
        if (t := found.get(item.technology)) is not None
        and (only != "aside" or item.set_aside_because or item.excepted_because)
        and (not wanted or wanted in _searched(t))
    ]
    try:
        page = max(1, int(request.GET.get("page", "1")))
    except ValueError:
        page = 1
    first = (page - 1) * ITEMS_A_PAGE
    return {
        "rows": rows[first : first + ITEMS_A_PAGE],
        "all": len(application.items),
        "found": len(rows),
        "aside": sum(bool(item.set_aside_because) for item in application.items),
        "left_out": sum(bool(item.excepted_because) for item in application.items),
        "q": request.GET.get("q", ""),
        "only": only,
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if first + ITEMS_A_PAGE < len(rows) else None,
        "many": len(application.items) > ITEMS_A_PAGE,
    }


def _searched(t: Any) -> str:
    return " ".join((t.title_zh, t.title_en, *t.numbers.values())).casefold()


def _pasted(text: str, application: ApplicationView) -> dict[UUID, str]:
    """Lines of a sheet, `number⇥reason`: each names one technology of the application."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return {}
    by_number = {
        number.casefold(): t.id
        for t in _technologies(application).values()
        for number in t.numbers.values()
        if number
    }
    items: dict[UUID, str] = {}
    for line in lines:
        number, _tab, why = line.replace("\t", " ", 1).partition(" ")
        if number.casefold() not in by_number:
            raise Refused(Refusal.EXCEPTION_UNKNOWN, technology=number)
        if not why.strip():
            raise Refused(Refusal.WORDS_MISSING, what=number)
        items[by_number[number.casefold()]] = why.strip()
    return items


def _technologies(application: ApplicationView) -> dict[UUID, Any]:
    """What it is about: asked for once by a page that needs it in several places."""
    return once(
        ("desk.rights.technologies", application.id),
        lambda: technologies.technologies(application.technologies),
    )


def _title(application: ApplicationView) -> str:
    if application.bundle:
        return named(technologies.technology(application.bundle))
    first = application.technologies[:1]
    title = named(_technologies(application).get(first[0])) if first else ""
    more = len(application.technologies) - 1
    return title + (gettext(" and {n} more").format(n=more) if more > 0 else "")
