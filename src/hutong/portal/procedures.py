"""
Procedure templates for everybody: how registration, listing and certification go, as exchanges of the
network publish it.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.procedures import queries
from hutong.network.procedures.queries import Known
from hutong.portal.rulebook import chapters
from hutong.rulebook.rules import Rulebook
from hutong.ui.door import visitor
from hutong.venues import queries as venues
from hutong.venues.lists import State


@visitor
def index(request: HttpRequest) -> HttpResponse:
    """The latest version of every template, and which of them this exchange follows."""
    return render(
        request,
        "portal/procedures.html",
        {"templates": queries.everywhere(request.now), "homes": _homes()},
    )


@visitor
def one(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """One template, as rules read with it: its figures in place of ours."""
    known = queries.known(code, id, request.now)
    return render(
        request,
        "portal/procedure.html",
        {"known": known, "home": _homes().get(code), "chapters": _read(known, request)},
    )


def _read(known: Known, request: HttpRequest) -> list[object]:
    try:
        _, book = queries.beside(known, request.now)
    except Refused as refused:
        if refused.reason is CommonRefusal.NOT_FOUND:
            raise
        return []
    return list(chapters(Rulebook.model_validate(book, strict=False)))


def _homes() -> dict[str, object]:
    return {one.code: one for one in venues.members(*State)}
