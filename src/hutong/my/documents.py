"""
My documents: everything my party has handed in, for what, and who may read it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.documents import queries
from hutong.kit.actor import READ
from hutong.kit.ids import subject_id, subject_kind
from hutong.kit.refusal import N_
from hutong.my.words import ACCESS
from hutong.ui.door import as_member, member
from hutong.ui.words import Words

PAGE = 50
FOR: Words = {
    "party": N_("Evidence of the party"),
    "technology": N_("Technology"),
    "right_evidence": N_("Evidence of a right"),
    "right_application": N_("Application for registration"),
    "listing": N_("Evidence of a buyer"),
    "import_run": N_("Workbook"),
}
PLACES = {
    "party": "/my/party",
    "technology": "/my/technologies/",
    "right_application": "/my/rights/",
    "listing": "/listings/",
    "import_run": "/my/technologies/imports/",
}


@member
def index(request: HttpRequest) -> HttpResponse:
    actor = as_member(request.actor)
    party = actor.acting_party()
    actor.need(READ)
    page = queries.of_party(party, cursor=request.GET.get("cursor"), limit=PAGE)
    return render(
        request,
        "my/documents.html",
        {
            "documents": [(one, kind_of(one.owner), place_of(one.owner)) for one in page["items"]],
            "next": page["next"],
            "access": ACCESS,
            "for": FOR,
        },
    )


def kind_of(owner: str) -> str:
    return subject_kind(owner)


def place_of(owner: str) -> str:
    """The member's page of what a document belongs to, or nothing."""
    place = PLACES.get(subject_kind(owner), "")
    return f"{place}{subject_id(owner)}" if place.endswith("/") else place
