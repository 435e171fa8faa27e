"""
My orders at other venues: apply, deposit, bid, sign and pay through this one (NE-4).
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import rules as auctions
from hutong.auctions.rules import Status
from hutong.doors.api import paged
from hutong.doors.problems import problem_of, sentence_of, sentence_of_code
from hutong.kit.actor import ACT, READ
from hutong.kit.ids import subject
from hutong.kit.moments import parse_iso
from hutong.kit.money import SIGNS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.deals import readable
from hutong.network.countersigning import queries as countersigning
from hutong.network.mirrors import queries as mirrors
from hutong.network.trade import actions, queries, relay
from hutong.network.trade.asking import Answered
from hutong.network.trade.queries import OrderView, RelayedBidView
from hutong.network.trade.rules import Deposit, Price, Stage
from hutong.settlement import queries as settlement
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import YuanField
from hutong.venues import queries as venues

PAGE = 30
BIDS = 50
# Words of the protocol where the home venue gave no reason of its own.
SAID = {
    "IntentLapsed": _("The period ended before the order stood ready."),
    "IntentWithdrawn": _("The application was withdrawn."),
    "IntentRefused": _("Not qualified."),
    "defaulted": _("One side did not keep the contract."),
    "terminated": _("The deal was terminated."),
}


yuan = YuanField().prepare_value  # as the form takes it


class ApplyForm(forms.Form):
    accepts_conditions = forms.BooleanField(
        label=_("I accept the conditions of the listing as they stand."), required=True
    )


class BidForm(forms.Form):
    """`bid_id`: the bidder's name for this bid; sent again, it is the same bid (AU-4)."""

    bid_id = forms.UUIDField(widget=forms.HiddenInput)
    amount_fen = YuanField(label=_("Bid (yuan)"), help_text=_("At least the least next bid."))


class SignForm(forms.Form):
    text_digest = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(label=_("I have read this contract and accept it for the party."))


@member
def index(request: HttpRequest) -> HttpResponse:
    actor = as_member(request.actor)
    actor.need(READ)
    actor.acting_party()
    page = paged(
        queries.orders_seen_by(actor),
        request.GET.get("cursor"),
        PAGE,
        key=("-opened_at", "-id"),
        out=queries.view,
    )
    names = {one.code: one for one in venues.members()}
    return render(
        request,
        "my/orders.html",
        {"orders": [(one, names.get(one.venue)) for one in page["items"]], "next": page["next"]},
    )


