"""
The board, and a listing with everything a buyer needs to decide (LI-1 … LI-5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.documents import actions as document_actions
from hutong.documents import queries as documents
from hutong.documents.access import may_read
from hutong.documents.rules import Access
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import subject
from hutong.kit.money import MAX_AMOUNT
from hutong.listings import actions, queries
from hutong.listings.offers import OfferKind, PriceMode
from hutong.listings.queries import Filters, Order
from hutong.listings.rules import Status
from hutong.parties import queries as parties
from hutong.portal.history import public_history
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies
from hutong.technologies.rules import KIND_NAMES
from hutong.ui import words
from hutong.ui.case import Paper
from hutong.ui.door import Acts, as_member, visitor
from hutong.ui.fields import FilesField, uploaded
from hutong.ui.words import choices
from hutong.venues import queries as venues
from hutong.venues.lists import State

SHOWN = 30  # technologies of a bundle on its listing's page

ORDERS = {
    Order.NEWEST.value: _("Newest first"),
    Order.ENDING.value: _("Ending soonest"),
    Order.CHEAPEST.value: _("Lowest price"),
    Order.DEAREST.value: _("Highest price"),
}


class FilterForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Shown"),
        required=False,
        choices=[
            ("", _("open for intents")),
            ("concluding", _("in sale")),
            ("closed", _("closed")),
            ("all", _("all")),
        ],
    )
    offer = forms.ChoiceField(
        label=_("Offer"), required=False, choices=choices(words.OFFER_KINDS, empty=_("all"))
    )
    price = forms.ChoiceField(
        label=_("Price"), required=False, choices=choices(words.PRICE_MODES, empty=_("all"))
    )
    up_to = forms.CharField(label=_("Up to (10,000 yuan)"), required=False, max_length=12)
    order = forms.ChoiceField(label=_("Order"), required=False, choices=list(ORDERS.items()))

    def filters(self) -> Filters:
        typed = self.cleaned_data if self.is_valid() else {}
        status = typed.get("status", "")
        return Filters(
            status=None if status == "all" else Status(status) if status else Status.LISTED,
            offer_kind=OfferKind(typed["offer"]) if typed.get("offer") else None,
            price_mode=PriceMode(typed["price"]) if typed.get("price") else None,
            price_to_fen=_wan(typed.get("up_to", "")),
        )

    def ordering(self) -> Order:
        typed = self.cleaned_data if self.is_valid() else {}
        return Order(typed["order"]) if typed.get("order") else Order.NEWEST


def _wan(text: str) -> int | None:
    """Ten thousands of yuan as fen; what is no amount filters nothing."""
    try:
        fen = int(Decimal(text.strip().replace(",", "")) * 1_000_000)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return fen if 0 < fen <= MAX_AMOUNT else None


class IntentForm(forms.Form):
    accept = forms.BooleanField(label=_("I accept the conditions of the listing for my party."))
    evidence = FilesField(
        label=_("Evidence that the buyer conditions are met"),
        required=False,
        help_text=_("Where the conditions ask for it."),
    )


@dataclass(frozen=True)
class WayStep:
    """One step of taking part; `when` says what `at` is."""

    text: str
    when: str
    at: datetime | None
    rule: str
    current: bool


@visitor
def board(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET or None)
    filters, order = form.filters(), form.ordering()
    page = queries.board(filters, order=order, cursor=request.GET.get("cursor"), limit=30)
    return render(
        request,
        "portal/board.html",
        {
            "form": form,
            "page": page,
            "filtered": any(request.GET.get(name) for name in form.fields),
            "offers": words.OFFER_KINDS,
            "kinds": KIND_NAMES,
        },
    )


@visitor
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """One listing. Members apply here; before that they read what they accept."""
    actor, now = request.actor, request.now
    member = as_member(actor)
    form = IntentForm(request.POST or None, request.FILES or None)
    acts = Acts(request)

    def apply() -> Any:
        evidence = [
            document_actions.store(
                actor=member,
                now=now,
                owner=subject("listing", id),
                access=Access.SECRET,
                **uploaded(upload),
            ).id
            for upload in form.cleaned_data["evidence"]
        ]
        return actions.apply_intent(
            actor=member,
            now=now,
            listing=id,
            accepts_conditions=form.cleaned_data["accept"],
            evidence=evidence,
        )

    acts.on(
        "apply",
        apply,
        said=gettext("Your intent is filed. Nobody but the listing office knows of it."),
        to=lambda made: f"/my/intents/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    listing = queries.visible(id, actor)
    shown = listing.technologies[:SHOWN]
    found = technologies.technologies(shown)
    mine = queries.intents_of(id, member) if member.party and member.party != listing.seller else []
    is_open = listing.status is Status.LISTED
    single = listing.rights[0] if len(listing.rights) == 1 else None
    title = rights.title(single) if single and listing.status is not Status.CLOSED else None
    people = {listing.seller, *(title.ownership if title else ())}
    lot = None if is_open else auctions.lot_of_listing(id, now)
    whole = {single} if title and title.registered else set()
    return render(
        request,
        "portal/listing.html",
        {
            "listing": listing,
            "parties": parties.parties(people),
            "technologies": [(t, found[t]) for t in shown if t in found],
            "more": len(listing.technologies) - len(shown),
            "registered": whole if single else rights.registered_among(shown),
            "title": title,
            "lot": lot,
            "way": way_to_take_part(listing, lot),
            "history": public_history(subject("listing", id)),
            "open": is_open,
            "mine": [intent for intent in mine if intent.party == member.party],
            "may_apply": member.has(ACT) and member.party != listing.seller,
            "is_seller": member.party == listing.seller,
            "form": form,
            "papers": papers_of(actor, shown),
            "words": words,
            "kinds": KIND_NAMES,
            **joint_context(listing.joint),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def joint_context(joint: object | None) -> dict[str, object]:
    """What the parts of a joint project are shown with: the venues' names (NE-3)."""
    if joint is None:
        return {}
    homes = {one.code: one for one in venues.members(*State)}
    return {"homes": homes, "here": venues.my_code()}


