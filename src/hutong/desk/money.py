"""
Money in and out: receipts, suspense, payouts by four eyes (SE-2, SE-3, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, decide, source
from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.rules import BankAccount, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField, YuanField

KINDS = {
    "receipt_in_suspense": _("Money in suspense"),
    "deal_to_settle": _("Deal to settle"),
    "deal_overdue": _("Overdue deal"),
    "payout_to_approve": _("Payout to approve"),
    "payout_to_confirm": _("Payout to confirm"),
}
PAGES = {"receipt": "/desk/receipts/", "deal": "/desk/deals/", "payout": "/desk/payouts/"}
POWERS = {
    "receipt_in_suspense": "settlement.record_receipt",
    "deal_to_settle": "settlement.settle",
    "deal_overdue": "settlement.settle",
    "payout_to_approve": "settlement.approve_payout",
    "payout_to_confirm": "settlement.record_receipt",
}
OUTCOMES = {
    Outcome.COVERED.value: _("Whole: held or in escrow now."),
    Outcome.SHORT.value: _("Not enough yet; it waits for the rest."),
    Outcome.LATE.value: _("Too late; it is available to the payer."),
    Outcome.SURPLUS.value: _("Paid already; it is available to the payer."),
    Outcome.SUSPENSE.value: _("No payment request found; it waits in suspense."),
}


class ReceiptForm(forms.Form):
    reference = forms.CharField(
        label=_("Text of the transfer"),
        max_length=500,
        help_text=_("As the bank passed it on; the reference is found in it."),
    )
    amount_fen = YuanField(label=_("Amount (yuan)"))
    bank_reference = forms.CharField(
        label=_("Number of the bank's line"),
        max_length=100,
        help_text=_("The same line again is the same receipt."),
    )
    value_date = DayField(label=_("Value date"))
    payer_name = forms.CharField(label=_("Name of the payer"), required=False, max_length=200)


class PayoutForm(forms.Form):
    party = forms.CharField(
        label=_("Identifier of the party"), help_text=_("Its USCC, LEI or ROR.")
    )
    amount_fen = YuanField(label=_("Amount (yuan)"))
    holder = forms.CharField(label=_("Holder of the account"), max_length=200)
    bank = forms.CharField(label=_("Bank"), max_length=200)
    number = forms.CharField(label=_("Account number"), max_length=40)

    def clean_party(self) -> UUID:
        typed = self.cleaned_data["party"].strip()
        for scheme in ("uscc", "lei", "ror"):
            if view := parties.party_by_identifier(scheme, typed):
                return view.id
        raise forms.ValidationError(_("Nobody is registered under this identifier."))


@source("settlement.record_receipt", "settlement.settle", "settlement.approve_payout")
def money_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for case in queries.queue(actor):
        if not actor.has(POWERS.get(case.what, "settlement.settle")):
            continue
        kind, _, id = case.subject.partition(":")
        yield Waiting(
            kind=str(KINDS.get(case.what, case.what)),
            title=f"{with_unit(case.amount_fen, case.currency)} {case.note}".strip(),
            href=f"{PAGES[kind]}{id}",
            since=case.since,
        )


@officer
def receipts(request: HttpRequest) -> HttpResponse:
    """Record what the bank's statement says; see what became of it."""
    actor, now = request.actor, request.now
    form = ReceiptForm(request.POST or None, initial={"value_date": local_date(now)})
    acts = Acts(request, to="/desk/receipts")
    acts.on(
        "record",
        lambda: actions.record_receipt(actor=actor, now=now, **form.cleaned_data),
        said=gettext("Recorded."),
        to=lambda made: f"/desk/receipts/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    page = paged(
        queries.receipts_seen_by(actor),
        request.GET.get("cursor"),
        50,
        key=("-recorded_at", "-id"),
        out=queries.view_receipt,
    )
    return render(
        request,
        "desk/receipts.html",
        {
            "page": page,
            "form": form,
            "outcomes": OUTCOMES,
            "may": decide(actor, "settlement.record_receipt"),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def receipt(request: HttpRequest, id: UUID) -> HttpResponse:
    """One receipt; from suspense it is matched or sent back, by other eyes than recorded it."""
    actor, now = request.actor, request.now
    queries.needs_books(actor)
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/receipts/{id}")
    acts.on(
        "match",
        lambda: actions.match_receipt(
            actor=actor, now=now, receipt=id, reference=request.POST["reference"], reason=reason
        ),
        said=gettext("Matched."),
    )
    acts.on(
        "return",
        lambda: actions.return_receipt(
            actor=actor,
            now=now,
            receipt=id,
            bank_reference=request.POST["bank_reference"],
            reason=reason,
        ),
        said=gettext("Noted as sent back."),
    )
    if answer := acts.answer():
        return answer
    view = queries.receipt(id)
    return render(
        request,
        "desk/receipt.html",
        {
            "receipt": view,
            "payable": queries.payable(view.payable) if view.payable else None,
            "outcomes": OUTCOMES,
            "recorder": parties.persons([view.recorded_by] if view.recorded_by else []),
            "own": view.recorded_by == actor.person,
            "may": decide(actor, "settlement.record_receipt"),
            "reason": reason,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def payouts(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    queries.needs_books(actor)
    form = PayoutForm(request.POST or None)
    acts = Acts(request, to="/desk/payouts")

    def ask() -> Any:
        typed = form.cleaned_data
        return actions.request_payout_for(
            actor=actor,
            now=now,
            party=typed["party"],
            amount_fen=typed["amount_fen"],
            account=BankAccount(holder=typed["holder"], bank=typed["bank"], number=typed["number"]),
        )

    acts.on("ask", ask, said=gettext("Asked for; another officer approves it."), form=form)
    if answer := acts.answer():
        return answer
    page = paged(
        queries.payouts_seen_by(actor),
        request.GET.get("cursor"),
        50,
        key=("-requested_at", "-id"),
        out=queries.view_payout,
    )
    return render(
        request,
        "desk/payouts.html",
        {
            "page": page,
            "parties": parties.parties({p.party for p in page["items"]}),
            "form": form,
            "may": decide(actor, "settlement.request_payout"),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def payout(request: HttpRequest, id: UUID) -> HttpResponse:
    """One payout: who asked, who approves, what the bank said."""
    actor, now = request.actor, request.now
    queries.needs_books(actor)
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/payouts/{id}")
    acts.on(
        "approve",
        lambda: actions.approve_payout(actor=actor, now=now, payout=id),
        said=gettext("Approved. The bank may be instructed."),
    )
    acts.on(
        "reject",
        lambda: actions.reject_payout(actor=actor, now=now, payout=id, reason=reason),
        said=gettext("Rejected; the money is available to the party again."),
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_payout(
            actor=actor, now=now, payout=id, bank_reference=request.POST["bank_reference"]
        ),
        said=gettext("Noted as paid."),
    )
    acts.on(
        "fail",
        lambda: actions.fail_payout(actor=actor, now=now, payout=id, reason=reason),
        said=gettext("Noted as failed; the money is available to the party again."),
    )
    if answer := acts.answer():
        return answer
    view = queries.payout(id)
    people = {p for p in (view.requested_by, view.approved_by) if p}
    return render(
        request,
        "desk/payout.html",
        {
            "payout": view,
            "party": parties.party(view.party),
            "people": parties.persons(people),
            "own": view.requested_by == actor.person,
            "may": decide(actor, "settlement.approve_payout", "settlement.record_receipt"),
            "reason": reason,
            "problem": acts.problem,
        },
        status=acts.status,
    )
