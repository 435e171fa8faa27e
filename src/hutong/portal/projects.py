"""
Joint projects of the network: sellers of several venues offer together, each part registered at its
own venue (NE-3, TE-4).
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects import queries
from hutong.ui.door import visitor
from hutong.venues import queries as venues
from hutong.venues.lists import State


@visitor
def index(request: HttpRequest) -> HttpResponse:
    """Every joint project of the network, newest first."""
    return render(
        request,
        "portal/projects.html",
        {"projects": queries.every_project(), "homes": _homes(), "here": venues.my_code()},
    )


@visitor
def one(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """One joint project: its lead venue, its parts with their home venues, and where it is offered."""
    seen = queries.seen(code, id)
    if seen is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    seen = queries.with_words(seen)
    return render(
        request,
        "portal/project.html",
        {"seen": seen, "project": seen.of, "homes": _homes(), "here": venues.my_code()},
    )


def _homes() -> dict[str, object]:
    return {one.code: one for one in venues.members(*State)}
