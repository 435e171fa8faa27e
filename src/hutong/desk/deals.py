"""
A deal at the desk: what is missing, settling it, ending it by two officers (DL-1, DL-2, AU-11).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.deals import actions as deal_actions
from hutong.deals import queries
from hutong.deals.parts import PartStatus
from hutong.deals.rules import Side, Status
from hutong.desk import deal_parts
from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import with_unit
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.settlement import actions
from hutong.settlement import queries as settlement
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named
from hutong.ui.words import SIDES, WAYS, choices

END = "deals.end"


class DefaultForm(forms.Form):
    side = forms.ChoiceField(label=_("Who is late"), choices=choices(SIDES))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


@source(END)
def to_end(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Deals somebody is late with, and deals one officer proposed to end."""
    proposed = {deal.id: deal for deal in queries.endings_proposed()}
    for deal in proposed.values():
        assert deal.ending is not None, "asked for those with a proposal"
        yield Waiting(
            kind=gettext("Ending of a deal to confirm"),
            title=f"{deal.number} {with_unit(deal.price_fen, deal.currency)}",
            href=f"/desk/deals/{deal.id}",
            since=deal.ending.proposed_at,
            term="deal",
            not_by=(deal.ending.proposed_by,),
        )
    for deal in queries.overdue():
        if deal.id not in proposed:
            yield Waiting(
                kind=gettext("Overdue deal"),
                title=f"{deal.number} {with_unit(deal.price_fen, deal.currency)}",
                href=f"/desk/deals/{deal.id}",
                since=deal.overdue_at,
                note=gettext("not signed in time")
                if deal.status is Status.AGREED
                else gettext("not paid in time"),
                term="deal",
            )