@member
def new(request: HttpRequest, venue: str, listing: UUID) -> HttpResponse:
    """Apply for another venue's listing: its conditions first, then one tick."""
    actor, now = as_member(request.actor), request.now
    seen = mirrors.listing(venue, listing)
    if seen is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    form, acts = ApplyForm(request.POST or None), Acts(request)
    acts.on(
        "apply",
        lambda: actions.open_order(
            actor=actor,
            now=now,
            venue=venue,
            listing=listing,
            accepts_conditions=form.cleaned_data["accepts_conditions"],
            title_zh=seen.title_zh,
            title_en=seen.title_en,
        ),
        said=gettext("Sent. The home venue answers in a moment."),
        form=form,
        to=lambda made: f"/my/orders/{made.id}",
    )
    if answer := acts.answer():
        return answer
    live = queries.live_order(venue, listing, actor.party) if actor.party else None
    return render(
        request,
        "my/order_new.html",
        {"seen": seen, "home": venues.find(venue), "form": form, "live": live}
        | {"problem": acts.problem},
        status=acts.status,
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One order; what to do next stands first."""
    actor, now = as_member(request.actor), request.now
    actor.acting_party()
    order = queries.order_seen_by(actor, id)
    signing, acts = SignForm(request.POST or None), Acts(request)
    acts.on(
        "withdraw",
        lambda: actions.withdraw_order(actor=actor, now=now, order=id),
        said=gettext("Sent. The order ends when the home venue says so."),
    )
    acts.on(
        "sign",
        lambda: actions.sign_contract(
            actor=actor, now=now, order=id, text_digest=signing.cleaned_data["text_digest"]
        ),
        said=gettext("Your signature is on its way to the home venue."),
        form=signing,
    )
    acts.on(
        "ask_again",
        lambda: actions.ask_again(actor=actor, now=now, order=id),
        said=gettext("Sent again. The home venue answers in a moment."),
    )
    if answer := acts.answer():
        return answer
    if request.method == "GET":
        signing = SignForm(initial={"text_digest": order.contract_digest})
    return _shown(request, order, signing=signing, problem=acts.problem, status=acts.status)


@member
def bids(request: HttpRequest, id: UUID) -> HttpResponse:
    """Relay one bid. Outside the transaction that other forms have: the bid is kept before it is
    sent, and sent again under its id it is the same bid."""
    if request.method != "POST":
        return redirect(f"/my/orders/{id}")
    actor = as_member(request.actor)
    actor.need(ACT)
    actor.acting_party()
    order = queries.order_seen_by(actor, id)
    form = BidForm(request.POST)
    if not form.is_valid():
        return _shown(request, order, bid=form, status=422)
    bid, amount = form.cleaned_data["bid_id"], form.cleaned_data["amount_fen"]
    try:
        answered = relay.place(order, actor=actor, bid=bid, amount_fen=amount, now=request.now)
    except Refused as refused:
        problem = problem_of(refused)
        return _shown(request, order, bid=form, problem=problem, status=problem["status"])
    if answered.status != 200:
        problem = {**_said_there(answered), "status": answered.status}
        return _shown(request, order, bid=form, problem=problem, status=answered.status)
    messages.success(request, gettext("The home venue has judged your bid."))
    return redirect(f"/my/orders/{id}")


def _shown(
    request: HttpRequest,
    order: OrderView,
    *,
    signing: SignForm | None = None,
    bid: BidForm | None = None,
    problem: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    lot, placed = _lot(order), queries.bids_of(order.id, BIDS)
    given = {"bid_id": uuid4(), "amount_fen": lot["least_next_fen"] if lot else None}
    return render(
        request,
        "my/order.html",
        {
            "order": order,
            "home": venues.find(order.venue),
            "why": _why(order),
            "deposit": settlement.payable_for(subject("order", order.id)),
            "price": settlement.payable_for(subject("order_price", order.id)),
            "bids": [(one, _refused(one), yuan(one.amount_fen)) for one in placed],
            "lot": lot,
            "leads": lot is not None and any(_leads(one, lot) for one in placed),
            "contract_html": readable(order.contract),
            "bid": bid or BidForm(initial=given),
            "bid_words": _bid_words(order.venue) if lot and not lot["over"] else None,
            "sign": SIGNS.get(order.currency, order.currency + " "),
            "signing": signing or SignForm(initial={"text_digest": order.contract_digest}),
            "may_withdraw": order.stage in (Stage.APPLIED, Stage.QUALIFIED) and order.lot is None,
            "waits_for_deposit": order.deposit is Deposit.ASKED,
            "waits_for_price": order.price is Price.ASKED,
            "may_ask_again": order.may_ask_again,
            "countersigned": countersigning.of_certificates(order.certificates),
            "problem": problem,
        },
        status=status,
    )


def _bid_words(venue: str) -> dict[str, Any]:
    """What `relayed.js` says; the reasons that a home venue or a hot door may give, among it."""
    reasons = (*auctions.Refusal, *relay.REASONS)
    return {
        "refusals": {one.code: sentence_of(Refused(one, venue=venue)) for one in reasons},
        "asking": gettext("Sent. Waiting for the receipt …"),
        "accepted": gettext("Accepted: no. {sequence}, {amount}."),
        "refused": gettext("Not accepted: {why}"),
        "unsure": gettext(
            "The answer did not arrive. Asking for the receipt; do not bid again yet …"
        ),
        "not_received": gettext("The bid did not arrive. It had no effect; bid again."),
        "amount": gettext("Write an amount in yuan, such as 1,280,000.50."),
        "failed": gettext("Something broke here."),
    }


def _said_there(answered: Answered) -> dict[str, Any]:
    """The home venue's refusal to take a bid, as a problem in the reader's language."""
    try:
        told = json.loads(answered.body)
        code, facts = str(told["code"]), dict(told.get("facts") or {})
    except (ValueError, TypeError, LookupError):
        code, facts = "trade.no_answer", {"venue": gettext("The home venue")}
    return {"title": sentence_of_code({**facts, "code": code}), "code": code, "rule": ""}


def _lot(order: OrderView) -> dict[str, Any] | None:
    """The lot as its home venue shows it now; nothing when it does not answer."""
    if order.lot is None or order.stage is not Stage.QUALIFIED:
        return None
    try:
        shown = relay.lot(order)
        times = {name: parse_iso(shown[name]) for name in ("opens_at", "ends_at")}
        status = Status(shown["status"])
    except (Refused, LookupError, ValueError):  # it says something we do not know
        return None
    return {
        **shown,
        **times,
        "announced": status is Status.ANNOUNCED,
        "over": status in (Status.SOLD, Status.UNSOLD),
    }


def _leads(bid: RelayedBidView, lot: Mapping[str, Any]) -> bool:
    """Whether the price that stands is this bid's: no two accepted bids have the same amount."""
    accepted = bid.receipt is not None and bool(bid.receipt.get("accepted"))
    return accepted and bid.amount_fen == lot["price_fen"]


def _refused(bid: RelayedBidView) -> str:
    """Why the home venue did not accept it, in the reader's language."""
    because = (bid.receipt or {}).get("refusal")
    code = because.get("code") if isinstance(because, Mapping) else None
    return sentence_of_code({"code": code}) if code else ""


def _why(order: OrderView) -> str:
    """What the home venue said, in the reader's language where it gave a code."""
    if "code" in order.why:
        return sentence_of_code(order.why)
    said = str(order.why.get("said", ""))
    return str(SAID.get(said, said))
