"""
The title report (RR-10): holders, burdens and chain of a right on any date, as known at any moment,
and whether a disposal that the reader thinks of would be possible now.
"""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hutong.certificates import reports
from hutong.doors.problems import sentence_of
from hutong.kit.actor import ACT
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.portal.title_drawing import band, chart
from hutong.portal.title_paper import paper_of
from hutong.rights import queries
from hutong.rights.acts import Licence, Mode, Pledge
from hutong.rights.barring import REFUSED, Bar
from hutong.rights.burdens import MAX_RANK
from hutong.rights.constraints import refused_over
from hutong.rights.forms import codes_in
from hutong.rights.register import Disposal
from hutong.rights.scope import ALL_FIELDS, WORLD, Scope, Term, Territory
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.technologies.rules import KIND_NAMES
from hutong.ui import words
from hutong.ui.door import member, visitor
from hutong.ui.fields import DayField, ShareField
from hutong.ui.templatetags.ui import named, region

TRANSFER, PLEDGE = "transfer", "pledge"
NOBODY = UUID(int=0)


class WhenForm(forms.Form):
    on = DayField(label=_("As at"), required=False)
    known = DayField(
        label=_("As known on"),
        required=False,
        help_text=_("Without what was entered later; corrections among it."),
    )


class ProposalForm(forms.Form):
    """A disposal the reader thinks of."""

    giver = forms.ChoiceField(label=_("Who disposes"))
    act = forms.ChoiceField(
        label=_("What"),
        choices=[
            (TRANSFER, _("Transfer of a share")),
            (Mode.EXCLUSIVE.value, _("Exclusive licence")),
            (Mode.SOLE.value, _("Sole licence")),
            (Mode.ORDINARY.value, _("Ordinary licence")),
            (PLEDGE, _("Pledge")),
        ],
    )
    share = ShareField(label=_("Share of the whole"), required=False)
    territory = forms.CharField(
        label=_("Territory"),
        required=False,
        max_length=200,
        help_text=_("For licences: codes such as CN, 310000, US; the whole world when empty."),
    )
    starts_on = DayField(label=_("Begins on"), required=False)
    ends_on = DayField(label=_("Ends on"), required=False)
    rank = forms.IntegerField(
        label=_("Rank"),
        required=False,
        min_value=1,
        max_value=MAX_RANK,
        help_text=_("For pledges; the next free one when empty."),
    )


@visitor
def page(request: HttpRequest, id: UUID) -> HttpResponse:
    """The report as a page. Public, as the register is."""
    now = request.now
    t = technologies.technology(id)
    when = WhenForm(request.GET or None)
    typed = when.cleaned_data if when.is_bound and when.is_valid() else {}
    on, known = typed.get("on"), typed.get("known")
    known_at = at_local(known, 23, 59) if known else None
    today = on or local_date(now)
    title = queries.title(id, on, known_at)
    used: dict[str, Any] = {"items": (), "next": None, "count": 0}
    if title.registered:
        used = queries.grants_of(id, today, known_at, cursor=request.GET.get("cursor"))
    grants = used["items"]
    restrictions = queries.restrictions_on(id, on, known_at) if title.registered else ()
    form, answer = _proposal(request, id, title, today=local_date(now))
    drawn = band(title.chain, until=today)
    named_here = _named(title, grants, restrictions)
    return render(
        request,
        "portal/title.html",
        {
            "t": t,
            "title": title,
            "grants": grants,
            "next": used["next"],
            "licences": used["count"],
            "restrictions": restrictions,
            "band": drawn,
            "chart": chart(grants, today=today, name=region),
            "when": when,
            "today": today,
            "past": bool(on or known),
            "form": form,
            "answer": answer,
            "parties": parties.parties(named_here),
            "kinds": KIND_NAMES,
            "words": words,
            "member": request.actor.has(ACT) and request.actor.party in named_here,
            "signed_in": request.actor.person is not None,
            "desk": request.actor.has("rights.examine"),
        },
    )


def _named(title: Any, grants: Any, restrictions: Any) -> set[UUID]:
    held = {p for power in (title.ownership, title.disposal, title.income) for p in power}
    past = {p for e in title.chain if e.holdings for p in e.holdings.parties()}
    used = {p for g in grants for p in (g.licensor, g.licensee)}
    bound = {r.party for r in restrictions if r.party}
    return held | past | used | bound


def _proposal(
    request: HttpRequest, id: UUID, title: Any, *, today: date
) -> tuple[ProposalForm | None, dict[str, Any] | None]:
    """The form, and the answer to what it asks; none for a right that is not registered."""
    if not title.registered:
        return None, None
    asked = "giver" in request.GET
    form = ProposalForm(request.GET if asked else None)
    names = parties.parties(title.ownership)
    form.fields["giver"].choices = [(str(p), named(names[p])) for p in title.ownership]
    if not asked or not form.is_valid():
        return form, None
    typed = form.cleaned_data
    giver, share = UUID(typed["giver"]), typed["share"] or Fraction(1)
    try:
        if typed["act"] == TRANSFER:
            report = queries.title_report(id, proposal=Disposal(giver=giver, share=share))
            return form, _answer(report.refused, first=bool(report.pre_emption))
        if typed["act"] == PLEDGE:
            refused = queries.why_not_pledge(id, _pledge(giver, typed["rank"]), on=today)
            return form, _answer(refused)
        refused = queries.why_not_grant(id, _licence(typed, giver, today), today)
        return form, _answer(refused)
    except Refused as refused:
        return form, _answer(refused)


def _answer(refused: Refused | None, *, first: bool = False) -> dict[str, Any]:
    """Yes, or no with the reason; `first`: co-owners come before others (Civil Code 305)."""
    if refused is None:
        return {"yes": True, "first": first}
    return {"yes": False, "why": sentence_of(refused), "rule": refused.reason.rule}


def _pledge(giver: UUID, rank: int | None) -> Pledge:
    """A pledge of any sum to anybody, in the next free rank unless one is asked for."""
    return Pledge(pledgor=giver, pledgee=NOBODY, rank=rank or 0, secured_fen=1)


def _licence(typed: dict[str, Any], giver: UUID, today: date) -> Licence:
    codes = codes_in(typed["territory"])
    starts_on = typed["starts_on"] or today
    ends_on = typed["ends_on"] or date(starts_on.year + 1, starts_on.month, min(starts_on.day, 28))
    return Licence(
        licensor=giver,
        licensee=NOBODY,
        mode=Mode(typed["act"]),
        scope=Scope(
            Territory.of(codes or [WORLD]),
            ALL_FIELDS,
            Term.of(starts_on, ends_on),
        ),
    )


def _require_here(technology: UUID) -> None:
    """No paper of this venue says how a title stands that another has custody of (NE-8)."""
    bar, venue = queries.bar_of(technology)
    if bar in (Bar.MOVED, Bar.LOST):
        refused = refused_over(REFUSED[Bar(bar)], technology)
        refused.facts["venue"] = venue
        raise refused


@member
def paper(request: HttpRequest, id: UUID) -> HttpResponse:
    """The report as a PDF signed by the venue, for whoever is signed in."""
    now = request.now
    _require_here(id)
    page = paper_of(id, on=local_date(now), now=now, venue=rulebook.in_force(now).rules.venue)
    made = reports.signed_report(page, real_now=datetime.now(UTC))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="title-report-{id}.pdf"'
    return answer
