"""
My listings: terms, submission, and what becomes of them (LI-1, LI-2).
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import queries as auctions
from hutong.listings import actions, queries
from hutong.listings.offers import (
    LicenceMode,
    LicenceTerms,
    OfferKind,
    Payment,
    PriceMode,
    Scope,
    Terms,
)
from hutong.listings.rules import Status
from hutong.my.rights_filings import codes_in
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.rights.scope import WORLD
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import DayField, ShareField, YuanField
from hutong.ui.groups import Group, grouped
from hutong.ui.templatetags.ui import named
from hutong.ui.words import choices

CHOICES = 200
PAGE = 30
OFFERED = frozenset({OfferKind.TRANSFER.value, OfferKind.LICENCE.value})
GROUPS = (
    Group(
        _("What is offered"),
        _(
            "Registered rights of yours; while they are on exclusive offer, nothing else can be done with them."
        ),
        "LI-1",
        ("technologies", "title_zh", "title_en", "offer", "share"),
    ),
    Group(
        _("Of a licence"),
        _(
            "Only for the offer of a licence: what it covers, as the register will hold it. It begins when"
            " the deal is settled."
        ),
        "RR-2",
        (
            "licence_mode",
            "territory",
            "without",
            "ipc",
            "industries",
            "ends_on",
            "sublicensable",
        ),
        only=OfferKind.LICENCE.value,
    ),
    Group(
        _("Price and deposit"),
        _("With a floor price, two or more qualified buyers bid; one alone buys at that price."),
        "LI-5",
        ("price_mode", "price_fen", "increment_fen", "deposit_fen", "payment"),
    ),
    Group(
        _("Buyers and the board"),
        _("Conditions must be such that anybody can tell whether a buyer meets them."),
        "LI-1",
        ("conditions", "scope"),
    ),
)


class TermsForm(forms.Form):
    technologies = forms.MultipleChoiceField(
        label=_("Registered rights on offer"), widget=forms.CheckboxSelectMultiple
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), required=False, max_length=200)
    title_en = forms.CharField(label=_("Title in English"), required=False, max_length=200)
    offer = forms.ChoiceField(label=_("Offer"), required=False)
    share = ShareField(
        label=_("Share on offer"),
        initial="1",
        required=False,
        help_text=_("Of the whole right: 1, 1/3 or 50%. A licence has none."),
    )
    licence_mode = forms.ChoiceField(
        label=_("Mode"),
        required=False,
        help_text=_(
            "Exclusive and sole licences go to one buyer; ordinary ones to all who qualify."
        ),
    )
    territory = forms.CharField(
        label=_("Territory"),
        required=False,
        max_length=400,
        help_text=_("Codes such as CN, 310000, US; the whole world when empty."),
    )
    without = forms.CharField(
        label=_("Without"),
        required=False,
        max_length=400,
        help_text=_("Codes of regions left out of the territory."),
    )
    ipc = forms.CharField(
        label=_("Field of use"),
        required=False,
        max_length=400,
        help_text=_("IPC classes such as H01M; every field when empty."),
    )
    industries = forms.CharField(
        label=_("Industries"),
        required=False,
        max_length=400,
        help_text=_("Codes of GB/T 4754 such as C26; every industry when empty."),
    )
    ends_on = DayField(label=_("Ends on"), required=False)
    sublicensable = forms.BooleanField(label=_("Sublicences are allowed"), required=False)
    price_mode = forms.ChoiceField(
        label=_("How it is sold"),
        initial=PriceMode.FLOOR.value,
        choices=choices(words.PRICE_MODES),
    )
    price_fen = YuanField(
        label=_("Price (yuan)"),
        required=False,
        help_text=_("As in 1,280,000; empty only where it is negotiable."),
    )
    deposit_fen = YuanField(
        label=_("Deposit (yuan)"),
        required=False,
        help_text=_("Empty: the rulebook's part of the price. Losers get it back."),
    )
    increment_fen = YuanField(
        label=_("Increment of bids (yuan)"),
        required=False,
        help_text=_("Empty: what the rulebook says."),
    )
    payment = forms.ChoiceField(label=_("Payment"), choices=choices(words.PAYMENTS))
    conditions = forms.CharField(
        label=_("Conditions for buyers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=10_000,
        help_text=_("What a buyer must be or undertake. Every buyer accepts them as they stand."),
    )
    scope = forms.ChoiceField(
        label=_("Shown at"),
        choices=choices(words.SCOPES),
        help_text=_("In the network it appears at every venue, with this one named as its home."),
    )

    def groups(self) -> Iterator[tuple[Group, list[tuple[Any, str]]]]:
        """A share belongs to a transfer alone; style.css shows what the chosen offer has."""
        return grouped(self, GROUPS, lambda name: ["transfer"] if name == "share" else [])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["offer"].choices = [
            one for one in choices(words.OFFER_KINDS) if one[0] in OFFERED
        ]
        self.fields["licence_mode"].choices = choices(words.LICENCE_MODES)

    def clean(self) -> dict[str, Any]:
        """A transfer has a share, a licence its mode and last day."""
        typed: dict[str, Any] = super().clean() or {}
        licence = typed.get("offer") == OfferKind.LICENCE.value
        for name in ("licence_mode", "ends_on") if licence else ("share",):
            if not typed.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return typed

    def _licence(self) -> LicenceTerms:
        typed = self.cleaned_data
        return LicenceTerms(
            territory=tuple(codes_in(typed["territory"]) or [WORLD]),
            without=tuple(codes_in(typed["without"])),
            ipc=tuple(codes_in(typed["ipc"])),
            industries=tuple(codes_in(typed["industries"])),
            ends_on=typed["ends_on"],
            sublicensable=typed["sublicensable"],
        )

    def terms(self) -> Terms:
        typed = self.cleaned_data
        licence = typed["offer"] == OfferKind.LICENCE.value
        return Terms(
            title_zh=typed["title_zh"],
            title_en=typed["title_en"],
            technologies=tuple(UUID(id) for id in typed["technologies"]),
            offer_kind=OfferKind.LICENCE if licence else OfferKind.TRANSFER,
            share=None if licence else typed["share"],
            licence_mode=LicenceMode(typed["licence_mode"]) if licence else None,
            licence=self._licence() if licence else None,
            price_mode=PriceMode(typed["price_mode"]),
            price_fen=typed["price_fen"],
            deposit_fen=typed["deposit_fen"],
            increment_fen=typed["increment_fen"],
            payment=Payment(typed["payment"]),
            conditions=typed["conditions"],
            scope=Scope(typed["scope"]),
        )


@member
def index(request: HttpRequest) -> HttpResponse:
    actor = as_member(request.actor)
    actor.acting_party()
    asked = request.GET.get("status", "")
    status = Status(asked) if asked in set(Status) else None
    page = queries.listings(actor, status=status, cursor=request.GET.get("cursor"), limit=PAGE)
    return render(
        request, "my/listings.html", {"page": page, "states": list(Status), "status": status}
    )


@member
def new(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    form = _form(request, actor.acting_party(), chosen=request.GET.getlist("technology"))
    acts = Acts(request)
    acts.on(
        "draft",
        lambda: actions.draft(actor=actor, now=now, terms=form.terms()),
        said=gettext("Drafted. Look it over, then submit it."),
        to=lambda made: f"/my/listings/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/listing_edit.html",
        {
            "form": form,
            "rules": rulebook.in_force(now).rules.listings,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def edit(request: HttpRequest, id: UUID) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    listing = queries.file_of(id, actor).listing
    initial = {
        name: getattr(listing, name)
        for name in (
            "title_zh",
            "title_en",
            "price_fen",
            "deposit_fen",
            "increment_fen",
            "conditions",
        )
    }
    initial |= {name: getattr(listing, name).value for name in ("price_mode", "payment", "scope")}
    form = _form(
        request,
        actor.acting_party(),
        chosen=[str(t) for t in listing.technologies],
        initial={**initial, **_offered(listing)},
    )
    acts = Acts(request)
    acts.on(
        "draft",
        lambda: actions.revise(actor=actor, now=now, listing=id, terms=form.terms()),
        said=gettext("Saved."),
        to=lambda made: f"/my/listings/{made.id}",
        form=form,
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/listing_edit.html",
        {
            "form": form,
            "listing": listing,
            "rules": rulebook.in_force(now).rules.listings,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _offered(listing: queries.ListingView) -> dict[str, Any]:
    """The form's fields of what a draft offers: a share, or a licence's terms."""
    licence, mode = listing.licence, listing.licence_mode
    if licence is None or mode is None:
        return {"offer": OfferKind.TRANSFER.value, "share": listing.share}
    lists = {
        name: ", ".join(getattr(licence, name))
        for name in ("territory", "without", "ipc", "industries")
    }
    return {
        **lists,
        "offer": OfferKind.LICENCE.value,
        "share": None,
        "licence_mode": mode.value,
        "ends_on": licence.ends_on,
        "sublicensable": licence.sublicensable,
    }


def _form(
    request: HttpRequest, me: UUID, *, chosen: list[str], initial: dict[str, Any] | None = None
) -> TermsForm:
    held = rights.held_by(me, limit=CHOICES)["items"]
    found = technologies.technologies({*(h.technology for h in held), *_ids(chosen)})
    offered = initial or {}
    if not initial and len(chosen) == 1 and (one := found.get(_ids(chosen)[0])):
        whole = next((h.share for h in held if str(h.technology) == chosen[0]), Fraction(1))
        offered = {"title_zh": one.title_zh, "title_en": one.title_en, "share": whole}
    form = TermsForm(request.POST or None, initial={**offered, "technologies": chosen})
    form.fields["technologies"].choices = [(str(id), named(view)) for id, view in found.items()]
    return form


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@member
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """My listing: its state, what the office found, what comes next."""
    actor, now = as_member(request.actor), request.now
    acts = Acts(request)
    acts.on(
        "submit",
        lambda: actions.submit(actor=actor, now=now, listing=id),
        said=gettext("Submitted. The listing office examines it."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw(
            actor=actor, now=now, listing=id, reason=request.POST.get("reason", "")
        ),
        said=gettext("Done. What is on the board the venue decides about."),
    )
    acts.on(
        "ask_co_owners",
        lambda: actions.ask_co_owners(actor=actor, now=now, listing=id),
        said=gettext("Asked; they answer on their own pages."),
    )
    if answer := acts.answer():
        return answer
    file = queries.file_of(id, actor)
    listing = file.listing
    ready = queries.intents_of(id, actor)
    asked = {j.party: j for j in queries.joinings(id)} if listing.licence_mode else {}
    needed = queries.co_owners_of(id) if listing.status is Status.DRAFT else frozenset()
    co_owners = [(party, asked.get(party)) for party in sorted({*needed, *asked})]
    return render(
        request,
        "my/listing.html",
        {
            "file": file,
            "listing": listing,
            "technologies": technologies.technologies(listing.technologies),
            "ready": ready,
            "co_owners": co_owners,
            "parties": parties.parties({*(i.party for i in ready), *(p for p, _ in co_owners)}),
            "lot": auctions.lot_of_listing(id, now),
            "words": words,
            "rules": (
                rulebook.version(listing.rulebook_version)
                if listing.rulebook_version
                else rulebook.in_force(now).rules
            ).listings,
            "problem": acts.problem,
        },
        status=acts.status,
    )
