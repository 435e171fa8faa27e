"""
What other venues and this one owe each other: positions, statements, payments; and the orders of
their members here (SE-5, NE-4).
"""

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.network.clearing import actions, queries
from hutong.network.clearing.queries import StatementView
from hutong.network.clearing.rules import Status
from hutong.network.trade import queries as trade
from hutong.settlement.queries import needs_books
from hutong.ui.door import Acts, officer
from hutong.ui.words import Words
from hutong.venues import queries as venues
from hutong.venues.lists import State

PAGE = "/desk/clearing"
MANY = 30
STEPS: Words = {
    Status.DISPUTED.value: N_("The two venues do not count the same"),
    Status.AGREED.value: N_("We owe this by the agreed statement: pay it"),
    Status.PAID.value: N_("The other venue says that it has paid: look at the bank"),
}


class PaymentForm(forms.Form):
    statement = forms.IntegerField(widget=forms.HiddenInput)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=80)


class StatementForm(forms.Form):
    statement = forms.IntegerField(widget=forms.HiddenInput)


class VenueForm(forms.Form):
    venue = forms.CharField(widget=forms.HiddenInput, max_length=20)
    currency = forms.CharField(widget=forms.HiddenInput, max_length=3)


@source("settlement.approve_payout")
def statements_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Statements that differ, that we pay, or whose payment is to be found at the bank."""
    for one in queries.to_do():
        yield Waiting(
            kind=gettext("Clearing between venues"),
            title=f"{one.venue} · {one.number} · {with_unit(abs(one.owed_fen), one.currency)}",
            href=f"{PAGE}#s{one.id}",
            since=one.changed_at,
            note=gettext(STEPS[one.status.value]),
            term="money",
            not_by=(one.entered_by,),
        )


@officer
def page(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    needs_books(actor)
    payment, chosen = PaymentForm(request.POST or None), StatementForm(request.POST or None)
    venue, acts = VenueForm(request.POST or None), Acts(request, to=PAGE)
    acts.on(
        "strike",
        lambda: actions.strike(
            actor=actor,
            now=now,
            venue=venue.cleaned_data["venue"],
            currency=venue.cleaned_data["currency"],
        ),
        said=gettext("Struck and sent; the other venue answers in a moment."),
        form=venue,
    )
    acts.on(
        "enter",
        lambda: actions.enter_payment(
            actor=actor,
            now=now,
            statement=payment.cleaned_data["statement"],
            bank_reference=payment.cleaned_data["bank_reference"],
        ),
        said=gettext("Entered; another officer confirms it."),
        form=payment,
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_payment(
            actor=actor, now=now, statement=chosen.cleaned_data["statement"]
        ),
        said=gettext("Confirmed; the other venue is told."),
        form=chosen,
    )
    acts.on(
        "receive",
        lambda: actions.confirm_receipt(
            actor=actor, now=now, statement=chosen.cleaned_data["statement"]
        ),
        said=gettext("Received; the statement is settled."),
        form=chosen,
    )
    if answer := acts.answer():
        return answer
    found = paged(
        queries.statements(),
        request.GET.get("cursor"),
        MANY,
        key=("-struck_at", "-id"),
        out=queries.view,
    )
    still_open = queries.open_fen()
    accounts = [
        (one, still_open.get(one.venue, 0), actions.is_proposer(one.venue))
        for one in queries.accounts(now)
    ]
    return render(
        request,
        "desk/clearing.html",
        {
            "accounts": accounts,
            "homes": {one.code: one for one in venues.members(*State)},
            "statements": [(one, _may(one, actor)) for one in found["items"]],
            "next": found["next"],
            "orders": [trade.foreign(row) for row in trade.foreign_orders()[:MANY]],
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _may(one: StatementView, actor: Actor) -> str:
    """What this officer may do with a statement now."""
    if one.status is Status.AGREED and one.is_ours_to_pay:
        if not one.bank_reference:
            return "enter"
        return "wait" if one.entered_by == actor.person else "confirm"
    if one.status is Status.PAID and not one.is_ours_to_pay:
        return "receive"
    return ""
