"""
Running the venue: follow-ups that failed, what is due, who its officers are.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import history, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.rulebook_words import power_word
from hutong.desk.things import timer_word, where
from hutong.due import queries as due
from hutong.journal import actions as journal_actions
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions as party_actions
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.ui.case import Case, Check, Decision, Outcome
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.history import event_word
from hutong.ui.words import ROLES

OPERATE, APPOINT, SUPERVISE = "venue.operate", "parties.appoint", "supervise.read"
# Powers whose acts one officer begins and another with the same power ends (PA-5).
FOUR_EYES = (
    "settlement.approve_payout",
    "settlement.record_receipt",
    "deals.end",
    "certificates.approve_revocation",
    "rulebook.adopt",
)


@source(OPERATE)
def parked(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Follow-ups of acts that kept failing: everything behind them about the same thing waits."""
    for stuck in journal.parked():
        yield Waiting(
            kind=gettext("Follow-up that failed"),
            title=where(stuck.subject).label,
            href=f"/desk/parked/{stuck.id}",
            since=stuck.parked_at,
            note=ngettext("{n} attempt", "{n} attempts", stuck.attempts).format(n=stuck.attempts),
            term="operation",
            bulk="retry",
        )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Follow-ups that failed, and timers to come. Needs `venue.operate`."""
    actor, now = request.actor, request.now
    actor.need(OPERATE)
    return render(
        request,
        "desk/operations.html",
        {
            "parked": [(stuck, where(stuck.subject)) for stuck in journal.parked()],
            "coming": [
                (timer, timer_word(timer.kind), where(timer.subject))
                for timer in due.coming(limit=50)
            ],
            "pending": journal.pending_count(),
            "entries": journal.end(),
            "now": now,
        },
    )


@officer
def stuck(request: HttpRequest, id: int) -> HttpResponse:
    """One follow-up that failed: what it is about, why it failed, trying again or giving it up."""
    actor, now = request.actor, request.now
    actor.need(OPERATE)
    reason = request.POST.get("reason", "")
    acts = Acts(request, to="/desk/operations")
    acts.on(
        "retry",
        lambda: journal_actions.retry_parked(actor=actor, now=now, parked=id),
        said=gettext("It is tried again now."),
    )
    acts.on(
        "dismiss",
        lambda: journal_actions.dismiss_parked(actor=actor, now=now, parked=id, reason=reason),
        said=gettext("Given up; the reason is in the journal."),
    )
    if answer := acts.answer():
        return answer
    found = next((row for row in journal.parked() if row.id == id), None)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("follow-up"))
    about = where(found.subject)
    entry = journal.at(found.position)
    case = Case(
        kind=gettext("Follow-up that failed"),
        title=gettext("After “{event}”").format(event=event_word(entry.kind)),
        about=about.label,
        lifecycle="parked",
        state="parked",
        since=found.parked_at,
        checks=[
            Check(
                text=gettext("It was tried and failed"),
                ok=False,
                found=ngettext("{n} attempt", "{n} attempts", found.attempts).format(
                    n=found.attempts
                ),
            ),
            Check(text=gettext("What stopped it is mended")),
        ],
        decisions=[
            Decision(
                id="retry",
                title=gettext("Try again"),
                outcomes=[
                    Outcome(
                        act="retry",
                        label=gettext("Try it again now"),
                        consequence=gettext(
                            "It is done now, and what waits behind it goes on in order."
                        ),
                        rule="LO-1",
                        good=True,
                    )
                ],
            ),
            Decision(
                id="dismiss",
                title=gettext("Give it up"),
                open=False,
                form=why_form(typed=reason, of="dismiss"),
                outcomes=[
                    Outcome(
                        act="dismiss",
                        label=gettext("Give it up"),
                        consequence=gettext(
                            "What should have followed does not happen by itself; do it by hand."
                        ),
                        grave=True,
                    )
                ],
            ),
        ],
        history=history(found.subject),
    )
    return show(request, "desk/parked.html", case, acts=acts, stuck=found, about=about)


class OfficeForm(forms.Form):
    email = forms.EmailField(label=_("E-mail of the person"))
    role = forms.ChoiceField(label=_("Role"))


@officer
def officers(request: HttpRequest) -> HttpResponse:
    """Who holds which role, with what second factor; appointing and dismissing (PA-2, PA-5)."""
    actor, now = request.actor, request.now
    if not actor.has(SUPERVISE):
        actor.need(APPOINT)
    may = actor.has(APPOINT)
    roles = rulebook.in_force(now).rules.roles
    form = OfficeForm(request.POST if request.POST.get("act") == "appoint" else None)
    form.fields["role"].choices = [
        (role, gettext(ROLES[role]) if role in ROLES else role) for role in roles
    ]
    acts = Acts(request, to="/desk/officers")

    def appoint() -> None:
        person = parties.person_by_email(form.cleaned_data["email"])
        if person is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=gettext("person"))
        party_actions.appoint_officer(
            actor=actor, now=now, person=person.id, role=form.cleaned_data["role"]
        )

    acts.on("appoint", appoint, said=gettext("Appointed."), form=form)
    acts.on(
        "dismiss",
        lambda: party_actions.dismiss_officer(
            actor=actor,
            now=now,
            person=posted_id(request, "person"),
            role=request.POST["role"],
        ),
        said=gettext("Dismissed."),
    )
    if answer := acts.answer():
        return answer
    held = parties.officers()
    people: dict[Any, dict[str, Any]] = {}
    for office in held:
        found = people.setdefault(office.person.id, {"person": office.person, "offices": []})
        found["offices"].append(office)
    secured = parties.with_second_factor(people)
    appointers = {o.person.id for o in held if APPOINT in roles.get(o.role, ())}
    for id, found in people.items():
        found["secured"] = id in secured
        found["last"] = appointers == {id}
        found["powers"] = sorted({p for o in found["offices"] for p in roles.get(o.role, ())})
    return render(
        request,
        "desk/officers.html",
        {
            "people": list(people.values()),
            "roles": [(role, [power_word(p) for p in powers]) for role, powers in roles.items()],
            "role_words": ROLES,
            "missing": [
                gettext(ROLES[role]) if role in ROLES else role
                for role in roles
                if not any(o.role == role for o in held)
            ],
            "alone": _held_alone(held, roles),
            "me": actor.person,
            "form": form,
            "may": may,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _held_alone(held: list[Any], roles: Any) -> list[str]:
    """Powers that want four eyes and that only one officer holds: their cases cannot be decided."""
    alone = []
    for power in FOUR_EYES:
        able = {o.person.id for o in held if power in roles.get(o.role, ())}
        if len(able) == 1:
            alone.append(power_word(power))
    return alone
