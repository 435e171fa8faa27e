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

from hutong.desk.clearing_statement import PAGE, WHAT, homes
from hutong.desk.queue import Waiting, decide, source
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

MANY = 30
STEPS: Words = {
    Status.DISPUTED.value: N_("The two venues do not count the same"),
    Status.AGREED.value: N_("We owe this by the agreed statement: pay it"),
    Status.PAID.value: N_("The other venue says that it has paid: look at the bank"),
}


class VenueForm(forms.Form):
    venue = forms.CharField(widget=forms.HiddenInput, max_length=20)
    currency = forms.CharField(widget=forms.HiddenInput, max_length=3)


class PositionForm(forms.Form):
    position = forms.IntegerField(widget=forms.HiddenInput)


@source(actions.ENTER)
def payments_to_enter(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Agreed statements by which we pay."""
    for one in queries.to_do(Status.AGREED):
        if not one.bank_reference:
            yield _waiting(one)


@source(actions.CONFIRM)
def statements_to_decide(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Payments that were entered, and statements that the venues count differently."""
    for one in queries.to_do(Status.AGREED, Status.DISPUTED):
        if one.status is Status.DISPUTED or one.bank_reference:
            yield _waiting(one)


@source(actions.RECEIVE)
def payments_to_find(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Statements that the other venue says it has paid."""
    for one in queries.to_do(Status.PAID):
        yield _waiting(one)


def _waiting(one: StatementView) -> Waiting:
    note = STEPS[one.status.value]
    if one.status is Status.AGREED and one.bank_reference:
        note = N_("Payment entered: confirm that the bank has paid")
    return Waiting(
        kind=gettext("Clearing between venues"),
        title=f"{one.venue} · {one.number} · {with_unit(abs(one.owed_fen), one.currency)}",
        href=f"{PAGE}/{one.id}",
        since=one.changed_at,
        note=gettext(note),
        term="money",
        not_by=(one.entered_by,) if one.status is Status.AGREED else (),
    )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Where we stand with each other venue. Needs an officer of settlement, or the supervisor."""
    actor, now = request.actor, request.now
    needs_books(actor)
    venue, position = VenueForm(request.POST or None), PositionForm(request.POST or None)
    acts = Acts(request, to=PAGE)
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
        "take_up",
        lambda: actions.take_up(actor=actor, now=now, position=position.cleaned_data["position"]),
        said=gettext("It is counted again, in the next statement."),
        form=position,
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
    return render(
        request,
        "desk/clearing.html",
        {
            "accounts": [(one, actions.is_proposer(one.venue)) for one in queries.accounts(now)],
            "aside": queries.set_aside(),
            "homes": homes(),
            "statements": found["items"],
            "next": found["next"],
            "orders": [trade.foreign(row) for row in trade.foreign_orders()[:MANY]],
            "may": decide(actor, actions.CONFIRM),
            "what": WHAT,
            "problem": acts.problem,
        },
        status=acts.status,
    )
