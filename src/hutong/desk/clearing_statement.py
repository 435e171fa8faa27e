"""
One statement between another venue and this one: what it counts, where the two differ, and its payment
(SE-5, PA-5).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show
from hutong.desk.terms import terms
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.network.clearing import actions, queries
from hutong.network.clearing.queries import LineView, StatementView
from hutong.network.clearing.rules import Status, What
from hutong.settlement import queries as books
from hutong.settlement.queries import ReceiptView, needs_books
from hutong.ui.case import Case, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named
from hutong.ui.words import Words
from hutong.venues import queries as venues
from hutong.venues.lists import State

PAGE = "/desk/clearing"
WHAT: Words = {
    What.DEPOSIT.value: N_("Deposit, applied or called"),
    What.PRICE.value: N_("Price"),
    What.BACK.value: N_("Given back: the deal ended"),
    What.PART.value: N_("Share of the price of a joint project's part"),
}


class PaymentForm(forms.Form):
    bank_reference = forms.CharField(
        label=_("Bank reference"),
        max_length=80,
        help_text=_("The number that the bank gave the payment; the other venue looks for it."),
    )


class FoundForm(forms.Form):
    receipt = forms.TypedChoiceField(
        label=_("The bank's line"),
        coerce=UUID,
        help_text=_(
            "Money in suspense of exactly this amount; record the line under money in first."
        ),
    )

    def __init__(self, data: Any, lines: list[ReceiptView]) -> None:
        super().__init__(data)
        self.fields["receipt"].choices = [
            (line.id, f"{line.bank_reference} · {line.payer_name or line.text}") for line in lines
        ]


class AsideForm(forms.Form):
    position = forms.TypedChoiceField(label=_("Line"), coerce=int)
    why = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any, lines: list[LineView]) -> None:
        super().__init__(data, auto_id="aside-%s")
        self.fields["position"].choices = [
            (line.id, _line_words(line)) for line in lines if line.id and not line.aside_since
        ]


def _line_words(line: LineView) -> str:
    what = gettext(WHAT[line.what.value]) if line.what else line.key
    amount = with_unit(abs(line.owed_fen or 0), line.currency)
    return f"{what} · {amount} · {str(line.order)[-12:]}"


@officer
def one(request: HttpRequest, id: int) -> HttpResponse:
    """One statement: what it counts, where the two differ, and its payment."""
    actor, now = request.actor, request.now
    needs_books(actor)
    view = queries.statement(id)
    lines = queries.lines_of(view)
    typed = request.POST if request.method == "POST" else None
    payment = PaymentForm(typed if typed and typed.get("act") == "enter" else None)
    aside = AsideForm(typed if typed and typed.get("act") == "aside" else None, lines)
    waiting = books.in_suspense(view.claim_fen, view.currency) if view.status is Status.PAID else []
    found = FoundForm(typed if typed and typed.get("act") == "receive" else None, waiting)
    acts = Acts(request, to=f"{PAGE}/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now}
    acts.on(
        "enter",
        lambda: actions.enter_payment(**act, statement=id, **payment.cleaned_data),
        said=gettext("Entered; another officer confirms it."),
        form=payment,
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_payment(**act, statement=id),
        said=gettext("Confirmed; the other venue is told."),
    )
    acts.on(
        "receive",
        lambda: actions.confirm_receipt(**act, statement=id, **found.cleaned_data),
        said=gettext("Received; the statement is settled."),
        form=found,
    )
    acts.on(
        "strike",
        lambda: actions.strike(**act, venue=view.venue, currency=view.currency),
        said=gettext("Struck and sent; the other venue answers in a moment."),
    )
    acts.on(
        "aside",
        lambda: actions.set_aside(**act, **aside.cleaned_data),
        said=gettext("Left out of the next statement; strike it when all lines are looked at."),
        form=aside,
    )
    if answer := acts.answer():
        return answer
    known = homes()
    ours = view.status is Status.AGREED and view.is_ours_to_pay
    waits = view.is_officers
    case = Case(
        kind=gettext("Statement between venues"),
        number=f"{view.venue} · {view.number}",
        title=f"{with_unit(abs(view.owed_fen), view.currency)} · {_name(known, view.venue)}",
        lifecycle="clearing",
        state=view.status.value,
        since=view.changed_at if waits else None,
        due_by=terms(now).due_by("money", view.changed_at) if waits else None,
        decisions=_decisions(view, actor, payment, aside, found),
        barred=same_eyes(
            actor,
            [view.entered_by] if ours and view.bank_reference else [],
            gettext("You entered the payment; another officer confirms it."),
        ),
        hands=[
            Hand(did=did, by=by)
            for did, by in (
                (gettext("Payment entered by"), view.entered_by),
                (gettext("Confirmed by"), view.confirmed_by),
            )
            if by
        ],
        nothing=_nothing(view),
    )
    return show(
        request,
        "desk/clearing_statement.html",
        case,
        acts=acts,
        subjects=[subject("clearing_statement", id)],
        statement=view,
        lines=lines,
        home=known.get(view.venue),
        proposer=actions.is_proposer(view.venue),
        what=WHAT,
    )


def homes() -> dict[str, Any]:
    """Every venue of the network by its code."""
    return {one.code: one for one in venues.members(*State)}


def _name(known: dict[str, Any], code: str) -> str:
    return named(known[code]) if code in known else code


def _nothing(view: StatementView) -> str:
    """What everybody waits for, where no officer here has anything to do."""
    match view.status:
        case Status.PROPOSED:
            return gettext(
                "The other venue compares it with its own books; its answer comes by itself."
            )
        case Status.DISPUTED if not view.is_officers:
            return gettext("It is struck again by itself at the end of the day.")
        case Status.AGREED if not view.is_ours_to_pay:
            return gettext("The other venue pays; it says so when its bank was told.")
        case Status.PAID if view.is_ours_to_pay:
            return gettext("The other venue looks for the payment at its bank.")
        case Status.PAID:
            return gettext(
                "No line of exactly this amount waits in suspense. Record the bank's line under money"
                " in; another officer then finds it here."
            )
        case Status.SETTLED:
            return gettext("It is settled; nothing is left to do.")
    return ""


def _decisions(
    view: StatementView,
    actor: Actor,
    payment: PaymentForm,
    aside: AsideForm,
    found: FoundForm,
) -> list[Decision]:
    match view.status:
        case Status.AGREED if view.is_ours_to_pay:
            return _paying(view, actor, payment)
        case Status.PAID if found.fields["receipt"].choices and actor.has(actions.RECEIVE):
            return [
                Decision(
                    id="receive",
                    title=gettext("The payment"),
                    form=found,
                    outcomes=[
                        Outcome(
                            act="receive",
                            label=gettext("It is at our bank"),
                            consequence=gettext(
                                "Our books say that the other venue has paid, it is told so, and the"
                                " statement is settled."
                            ),
                            rule="SE-5",
                            good=True,
                        )
                    ],
                )
            ]
        case Status.DISPUTED if actions.is_proposer(view.venue) and actor.has(actions.CONFIRM):
            return _disputed(aside)
    return []


def _paying(view: StatementView, actor: Actor, payment: PaymentForm) -> list[Decision]:
    found = []
    if view.bank_reference and actor.has(actions.CONFIRM):
        found.append(
            Decision(
                id="confirm",
                title=gettext("Confirm the payment"),
                outcomes=[
                    Outcome(
                        act="confirm",
                        label=gettext("The bank has paid it out"),
                        consequence=gettext(
                            "Our books follow at once, and the other venue is told."
                        ),
                        rule="PA-5",
                        good=True,
                    )
                ],
            )
        )
    if actor.has(actions.ENTER):
        found.append(
            Decision(
                id="enter",
                title=gettext("Enter the payment"),
                form=payment,
                open=not view.bank_reference,
                outcomes=[
                    Outcome(
                        act="enter",
                        label=gettext("Enter the payment"),
                        consequence=gettext(
                            "Another officer confirms it; nothing is booked before."
                        ),
                        rule="PA-5",
                        good=not view.bank_reference,
                    )
                ],
            )
        )
    return found


def _disputed(aside: AsideForm) -> list[Decision]:
    found = [
        Decision(
            id="strike",
            title=gettext("Strike it again"),
            outcomes=[
                Outcome(
                    act="strike",
                    label=gettext("Strike it again"),
                    consequence=gettext(
                        "All that is open and not left out goes to the other venue once more."
                    ),
                    rule="SE-5",
                    good=True,
                )
            ],
        )
    ]
    if aside.fields["position"].choices:
        found.append(
            Decision(
                id="aside",
                title=gettext("Leave a line out"),
                form=aside,
                open=False,
                outcomes=[
                    Outcome(
                        act="aside",
                        label=gettext("Leave it out"),
                        consequence=gettext(
                            "It stays owed, and stands in no statement until it is counted again; the"
                            " rest is netted without it."
                        ),
                        rule="SE-5",
                    )
                ],
            )
        )
    return found
