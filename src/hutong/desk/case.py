"""
What the case pages of the desk share: who works on the case, whose eyes may decide, its history
from the journal.

    return show(request, "desk/deal.html", Case(…), acts=acts, subjects=["deal:…"], deal=deal)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.casework import actions as casework_actions
from hutong.casework import queries as casework
from hutong.casework.rules import HOURS, Claim
from hutong.desk.queue import DESK
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.ui import history as told
from hutong.ui.case import Case, Hand, Step
from hutong.ui.door import Acts, officer, posted_id, safe_next
from hutong.ui.templatetags.ui import listed, named
from hutong.ui.words import ROLES

# Which offices decide the cases of a kind of page: who may take them on.
DECIDED_BY: dict[str, tuple[str, ...]] = {
    "parties": ("parties.verify", "parties.suspend"),
    "rights": ("rights.examine", "rights.decide_objection"),
    "transfers": ("rights.record_outside_step",),
    "filings": ("rights.examine",),
    "register": ("rights.examine",),
    "entries": ("rights.examine",),
    "listings": ("listings.examine",),
    "projects": ("listings.examine",),
    "project-invitations": ("listings.examine",),
    "project-parts": ("listings.examine",),
    "intents": ("listings.qualify",),
    "lots": ("auctions.run",),
    "deals": ("settlement.settle", "deals.end"),
    "receipts": ("settlement.record_receipt",),
    "proceeds": ("settlement.approve_payout",),
    "clearing": (
        "settlement.request_payout",
        "settlement.approve_payout",
        "settlement.record_receipt",
    ),
    "payouts": ("settlement.approve_payout", "settlement.record_receipt"),
    "certificates": ("certificates.revoke", "certificates.approve_revocation"),
    "technologies": ("technologies.enter_any",),
    "parked": ("venue.operate",),
    "rulebook": ("rulebook.adopt",),
}
# Which private facts of an entry are words an officer or a party gave: shown in the history.
WORDS = ("why", "reason", "reasons", "findings", "grounds")
ASIDE = "notices."  # that people were told is no step of a procedure
SUPERVISE = "supervise.read"


def why_form(
    name: str = "reason",
    label: Any = None,
    help_text: Any = "",
    *,
    typed: str = "",
    of: str = "",
    rows: int = 3,
    always: bool = True,
) -> forms.Form:
    """A form with one text, called `name`, showing what was typed before. `of` tells forms apart.

    Not `always`: one of the outcomes wants no words, and the browser lets it pass without.
    """
    form = forms.Form(initial={name: typed}, auto_id=f"{of or name}-%s")
    form.fields[name] = forms.CharField(
        label=label or _("Reason"),
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        required=always,
    )
    return form


def show(
    request: HttpRequest,
    template: str,
    case: Case,
    *,
    acts: Acts,
    subjects: Sequence[str] = (),
    notes: Mapping[int, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Render a case page: with its history, and with who works on it."""
    actor, now = request.actor, request.now
    ref = request.path.removeprefix(DESK)
    held, entries = _held(ref, actor, now), _entries(subjects)
    hands = [hand.by for hand in case.hands if hand.by]
    names = names_of(entries, *([held.person] if held else []), *hands)
    claim = _claim(ref, actor, held, names)
    if hands:
        case = replace(case, hands=[_named(hand, names) for hand in case.hands])
    if subjects:
        case = replace(case, history=[*case.history, *_told(entries, names, notes)])
    if not case.decisions:
        case = replace(case, hands=(), nothing=case.nothing or _whose_office(ref, claim, now))
        claim["able"] = False  # nothing is left to work on
    if claim["theirs"] and case.decisions and not case.barred:
        case = replace(
            case,
            barred=gettext("{name} works on this case. Take it over first.").format(
                name=claim["holder"]
            ),
        )
    return render(
        request,
        template,
        {
            "case": case,
            "claim": claim,
            "subjects": subjects if actor.has(SUPERVISE) else (),
            "problem": acts.problem,
            **more,
        },
        status=acts.status,
    )


def _named(hand: Hand, names: Mapping[UUID, str]) -> Hand:
    return replace(hand, name=names.get(hand.by, "")) if hand.by else hand


def _able(ref: str, actor: Actor) -> bool:
    return any(actor.has(power) for power in DECIDED_BY.get(ref.partition("/")[0], ()))


def _held(ref: str, actor: Actor, now: datetime) -> Claim | None:
    return casework.claim(ref, now) if _able(ref, actor) or actor.has(SUPERVISE) else None


