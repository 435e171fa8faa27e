"""
Money in: what the bank's statement says, and what waits in suspense (SE-2, PA-5).
"""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show
from hutong.desk.money import BankForm
from hutong.desk.queue import decide
from hutong.desk.terms import terms
from hutong.doors.api import paged
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.rules import Outcome as Became
from hutong.settlement.rules import ReceiptStatus
from hutong.ui.case import Case, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import DayField, YuanField
from hutong.ui.templatetags.ui import named, of

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


class MatchForm(forms.Form):
    reference = forms.CharField(label=_("Reference"), help_text=_("Of the payment request."))
    reason = forms.CharField(label=_("Reason"))


class ReturnForm(BankForm):
    reason = forms.CharField(label=_("Reason"))


class UndoForm(forms.Form):
    reason = forms.CharField(
        label=_("What was entered wrongly"), help_text=_("The books keep both, and this.")
    )


@officer
def index(request: HttpRequest) -> HttpResponse:
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
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One receipt; from suspense it is matched or sent back, by other eyes than recorded it."""
    actor, now = request.actor, request.now
    queries.needs_books(actor)
    asked = request.POST.get("act")
    match = MatchForm(request.POST if asked == "match" else None, auto_id="match-%s")
    back = ReturnForm(request.POST if asked == "return" else None, auto_id="return-%s")
    wrong = UndoForm(request.POST if asked == "undo" else None, auto_id="undo-%s")
    acts = Acts(request, to=f"/desk/receipts/{id}")
    acts.on(
        "undo",
        lambda: actions.undo_receipt(actor=actor, now=now, receipt=id, **wrong.cleaned_data),
        said=gettext("Undone. Record the line as it is."),
        form=wrong,
    )
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
        decisions=[*(_resolving(match, back) if waits else ()), *_undoing(view, wrong)]
        if actor.has("settlement.record_receipt")
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


def _undoing(view: queries.ReceiptView, wrong: forms.Form) -> list[Decision]:
    if view.status not in (ReceiptStatus.SUSPENSE, ReceiptStatus.MATCHED):
        return []
    return [
        Decision(
            id="undo",
            title=gettext("It was entered wrongly"),
            form=wrong,
            open=False,
            outcomes=[
                Outcome(
                    act="undo",
                    label=gettext("Undo it"),
                    consequence=gettext(
                        "What was credited by it is taken back, as far as it is free: what is held,"
                        " or another venue counts on, first has to be free again or paid in."
                    ),
                    rule="SE-1",
                    grave=True,
                )
            ],
        )
    ]


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