def papers_of(actor: Actor, owners: Iterable[UUID]) -> list[Paper]:
    """Documents of technologies: those `actor` may open, and those for qualified buyers, closed.

    What is confidential is not even named to others (TE-1).
    """
    by_owner = documents.of_owners(subject("technology", id) for id in owners)
    papers = []
    for document in (d for found in by_owner.values() for d in found):
        opens = may_read(actor, document)
        if opens or document.access == Access.QUALIFIED.value:
            papers.append(Paper(file=document, opens=opens))
    return papers


def way_to_take_part(listing: queries.ListingView, lot: auctions.LotView | None) -> list[WayStep]:
    """What a buyer does and what follows, in order, with the dates that are known (LI-4, LI-5)."""
    is_open = listing.status is Status.LISTED
    decided = lot is not None and lot.is_over
    steps = [
        WayStep(
            gettext("File your intent and accept the conditions"),
            gettext("until"),
            listing.ends_at,
            "LI-4",
            is_open,
        ),
        WayStep(
            gettext("The venue checks your qualification; then pay the deposit"),
            gettext("before"),
            listing.ends_at,
            "SE-3",
            is_open,
        ),
        WayStep(after_the_period(listing), "", listing.ends_at, "LI-5", False),
    ]
    if lot is not None:
        steps.append(
            WayStep(gettext("Auction"), gettext("opens"), lot.opens_at, "AU-1", not decided)
        )
    return [
        *steps,
        WayStep(
            gettext("Sign the contract and pay; right and money move together"),
            "",
            None,
            "DL-2",
            False,
        ),
    ]


def after_the_period(listing: queries.ListingView) -> str:
    """What the mechanical decision at the end can be, said before it is made."""
    if listing.offer_kind is OfferKind.LICENCE and not listing.exclusive:
        return gettext("Everyone who is qualified with a deposit held gets a licence")
    if listing.price_mode is PriceMode.NEGOTIABLE:
        return gettext("Those with a deposit held negotiate with the seller")
    if listing.price_mode is PriceMode.FIXED:
        return gettext("The first qualified buyer who accepts the price gets it")
    return gettext(
        "Decided by rule: nobody with a deposit held, extended or lapsed; one, a deal at no less "
        "than the price; two or more, an auction among them"
    )
