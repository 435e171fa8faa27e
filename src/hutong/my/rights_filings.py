"""
My filings: what is to be registered on a right outside a deal, agreements asked of me, what I ask to
be put right (RR-2, RR-6, RR-8).
"""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import queries as documents
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import N_, CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.acts import Mode
from hutong.rights.forms import (
    FIELDS,
    CorrectionForm,
    PreEmptionForm,
    codes_in,
    holders_in,
    party_named,
    written_holders,
)
from hutong.rights.scope import WORLD, Field, Scope, Term, Territory
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import DayField, FilesField, YuanField
from hutong.ui.templatetags.ui import named
from hutong.ui.words import choices

CHOICES = 200


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
    accepted = forms.CharField(
        label=_("Earlier ordinary licences left standing"),
        required=False,
        max_length=4_000,
        help_text=_("By their numbers in the register; for exclusive and sole licences."),
    )
    evidence = FilesField(label=_("The contract"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["mode"].choices = choices(words.LICENCE_MODES)

    def clean_accepted(self) -> list[UUID]:
        numbers = codes_in(self.cleaned_data["accepted"])
        found = queries.entries_numbered(numbers)
        for number in numbers:
            if number not in found:
                raise forms.ValidationError(
                    _("No entry has the number %(number)s."), params={"number": number}
                )
        return [found[number] for number in numbers]

    def file(self, said: dict[str, Any], evidence: list[UUID]) -> Any:
        typed = self.cleaned_data
        technology, _of, parent = typed["technology"].partition(":")
        return actions.file_licence(
            **said,
            technology=UUID(technology),
            licensee=party_named(typed["other"]),
            mode=Mode(typed["mode"]),
            scope=Scope(
                Territory.of(codes_in(typed["territory"]) or [WORLD]),
                Field.of(codes_in(typed["fields_of_use"])),
                Term.of(typed["starts_on"], typed["ends_on"]),
            ),
            sublicensable=typed["sublicensable"],
            parent=UUID(parent) if parent else None,
            accepted=typed["accepted"],
            evidence=evidence,
        )


class PledgeForm(forms.Form):
    technology = forms.ChoiceField(label=_("Right"))
    other = forms.CharField(
        label=_("Pledgee"), max_length=60, help_text=_("By its identifier, such as 91310000….")
    )
    secured = YuanField(label=_("Secured debt (yuan)"))
    debt_due_on = DayField(label=_("Debt due on"), required=False)
    evidence = FilesField(label=_("The contract"))

    def file(self, said: dict[str, Any], evidence: list[UUID]) -> Any:
        typed = self.cleaned_data
        return actions.file_pledge(
            **said,
            technologies=[UUID(typed["technology"])],
            pledgee=party_named(typed["other"]),
            secured_fen=typed["secured"],
            debt_due_on=typed["debt_due_on"],
            evidence=evidence,
        )


class SharesForm(forms.Form):
    technology = forms.ChoiceField(label=_("Right"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for power in ("ownership", "disposal", "income"):
            self.fields[power] = FIELDS[power]()
        self.fields["evidence"] = FilesField(label=_("Agreement of the holders"))

    def file(self, said: dict[str, Any], evidence: list[UUID]) -> Any:
        typed = self.cleaned_data
        return actions.file_redistribution(
            **said,
            technology=UUID(typed["technology"]),
            ownership=holders_in(typed["ownership"]),
            disposal=holders_in(typed["disposal"]) or None,
            income=holders_in(typed["income"]) or None,
            evidence=evidence,
        )


class NotedForm(PreEmptionForm):
    """A pre-emption of ours, or that we granted; `right` by its id where it is another's."""

    field_order = ["right", "holder", "origin", "words", "evidence"]
    right = forms.CharField(
        label=_("Right"),
        max_length=60,
        help_text=_("The number of its registration, such as SHTE-RR-2022-000001."),
    )

    def clean_right(self) -> UUID:
        number = self.cleaned_data["right"].strip()
        entry = queries.entries_numbered([number]).get(number)
        if entry is None:
            raise forms.ValidationError(
                _("No entry has the number %(number)s."), params={"number": number}
            )
        return queries.entry(entry).technology

    def file(self, said: dict[str, Any], evidence: list[UUID]) -> Any:
        typed = self.cleaned_data
        return actions.file_pre_emption(
            **said,
            technology=typed["right"],
            holder=party_named(typed["holder"]),
            origin=typed["origin"],
            words=typed["words"],
            evidence=evidence,
        )


FORMS: dict[str, Any] = {
    "licence": LicenceForm,
    "pledge": PledgeForm,
    "shares": SharesForm,
    "pre-emption": NotedForm,
}
# What is filed: its title, what follows, and the rule it rests on.
TOLD = {
    "licence": (
        N_("Register a licence"),
        N_(
            "The licensee agrees. An ordinary licence is then entered at once; exclusive and sole"
            " ones are examined, and every co-owner agrees to them."
        ),
        "RR-4",
    ),
    "pledge": (
        N_("Register a pledge"),
        N_(
            "The pledgee and every co-holder agree, the registrar examines it; for a patent the"
            " office's entry comes first."
        ),
        "RR-6",
    ),
    "shares": (
        N_("Share a right anew"),
        N_(
            "Everybody who holds before or after agrees, the registrar examines it; for a patent"
            " the office's entry comes first."
        ),
        "RR-1",
    ),
    "pre-emption": (
        N_("Have a pre-emption noted"),
        N_(
            "Who has it files it, or who holds the right; the others agree, the registrar examines"
            " it. Then its holder is told of every offer and may come first."
        ),
        "AU-8",
    ),
}


@member
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """File what rests on a right: a licence, a pledge, new shares, a pre-emption."""
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    form = FORMS[kind](request.POST or None, request.FILES or None, initial=_suggested(request))
    rights = _rights_of(me, sublicences=kind == "licence")
    if "technology" in form.fields:
        form.fields["technology"].choices = rights

    def file() -> Any:
        owner = subject("right_evidence", me)
        evidence = [store(request, owner, upload).id for upload in form.cleaned_data["evidence"]]
        return form.file({"actor": actor, "now": now}, evidence)

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
    title, follows, rule = TOLD[kind]
    return render(
        request,
        "my/filing_new.html",
        {
            "form": form,
            "title": gettext(title),
            "follows": gettext(follows),
            "rule": rule,
            "problem": acts.problem,
            "any": bool(rights) or kind == "pre-emption",
        },
        status=acts.status,
    )


def _suggested(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form already knows: the right, and of shared ones who holds it now."""
    chosen = request.GET.get("technology", "")
    try:
        title = queries.title(UUID(chosen))
    except (ValueError, Refused):
        return {}
    found: dict[str, Any] = {"technology": chosen, "ownership": written_holders(title.ownership)}
    for power in ("disposal", "income"):
        held = getattr(title, power)
        found[power] = "" if held == title.ownership else written_holders(held)
    found["right"] = title.chain[0].number if title.chain else ""
    return found


def _rights_of(me: UUID, *, sublicences: bool) -> list[tuple[str, str]]:
    """What the party holds, and with `sublicences` the licences it may sublicense."""
    held = [h.technology for h in queries.held_by(me, limit=CHOICES)["items"]]
    uses = [u for u in queries.uses_of(me) if sublicences and not u.given and u.sublicensable]
    found = technologies.technologies([*held, *(u.technology for u in uses)])
    return [
        *((str(t), named(found[t])) for t in dict.fromkeys(held) if t in found),
        *(
            (
                f"{u.technology}:{u.entry}",
                gettext("{right}, under licence {number}").format(
                    right=named(found[u.technology]), number=u.number
                ),
            )
            for u in uses
            if u.technology in found
        ),
    ]


@member
def grant(request: HttpRequest, entry: UUID) -> HttpResponse:
    """A licence the party gave or holds; its licensee may give it back."""
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    found = next((u for u in queries.uses_of(me) if u.entry == entry), None)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="licence")
    acts = Acts(request)
    acts.on(
        "surrender",
        lambda: actions.surrender(actor=actor, now=now, grant=entry),
        said=gettext("Given back: the licence has ended."),
        to=lambda _done: "/my/rights",
    )
    if answer := acts.answer():
        return answer
    today = local_date(now)
    return render(
        request,
        "my/grant.html",
        {
            "grant": found,
            "facts": queries.entry(entry).facts,
            "technology": technologies.technology(found.technology),
            "other": parties.party(found.other),
            "live": found.ends_on is not None and found.ends_on >= today,
            "status": "ended"
            if found.ends_on is None or found.ends_on < today
            else "coming"
            if found.starts_on and found.starts_on > today
            else "in_force",
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def correction(request: HttpRequest, entry: UUID) -> HttpResponse:
    """Ask that a wrong entry be put right, or struck out (RR-8)."""
    actor, now = as_member(request.actor), request.now
    wrong = queries.entry(entry)
    form = CorrectionForm(wrong, request.POST or None, request.FILES or None)

    def ask(*, strike: bool) -> Any:
        owner = subject("right_evidence", actor.acting_party())
        typed = form.cleaned_data
        return actions.file_correction(
            actor=actor,
            now=now,
            entry=entry,
            right=None if strike else form.act(),
            reason=typed["reason"],
            effective_on=form.effective_on,
            evidence=[store(request, owner, upload).id for upload in typed["evidence"]],
        )

    said = gettext("Filed; whoever has to agree is asked.")
    acts = Acts(request)
    for act, strike in (("correct", False), ("strike", True)):
        acts.on(
            act,
            partial(ask, strike=strike),
            said=said,
            to=lambda made: f"/my/filings/{made.id}",
            form=form,
        )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/correction.html",
        {
            "entry": wrong,
            "technology": technologies.technology(wrong.technology),
            "form": form,
            "words": words,
            "problem": acts.problem,
        },
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
            "parties": parties.parties(filing.named),
            "corrected": queries.entry(filing.corrects) if filing.corrects else None,
            "shares": filing.shares,
            "papers": [d for e in filing.evidence if (d := documents.find(e))],
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )
