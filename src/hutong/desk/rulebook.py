"""
The rulebook at the desk: reading any version, proposing the next, comparing two, adopting (PA-5).

A version is proposed by one officer and adopted by another, from a day on. Procedures under way
keep the version they started with; the page says how many.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import queries as deals
from hutong.desk.case import show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.rulebook_form import RulebookForm, data_of
from hutong.desk.rulebook_words import chapters, differences
from hutong.desk.terms import terms
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import at_local
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.queries import office as listings
from hutong.network.procedures import queries as procedures
from hutong.parties import queries as parties
from hutong.rights.queries import office as rights
from hutong.rulebook import actions, queries
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField
from hutong.ui.templatetags.ui import named

PROPOSE, ADOPT = "rulebook.propose", "rulebook.adopt"


class AdoptForm(forms.Form):
    effective_on = DayField(
        label=_("From which day on"),
        required=False,
        help_text=_("From 00:00 of that day. Leave empty: at once."),
    )


class JsonForm(forms.Form):
    data = forms.CharField(
        label=_("The whole rulebook as data"),
        widget=forms.Textarea(attrs={"rows": 24, "class": "wide-text", "spellcheck": "false"}),
    )
    note = forms.CharField(label=_("What it changes, and why"), max_length=500)

    def clean_data(self) -> dict[str, Any]:
        try:
            read = json.loads(self.cleaned_data["data"])
        except json.JSONDecodeError as fault:
            raise forms.ValidationError(
                _("This is no JSON: line %(line)s, column %(column)s."),
                params={"line": fault.lineno, "column": fault.colno},
            ) from None
        if not isinstance(read, dict):
            raise forms.ValidationError(_("A rulebook is an object with its parts."))
        return read


@source(ADOPT)
def to_adopt(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for version in queries.versions():
        if version.status == "proposed":
            yield Waiting(
                kind=gettext("Rules to adopt"),
                title=version.note or gettext("Version {n}").format(n=version.version),
                href=f"/desk/rulebook/{version.version}",
                since=version.proposed_at,
                note=gettext("Version {n}").format(n=version.version),
                not_by=(version.proposed_by,),
            )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """All versions, newest first, and which is in force."""
    found = queries.versions()
    people = parties.persons(
        {p for v in found for p in (v.proposed_by, v.adopted_by) if p is not None}
    )
    return render(
        request,
        "desk/rulebooks.html",
        {
            "versions": found,
            "in_force": queries.in_force(request.now).version,
            "people": people,
            "may": request.actor.has(PROPOSE),
        },
    )


@officer
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A version in words, beside another one; adopting or withdrawing what is proposed."""
    actor, now = request.actor, request.now
    version = _version(number)
    reason = request.POST.get("reason", "")
    adopting = AdoptForm(request.POST if request.POST.get("act") == "adopt" else None)
    acts = Acts(request, to=f"/desk/rulebook/{number}")

    def adopt() -> None:
        day = adopting.cleaned_data["effective_on"]
        actions.adopt(
            actor=actor,
            now=now,
            version=number,
            effective_from=at_local(day, 0) if day else now,
        )

    acts.on("adopt", adopt, said=gettext("Adopted."), form=adopting)
    acts.on(
        "withdraw",
        lambda: actions.withdraw(actor=actor, now=now, version=number, reason=reason),
        said=gettext("Withdrawn."),
    )
    if answer := acts.answer():
        return answer
    others = queries.versions()
    beside = _beside(request, version, others, now)
    changes = differences(beside.data, version.data) if beside else []
    proposed = version.status == "proposed"
    people = parties.persons({p for p in (version.proposed_by, version.adopted_by) if p})
    case = Case(
        kind=gettext("Rulebook"),
        title=gettext("Version {n}").format(n=number),
        about=version.note,
        lifecycle="rulebook",
        state=version.status,
        since=version.proposed_at if proposed else None,
        due_by=terms(now).due_by("other", version.proposed_at) if proposed else None,
        checks=_checks(beside, changes, number) if proposed else (),
        decisions=_decisions(version, actor, adopting, reason) if proposed else (),
        hands=[] if proposed and version.proposed_by == actor.person else _hands(version, people),
    )
    return show(
        request,
        "desk/rulebook.html",
        case,
        acts=acts,
        subjects=[subject("rulebook", number)],
        version=version,
        source=procedures.source_of(number),
        others=[v for v in others if v.version != number],
        beside=beside,
        changes=changes,
        chapters=chapters(version.data),
        own=version.proposed_by == actor.person,
        may_propose=actor.has(PROPOSE),
        people=people,
    )


