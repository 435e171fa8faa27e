"""
One field that finds a case: by number, by party, by technology, by payment reference.

Only what the officer's powers reach is looked through; the supervisor finds all.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hutong.certificates import queries as certificates
from hutong.desk.procedures import Asked, Line, find
from hutong.desk.supervision import Seen, seen
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.search import queries as index
from hutong.search.documents import Kind
from hutong.technologies import queries as technologies
from hutong.ui.door import officer
from hutong.ui.templatetags.ui import named

EACH = 8  # of each kind; more is a list of its own
MOST = 200  # characters that are looked for


@dataclass(frozen=True)
class Group:
    name: str | Promise
    rows: list[Seen]
    more: str = ""


@officer
def page(request: HttpRequest) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").split())[:MOST]
    enough = len(text) >= 2 or not text.isascii()  # one Chinese character is a word
    groups = _groups(request, text) if text and enough else []
    return render(
        request,
        "desk/search.html",
        {
            "q": text,
            "groups": groups,
            "short": bool(text) and not enough,
            "found": sum(len(group.rows) for group in groups),
        },
    )


def _groups(request: HttpRequest, text: str) -> list[Group]:
    actor, now = request.actor, request.now
    people = parties.parties_page(actor, text=text, limit=EACH)["items"]
    things = _technologies(text, request)
    asked = Asked(text, [party.id for party in people], things)
    found = find(actor, asked, each=EACH)
    drawn = seen([line for _kind, lines in found for line in lines], actor, now)
    known = technologies.technologies(things)
    groups = [
        Group(_("Parties"), [_party(view) for view in people]),
        Group(_("Technologies"), [_technology(known[id]) for id in things if id in known]),
    ]
    at = 0
    for kind, lines in found:
        groups.append(Group(kind.name, drawn[at : at + len(lines)]))
        at += len(lines)
    groups.append(Group(_("Certificates"), _certificates(text, things)))
    return [group for group in groups if group.rows]


def _technologies(text: str, request: HttpRequest) -> list[UUID]:
    """Technologies by their number, else by their words in the index."""
    try:
        filters = technologies.Filters(number=text)
        by_number = technologies.page(filters, local_date(request.now), limit=EACH)["items"]
    except Refused:
        by_number = []
    if by_number:
        return [view.id for view in by_number]
    try:
        found = index.search(index.Asked(text=text, kind=Kind.TECHNOLOGY), now=request.now)
    except Refused:
        return []  # the index is being built; numbers and parties are found all the same
    return [hit.id for hit in found.hits[:EACH]] if not found.some_words else []


def _party(view: Any) -> Seen:
    line = Line(
        subject=f"party:{view.id}",
        href=f"/desk/parties/{view.id}",
        lifecycle="party",
        state=view.status,
        since=None,
        number=" ".join(value for _scheme, value in view.identifiers),
    )
    return Seen(line=line, title=named(view), parties="")


def _technology(view: Any) -> Seen:
    line = Line(
        subject=f"technology:{view.id}",
        href=f"/desk/technologies/{view.id}",
        lifecycle="technology",
        state=view.status,
        since=None,
        number=" ".join(number for number in view.numbers.values() if number),
    )
    return Seen(line=line, title=named(view), parties="")


def _certificates(text: str, things: list[UUID]) -> list[Seen]:
    rows = list(certificates.register(number=text)[:EACH])
    if not rows and things:
        rows = list(certificates.register(technology=things[0])[:EACH])
    found = []
    for row in rows:
        view = certificates.view(row)
        line = Line(
            subject=f"certificate:{view.id}",
            href=f"/desk/certificates/{view.number}",
            lifecycle="certificate",
            state=view.standing.value,
            since=view.issued_at,
            number=view.number,
        )
        found.append(Seen(line=line, title=view.number, parties=""))
    return found
