"""
Custody of registered technologies: what goes to other venues, what comes from them; at each venue
by two officers (NE-8, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.kit.refusal import Refused
from hutong.network import waiting
from hutong.network.custody import actions, queries
from hutong.network.custody.actions import MOST_AT_ONCE, Several, Step
from hutong.network.custody.rules import Direction, Refusal, Status
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, officer
from hutong.ui.several import posted_ids, told
from hutong.venues import queries as venues

OPERATE = queries.OPERATE
PAGE = "/desk/network/custody"
UNDER_WAY = (*waiting.MOVES, Status.OFFERED, Status.ACCEPTED, Status.HANDED)


@source(OPERATE)
def custody_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Moves of custody that wait for an officer here."""
    for move in waiting.moves(actor):
        yield Waiting(
            kind=gettext("Custody to be given")
            if move.is_going
            else gettext("Custody offered to us"),
            title=f"{move.title} · {move.peer}",
            href=f"{PAGE}/{move.id}",
            since=move.since,
            note=move.note,
            term="operation",
            not_by=(move.begun_by,),
        )


class GiveForm(forms.Form):
    technology = forms.UUIDField(
        label=_("Technology"),
        widget=forms.TextInput(attrs={"class": "mono"}),
        help_text=_("Its id, as in the address of its page."),
    )
    to = forms.ChoiceField(label=_("To which venue"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both venues read it. All owners must agree; keep their paper."),
    )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """What is under way and what came of others. Needs `network.operate`."""
    actor = request.actor
    actor.need(OPERATE)
    form = GiveForm(request.POST or None, initial={"technology": request.GET.get("technology")})
    form.fields["to"].choices = [
        (one.code, f"{one.code} · {one.name_zh}") for one in venues.others()
    ]
    acts = Acts(request, to=PAGE)

    def propose() -> None:
        actions.propose(actor=actor, now=request.now, **form.cleaned_data)

    acts.on("propose", propose, said=gettext("Proposed; a second officer offers it."), form=form)
    for step in Step:
        acts.on(step.value, partial(_step, request, step), to=lambda found: _told(request, found))
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/network_custody.html",
        {
            "problem": acts.problem,
            "form": form if form.fields["to"].choices else None,
            "under_way": queries.moves(actor, *UNDER_WAY),
            "choosable": [status.value for status in waiting.MOVES],
            "over": [one for one in queries.moves(actor, limit=50) if one.is_over],
        },
        status=acts.status,
    )


def _step(request: HttpRequest, step: Step) -> Several:
    moves = posted_ids(request, "move")
    return actions.step_several(actor=request.actor, now=request.now, step=step, moves=moves)


def _told(request: HttpRequest, found: Several) -> str:
    refused = queries.named([id for id, _ in found.refused])
    return told(request, len(found.done), [(refused[id], why) for id, why in found.refused], PAGE)


class SeveralForm(forms.Form):
    to = forms.ChoiceField(label=_("To which venue"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Both venues read it. All owners must agree; keep their paper."),
    )


@officer
def several(request: HttpRequest) -> HttpResponse:
    """A bundle's technologies, or an owner's, to choose from. Needs `network.operate`."""
    actor = request.actor
    actor.need(OPERATE)
    form = SeveralForm(request.POST or None)
    form.fields["to"].choices = [
        (one.code, f"{one.code} · {one.name_zh}") for one in venues.others()
    ]
    acts = Acts(request)

    def propose() -> Several:
        chosen = posted_ids(request, "item")
        given: dict[str, Any] = {"actor": actor, "now": request.now, "technologies": chosen}
        return actions.propose_several(**given, **form.cleaned_data)

    acts.on("propose", propose, form=form, to=lambda found: _told(request, found))
    if answer := acts.answer():
        return answer
    given = request.GET.get("of", "").strip()
    found = _technologies_of(given, request.GET.get("cursor"))
    return render(
        request,
        "desk/network_custody_several.html",
        {
            "problem": acts.problem,
            "form": form if form.fields["to"].choices else None,
            "of": given,
            "chosen": set(request.POST.getlist("item")),
            **found,
        },
        status=acts.status,
    )


def _technologies_of(given: str, cursor: str | None) -> dict[str, Any]:
    """What may be moved of a bundle or of a party, by its id; a page of it."""
    try:
        id = UUID(given)
    except ValueError:
        return {"rows": [], "unknown": bool(given)}
    bundle = technologies.technologies([id]).get(id)
    if bundle is not None:
        start = int(cursor) if cursor and cursor.isdecimal() else 0
        parts = bundle.parts[start : start + MOST_AT_ONCE]
        more = start + MOST_AT_ONCE if len(bundle.parts) > start + MOST_AT_ONCE else None
        return {"rows": queries.choosable(parts), "whose": bundle, "next": more}
    party = parties.parties({id}).get(id)
    if party is None:
        return {"rows": [], "unknown": True}
    held = rights.held_by(id, cursor=cursor, limit=100)
    owned = [one.technology for one in held["items"]]
    return {"rows": queries.choosable(owned), "whose": party, "next": held["next"]}


@officer
def one(request: HttpRequest, move: UUID) -> HttpResponse:
    """One move with its chapter, and what may be done about it. Needs `network.operate`."""
    actor = request.actor
    found = queries.move(actor, move)
    acts = Acts(request, to=f"{PAGE}/{move}")
    given: dict[str, Any] = {"actor": actor, "now": request.now, "move": move}
    _on(acts, request, given, found.direction)
    if answer := acts.answer():
        return answer
    found = queries.move(actor, move)
    dossier = queries.dossier(actor, move)
    return render(
        request,
        "desk/network_custody_one.html",
        {
            "problem": acts.problem,
            "move": found,
            "peer": venues.find(found.peer),
            "dossier": dossier,
            "lines": list(zip(dossier.entries, dossier.indexes, strict=True)) if dossier else [],
            "why_not": _why_not(found),
            "own": found.begun_by is not None and found.begun_by == actor.person,
            "words": words,
            "here": _is_here(found.technology),
        },
        status=acts.status,
    )


def _is_here(technology: UUID) -> bool:
    return bool(technologies.technologies([technology]))


def _why_not(move: queries.MoveView) -> str:
    """Why it cannot be offered now, said before somebody tries."""
    if move.direction is Direction.COMING or move.status not in (Status.WISHED, Status.PROPOSED):
        return ""
    problem = rights.why_not_movable(move.technology, listed=True)
    return gettext(problem.text) if problem else ""


def _on(acts: Acts, request: HttpRequest, given: dict[str, Any], direction: Direction) -> None:
    why = request.POST.get("why", "")
    going = direction is Direction.GOING
    up = actions.take_up_wish if going else actions.take_up
    acts.on("take_up", lambda: up(**given), said=gettext("Taken up; a second officer decides."))
    acts.on(
        "offer",
        lambda: actions.offer(**given),
        said=gettext("Offered; nothing is done on the title until it is answered."),
    )
    acts.on(
        "accept",
        lambda: actions.accept(**given),
        said=gettext("Accepted; the number is written over, then the chapter opens here."),
    )

    def end() -> None:
        if not why.strip():
            raise Refused(Refusal.REASON_MISSING)
        if going:
            actions.withdraw(**given, why=why)
        else:
            actions.decline(**given, why=why)

    acts.on("end", end, said=gettext("Done; the other venue hears of it."))
