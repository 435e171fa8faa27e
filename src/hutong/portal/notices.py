"""
Public notices 公示: who claims which right, until when, and how to object (RR-7).
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import actions as document_actions
from hutong.documents import queries as documents
from hutong.documents.rules import Access
from hutong.kit.actor import ACT
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.checklists import ApplicationKind
from hutong.rights.rules import Status
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, posted_id, visitor
from hutong.ui.fields import FilesField, uploaded
from hutong.ui.templatetags.ui import named

SHOWN = 100  # technologies of a bundle on one page
KINDS = {
    ApplicationKind.FIRST_REGISTRATION: _("First registration"),
    ApplicationKind.EMPOWERMENT: _("Researcher empowerment"),
}


class ObjectionForm(forms.Form):
    technology = forms.ChoiceField(label=_("What the objection is about"), required=False)
    grounds = forms.CharField(
        label=_("Grounds"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4_000,
        help_text=_("Why the right is not the applicant's, with facts that can be checked."),
    )
    evidence = FilesField(label=_("Evidence"), required=False)


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your statement"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4_000
    )
    documents = FilesField(label=_("Evidence"), required=False)


@visitor
def index(request: HttpRequest) -> HttpResponse:
    """The notices that run or have ended, and a month of them as a calendar."""
    running = request.GET.get("which", "running") != "past"
    page = queries.notices(running=running, cursor=request.GET.get("cursor"), limit=30)
    month = _month(request.GET.get("month", ""), local_date(request.now))
    first = [notice.technologies[0] for notice in page["items"] if notice.technologies]
    bundles = [notice.bundle for notice in page["items"] if notice.bundle]
    claimants = {p for notice in page["items"] for p in notice.claimants}
    return render(
        request,
        "portal/notices.html",
        {
            "page": page,
            "running": running,
            "technologies": technologies.technologies([*first, *bundles]),
            "parties": parties.parties(claimants),
            "month": _calendar(month, local_date(request.now)),
            "kinds": KINDS,
        },
    )


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _calendar(first: date, today: date) -> dict[str, Any]:
    """Weeks of a month, Monday first: on each day the notices that open, and those that end."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    busy = queries.notice_calendar(first, last)
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start <= last:
        days = [start + timedelta(days=n) for n in range(7)]
        weeks.append(
            [
                {
                    "day": day,
                    "in": day.month == first.month,
                    "today": day == today,
                    "busy": busy.get(day),
                }
                for day in days
            ]
        )
        start += timedelta(days=7)
    return {
        "first": first,
        "weeks": weeks,
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{last + timedelta(days=1):%Y-%m}",
        "busy": list(busy.values()),
    }


@visitor
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One notice. A verified party may object while it runs, and argue its own objection."""
    actor = request.actor
    notice = queries.notice(id)
    shown = notice.technologies[:SHOWN]
    wanted = {*shown, *([notice.bundle] if notice.bundle else [])}
    found = technologies.technologies(wanted)
    posted = request.POST.get("act") if request.method == "POST" else None
    form = ObjectionForm(
        request.POST if posted == "object" else None, request.FILES if posted == "object" else None
    )
    form.fields["technology"].choices = [
        ("", gettext("the whole application")),
        *((str(t), named(found.get(t))) for t in shown),
    ]
    reply = ReplyForm(
        request.POST if posted == "reply" else None,
        request.FILES if posted == "reply" else None,
        auto_id="reply-%s",
    )
    acts = Acts(request)
    acts.on(
        "object",
        lambda: _object(request, id, form),
        said=gettext("Your objection is filed. The notice stands still until it is decided."),
        form=form,
    )
    acts.on("reply", lambda: _reply(request, id, reply), said=gettext("Filed."), form=reply)
    acts.on(
        "take_back",
        lambda: actions.withdraw_objection(
            actor=actor, now=request.now, objection=posted_id(request, "objection")
        ),
        said=gettext("Taken back."),
    )
    if answer := acts.answer():
        return answer
    mine = (
        [o for o in queries.objections(id, actor) if o.objector == actor.party]
        if actor.party
        else []
    )
    people = set(notice.claimants) | {argument.party for o in mine for argument in o.arguments}
    people |= {o.objector for o in mine}
    if notice.terms:
        people |= {notice.terms.institution, *(party for party, _ in notice.terms.beneficiaries)}
    return render(
        request,
        "portal/notice.html",
        {
            "notice": notice,
            "kind": KINDS[notice.kind],
            "shown": shown,
            "more": len(notice.technologies) - len(shown),
            "technologies": found,
            "parties": parties.parties(people),
            "running": notice.status is Status.NOTICE,
            "may_object": actor.has(ACT) and bool(actor.party),
            "form": form,
            "reply": reply,
            "mine": [
                (o, _files(o.evidence), [(a, _files(a.documents)) for a in o.arguments])
                for o in mine
            ],
            "now": request.now,
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _files(ids: tuple[UUID, ...]) -> list[Any]:
    return [document for id in ids if (document := documents.find(id))]


def _stored(request: HttpRequest, id: UUID, uploads: list[Any]) -> list[UUID]:
    return [
        document_actions.store(
            actor=request.actor,
            now=request.now,
            owner=subject("right_application", id),
            access=Access.SECRET,
            **uploaded(upload),
        ).id
        for upload in uploads
    ]


def _object(request: HttpRequest, id: UUID, form: ObjectionForm) -> None:
    about = form.cleaned_data["technology"]
    actions.object_to(
        actor=request.actor,
        now=request.now,
        application=id,
        technology=UUID(about) if about else None,
        grounds=form.cleaned_data["grounds"],
        evidence=_stored(request, id, form.cleaned_data["evidence"]),
    )


def _reply(request: HttpRequest, id: UUID, form: ReplyForm) -> None:
    actions.argue(
        actor=request.actor,
        now=request.now,
        objection=posted_id(request, "objection"),
        text=form.cleaned_data["text"],
        documents=_stored(request, id, form.cleaned_data["documents"]),
    )
