"""
Verification of parties (PA-1, PA-3, PA-5): the file, the evidence, the decision.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.desk.queue import Waiting, decide, source
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.parties import actions, queries
from hutong.parties.rules import Decision, Status
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named
from hutong.ui.words import PARTY_KINDS


@source("parties.verify")
def to_verify(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for item in queries.queue(actor, now=now)["items"]:
        yield Waiting(
            kind=gettext("Verification of a party"),
            title=named(item.party),
            href=f"/desk/parties/{item.party.id}",
            since=item.submitted_at,
        )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """All parties, searchable by name and identifier."""
    status = request.GET.get("status", "")
    page = queries.parties_page(
        request.actor,
        text=request.GET.get("q", ""),
        status=Status(status) if status in set(Status) else None,
        cursor=request.GET.get("cursor"),
    )
    return render(
        request,
        "desk/parties.html",
        {
            "page": page,
            "kinds": PARTY_KINDS,
            "statuses": [s.value for s in Status],
            "status": status,
        },
    )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    acts = Acts(request, to="/desk")
    why = request.POST.get("why", "")
    acts.on(
        "verify",
        lambda: actions.decide_verification(
            actor=actor, now=now, party=id, decision=Decision.VERIFY, why=why
        ),
        said=gettext("Verified. The party has been told."),
    )
    acts.on(
        "return",
        lambda: actions.decide_verification(
            actor=actor, now=now, party=id, decision=Decision.RETURN, why=why
        ),
        said=gettext("Returned with your reason."),
    )
    acts.on(
        "suspend",
        lambda: actions.suspend(actor=actor, now=now, party=id, why=why),
        said=gettext("Suspended."),
    )
    acts.on(
        "reinstate",
        lambda: actions.reinstate(actor=actor, now=now, party=id, why=why),
        said=gettext("Reinstated."),
    )
    if answer := acts.answer():
        return answer
    detail = queries.detail(actor, id)
    attached = queries.evidence_of(actor, id) if queries.may_see(actor, id) else []
    files = {d.id: d for d in documents.of_owner(subject("party", id))}
    return render(
        request,
        "desk/party.html",
        {
            "detail": detail,
            "view": detail.party,
            "kinds": PARTY_KINDS,
            "attached": [(e, files.get(e.document)) for e in attached],
            "mandates": queries.mandates_of_party(id) if queries.may_see(actor, id) else [],
            "involved": actor.person in {m.person.id for m in queries.mandates_of_party(id)},
            "may": decide(actor, "parties.verify", "parties.suspend"),
            "why": why,
            "problem": acts.problem,
        },
        status=acts.status,
    )
