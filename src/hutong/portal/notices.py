"""
Public notices 公示: who claims which right, until when, and how to object (RR-7).
"""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import actions as documents
from hutong.documents.rules import Access
from hutong.kit.actor import ACT
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.rules import Status
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, visitor
from hutong.ui.fields import FilesField, uploaded
from hutong.ui.templatetags.ui import named


class ObjectionForm(forms.Form):
    technology = forms.ChoiceField(label=_("What the objection is about"), required=False)
    grounds = forms.CharField(
        label=_("Grounds"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4_000,
        help_text=_("Why the right is not the applicant's, with facts that can be checked."),
    )
    evidence = FilesField(label=_("Evidence"), required=False)


@visitor
def index(request: HttpRequest) -> HttpResponse:
    running = request.GET.get("which", "running") != "past"
    page = queries.notices(running=running, cursor=request.GET.get("cursor"))
    first = [notice.technologies[0] for notice in page["items"] if notice.technologies]
    holders = {p for notice in page["items"] for p in notice.holdings.ownership}
    return render(
        request,
        "portal/notices.html",
        {
            "page": page,
            "running": running,
            "technologies": technologies.technologies(first),
            "parties": parties.parties(holders),
        },
    )


@visitor
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One notice. A verified party may object while it runs."""
    actor = request.actor
    notice = queries.notice(id)
    found = technologies.technologies(notice.technologies)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    form.fields["technology"].choices = [
        ("", gettext("the whole application")),
        *((str(t), named(found.get(t))) for t in notice.technologies),
    ]
    acts = Acts(request)
    acts.on(
        "object",
        lambda: _object(request, id, form),
        said=gettext("Your objection is filed. The notice stands still until it is decided."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "portal/notice.html",
        {
            "notice": notice,
            "technologies": found,
            "parties": parties.parties(notice.holdings.ownership),
            "running": notice.status is Status.NOTICE,
            "may_object": actor.has(ACT) and actor.party not in notice.holdings.ownership,
            "form": form,
            "mine": queries.objections(id, actor) if actor.party else [],
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _object(request: HttpRequest, id: UUID, form: ObjectionForm) -> None:
    actor, now = request.actor, request.now
    evidence = [
        documents.store(
            actor=actor,
            now=now,
            owner=subject("right_application", id),
            access=Access.SECRET,
            **uploaded(upload),
        ).id
        for upload in form.cleaned_data["evidence"]
    ]
    about = form.cleaned_data["technology"]
    actions.object_to(
        actor=actor,
        now=now,
        application=id,
        technology=UUID(about) if about else None,
        grounds=form.cleaned_data["grounds"],
        evidence=evidence,
    )
