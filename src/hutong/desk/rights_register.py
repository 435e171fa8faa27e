"""
A title at the desk: what courts, authorities and errors make necessary (RR-6, RR-8).

A freeze and its lifting take effect at once, on paper; everything else is proposed by one officer
and approved by another (PA-5).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import show
from hutong.documents import actions as document_actions
from hutong.documents.rules import Access
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.forms import CorrectionForm, PreEmptionForm, party_named
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Decision, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import FilesField, uploaded
from hutong.ui.templatetags.ui import named


def paper_form(request: HttpRequest, act: str, **more: forms.Field) -> forms.Form:
    """Authority, paper and its document, with whatever else an act asks for."""
    posted = request.method == "POST" and request.POST.get("act") == act
    form = forms.Form(
        request.POST if posted else None,
        request.FILES if posted else None,
        auto_id=f"{act}-%s",
    )
    form.fields |= more
    form.fields["authority"] = forms.CharField(label=_("Court or authority"), max_length=200)
    form.fields["paper"] = forms.CharField(label=_("Its paper, by number"), max_length=200)
    form.fields["evidence"] = FilesField(label=_("The paper"))
    return form


@officer
def one(request: HttpRequest, technology: UUID) -> HttpResponse:
    """The title of a technology, and what may be entered against it."""
    actor, now = request.actor, request.now
    t = technologies.technology(technology)
    title = queries.title(technology)
    restrictions = queries.restriction_views(title.state)
    used = queries.grants_of(
        technology, local_date(now), live=True, cursor=request.GET.get("cursor")
    )
    grants = used["items"]
    acts = Acts(request, to=f"/desk/register/{technology}")
    said = {"actor": actor, "now": now}

    def stored(form: Any) -> list[UUID]:
        return _stored(request, technology, form.cleaned_data["evidence"])

    def on_paper(form: Any) -> dict[str, Any]:
        typed = form.cleaned_data
        return {**said, "authority": typed["authority"], "paper": typed["paper"]}

    freezing = paper_form(request, "freeze")
    acts.on(
        "freeze",
        lambda: actions.freeze(
            **on_paper(freezing), technology=technology, document=stored(freezing)[0]
        ),
        said=gettext("Frozen: nothing of it can be disposed of."),
        form=freezing,
    )
    decisions = [_decision("freeze", freezing)]
    freezes = [(str(r.entry), r.number) for r in restrictions if r.kind.value == "freeze"]
    if freezes:
        lifting = paper_form(
            request, "lift", freeze=forms.ChoiceField(label=_("Freeze"), choices=freezes)
        )
        acts.on(
            "lift",
            lambda: actions.lift(
                **on_paper(lifting),
                freeze=UUID(lifting.cleaned_data["freeze"]),
                document=stored(lifting)[0],
            ),
            said=gettext("The freeze is lifted."),
            form=lifting,
        )
        decisions.append(_decision("lift", lifting))
    if grants:
        ending = paper_form(
            request,
            "terminate",
            grant=forms.ChoiceField(
                label=_("Licence"), choices=[(str(g.entry), g.number) for g in grants]
            ),
        )
        acts.on(
            "terminate",
            lambda: actions.propose_termination(
                **on_paper(ending),
                grant=UUID(ending.cleaned_data["grant"]),
                evidence=stored(ending),
            ),
            said=_proposed(),
            to=_filed,
            form=ending,
        )
        decisions.append(_decision("terminate", ending))
    others = [(str(r.entry), r.number) for r in restrictions if r.kind.value != "freeze"]
    if others:
        releasing = paper_form(
            request,
            "release",
            restriction=forms.ChoiceField(label=_("Restriction"), choices=others),
        )
        acts.on(
            "release",
            lambda: actions.propose_release(
                **on_paper(releasing),
                restriction=UUID(releasing.cleaned_data["restriction"]),
                evidence=stored(releasing),
            ),
            said=_proposed(),
            to=_filed,
            form=releasing,
        )
        decisions.append(_decision("release", releasing))
    funding = paper_form(
        request, "funding", programme=forms.CharField(label=_("Programme"), max_length=200)
    )
    acts.on(
        "funding",
        lambda: actions.propose_state_funding(
            **on_paper(funding),
            technology=technology,
            programme=funding.cleaned_data["programme"],
            evidence=stored(funding),
        ),
        said=_proposed(),
        to=_filed,
        form=funding,
    )
    decisions.append(_decision("funding", funding))
    asked = request.POST.get("act") == "preempt"
    noting = PreEmptionForm(
        request.POST if asked else None, request.FILES if asked else None, auto_id="preempt-%s"
    )
    acts.on(
        "preempt",
        lambda: actions.propose_pre_emption(
            **said,
            technology=technology,
            holder=party_named(noting.cleaned_data["holder"]),
            origin=noting.cleaned_data["origin"],
            words=noting.cleaned_data["words"],
            evidence=stored(noting),
        ),
        said=_proposed(),
        to=_filed,
        form=noting,
    )
    decisions.append(_decision("preempt", noting))
    correcting = paper_form(
        request,
        "strike",
        entry=forms.ChoiceField(
            label=_("Entry"),
            choices=list(
                {
                    **{str(e.id): e.number for e in reversed(title.chain)},
                    **{str(g.entry): g.number for g in grants},
                }.items()
            ),
        ),
        reason=forms.CharField(label=_("What is wrong"), widget=forms.Textarea(attrs={"rows": 3})),
    )
    del correcting.fields["authority"], correcting.fields["paper"]
    acts.on(
        "strike",
        lambda: actions.propose_correction(
            **said,
            entry=UUID(correcting.cleaned_data["entry"]),
            right=None,
            reason=correcting.cleaned_data["reason"],
            evidence=stored(correcting),
        ),
        said=_proposed(),
        to=_filed,
        form=correcting,
    )
    decisions.append(_decision("strike", correcting))
    cancelling = paper_form(request, "cancel")
    acts.on(
        "cancel",
        lambda: actions.propose_cancellation(
            **on_paper(cancelling), technology=technology, evidence=stored(cancelling)
        ),
        said=_proposed(),
        to=_filed,
        form=cancelling,
    )
    decisions.append(_decision("cancel", cancelling))
    if answer := acts.answer():
        return answer
    named_in = set(title.ownership) | {g.licensee for g in grants}
    named_in |= {r.party for r in restrictions if r.party}
    registered = title.registered
    case = Case(
        kind=gettext("Title"),
        title=named(t),
        lifecycle="technology",
        state=t.status,
        decisions=decisions if registered and actor.has("rights.examine") else [],
        nothing="" if registered else gettext("No right in it is registered here."),
    )
    return show(
        request,
        "desk/register.html",
        case,
        acts=acts,
        subjects=[subject("right_entry", e.id) for e in title.chain[-20:]],
        t=t,
        title=title,
        restrictions=restrictions,
        grants=grants,
        next=used["next"],
        filings=queries.filings(actor, technology=technology)["items"],
        parties=parties.parties(named_in),
        words=words,
    )


@officer
def correction(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Propose an entry in the place of a wrong one (RR-8); another officer approves it."""
    actor, now = request.actor, request.now
    wrong = queries.entry(entry)
    t = technologies.technology(wrong.technology)
    form = CorrectionForm(
        wrong, request.POST or None, request.FILES or None, auto_id="correction-%s"
    )

    def propose() -> Any:
        typed = form.cleaned_data
        return actions.propose_correction(
            actor=actor,
            now=now,
            entry=entry,
            right=form.act(),
            reason=typed["reason"],
            effective_on=form.effective_on,
            evidence=_stored(request, wrong.technology, typed["evidence"]),
        )

    acts = Acts(request)
    acts.on("correct", propose, said=_proposed(), to=_filed, form=form)
    if answer := acts.answer():
        return answer
    case = Case(
        kind=gettext(words.ENTRY_KINDS[wrong.kind.value]),
        number=wrong.number,
        title=named(t),
        lifecycle="technology",
        state=t.status,
        decisions=[
            Decision(
                title=gettext("What should have stood"),
                form=form,
                files=True,
                outcomes=[
                    Outcome(
                        act="correct",
                        label=gettext("Propose the correction"),
                        consequence=gettext(
                            "Another officer approves; then this entry counts in the place of the"
                            " wrong one, which stays readable."
                        ),
                        rule="RR-8",
                        good=True,
                    )
                ],
            )
        ]
        if actor.has("rights.examine") and form.asked
        else [],
        nothing="" if form.asked else gettext("An entry of this kind is struck out, not replaced."),
    )
    return show(
        request,
        "desk/correction.html",
        case,
        acts=acts,
        subjects=[subject("right_entry", entry)],
        entry=wrong,
        t=t,
        words=words,
    )


