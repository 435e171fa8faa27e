"""
My filings: licences and pledges to register, agreements asked of me, consents and releases (RR-2, RR-6).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import queries as documents
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.acts import Mode
from hutong.rights.scope import WORLD, Field, Scope, Term, Territory
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import DayField, FilesField, YuanField
from hutong.ui.templatetags.ui import named
from hutong.ui.words import choices

CHOICES = 200


def _found(text: str) -> UUID:
    """A verified party by an identifier of its, as it stands in the public register."""
    for scheme in ("uscc", "lei", "ror"):
        if view := parties.party_by_identifier(scheme, text.strip()):
            return view.id
    raise Refused(
        CommonRefusal.INVALID,
        field=gettext("The other party"),
        problem=gettext("nobody is registered under “{name}”").format(name=text.strip()),
    )


def codes_in(text: str) -> list[str]:
    """Codes as people type them, with commas of either width or spaces between."""
    return [
        code
        for code in text.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
        if code
    ]


class LicenceForm(forms.Form):
    technology = forms.ChoiceField(label=_("Right"))
    other = forms.CharField(
        label=_("Licensee"), max_length=60, help_text=_("By its identifier, such as 91310000….")
    )
    mode = forms.ChoiceField(label=_("Mode"))
    territory = forms.CharField(
        label=_("Territory"),
        required=False,
        max_length=400,
        help_text=_("Codes such as CN, 310000, US; the whole world when empty."),
    )
    fields_of_use = forms.CharField(
        label=_("Field of use"),
        required=False,
        max_length=400,
        help_text=_("IPC classes such as H01M; every field when empty."),
    )
    starts_on = DayField(label=_("Begins on"))
    ends_on = DayField(label=_("Ends on"))
    sublicensable = forms.BooleanField(label=_("Sublicences are allowed"), required=False)
    evidence = FilesField(label=_("The contract"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["mode"].choices = choices(words.LICENCE_MODES)


class PledgeForm(forms.Form):
    technology = forms.ChoiceField(label=_("Right"))
    other = forms.CharField(
        label=_("Pledgee"), max_length=60, help_text=_("By its identifier, such as 91310000….")
    )
    secured = YuanField(label=_("Secured debt (yuan)"))
    debt_due_on = DayField(label=_("Debt due on"), required=False)
    evidence = FilesField(label=_("The contract"))


@member
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """File a licence or a pledge over a right the party holds."""
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    form = (LicenceForm if kind == "licence" else PledgeForm)(
        request.POST or None,
        request.FILES or None,
        initial={"technology": request.GET.get("technology")},
    )
    held = [h.technology for h in queries.held_by(me, limit=CHOICES)["items"]]
    held += [u.technology for u in queries.uses_of(me) if not u.given and u.sublicensable]
    found = technologies.technologies(held)
    form.fields["technology"].choices = [
        (str(t), named(found[t])) for t in dict.fromkeys(held) if t in found
    ]

    def file() -> Any:
        typed = form.cleaned_data
        evidence = [
            store(request, subject("right_evidence", me), upload).id for upload in typed["evidence"]
        ]
        technology = UUID(typed["technology"])
        if kind == "pledge":
            return actions.file_pledge(
                actor=actor,
                now=now,
                technologies=[technology],
                pledgee=_found(typed["other"]),
                secured_fen=typed["secured"],
                debt_due_on=typed["debt_due_on"],
                evidence=evidence,
            )
        return actions.file_licence(
            actor=actor,
            now=now,
            technology=technology,
            licensee=_found(typed["other"]),
            mode=Mode(typed["mode"]),
            scope=Scope(
                Territory.of(codes_in(typed["territory"]) or [WORLD]),
                Field.of(codes_in(typed["fields_of_use"])),
                Term.of(typed["starts_on"], typed["ends_on"]),
            ),
            sublicensable=typed["sublicensable"],
            evidence=evidence,
        )

    acts = Acts(request)
    acts.on(
        "file",
        file,
        said=gettext("Filed; whoever has to agree is asked."),
        to=lambda made: f"/my/filings/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/filing_new.html",
        {"form": form, "kind": kind, "problem": acts.problem, "any": bool(found)},
        status=acts.status,
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A filing: its terms, who has agreed, and what the reader may do."""
    actor, now = as_member(request.actor), request.now
    reason = request.POST.get("reason", "")
    acts = Acts(request)
    act: dict[str, Any] = {"actor": actor, "now": now, "filing": id}
    acts.on("agree", lambda: actions.agree(**act), said=gettext("You agreed."))
    acts.on("decline", lambda: actions.decline(**act, reason=reason), said=gettext("You declined."))
    acts.on(
        "withdraw",
        lambda: actions.withdraw_filing(**act, reason=reason),
        said=gettext("Withdrawn."),
    )
    if answer := acts.answer():
        return answer
    filing = queries.filing(id, actor)
    waits = [a.party for a in filing.agreements if a.agreed_at is None]
    return render(
        request,
        "my/filing.html",
        {
            "filing": filing,
            "own": filing.applicant == actor.party,
            "asked": actor.party in waits and filing.status.value == "agreeing",
            "live": filing.status.value in ("agreeing", "submitted", "approved"),
            "technologies": technologies.technologies(filing.technologies),
            "parties": parties.parties(filing.parties | {party for _role, party in filing.sides}),
            "papers": [d for e in filing.evidence if (d := documents.find(e))],
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )
