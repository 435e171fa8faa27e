"""
Joint projects for sellers: let a bundle be sold with others', and, as the lead seller, offer the whole
(NE-3, TE-4).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import ACT, READ
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.deals import readable
from hutong.network.projects import actions, queries, rules
from hutong.network.projects.queries import ContributionView
from hutong.network.projects.rules import WITHDRAWABLE, ContributionStatus
from hutong.network.sales import actions as selling
from hutong.network.sales import queries as sales
from hutong.network.sales.rules import Status as SaleStatus
from hutong.settlement import queries as settlement
from hutong.technologies import queries as technologies
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import YuanField
from hutong.ui.templatetags.ui import named
from hutong.venues import queries as venues
from hutong.venues.lists import State


class MandateForm(forms.Form):
    bundle = forms.ChoiceField(label=_("Bundle"))
    asked_fen = YuanField(
        label=_("We ask at least (yuan)"),
        help_text=_("Nobody but the offices reads it. The price is split as the sellers ask."),
    )


class OfferForm(forms.Form):
    price_fen = YuanField(label=_("Floor price of the whole (yuan)"))
    deposit_fen = YuanField(
        label=_("Deposit (yuan)"), required=False, help_text=_("Empty: by the rulebook.")
    )


@member
def index(request: HttpRequest) -> HttpResponse:
    """Projects open for parts, those that wait for us to offer them, and our parts."""
    actor = as_member(request.actor)
    actor.need(READ)
    party = actor.acting_party()
    return render(
        request,
        "my/projects.html",
        {
            "open": queries.open_for_parts(request.now),
            "lead": queries.composed_for(party),
            "parts": queries.contributions_of(party),
            "homes": _homes(),
        },
    )


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A project: give the mandate for a bundle; the lead seller offers the whole here."""
    actor, now = as_member(request.actor), request.now
    actor.need(READ)
    party = actor.acting_party()
    project = queries.invitation(id)
    lead = next((p for p in queries.composed_for(party) if p.id == id), None)
    asked = request.POST.get("act")
    form = MandateForm(request.POST if asked == "mandate" else None)
    offer = OfferForm(request.POST if asked == "offer" else None)
    ours = queries.contributions_of(party)
    bundles = _bundles(party, ours)
    choice: forms.ChoiceField = form.fields["bundle"]
    choice.choices = bundles
    acts = Acts(request, to=f"/my/projects/{id}")
    acts.on(
        "mandate",
        lambda: actions.give_mandate(
            actor=actor,
            now=now,
            project=id,
            bundle=UUID(form.cleaned_data["bundle"]),
            asked_fen=form.cleaned_data["asked_fen"],
        ),
        said=gettext("Given; the listing office examines it."),
        form=form,
    )
    acts.on(
        "offer",
        lambda: actions.list_project(
            actor=actor,
            now=now,
            project=id,
            price_fen=offer.cleaned_data["price_fen"],
            deposit_fen=offer.cleaned_data["deposit_fen"],
        ),
        said=gettext("Submitted; the listing office examines it."),
        to=lambda made: f"/my/listings/{made.id}",
        form=offer,
    )
    if answer := acts.answer():
        return answer
    if lead and asked != "offer":
        offer = OfferForm(initial={"price_fen": lead.asked_fen})
    return render(
        request,
        "my/project.html",
        {
            "project": project,
            "open": project.status.value == "joined" and now <= project.parts_by,
            "lead": lead,
            "parts": [part for part in reversed(ours) if part.project == id],
            "form": form,
            "offer": offer,
            "bundles": bundles,
            "may_act": actor.has(ACT),
            "homes": _homes(),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def contract(request: HttpRequest, id: UUID) -> HttpResponse:
    """The exact bytes of the contract that the part's sellers and the buyer accept."""
    actor = as_member(request.actor)
    actor.need(READ)
    sale = sales.seen_by(actor, id)
    return HttpResponse(
        sales.contract_text(id),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{sale.number}.txt"'},
    )


@member
def part(request: HttpRequest, id: UUID) -> HttpResponse:
    """A part of ours: how it stands, what it earns, and taking it out."""
    actor, now = as_member(request.actor), request.now
    view = queries.contribution(id)
    if not actor.has(READ) or view.seller != actor.party:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    reason, acts = request.POST.get("reason", ""), Acts(request, to=f"/my/project-parts/{id}")
    acts.on(
        "withdraw",
        lambda: actions.withdraw_part(actor=actor, now=now, part=id, reason=reason),
        said=gettext("Withdrawn; the lead exchange is told."),
    )
    acts.on(
        "accept",
        lambda: selling.accept_contract(
            actor=actor, now=now, part=id, text_digest=request.POST["digest"]
        ),
        said=gettext("Accepted. Your acceptance of this exact text is recorded."),
    )
    if answer := acts.answer():
        return answer
    sale = sales.of_part(id)
    text = sales.contract_text(id) if sale else ""
    return render(
        request,
        "my/project_part.html",
        {
            "part": view,
            "sale": sale,
            "contract": text,
            "contract_html": readable(text),
            "fee": settlement.fee_of(sale.amount_fen, sale.rulebook_version) if sale else None,
            "may_accept": sale is not None
            and sale.status is SaleStatus.AWARDED
            and view.status is ContributionStatus.LISTED
            and actor.has(ACT),
            "why": sentence_of_code(dict(view.why)) if view.why else "",
            "may_withdraw": view.status in WITHDRAWABLE and actor.has(ACT),
            "listed": view.status is ContributionStatus.LISTED,
            "listing_path": _listing_path(view),
            "longest": rules.MOST_WORDS,
            "homes": _homes(),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _bundles(party: UUID, ours: list[ContributionView]) -> list[tuple[str, str]]:
    """The party's bundles that are no live part yet."""
    taken = {p.bundle for p in ours if p.status in rules.PART_LIVE}
    return [
        (str(one.id), f"{named(one)} ({len(one.parts)})")
        for one in technologies.bundles_of(party)
        if one.id not in taken
    ]


def _listing_path(view: Any) -> str:
    if view.listing is None:
        return ""
    if view.lead == venues.my_code():
        return f"/listings/{view.listing}"
    return f"/network/venues/{view.lead}/listings/{view.listing}"


def _homes() -> dict[str, object]:
    return {one.code: one for one in venues.members(*State)}