def _stored(request: HttpRequest, technology: UUID, uploads: Any) -> list[UUID]:
    """Papers of the office on a title."""
    return [
        document_actions.store(
            actor=request.actor,
            now=request.now,
            owner=subject("office", technology),
            access=Access.SECRET,
            **uploaded(upload),
        ).id
        for upload in uploads
    ]


def _proposed() -> str:
    return gettext("Proposed; another officer approves it.")


def _filed(made: Any) -> str:
    return f"/desk/filings/{made.id}"


ACTS: dict[str, tuple[Any, Any, Any, str]] = {  # title, button, consequence, rule
    "freeze": (
        _("Freeze the right"),
        _("Freeze"),
        _("At once: no transfer, no licence, no pledge until it is lifted."),
        "RR-6",
    ),
    "lift": (_("Lift a freeze"), _("Lift"), _("At once: it can be disposed of again."), "RR-6"),
    "terminate": (
        _("End a licence"),
        _("Propose the end"),
        _("Another officer approves; the licence and what derives from it end."),
        "RR-2",
    ),
    "release": (
        _("Release a restriction"),
        _("Propose the release"),
        _("Another officer approves; the restriction ends."),
        "RR-6",
    ),
    "funding": (
        _("Note public funding"),
        _("Propose the note"),
        _("Another officer approves; the duties of public funding bind every holder."),
        "RR-6",
    ),
    "preempt": (
        _("Note a pre-emption"),
        _("Propose the note"),
        _("Another officer approves; its holder is told of every offer and may come first."),
        "AU-8",
    ),
    "strike": (
        _("Strike an entry out"),
        _("Propose the correction"),
        _("Another officer approves; the entry stays readable and counts no more."),
        "RR-8",
    ),
    "cancel": (
        _("Cancel the registration"),
        _("Propose the cancellation"),
        _("Another officer approves; the title closes with all its licences."),
        "RR-8",
    ),
}


def _decision(act: str, form: Any) -> Decision:
    title, label, consequence, rule = ACTS[act]
    return Decision(
        title=str(title),
        id=f"{act}-form",
        form=form,
        files=True,
        open=form.is_bound,
        outcomes=[
            Outcome(
                act=act,
                label=str(label),
                consequence=str(consequence),
                rule=rule,
                grave=act in ("freeze", "cancel", "strike", "terminate"),
            )
        ],
    )