@officer
def new(request: HttpRequest) -> HttpResponse:
    """Propose the next version: from an edited form, or from data."""
    actor, now = request.actor, request.now
    actor.need(PROPOSE)
    base = _base(request, now)
    asked = request.POST.get("act")
    form = RulebookForm(base.data, request.POST if asked in ("form", "preview") else None)
    raw = JsonForm(
        request.POST if asked == "json" else None,
        initial={"data": json.dumps(base.data, ensure_ascii=False, indent=2)},
        auto_id="json-%s",
    )
    acts = Acts(request)

    def propose(data: dict[str, Any], note: str) -> int:
        if not differences(base.data, data):
            raise Refused(
                CommonRefusal.INVALID,
                field=gettext("rulebook"),
                problem=gettext("nothing is changed"),
            )
        return actions.propose(actor=actor, now=now, data=data, note=note)

    acts.on(
        "form",
        lambda: propose(data_of(form, base.data), form.cleaned_data["note"]),
        said=gettext("Proposed; another officer adopts it."),
        to=lambda made: f"/desk/rulebook/{made}",
        form=form,
    )
    acts.on(
        "json",
        lambda: propose(raw.cleaned_data["data"], raw.cleaned_data["note"]),
        said=gettext("Proposed; another officer adopts it."),
        to=lambda made: f"/desk/rulebook/{made}",
        form=raw,
    )
    if asked != "preview" and (answer := acts.answer()):
        return answer
    looked = asked == "preview" and form.is_valid()
    return render(
        request,
        "desk/rulebook_new.html",
        {
            "looked": looked,
            "changes": differences(base.data, data_of(form, base.data)) if looked else [],
            "base": base,
            "form": form,
            "raw": raw,
            "by_data": asked == "json" or "data" in request.GET,
            "problem": acts.problem,
        },
        status=422 if asked == "preview" and form.errors else acts.status,
    )


def _version(number: int) -> Any:
    found = queries.find_version(number)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("version of the rulebook"))
    return found


def _base(request: HttpRequest, now: datetime) -> Any:
    """The version a proposal starts from: the one asked for, else the one in force."""
    asked = request.GET.get("from", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    return _version(number or queries.in_force(now).version)


def _beside(request: HttpRequest, version: Any, others: list[Any], now: datetime) -> Any:
    """Which version stands beside: the one asked for, else the one in force, else the one before."""
    asked = request.GET.get("with", "")
    by_number = {v.version: v for v in others if v.version != version.version}
    if asked.isdecimal() and len(asked) < 6 and int(asked) in by_number:
        return by_number[int(asked)]
    return by_number.get(queries.in_force(now).version) or by_number.get(version.version - 1)


def running() -> dict[int, dict[str, int]]:
    """How many procedures under way keep each version."""
    found: dict[int, dict[str, int]] = {}
    for what, counts in (
        (gettext("registrations"), rights.running_by_rulebook()),
        (gettext("listings"), listings.live_by_rulebook()),
        (gettext("deals"), deals.live_by_rulebook()),
    ):
        for version, n in counts.items():
            found.setdefault(version, {})[what] = n
    return found


def _checks(beside: Any, changes: list[dict[str, str]], number: int) -> list[Check]:
    kept = running()
    told = [
        gettext("version {n}: {what}").format(
            n=version, what=", ".join(f"{n} {what}" for what, n in counts.items())
        )
        for version, counts in sorted(kept.items())
    ]
    return [
        Check(
            text=gettext("It holds together: every figure is within its bounds"),
            ok=True,
        ),
        Check(
            text=gettext("It says what changes"),
            ok=bool(changes) or beside is None,
            found=gettext("{n} figures differ").format(n=len(changes)),
        ),
        Check(
            text=gettext("Procedures under way keep the version they started with"),
            found="; ".join(told) or gettext("none are under way"),
        ),
        Check(text=gettext("The venue's lawyers agree")),
    ]


def _hands(version: Any, people: dict[Any, Any]) -> list[Hand]:
    hands = [
        Hand(
            did=gettext("Proposed by"),
            name=named(people.get(version.proposed_by)) or gettext("the founding"),
            at=version.proposed_at,
        )
    ]
    if version.adopted_at:
        hands.append(
            Hand(
                did=gettext("Adopted by"),
                name=named(people.get(version.adopted_by)) or gettext("the founding"),
                at=version.adopted_at,
            )
        )
    return hands


def _decisions(version: Any, actor: Actor, adopting: forms.Form, reason: str) -> list[Decision]:
    """Another officer adopts it (PA-5); whoever proposed it may still withdraw it."""
    found = []
    if actor.has(ADOPT) and version.proposed_by != actor.person:
        found.append(
            Decision(
                id="adopt",
                title=gettext("Adopt it"),
                form=adopting,
                outcomes=[
                    Outcome(
                        act="adopt",
                        label=gettext("Adopt this version"),
                        consequence=gettext(
                            "New procedures follow it from that day; those under way keep theirs. It"
                            " is published and cannot be changed."
                        ),
                        rule="PA-5",
                        good=True,
                    )
                ],
            )
        )
    if actor.has(PROPOSE):
        found.append(
            Decision(
                id="withdraw",
                title=gettext("Withdraw it"),
                open=False,
                form=why_form(typed=reason, of="withdraw"),
                outcomes=[
                    Outcome(
                        act="withdraw",
                        label=gettext("Withdraw the proposal"),
                        consequence=gettext("It is kept as withdrawn; nothing else changes."),
                        grave=True,
                    )
                ],
            )
        )
    return found
