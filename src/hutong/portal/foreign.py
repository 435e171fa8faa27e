"""
Technologies and listings of other venues, from our verified copy of their logs: with the home venue
named, where it stands in that venue's log, and the proof (NE-3, LO-3).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.kit.actor import ACT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.mirrors import queries
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.queries import Foreign
from hutong.portal.listings import joint_context
from hutong.portal.technologies import ENTRY_KINDS, NUMBER_NAMES
from hutong.technologies.rules import KIND_NAMES
from hutong.ui import words
from hutong.ui.door import visitor
from hutong.ui.history import EVENTS

PARTS = 100  # of a bundle, or of a joint listing, shown on its page
LINES = 30  # of its home's log


@visitor
def listing(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """A listing of another venue; members apply through their own (NE-4)."""
    one = _found(queries.listing(code, id), "listing")
    offered = one.of.offered[:PARTS]
    return render(
        request,
        "portal/foreign_listing.html",
        {
            **_shown(one, f"/listings/{id}"),
            "listing": one.of,
            "offered": offered,
            "more": 0
            if one.of.joint
            else max(0, max(one.of.technologies, len(one.of.offered)) - len(offered)),
            **joint_context(one.of.joint),
            "state": one.of.ending or one.of.status,
            "may_apply": request.actor.party is not None and request.actor.has(ACT),
        },
    )


@visitor
def technology(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """A technology of another venue, with what its register says of it."""
    one = _found(queries.technology(code, id), "technology")
    parts = one.of.parts[:PARTS]
    known = queries.some(ThingKind.TECHNOLOGY, [(code, part) for part, _share in parts])
    return render(
        request,
        "portal/foreign_technology.html",
        {
            **_shown(one, f"/technologies/{id}"),
            "t": one.of,
            "parts": [(part, share, known.get((code, part))) for part, share in parts],
            "more": max(0, len(one.of.parts) - len(parts)),
            "entry_kinds": ENTRY_KINDS,
            "numbers": NUMBER_NAMES,
        },
    )


def _found(one: Foreign | None, what: str) -> Foreign:
    if one is None or one.venue is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=what)
    return one


def _shown(one: Foreign, path: str) -> dict[str, object]:
    return {
        "one": one,
        "venue": one.venue,
        "at_home": f"{one.venue.url}{path}" if one.venue else "",
        "lines": [
            (line, gettext(EVENTS[line.kind][0]) if line.kind in EVENTS else line.kind)
            for line in one.log[:LINES]
        ],
        "mirror": queries.mirror(one.code),
        "kinds": KIND_NAMES,
        "words": words,
    }