def _claim(
    ref: str, actor: Actor, found: Claim | None, names: Mapping[UUID, str]
) -> dict[str, Any]:
    """Who works on the case, and what this officer may do about that."""
    able = _able(ref, actor)
    return {
        "ref": ref,
        "able": able,
        "holder": names.get(found.person, "") if found else "",
        "until": found.until if found else None,
        "mine": found is not None and found.person == actor.person,
        "theirs": found is not None and found.person != actor.person and able,
    }


def _whose_office(ref: str, claim: dict[str, Any], now: datetime) -> str:
    """Who decides such cases, for a reader who does not."""
    powers = DECIDED_BY.get(ref.partition("/")[0], ())
    if claim["able"] or not powers:
        return ""
    roles = rulebook.in_force(now).rules.roles
    offices = [role for role, held in roles.items() if set(powers) & set(held)]
    return gettext("You read this case; deciding it is for: {offices}.").format(
        offices=listed([gettext(ROLES[role]) if role in ROLES else role for role in offices])
    )


def history(*subjects: str, notes: Mapping[int, str] | None = None) -> list[Step]:
    """What happened to these things, oldest first, in words, with who did it."""
    entries = _entries(subjects)
    return _told(entries, names_of(entries), notes)


def _entries(subjects: Iterable[str]) -> list[Any]:
    found = [e for e in journal.histories(subjects) if not e.kind.startswith(ASIDE)]
    return sorted(found, key=lambda entry: (entry.at, entry.id))


def _told(
    entries: list[Any], names: Mapping[UUID, str], notes: Mapping[int, str] | None
) -> list[Step]:
    said = {entry.id: _said(entry) for entry in entries}
    return told.steps(entries, names, notes={**said, **(notes or {})})


def names_of(entries: Iterable[Any], *others: UUID) -> dict[UUID, str]:
    """What the persons (`others` too) and parties behind entries are called; the person before the
    party."""
    entries = list(entries)
    people = parties.persons({entry.person for entry in entries if entry.person} | set(others))
    organisations = parties.names(
        {entry.party for entry in entries if entry.party and entry.person not in people}
    )
    return {id: named(view) for id, view in (*organisations.items(), *people.items())}


def _said(entry: Any) -> str:
    words = (entry.private or {}).get
    return next((text for name in WORDS if isinstance(text := words(name), str) and text), "")


def same_eyes(actor: Actor, entered_by: Iterable[UUID | None], text: str) -> str:
    """Why this officer may not decide (PA-5), or nothing."""
    return text if actor.person is not None and actor.person in set(entered_by) else ""


@officer
def claims(request: HttpRequest) -> HttpResponse:
    """Take a case on, over, let it go, or give it to a colleague; then back to the case."""
    actor, now = request.actor, request.now
    ref = (request.POST if request.method == "POST" else request.GET).get("case", "")
    powers = DECIDED_BY.get(ref.partition("/")[0])
    if powers is None or len(ref) > 200:
        raise Http404
    if not any(actor.has(power) for power in powers):
        actor.need(powers[0])
    act = {"actor": actor, "now": now, "case": ref, "powers": powers}
    acts = Acts(request, to=safe_next(request, DESK + ref))
    acts.on("take", lambda: casework_actions.take(**act), said=gettext("You work on it now."))
    acts.on(
        "take_over",
        lambda: casework_actions.take(**act, over=True),
        said=gettext("You work on it now; your colleague sees it in the queue."),
    )
    acts.on(
        "let_go",
        lambda: casework_actions.let_go(**act),
        said=gettext("Let go; anybody with the power may take it on."),
    )
    acts.on(
        "hand_over",
        lambda: casework_actions.hand_over(**act, to=posted_id(request, "to")),
        said=gettext("Handed over."),
    )
    if answer := acts.answer():
        return answer
    held = _held(ref, actor, now)
    return render(
        request,
        "desk/claim.html",
        {
            "claim": _claim(ref, actor, held, names_of([], *([held.person] if held else []))),
            "back": DESK + ref,
            "hours": HOURS,
            "colleagues": colleagues(powers, actor),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def colleagues(powers: Iterable[str], actor: Actor) -> list[Any]:
    """Officers who can decide such cases, without oneself."""
    ids = dict.fromkeys(id for power in powers for id in parties.officers_with(power))
    found = parties.persons(id for id in ids if id != actor.person)
    return sorted(found.values(), key=named)
