"""
My deals: the contract to read and accept, the price to pay, the certificate (DL-1, CO-1).
"""

from dataclasses import dataclass
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
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.words import SIDES, WAYS
from hutong.venues import queries as venues
from hutong.venues.lists import State


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
    payable = settlement.payable_for(subject("deal", deal.id))
    pledged = settlement.proceeds_of_deal(id) if side is Side.SELLER else []
    return render(
        request,
        "my/deal.html",
        {
            "deal": deal,
            "side": side,
            "sides": SIDES,
            "ways": WAYS,
            "words": words,
            "how": deal.how,
            "contract": text,
            "contract_html": readable(text),
            "may_accept": deal.status is Status.AGREED
            and side is not None
            and side not in {a.side for a in deal.acceptances},
            "parties": parties.parties(
                {deal.seller, deal.buyer, *(one.pledgee for one in pledged)}
            ),
            "people": parties.persons(a.person for a in deal.acceptances),
            "technologies": technologies.technologies(deal.technologies),
            "payable": payable if side is Side.BUYER else None,
            "pledged": pledged,
            "fee": _fee(deal, side),
            "homes": {one.code: one for one in venues.members(*State)} if deal.parts else {},
            "refusals": {},
            "step": next_step(deal, actor.party),
            "course": course_of(deal, side),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _fee(deal: queries.DealView, side: Side | None) -> Any:
    """The fee on what the reader pays, or earns: of a joint project the lead seller earns its part."""
    lead = deal.lead_part if side is Side.SELLER else None
    amount = lead.amount_fen if lead else deal.price_fen
    return settlement.fee_of(amount, deal.rulebook_version)


@member
def contract(request: HttpRequest, id: UUID) -> HttpResponse:
    """The exact bytes both sides accept, to keep and to check the digest of."""
    deal = queries.deal_seen_by(as_member(request.actor), id)
    return HttpResponse(
        queries.contract_text(deal.id),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{deal.number}.txt"'},
    )


@dataclass(frozen=True)
class Stage:
    """A stage of a deal: who does what, by which rule, and whether it is over."""

    text: str
    rule: str
    state: str


def course_of(deal: queries.DealView, side: Side | None) -> list[Stage]:
    """What happens, from the contract to the certificate, with the present stage marked."""
    stages = (
        (gettext("Both sides accept the same text of the contract."), "CO-1"),
        (
            gettext("You pay the price; the deposit counts towards it.")
            if side is Side.BUYER
            else gettext("The buyer pays the price into escrow."),
            "DL-1",
        ),
        (gettext("Where an office keeps the right, its own entry is recorded first."), "RR-11"),
        (gettext("Right and money move in one step, or neither does."), "DL-2"),
        (gettext("The certificate is issued; anybody can verify it."), "CE-1"),
    )
    reached = {
        Status.AGREED: 0,
        Status.SIGNED: 1,
        Status.PAID: 2,
        Status.MOVED: 4,
        Status.CERTIFIED: 4,
        Status.CLOSED: 5,
    }.get(deal.status, -1)
    return [
        Stage(text, rule, "done" if n < reached else "now" if n == reached else "later")
        for n, (text, rule) in enumerate(stages)
    ]


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
        case Status.PAID if deal.moving_at is not None:
            return gettext("Right and money move, part by part, at each part's exchange.")
        case Status.PAID:
            return gettext("The money is here. The venue moves right and money together.")
        case Status.MOVED | Status.CERTIFIED:
            return gettext("The right has moved; the certificate is being issued.")
        case Status.CLOSED:
            return gettext("Done. The certificate is ready.")
        case _:
            return gettext("This deal has ended without a transfer.")
