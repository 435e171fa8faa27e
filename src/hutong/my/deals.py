"""
My deals: the contract to read and accept, the price to pay, the certificate (DL-1, CO-1).
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from markdown_it import MarkdownIt

from hutong.deals import actions, queries
from hutong.deals.rules import Side, Status
from hutong.doors.api import paged
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.settlement import queries as settlement
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, as_member, member
from hutong.ui.words import SIDES, WAYS


@member
def index(request: HttpRequest) -> HttpResponse:
    actor = as_member(request.actor)
    page = paged(
        queries.rows_seen_by(actor),
        request.GET.get("cursor"),
        50,
        key=("-opened_at", "-id"),
        out=queries.view,
    )
    deals = page["items"]
    return render(
        request,
        "my/deals.html",
        {
            "deals": [(deal, next_step(deal, actor.party)) for deal in deals],
            "parties": parties.parties({p for d in deals for p in (d.seller, d.buyer)}),
            "me": actor.party,
            "next": page["next"],
        },
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One deal for one of its sides; accepting is by the digest of what was shown."""
    actor, now = as_member(request.actor), request.now
    acts = Acts(request)
    acts.on(
        "accept",
        lambda: actions.accept_contract(
            actor=actor, now=now, deal=id, text_digest=request.POST["digest"]
        ),
        said=gettext("Accepted. Your acceptance of this exact text is recorded."),
    )
    if answer := acts.answer():
        return answer
    deal = queries.deal_seen_by(actor, id)
    side = deal.side_of(actor.party)
    text = queries.contract_text(id).decode()
    return render(
        request,
        "my/deal.html",
        {
            "deal": deal,
            "side": side,
            "sides": SIDES,
            "ways": WAYS,
            "how": deal.how,
            "contract": text,
            "contract_html": readable(text),
            "may_accept": deal.status is Status.AGREED
            and side is not None
            and side not in {a.side for a in deal.acceptances},
            "parties": parties.parties({deal.seller, deal.buyer}),
            "people": parties.persons(a.person for a in deal.acceptances),
            "technologies": technologies.technologies(deal.technologies),
            "payable": settlement.payable_for(subject("deal", deal.id))
            if side is Side.BUYER
            else None,
            "step": next_step(deal, actor.party),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def readable(text: str) -> str:
    """The contract as a page. Nothing in it is a link, a picture or markup of its own."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return reader.disable(["link", "image", "autolink", "html_inline", "html_block"]).render(text)


def next_step(deal: queries.DealView, party: Any) -> str:
    """What this side does next, or what it waits for."""
    side = deal.side_of(party)
    accepted = {a.side for a in deal.acceptances}
    match deal.status:
        case Status.AGREED if side not in accepted:
            return gettext("Read the contract and accept it.")
        case Status.AGREED:
            return gettext("You accepted. The other side has to accept, too.")
        case Status.SIGNED if side is Side.BUYER:
            return gettext("Pay the price by bank transfer with the reference shown.")
        case Status.SIGNED:
            return gettext("The buyer pays the price.")
        case Status.PAID:
            return gettext("The money is here. The venue moves right and money together.")
        case Status.MOVED | Status.CERTIFIED:
            return gettext("The right has moved; the certificate is being issued.")
        case Status.CLOSED:
            return gettext("Done. The certificate is ready.")
        case _:
            return gettext("This deal has ended without a transfer.")
