"""
My money at the venue: what is asked for, what is held, what is free, and paying it out (SE-1 … SE-3).
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.doors.api import paged
from hutong.kit.actor import OWN
from hutong.kit.ids import subject_id, subject_kind
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.rules import BankAccount, PayableStatus, Purpose
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.fields import YuanField

PURPOSES = {Purpose.DEPOSIT.value: _("Deposit"), Purpose.PRICE.value: _("Price")}
MOVES = {
    "receipt": _("Money received"),
    "receive": _("Money received"),
    "deposit": _("Deposit"),
    "price": _("Into escrow for the price"),
    "apply": _("Deposit applied to the price"),
    "settle": _("Price of a settled deal"),
    "payout": _("Paid out"),
    "forfeit": _("Deposit forfeited"),
    "return": _("Returned"),
    "match": _("Matched from suspense"),
}


class PayoutForm(forms.Form):
    amount_fen = YuanField(label=_("Amount (yuan)"))
    holder = forms.CharField(
        label=_("Holder of the account"),
        max_length=200,
        help_text=_("The account is in the party's own name."),
    )
    bank = forms.CharField(label=_("Bank"), max_length=200)
    number = forms.CharField(label=_("Account number"), max_length=40)


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    party = actor.acting_party()
    form = PayoutForm(
        request.POST if request.POST.get("act") == "payout" else None,
        initial={"holder": parties.party(party).name},
    )
    acts = Acts(request, to="/my/money")

    def request_payout() -> Any:
        typed = form.cleaned_data
        return actions.request_payout(
            actor=actor,
            now=now,
            amount_fen=typed["amount_fen"],
            account=BankAccount(holder=typed["holder"], bank=typed["bank"], number=typed["number"]),
        )

    acts.on(
        "payout",
        request_payout,
        said=gettext("Asked for. Two officers see to it; the amount is held meanwhile."),
        form=form,
    )
    acts.on(
        "pay",
        lambda: actions.pay_from_balance(
            actor=actor, now=now, payable=posted_id(request, "payable")
        ),
        said=gettext("Paid from your money here."),
    )
    if answer := acts.answer():
        return answer
    payables = paged(
        queries.payables_seen_by(actor),
        request.GET.get("cursor"),
        30,
        key=("-issued_at", "-id"),
        out=queries.view_payable,
    )
    payouts = paged(
        queries.payouts_seen_by(actor),
        None,
        20,
        key=("-requested_at", "-id"),
        out=queries.view_payout,
    )
    account = queries.account_of(party)
    lines = queries.statement_of(party, after=max(0, account.entries - 100)) if account else []
    return render(
        request,
        "my/money.html",
        {
            "account": account,
            "asked": [p for p in payables["items"] if p.status is PayableStatus.OPEN],
            "payables": payables,
            "payouts": payouts["items"],
            "lines": [(line, link_of(line.about)) for line in reversed(lines)],
            "purposes": PURPOSES,
            "moves": MOVES,
            "owner": actor.has(OWN),
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def link_of(about: str) -> str:
    """The member's page of what a posting is about, or nothing."""
    pages = {"deal": "/my/deals/", "intent": "/my/intents/"}
    page = pages.get(subject_kind(about))
    return f"{page}{subject_id(about)}" if page else ""
