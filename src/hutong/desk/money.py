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

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.parties import registered_party
from hutong.desk.queue import Waiting, decide, source
from hutong.desk.terms import terms
from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.rules import BankAccount, PayoutStatus, ReceiptStatus
from hutong.settlement.rules import Outcome as Became
from hutong.ui.case import Case, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField, YuanField
from hutong.ui.templatetags.ui import named, of

KINDS = {
    "receipt_in_suspense": _("Money in suspense"),
    "deal_to_settle": _("Deal to settle"),
    "payout_to_approve": _("Payout to approve"),
    "payout_to_confirm": _("Payout to confirm"),
    "claim_to_decide": _("Claim on pledged proceeds"),
}
FOUR_EYES = {"receipt_in_suspense", "payout_to_approve", "claim_to_decide"}  # PA-5
PAGES = {
    "receipt": "/desk/receipts/",
    "deal": "/desk/deals/",
    "payout": "/desk/payouts/",
    "pledged_proceeds": "/desk/proceeds/",
}
POWERS = {
    "receipt_in_suspense": "settlement.record_receipt",
    "deal_to_settle": "settlement.settle",
    "payout_to_approve": "settlement.approve_payout",
    "payout_to_confirm": "settlement.record_receipt",
    "claim_to_decide": "settlement.approve_payout",
}
OUTCOMES = {
    Became.COVERED.value: _("Whole: held or in escrow now."),
    Became.SHORT.value: _("Not enough yet; it waits for the rest."),
    Became.LATE.value: _("Too late; it is available to the payer."),
    Became.SURPLUS.value: _("Paid already; it is available to the payer."),
    Became.SUSPENSE.value: _("No payment request found; it waits in suspense."),
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
        return registered_party(self.cleaned_data["party"])


class MatchForm(forms.Form):
    reference = forms.CharField(label=_("Reference"), help_text=_("Of the payment request."))
    reason = forms.CharField(label=_("Reason"))


class BankForm(forms.Form):
    bank_reference = forms.CharField(label=_("Number of the bank's line"), max_length=100)


class ReturnForm(BankForm):
    reason = forms.CharField(label=_("Reason"))


BULK = {"payout_to_approve": "approve_payout", "deal_to_settle": "settle"}


@source("settlement.record_receipt", "settlement.settle", "settlement.approve_payout")
def money_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """What waits for the books. Overdue deals are for whoever may end them: see `desk.deals`."""
    for case in queries.queue(actor):
        if case.what not in POWERS or not actor.has(POWERS[case.what]):
            continue
        kind, _, id = case.subject.partition(":")
        note = case.note
        if case.missing_steps:
            note = gettext("{note}: {n} steps at the office are missing").format(
                note=note, n=case.missing_steps
            )
        yield Waiting(
            kind=str(KINDS[case.what]),
            title=f"{with_unit(case.amount_fen, case.currency)} {case.note}".strip(),
            href=f"{PAGES[kind]}{id}",
            since=case.since,
            note=note if case.missing_steps else "",
            term="money",
            bulk="" if case.missing_steps else BULK.get(case.what, ""),
            not_by=case.entered_by if case.what in FOUR_EYES else (),
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
    asked = request.POST.get("act")
    match = MatchForm(request.POST if asked == "match" else None, auto_id="match-%s")
    back = ReturnForm(request.POST if asked == "return" else None, auto_id="return-%s")
    acts = Acts(request, to=f"/desk/receipts/{id}")
    acts.on(
        "match",
        lambda: actions.match_receipt(actor=actor, now=now, receipt=id, **match.cleaned_data),
        said=gettext("Matched."),
        form=match,
    )
    acts.on(
        "return",
        lambda: actions.return_receipt(actor=actor, now=now, receipt=id, **back.cleaned_data),
        said=gettext("Noted as sent back."),
        form=back,
    )
    if answer := acts.answer():
        return answer
    view = queries.receipt(id)
    recorder = parties.persons([view.recorded_by] if view.recorded_by else [])
    waits = view.status is ReceiptStatus.SUSPENSE
    case = Case(
        kind=gettext("Receipt"),
        number=view.bank_reference,
        title=with_unit(view.amount_fen, view.currency),
        about=str(OUTCOMES[view.outcome.value]),
        lifecycle="receipt",
        state=view.status,
        since=view.recorded_at if waits else None,
        due_by=terms(now).due_by("money", view.recorded_at) if waits else None,
        decisions=_resolving(match, back)
        if waits and actor.has("settlement.record_receipt")
        else (),
        barred=same_eyes(
            actor,
            [view.recorded_by],
            gettext("You recorded it; another officer resolves it."),
        ),
        hands=[
            Hand(
                did=gettext("Recorded by"),
                name=named(of(recorder, view.recorded_by)),
                at=view.recorded_at,
            )
        ],
    )
    return show(
        request,
        "desk/receipt.html",
        case,
        acts=acts,
        subjects=[subject("receipt", id)],
        receipt=view,
        payable=queries.payable(view.payable) if view.payable else None,
    )


def _resolving(match: forms.Form, back: forms.Form) -> list[Decision]:
    return [
        Decision(
            id="match",
            title=gettext("It was meant for a payment request"),
            form=match,
            outcomes=[
                Outcome(
                    act="match",
                    label=gettext("Match"),
                    consequence=gettext(
                        "A deposit or price that becomes whole is held or put into escrow at once."
                    ),
                    rule="SE-2",
                    good=True,
                )
            ],
        ),
        Decision(
            id="return",
            title=gettext("It was sent back"),
            form=back,
            open=False,
            outcomes=[
                Outcome(
                    act="return",
                    label=gettext("Note it as sent back"),
                    consequence=gettext(
                        "The books say that the bank returned it under this line; the money leaves"
                        " suspense."
                    ),
                    rule="SE-2",
                    grave=True,
                )
            ],
        ),
    ]


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
    paid = BankForm(
        request.POST if request.POST.get("act") == "confirm" else None, auto_id="paid-%s"
    )
    acts = Acts(request, to=f"/desk/payouts/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "payout": id}
    acts.on(
        "approve",
        lambda: actions.approve_payout(**act),
        said=gettext("Approved. The bank may be instructed."),
    )
    acts.on(
        "reject",
        lambda: actions.reject_payout(**act, reason=reason),
        said=gettext("Rejected; the money is available to the party again."),
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_payout(**act, **paid.cleaned_data),
        said=gettext("Noted as paid."),
        form=paid,
    )
    acts.on(
        "fail",
        lambda: actions.fail_payout(**act, reason=reason),
        said=gettext("Noted as failed; the money is available to the party again."),
    )
    if answer := acts.answer():
        return answer
    view = queries.payout(id)
    people = parties.persons({p for p in (view.requested_by, view.approved_by) if p})
    asked = view.status is PayoutStatus.REQUESTED
    waits = asked or view.status is PayoutStatus.APPROVED
    since = view.requested_at if asked else view.approved_at
    owner = parties.party(view.party)
    case = Case(
        kind=gettext("Payout"),
        title=f"{with_unit(view.amount_fen, view.currency)} · {named(owner)}",
        lifecycle="payout",
        state=view.status,
        since=since if waits else None,
        due_by=terms(now).due_by("money", since) if waits else None,
        decisions=_paying(view, actor, paid, reason),
        barred=same_eyes(
            actor,
            [view.requested_by] if asked else [],
            gettext("You asked for it; another officer approves it."),
        ),
        hands=[
            Hand(
                did=gettext("Asked by"),
                name=named(of(people, view.requested_by)),
                at=view.requested_at,
            ),
            *(
                [
                    Hand(
                        did=gettext("Approved by"),
                        name=named(people.get(view.approved_by)),
                        at=view.approved_at,
                    )
                ]
                if view.approved_by
                else []
            ),
        ],
    )
    return show(
        request,
        "desk/payout.html",
        case,
        acts=acts,
        subjects=[subject("payout", id)],
        payout=view,
        party=owner,
        people=people,
    )


def _paying(view: Any, actor: Actor, paid: forms.Form, reason: str) -> list[Decision]:
    if view.status is PayoutStatus.REQUESTED and actor.has("settlement.approve_payout"):
        return [
            Decision(
                id="approve",
                title=gettext("Approve"),
                outcomes=[
                    Outcome(
                        act="approve",
                        label=gettext("Approve the payout"),
                        consequence=gettext(
                            "The bank may then be instructed; the money stays held until the bank"
                            " has paid."
                        ),
                        rule="SE-3",
                        good=True,
                    )
                ],
            ),
            Decision(
                id="reject",
                title=gettext("Reject"),
                open=False,
                form=why_form(typed=reason, of="reject"),
                outcomes=[
                    Outcome(
                        act="reject",
                        label=gettext("Reject the payout"),
                        consequence=gettext("The money is available to the party again."),
                        rule="SE-3",
                        grave=True,
                    )
                ],
            ),
        ]
    if view.status is PayoutStatus.APPROVED and actor.has("settlement.record_receipt"):
        return [
            Decision(
                id="paid",
                title=gettext("The bank has paid"),
                form=paid,
                outcomes=[
                    Outcome(
                        act="confirm",
                        label=gettext("Note as paid"),
                        consequence=gettext("The money leaves the books under this line."),
                        rule="SE-3",
                        good=True,
                    )
                ],
            ),
            Decision(
                id="failed",
                title=gettext("The bank did not pay"),
                open=False,
                form=why_form(typed=reason, of="failed"),
                outcomes=[
                    Outcome(
                        act="fail",
                        label=gettext("Note as failed"),
                        consequence=gettext("The money is available to the party again."),
                        rule="SE-3",
                        grave=True,
                    )
                ],
            ),
        ]
    return []