@source(END)
def contracts_refused(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Deals whose contract the buyer's exchange did not take: its member cannot sign."""
    for deal in queries.unread():
        if deal.ending is None:
            yield Waiting(
                kind=gettext("Contract refused by the buyer's exchange"),
                title=f"{deal.number} {with_unit(deal.price_fen, deal.currency)}",
                href=f"/desk/deals/{deal.id}",
                since=deal.changed_at,
                note=sentence_of_code(dict(deal.contract_refused)),
                term="deal",
            )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    default = DefaultForm(
        request.POST if request.POST.get("act") == "default" else None, auto_id="default-%s"
    )
    acts = Acts(request, to=f"/desk/deals/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "deal": id}
    acts.on(
        "settle",
        lambda: actions.settle(**act),
        said=gettext("Settled: right and money have moved together."),
    )
    acts.on(
        "default",
        lambda: deal_actions.propose_default(
            **act,
            side=Side(default.cleaned_data["side"]),
            reason=default.cleaned_data["reason"],
        ),
        said=gettext("Proposed; another officer confirms it."),
        form=default,
    )
    acts.on(
        "terminate",
        lambda: deal_actions.propose_termination(**act, reason=reason),
        said=gettext("Proposed; another officer confirms it."),
    )
    acts.on(
        "confirm",
        lambda: deal_actions.confirm_ending(**act),
        said=gettext("The deal has ended."),
    )
    acts.on(
        "drop",
        lambda: deal_actions.drop_ending(**act, reason=reason),
        said=gettext("Dropped; the deal goes on."),
    )
    deal_parts.on_acts(acts, actor, id, reason, now)
    if answer := acts.answer():
        return answer
    deal = queries.deal_seen_by(actor, id)
    transfers = rights.disposals_of_deal(id)
    money = settlement.money_of(id)
    pledged = settlement.proceeds_of_deal(id)
    ending = deal.ending
    waiting_since = ending.proposed_at if ending else deal.overdue_at
    sides = parties.acting_for_any([deal.seller, deal.buyer])
    things = technologies.technologies({*deal.technologies, *(t.technology for t in transfers)})
    case = Case(
        kind=gettext("Deal"),
        number=deal.number,
        title=named(things.get(deal.technologies[0])),
        lifecycle="deal",
        state=deal.status,
        since=waiting_since,
        due_by=terms(now).due_by("deal", waiting_since),
        checks=_checks(deal, transfers),
        decisions=_decisions(deal, actor, transfers, default, reason, now),
        barred=same_eyes(
            actor, sides, gettext("You act for a side of this deal; another officer decides.")
        ),
        # Whoever proposed the ending reads above that others confirm it, not that they may decide.
        hands=[]
        if ending is not None and ending.proposed_by == actor.person
        else [
            *(
                Hand(did=gettext(SIDES[a.side.value]), by=a.person, at=a.at)
                for a in deal.acceptances
            ),
            *(
                [
                    Hand(
                        did=gettext("Ending proposed by"),
                        by=ending.proposed_by,
                        at=ending.proposed_at,
                    )
                ]
                if ending
                else []
            ),
        ],
    )
    return show(
        request,
        "desk/deal.html",
        case,
        acts=acts,
        subjects=[subject("deal", id)],
        deal=deal,
        how=deal.how,
        words=words,
        sides=SIDES,
        ways=WAYS,
        parties=parties.parties({deal.seller, deal.buyer, *(one.pledgee for one in pledged)}),
        pledged=pledged,
        sees_books=settlement.sees_books(actor),
        technologies=things,
        transfers=transfers,
        money=money,
        homes={},  # by their codes: this page has asked enough
        refusals=deal_parts.refusals_of(deal),
        unread=sentence_of_code(dict(deal.contract_refused)) if deal.contract_refused else "",
        ending=ending,
        own=ending is not None and ending.proposed_by == actor.person,
    )


def _checks(deal: Any, transfers: Any) -> list[Check]:
    """What must stand before right and money can move (DL-2, RR-11)."""
    if deal.status not in (Status.AGREED, Status.SIGNED, Status.PAID):
        return []
    return [
        Check(
            text=gettext("Both sides accepted the contract"),
            ok=deal.status is not Status.AGREED,
            rule="CO-1",
        ),
        Check(
            text=gettext("The whole price is in escrow"),
            ok=deal.status is Status.PAID,
            rule="SE-3",
        ),
        Check(
            text=gettext("Every step at the office is done"),
            ok=bool(transfers)
            and all(t.outside_step in ("effective", "not_due") for t in transfers),
            rule="RR-11",
        ),
        *(
            [
                Check(
                    text=gettext("Every part of the project can move at its exchange"),
                    ok=all(part.status is PartStatus.READY for part in deal.parts if not part.lead),
                    rule="DL-2",
                )
            ]
            if deal.parts
            else []
        ),
    ]


def _decisions(
    deal: Any,
    actor: Actor,
    transfers: Any,
    default: forms.Form,
    reason: str,
    now: datetime,
) -> list[Decision]:
    found = deal_parts.decisions(deal, actor, reason)
    if deal.moving_at is not None:
        return found
    ready = all(check.ok for check in _checks(deal, transfers))
    if deal.status is Status.PAID and ready and actor.has("settlement.settle"):
        found.append(
            Decision(
                id="settle",
                title=gettext("Right against money"),
                outcomes=[
                    Outcome(
                        act="settle",
                        label=gettext("Settle the deal"),
                        consequence=gettext(
                            "The register entry, the seller's credit and the fee happen in one step,"
                            " or none of them."
                        ),
                        rule="DL-2",
                        good=True,
                    )
                ],
            )
        )
    if not actor.has(END) or deal.status not in (Status.AGREED, Status.SIGNED, Status.PAID):
        return found
    return [
        *found,
        *(_confirming(deal, actor, reason) if deal.ending else _proposing(deal, default, reason)),
    ]


def _confirming(deal: Any, actor: Actor, reason: str) -> list[Decision]:
    """What a second officer does about a proposal; the first may only take it back."""
    by_default = deal.ending.side is not None
    confirm = Decision(
        id="confirm",
        title=gettext("Confirm the default") if by_default else gettext("Confirm the termination"),
        outcomes=[
            Outcome(
                act="confirm",
                label=gettext("End the deal"),
                consequence=gettext("The deposit follows the rulebook; the right is free again.")
                if by_default
                else gettext("The right is free again, all money goes back."),
                rule="AU-11" if by_default else "DL-1",
                grave=True,
            )
        ],
    )
    drop = Decision(
        id="drop",
        title=gettext("Drop the proposal"),
        open=False,
        form=why_form(typed=reason, of="drop"),
        outcomes=[
            Outcome(
                act="drop",
                label=gettext("Drop the proposal"),
                consequence=gettext("The deal goes on; its deadlines stand as they were."),
                rule="DL-1",
            )
        ],
    )
    return [drop] if deal.ending.proposed_by == actor.person else [confirm, drop]


def _proposing(deal: Any, default: forms.Form, reason: str) -> list[Decision]:
    late = deal.overdue_at is not None and deal.status is not Status.PAID
    by_default = Decision(
        id="default",
        title=gettext("Propose a default"),
        form=default,
        open=late,
        outcomes=[
            Outcome(
                act="default",
                label=gettext("Propose the default"),
                consequence=gettext(
                    "Only of a side that is late. Nothing happens before another officer confirms."
                ),
                rule="AU-11",
            )
        ],
    )
    by_termination = Decision(
        id="terminate",
        title=gettext("Terminate"),
        open=False,
        form=why_form(typed=reason, of="terminate"),
        outcomes=[
            Outcome(
                act="terminate",
                label=gettext("Propose the termination"),
                consequence=gettext(
                    "Through nobody's default. Nothing happens before another officer confirms."
                ),
                rule="DL-1",
            )
        ],
    )
    return [*([by_default] if late else []), by_termination]


@officer
def contract(request: HttpRequest, id: UUID) -> HttpResponse:
    """The contract's exact bytes, to read beside the case."""
    deal = queries.deal_seen_by(request.actor, id)
    answer = HttpResponse(queries.contract_text(id), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{deal.number}.md"'
    return answer
