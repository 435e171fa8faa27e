"""
Researcher empowerment at the institution, and shared income for it and its contributors (RR-9).
"""

from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.empowerment import Contribution, Diligence, File, Grant, Plan, is_state_funded
from hutong.rights.income import Cost, CostKind
from hutong.rights.procedure_words import Form, PriceBasis, Reward
from hutong.rights.shares import parse_share
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.fields import DayField, FilesField, ShareField, YuanField
from hutong.ui.templatetags.ui import named
from hutong.ui.words import choices

CHOICES = 200


class EmpowermentForm(forms.Form):
    technologies = forms.MultipleChoiceField(label=_("Rights"), widget=forms.CheckboxSelectMultiple)
    form = forms.ChoiceField(label=_("What is granted"))
    years = forms.IntegerField(
        label=_("Years of long-term use"), required=False, min_value=1, max_value=50, initial=10
    )
    people = forms.CharField(
        label=_("Inventors and contributors"),
        widget=forms.Textarea(attrs={"rows": 4, "class": "mono"}),
        help_text=_(
            "One a line: party id or identifier; share of ownership (or - for none); part of the"
            " contributors' income; cash, equity or co_investment."
        ),
    )
    contributors_share = ShareField(label=_("Of net income to all contributors"))
    published_from = DayField(label=_("Internal publicity from"))
    published_until = DayField(label=_("until"))
    published_where = forms.CharField(label=_("Published where"), max_length=200)
    publicity_document = FilesField(label=_("Proof of the publicity"))
    decided_by = forms.CharField(label=_("Decided by"), max_length=200)
    decided_on = DayField(label=_("Decided on"))
    decision_document = FilesField(label=_("Minutes of the decision"))
    price_basis = forms.ChoiceField(label=_("Basis of the price"))
    price_statement = forms.CharField(
        label=_("How the price is found"), widget=forms.Textarea(attrs={"rows": 2})
    )
    price_document = FilesField(label=_("Proof of the price"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["form"].choices = choices(words.EMPOWERMENT_FORMS)
        self.fields["price_basis"].choices = choices(words.PRICE_BASES)

    def file(self, documents: dict[str, UUID]) -> File:
        typed = self.cleaned_data
        form = Form(typed["form"])
        lines = [_line(text) for text in typed["people"].splitlines() if text.strip()]
        owned = form is Form.OWNERSHIP_SHARE
        return File(
            grant=Grant(
                form=form,
                years=typed["years"],
                beneficiaries=tuple(
                    (party, share if owned else None) for party, share, _p, _r in lines if share
                )
                if owned
                else tuple((party, None) for party, share, _p, _r in lines if share is not None),
            ),
            diligence=Diligence(
                published_from=typed["published_from"],
                published_until=typed["published_until"],
                published_where=typed["published_where"],
                publicity_document=documents["publicity_document"],
                decided_by=typed["decided_by"],
                decided_on=typed["decided_on"],
                decision_document=documents["decision_document"],
                price_basis=PriceBasis(typed["price_basis"]),
                price_statement=typed["price_statement"],
                price_document=documents["price_document"],
            ),
            plan=Plan(
                share=typed["contributors_share"],
                contributions=tuple(
                    Contribution(party=party, part=part, reward=reward)
                    for party, _share, part, reward in lines
                ),
            ),
        )


def _line(text: str) -> tuple[UUID, Fraction | None, Fraction, Reward]:
    """`party; share; part; reward`, separated by semicolons, tabs or spaces."""
    words_of = text.replace(";", " ").replace("；", " ").split()
    if len(words_of) != 4:
        raise _misread(text)
    name, share, part, reward = words_of
    try:
        kind = Reward(reward)
    except ValueError as fault:
        raise _misread(text) from fault
    return _party(name), None if share == "-" else _share(share), _share(part), kind


def _share(text: str) -> Fraction:
    if text.endswith(("%", "％")) and text[:-1].isdigit():
        return parse_share(str(Fraction(int(text[:-1]), 100)))
    return parse_share(text)


def _party(name: str) -> UUID:
    try:
        return parties.party(UUID(name)).id
    except ValueError:
        pass
    for scheme in ("resident_id", "passport", "orcid", "uscc"):
        if found := parties.party_by_identifier(scheme, name):
            return found.id
    raise _misread(name)


def _misread(text: str) -> Refused:
    return Refused(
        CommonRefusal.INVALID,
        field=gettext("Inventors and contributors"),
        problem=gettext("“{text}” cannot be read").format(text=text[:80]),
    )


@member
def new(request: HttpRequest) -> HttpResponse:
    """Draft an empowerment over rights the institution holds."""
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    institution = parties.party(me)
    terms = rulebook.in_force(now).rules.rights
    form = EmpowermentForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "contributors_share": f"{terms.contributors_default_bp // 100}%",
            "technologies": request.GET.getlist("technology"),
        },
    )
    held = [h.technology for h in queries.held_by(me, limit=CHOICES)["items"]]
    found = technologies.technologies(held)
    form.fields["technologies"].choices = [(str(t), named(found[t])) for t in held if t in found]

    def draft() -> Any:
        stored = {
            name: store(request, subject("right_evidence", me), form.cleaned_data[name][0]).id
            for name in ("publicity_document", "decision_document", "price_document")
        }
        return actions.apply_empowerment(
            actor=actor,
            now=now,
            technologies=[UUID(id) for id in form.cleaned_data["technologies"]],
            file=form.file(stored),
        )

    acts = Acts(request)
    acts.on(
        "draft",
        draft,
        said=gettext("Drafted. Inventors and co-owners are asked to agree."),
        to=lambda made: f"/my/rights/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/empowerment_new.html",
        {
            "form": form,
            "problem": acts.problem,
            "terms": terms,
            "bound": is_state_funded(kind=institution.kind, state_owned=institution.state_owned),
        },
        status=acts.status,
    )


class CostForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of cost"))
    amount = YuanField(label=_("Amount (yuan)"))
    reason = forms.CharField(label=_("What for"), max_length=400)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stated = {code: word for code, word in words.COST_KINDS.items() if code != "venue_fee"}
        self.fields["kind"].choices = choices(stated)


class GivenForm(forms.Form):
    given_on = DayField(label=_("Given on"))
    proof = forms.CharField(label=_("Proof"), max_length=200)


@member
def income(request: HttpRequest, id: UUID) -> HttpResponse:
    """A statement of shared income: gross, costs, net, and who is due what."""
    actor, now = as_member(request.actor), request.now
    posted = request.POST.get("act")
    cost = CostForm(request.POST if posted == "cost" else None)
    given = GivenForm(request.POST if posted == "given" else None, auto_id="given-%s")
    acts = Acts(request)
    act: dict[str, Any] = {"actor": actor, "now": now, "statement": id}

    def stated() -> list[Cost]:
        found = queries.statement(id, actor).income.costs
        return [one for one in found if one.kind is not CostKind.VENUE_FEE]

    def add() -> Any:
        typed = cost.cleaned_data
        more = Cost(
            kind=CostKind(typed["kind"]), amount_fen=typed["amount"], reason=typed["reason"]
        )
        return actions.state_costs(**act, costs=[*stated(), more])

    acts.on("cost", add, said=gettext("Stated; the shares follow."), form=cost)
    acts.on(
        "clear",
        lambda: actions.state_costs(**act, costs=[]),
        said=gettext("Taken off; the shares follow."),
    )
    acts.on("confirm", lambda: actions.confirm_income(**act), said=gettext("Fixed."))
    acts.on(
        "given",
        lambda: actions.record_given(
            **act,
            contributor=posted_id(request, "contributor"),
            given_on=given.cleaned_data["given_on"],
            proof=given.cleaned_data["proof"],
        ),
        said=gettext("Recorded."),
        form=given,
    )
    if answer := acts.answer():
        return answer
    statement = queries.statement(id, actor)
    people = {statement.institution, *(due.party for due in statement.income.due)}
    return render(
        request,
        "my/income.html",
        {
            "statement": statement,
            "own": statement.institution == actor.party,
            "technology": technologies.technology(statement.technology),
            "parties": parties.parties(people),
            "cost": cost,
            "given": given,
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )
