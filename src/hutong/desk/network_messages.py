"""
What this venue and others tell each other, and the claims of numbers: what waits, for whom, why
(NE-2, NE-5).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.kit.refusal import N_, CommonRefusal, Refused
from hutong.network.claims import queries as claims
from hutong.network.claims.rules import Status as ClaimStatus
from hutong.network.messages import actions, queries
from hutong.network.messages.rules import Direction, Refusal, Status
from hutong.parties import queries as parties
from hutong.ui.door import Acts, officer
from hutong.ui.words import Words
from hutong.venues import queries as venues
from hutong.venues.lists import State

OPERATE = queries.SEE
PAGE = "/desk/network/messages"
SUSPICIONS = f"{PAGE}/suspicions"
SHOWN = 50
CONTRADICTED = Refusal.CONTRADICTED.code
SUSPECTED: Words = {
    CONTRADICTED: N_("Signed two different messages for one place"),
    "recognition.credential_wrong": N_("Showed a credential that does not hold"),
    "recognition.other_venues_party": N_("Spoke for another venue's party"),
    "trade.guaranteed_twice": N_("Guaranteed one deposit twice"),
    "clearing.not_ours_to_pay": N_("Declared its own debt settled"),
}
KINDS: Words = {
    "claims.batch": N_("Claims numbers, or gives them back"),
    "claims.claim": N_("Claims a number"),
    "claims.release": N_("Gives a number back"),
    "claims.move": N_("Writes a number over to the next venue"),
    "custody.offer": N_("Offers custody of a technology"),
    "custody.answer": N_("Answers an offer of custody"),
    "custody.withdraw": N_("Takes an offer of custody back"),
    "custody.moved": N_("Has closed its chapter of a technology"),
    "duplicates.found": N_("Says that a right is registered twice"),
    "duplicates.state": N_("Says its case about a right registered twice"),
    "duplicates.decided": N_("Says whose registration stands"),
    "claims.final": N_("Says which claims are final"),
    "claims.finals": N_("Says which claims are final"),
    "clearing.statement": N_("Proposes a statement"),
    "clearing.paid": N_("Has paid a statement"),
    "clearing.received": N_("Has received a payment"),
    "network.ping": N_("Asks whether we answer"),
    "sales.accept": N_("The seller of a part accepts the contract"),
    "sales.assure": N_("Holds a part's share of the price"),
    "sales.award": N_("Sends the contract of a joint project"),
    "sales.end": N_("Ends the sale of a part"),
    "sales.move": N_("Has a part's right and money moved"),
    "sales.ready": N_("Says that a part can move"),
    "projects.answer": N_("Answers the invitation to a joint project"),
    "projects.ended": N_("A joint project has ended"),
    "projects.invite": N_("Invites to a joint project"),
    "projects.listed": N_("A joint project is on the board"),
    "projects.part": N_("Adds a part to a joint project"),
    "projects.withdraw": N_("Withdraws a part of a joint project"),
    "recognition.show": N_("Shows a party's credential"),
    "recognition.accredit": N_("Shows an institution's accreditation"),
    "trade.intend": N_("A member applies"),
    "trade.qualified": N_("The member is qualified"),
    "trade.declined": N_("The application is declined"),
    "trade.withdraw": N_("The member withdraws"),
    "trade.guarantee": N_("Guarantees a deposit"),
    "trade.released": N_("The deposit is released"),
    "trade.called": N_("The deposit is called in"),
    "trade.lot": N_("An auction decides"),
    "trade.awarded": N_("The member is the buyer"),
    "trade.sign": N_("The member signs"),
    "trade.signed": N_("Both sides have signed"),
    "trade.price": N_("Asks for the price"),
    "trade.pay": N_("The price is here"),
    "trade.certified": N_("Shows the certificate of a deal"),
    "trade.countersigned": N_("Countersigns the certificate of a deal"),
    "trade.settled": N_("Right and money have moved"),
    "trade.ended": N_("The deal has ended otherwise"),
    "trade.returned": N_("Parts did not move; their shares are free"),
    "venues.approval": N_("Approves a change of the list"),
    "venues.list": N_("A new list of members"),
}


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=_("What was found"),
        max_length=1000,
        help_text=_("What the other venue said, and what was done; it stays with the evidence."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@source(OPERATE)
def silent(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Venues that have not answered for several tries; what waits for them is not lost."""
    for one in queries.troubles():
        if one.message is not None or one.suspicion is not None:
            continue
        count = ngettext("{n} message waits", "{n} messages wait", one.waiting)
        yield Waiting(
            kind=gettext("Venue that does not answer"),
            title=one.venue,
            href=f"{PAGE}#{one.venue}",
            since=None,
            note=count.format(n=one.waiting),
            term="operation",
        )


@source(OPERATE)
def struggling(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Messages that are answered again and again with something that is no answer."""
    for one in queries.troubles():
        if one.message is None:
            continue
        yield Waiting(
            kind=gettext("Message without a final answer"),
            title=f"{one.venue} · {one.kind}",
            href=f"{PAGE}/out/{one.venue}/{one.message}",
            since=None,
            note=one.problem,
            term="operation",
        )


@source(OPERATE)
def suspected(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Venues that signed what no honest one sends."""
    for one in queries.troubles():
        if one.suspicion is None:
            continue
        yield Waiting(
            kind=gettext("Message that no honest venue sends"),
            title=one.venue,
            href=f"{SUSPICIONS}/{one.suspicion}",
            since=None,
            note=gettext(SUSPECTED.get(one.problem, KINDS.get(one.kind, one.kind))),
            term="operation",
        )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """The outbox and the inbox. Needs `network.operate`."""
    actor = request.actor
    actor.need(OPERATE)
    acts = Acts(request)
    acts.on(
        "hurry",
        lambda: actions.hurry(actor=actor, now=request.now, to=request.POST.get("venue", "")),
        said=gettext("It is tried at once."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/network_messages.html",
        {
            "problem": acts.problem,
            "kinds": KINDS,
            "homes": {one.code: one for one in venues.members(*State)},
            "silent": queries.silent(),
            "waiting": queries.outgoing(Status.WAITING).order_by("queued_at", "id")[:SHOWN],
            "sent": queries.outgoing()
            .exclude(status=Status.WAITING)
            .order_by("-answered_at", "-id")[:SHOWN],
            "received": queries.incoming().order_by("-received_at", "-id")[:SHOWN],
            "suspicions": queries.suspicions().order_by("-id")[:SHOWN],
            "suspected": SUSPECTED,
        },
        status=acts.status,
    )


@officer
def one(request: HttpRequest, direction: str, peer: str, message: UUID) -> HttpResponse:
    """One message: what was said, what was answered, and the evidence. Needs `network.operate`."""
    request.actor.need(OPERATE)
    if direction not in {d.value for d in Direction}:
        raise Refused(CommonRefusal.NOT_FOUND, what="message")
    told = queries.told(Direction(direction), peer, message)
    return render(
        request,
        "desk/network_message.html",
        {
            "told": told,
            "kinds": KINDS,
            "home": venues.find(peer),
            "said": _readable(told.body),
            "answered": _readable(told.answer.get("answer", told.answer) if told.answer else None),
            "kept": [(name, raw.decode("utf-8", "replace")) for name, raw in _kept(told)],
        },
    )


@officer
def suspicion(request: HttpRequest, id: int) -> HttpResponse:
    """What a venue signed that no honest one sends, and what was found. Needs `network.operate`."""
    actor = request.actor
    actor.need(OPERATE)
    one = queries.suspicion(id)
    form = FindingForm(request.POST or None)
    acts = Acts(request, to=f"{SUSPICIONS}/{id}")
    acts.on(
        "conclude",
        lambda: actions.conclude_suspicion(
            actor=actor, now=request.now, suspicion=id, finding=form.cleaned_data["finding"]
        ),
        said=gettext("Noted."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    people = parties.persons({one.concluded_by} if one.concluded_by else set())
    return render(
        request,
        "desk/network_suspicion.html",
        {
            "one": one,
            "kinds": KINDS,
            "suspected": SUSPECTED,
            "home": venues.find(one.sender),
            "who": people.get(one.concluded_by) if one.concluded_by else None,
            "form": form,
            "problem": acts.problem,
            "answered": one.refused != CONTRADICTED,  # else it stands under another's id
            "kept": [raw.decode("utf-8", "replace") for raw in queries.evidence_against(one)],
        },
        status=acts.status,
    )


def _readable(said: dict[str, Any] | None) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2) if said else ""


def _kept(told: queries.Told) -> Iterator[tuple[str, bytes]]:
    if told.request is not None:
        yield gettext("The signed message"), told.request
    if told.reply is not None:
        yield gettext("The signed answer"), told.reply


@officer
def numbers(request: HttpRequest) -> HttpResponse:
    """Claims of numbers: who keeps them, and ours. Needs `network.operate`."""
    request.actor.need(OPERATE)
    office = claims.office()
    return render(
        request,
        "desk/network_claims.html",
        {
            "office": office,
            "held_by": claims.held_by() if office and office.ours else {},
            "book": claims.book_counts() if office and office.ours else {},
            "final": claims.final() if office and office.open else None,
            "under_way": claims.own(ClaimStatus.ASKED, ClaimStatus.RELEASING, ClaimStatus.MOVING),
            "settled": claims.own(
                *(ClaimStatus.FINAL, ClaimStatus.LOST, ClaimStatus.RELEASED, ClaimStatus.MOVED),
                limit=SHOWN,
            ),
        },
    )
