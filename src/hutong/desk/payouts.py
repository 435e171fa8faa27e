"""
Money out: payouts by four eyes (SE-3, PA-5).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.money import BankForm
from hutong.desk.parties import registered_party
from hutong.desk.queue import decide
from hutong.desk.terms import terms
from hutong.doors.api import paged
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.settlement import actions, queries
from hutong.settlement.rules import BankAccount, PayoutStatus
from hutong.ui.case import Case, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.fields import YuanField
from hutong.ui.templatetags.ui import named, of


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


@officer
def index(request: HttpRequest) -> HttpResponse:
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
def one(request: HttpRequest, id: UUID) -> HttpResponse:
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
