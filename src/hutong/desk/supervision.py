"""
Seeing every procedure: its state, its clock, its officers; and the journal behind each (ST-3).

Officers see the procedures their powers reach; the supervisor sees all, and changes nothing: no
page here has an act, and every action of the areas wants a power the supervisor does not hold.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.desk.case import names_of
from hutong.desk.procedures import Line, open_to
from hutong.desk.things import kind_word, timer_word, where
from hutong.doors.api import paged
from hutong.due import queries as due
from hutong.journal.browsing import entries_page, find_entry, officers_of
from hutong.kit.actor import Actor
from hutong.kit.refusal import N_, CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies
from hutong.ui.door import officer
from hutong.ui.history import EVENTS, event_word
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import named

SUPERVISE = "supervise.read"
AREA_WORDS = {
    "auctions": N_("Auctions"),
    "casework": N_("Work at the desk"),
    "certificates": N_("Certificates"),
    "deals": N_("Deals"),
    "documents": N_("Documents"),
    "due": N_("The venue's clock"),
    "journal": N_("The journal itself"),
    "ledger": N_("The ledger"),
    "listings": N_("Listings and intents"),
    "notices": N_("Notices"),
    "parties": N_("Parties and people"),
    "rights": N_("Rights"),
    "rulebook": N_("Rulebook"),
    "settlement": N_("Settlement"),
    "technologies": N_("Technologies"),
    "transparency": N_("The public log"),
}
AREAS = sorted({kind.partition(".")[0] for kind in EVENTS})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A line with its clock and its officers."""

    line: Line
    title: str
    parties: str
    clock: str = ""
    ends_at: datetime | None = None
    late: bool = False
    officers: tuple[str, ...] = ()


@officer
def page(request: HttpRequest) -> HttpResponse:
    """All procedures of a kind, newest first."""
    actor, now = request.actor, request.now
    kinds = open_to(actor)
    asked = request.GET.get("kind", "")
    kind = next((one for one in kinds if one.code == asked), kinds[0] if kinds else None)
    if kind is None:
        raise Refused(CommonRefusal.POWER_MISSING, power=gettext("officer of a procedure"))
    states = LIFECYCLES[kind.lifecycle]
    known = {s.code for s in (*states.course, *states.exits)}
    state = request.GET.get("state", "")
    rows = kind.drawn(actor)
    if state in known:
        rows = rows.filter(**{kind.state: state})
    found = paged(rows, request.GET.get("cursor"), 50, key=kind.key)
    return render(
        request,
        "desk/procedures.html",
        {
            "kinds": kinds,
            "kind": kind,
            "states": [(s.code, gettext(s.label)) for s in (*states.course, *states.exits)],
            "state": state if state in known else "",
            "rows": seen(kind.lines(found["items"]), actor, now),
            "next": found["next"],
            "supervises": actor.has(SUPERVISE),
        },
    )


def seen(lines: list[Line], actor: Actor, now: datetime) -> list[Seen]:
    """The lines with names, clocks and officers, each asked for once."""
    things = technologies.technologies({line.about for line in lines if line.about})
    sides = parties.names({id for line in lines for id in line.parties})
    clocks = due.next_of(line.subject for line in lines)
    acted = officers_of(line.subject for line in lines)
    people = parties.persons({id for ids in acted.values() for id in ids})

    def one(line: Line) -> Seen:
        clock = clocks.get(line.subject)
        return Seen(
            line=line,
            title=line.title or (named(things.get(line.about)) if line.about else ""),
            parties=" → ".join(named(sides[id]) for id in line.parties if id in sides),
            clock=timer_word(clock.kind) if clock else "",
            ends_at=clock.due_at if clock else None,
            late=clock is not None and clock.due_at <= now,
            officers=tuple(named(people[id]) for id in acted.get(line.subject, ()) if id in people),
        )

    return [one(line) for line in lines]


@officer
def entries(request: HttpRequest) -> HttpResponse:
    """The journal: of one thing, of one area, of one person, or all; newest first."""
    actor = request.actor
    actor.need(SUPERVISE)
    subject = request.GET.get("subject", "")[:200]
    area = request.GET.get("area", "")
    found = entries_page(
        subject=subject,
        area=area if area in AREAS else "",
        person=_person(request.GET.get("person", "")),
        cursor=request.GET.get("cursor"),
    )
    names = names_of(found["items"])
    return render(
        request,
        "desk/journal.html",
        {
            "entries": [
                (entry, event_word(entry.kind), where(entry.subject), _by(entry, names))
                for entry in found["items"]
            ],
            "next": found["next"],
            "subject": subject,
            "about": where(subject) if subject else None,
            "areas": [(area, gettext(AREA_WORDS[area])) for area in AREAS if area in AREA_WORDS],
            "area": area,
        },
    )


@officer
def entry(request: HttpRequest, id: int) -> HttpResponse:
    """One entry whole: its facts, its private part, its public content, its place in the log."""
    actor = request.actor
    actor.need(SUPERVISE)
    found = find_entry(id)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("entry"))
    names = names_of([found])
    known = _named_ids(found)
    return render(
        request,
        "desk/entry.html",
        {
            "entry": found,
            "word": event_word(found.kind),
            "about": where(found.subject),
            "kind": kind_word(found.subject),
            "by": names.get(found.person, "") if found.person else "",
            "party": names.get(found.party, "") if found.party else "",
            "facts": _written(found.facts, known),
            "private": None if found.private is None else _written(found.private, known),
            "content": _written(found.content, known),
        },
    )


def _person(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _by(entry: Any, names: dict[UUID, str]) -> str:
    known = (names.get(id) for id in (entry.person, entry.party) if id is not None)
    return next((name for name in known if name), "")


def _named_ids(entry: Any) -> dict[str, str]:
    """What ids among the facts are called: parties, persons, technologies."""
    ids = set(_ids({**entry.facts, **(entry.private or {})}))
    found: dict[str, str] = {}
    for views in (parties.names(ids), parties.persons(ids), technologies.technologies(ids)):
        found |= {str(id): named(view) for id, view in views.items()}
    return found


def _ids(value: Any) -> list[UUID]:
    if isinstance(value, dict):
        return [id for part in value.values() for id in _ids(part)]
    if isinstance(value, list):
        return [id for part in value for id in _ids(part)]
    if isinstance(value, str) and len(value) == 36:
        try:
            return [UUID(value)]
        except ValueError:
            return []
    return []


def _written(facts: dict[str, Any], known: dict[str, str]) -> list[tuple[str, Any, str]]:
    """Facts as (name, value, what the value is called)."""
    return [(name, value, known.get(str(value), "")) for name, value in sorted(facts.items())]
