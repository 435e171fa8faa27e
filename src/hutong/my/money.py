"""
My money at the venue: what is asked for, what is held, what is free, and paying it out (SE-1 … SE-3).
"""

import csv
from io import StringIO
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.doors.api import paged
from hutong.kit.actor import OWN, READ
from hutong.kit.ids import subject_id, subject_kind
from hutong.kit.money import plain
from hutong.kit.refusal import N_
from hutong.ledger import queries as ledger
from hutong.my.acting import present
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.references import spaced
from hutong.settlement.rules import BankAccount, PayableStatus, Purpose
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.fields import YuanField
from hutong.ui.templatetags.ui import named, write_moment
from hutong.ui.words import Words

PURPOSES: Words = {
    Purpose.DEPOSIT.value: N_("Deposit"),
    Purpose.PRICE.value: N_("Price"),
    Purpose.FEE.value: N_("Registration fee"),
    Purpose.REMITTANCE.value: N_("For another venue"),
}
MOVES: Words = {
    "receipt": N_("Money received"),
    "receive": N_("Money received"),
    "deposit": N_("Deposit"),
    "price": N_("Into escrow for the price"),
    "apply": N_("Deposit applied to the price"),
    "settle": N_("Price of a settled deal"),
    "payout": N_("Paid out"),
    "forfeit": N_("Deposit forfeited"),
    "return": N_("Returned"),
    "match": N_("Matched from suspense"),
    "undo": N_("Undone: it was entered wrongly"),
    "fee": N_("Registration fee"),
    "prepay": N_("Pledged debt prepaid"),
    "pledged": N_("Pledged debt paid when due"),
    "refund": N_("Registration fee refunded"),
    "remittance": N_("Held for another venue"),
    "remit": N_("To another venue"),
    "take_back": N_("Back from another venue"),
}
LATEST = 10
PAGE = 100
WHOLE = 10_000  # lines of a statement taken away as a file


class PayoutForm(forms.Form):
    amount_fen = YuanField(label=_("Amount (yuan)"), help_text=_("At most what is available."))
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
    actor.need(READ)
    form = PayoutForm(
        request.POST if request.POST.get("act") == "payout" else None,
        initial={"holder": named(present(request))},
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
    pledged = queries.proceeds_of_party(party)
    account = queries.account_of(party)
    lines = (
        ledger.statement(account.id, after=max(0, account.entries - LATEST), limit=LATEST)
        if account
        else []
    )
    return render(
        request,
        "my/money.html",
        {
            "account": account,
            "asked": [
                (p, spaced(p.reference), link_of(p.subject))
                for p in payables["items"]
                if p.status is PayableStatus.OPEN
            ],
            "payables": [(p, link_of(p.subject)) for p in payables["items"]],
            "next": payables["next"],
            "payouts": payouts["items"],
            "lines": [(line, link_of(line.about)) for line in reversed(lines)],
            "pledged": pledged,
            "parties": parties.parties({p for one in pledged for p in (one.seller, one.pledgee)}),
            "technologies": technologies.technologies({one.technology for one in pledged}),
            "purposes": PURPOSES,
            "moves": MOVES,
            "owner": actor.has(OWN),
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def statement(request: HttpRequest) -> HttpResponse:
    """Every movement of the party's account, latest first (SE-4)."""
    actor = as_member(request.actor)
    actor.need(READ)
    account = queries.account_of(actor.acting_party())
    top = account.entries if account else 0
    asked = request.GET.get("before", "")
    before = (
        min(top, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 12 else top
    )
    after = max(0, before - PAGE)
    lines = ledger.statement(account.id, after=after, limit=before - after) if account else []
    return render(
        request,
        "my/statement.html",
        {
            "account": account,
            "lines": [(line, link_of(line.about)) for line in reversed(lines)],
            "older": after,
            "moves": MOVES,
        },
    )


@member
def statement_file(request: HttpRequest) -> HttpResponse:
    """The same as a file for a spreadsheet, oldest first."""
    actor = as_member(request.actor)
    actor.need(READ)
    account = queries.account_of(actor.acting_party())
    out = StringIO()
    write = csv.writer(out)
    heads = (N_("No."), N_("When"), N_("What"), N_("Amount"), N_("Balance"), N_("About"))
    write.writerow([gettext(head) for head in heads])
    for line in ledger.statement(account.id, limit=WHOLE) if account else []:
        write.writerow(
            [
                line.number,
                write_moment(line.at, seconds=True),
                gettext(MOVES.get(line.purpose, line.purpose)),
                plain(line.amount_fen),
                plain(line.balance_fen),
                line.about,
            ]
        )
    return HttpResponse(
        "\ufeff" + out.getvalue(),  # so that spreadsheets read it as UTF-8
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="statement.csv"'},
    )


def link_of(about: str) -> str:
    """The member's page of what money is about, or nothing."""
    pages = {
        "deal": "/my/deals/",
        "intent": "/my/intents/",
        "right_application": "/my/rights/",
        "technology": "/technologies/",
    }
    page = pages.get(subject_kind(about))
    return f"{page}{subject_id(about)}" if page else ""
