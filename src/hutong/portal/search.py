"""
Searching everything public: words, facets, order; without JavaScript a form, with it refined as one
types (MA-2).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import Refused
from hutong.listings.queries import searching as board
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.faces import TechnologyFace
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.queries import Foreign
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.search import queries
from hutong.search.documents import Facet, Kind
from hutong.search.queries import Asked, Deadline, Found, Order
from hutong.search.words import HAN, MAX_ASKED, plain
from hutong.technologies import queries as technologies
from hutong.technologies.rules import KIND_NAMES, LEGAL_STATUS_NAMES
from hutong.ui import words
from hutong.ui.door import visitor
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import abstract, in_chinese, named
from hutong.venues import queries as venues

SNIPPET = 110
EVER = datetime.max.replace(tzinfo=UTC)  # what the venue is called says the rulebook adopted last
FACET_NAMES = {
    Facet.KIND: _("Kind"),
    Facet.VENUE: _("Home venue"),
    Facet.STATUS: _("State"),
    Facet.OFFER: _("Offer"),
    Facet.PRICE_MODE: _("How it is sold"),
    Facet.FIELD: _("Field"),
    Facet.INDUSTRY: _("Industry"),
    Facet.IPC: _("IPC section"),
    Facet.LEGAL: _("Legal status"),
    Facet.REGION: _("Country or region"),
}
TYPES = {Kind.LISTING: _("Listings"), Kind.TECHNOLOGY: _("Technologies")}
ORDERS = {
    Order.BEST: _("Best match"),
    Order.NEWEST: _("Newest first"),
    Order.ENDING: _("Ending soonest"),
    Order.CHEAPEST: _("Lowest price"),
    Order.DEAREST: _("Highest price"),
}
DEADLINES = {
    Deadline.DAYS_3: _("within 3 days"),
    Deadline.DAYS_7: _("in 3 to 7 days"),
    Deadline.DAYS_30: _("in 7 to 30 days"),
    Deadline.LATER: _("later"),
}


@dataclass(frozen=True)
class Choice:
    """One value of a facet: `href` adds it, or takes it away when it is chosen."""

    name: str
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Narrowing:
    name: str
    label: str
    choices: list[Choice]
    single: bool = False


@visitor
def page(request: HttpRequest) -> HttpResponse:
    asked = read(request.GET)
    try:
        found = queries.search(asked, now=request.now)
    except Refused as refused:
        return render(request, "portal/search.html", {"asked": asked, "problem": refused})
    hits = _shown(found, asked.text)
    narrowings = _narrowings(asked, found)
    return render(
        request,
        "portal/search.html",
        {
            "asked": asked,
            "found": found,
            "hits": hits,
            "types": _types(asked, found),
            "narrowings": narrowings,
            "dropped": _dropped(request.GET, narrowings),
            "orders": [(o.value, text, o is asked.order) for o, text in ORDERS.items()],
            "price_from": request.GET.get("price_from", ""),
            "price_to": request.GET.get("price_to", ""),
            "previous": _page(request.GET, found.page - 1) if found.page > 1 else "",
            "next": _page(request.GET, found.page + 1) if found.page < found.pages else "",
            "offers": words.OFFER_KINDS,
            "kinds": KIND_NAMES,
        },
    )


def read(typed: Mapping[str, Any]) -> Asked:
    """What is asked for, of what was typed; what is no value of ours asks for nothing."""

    def many(name: str) -> list[str]:
        values = typed.getlist(name) if hasattr(typed, "getlist") else []
        return [value[:100] for value in values if value][: queries.MAX_CHOSEN]

    number = typed.get("page", "")
    return Asked(
        text=str(typed.get("q", ""))[:MAX_ASKED],
        kind=_of(Kind, typed.get("type")),
        chosen={facet: values for facet in Facet if (values := many(facet.value))},
        deadline=_of(Deadline, typed.get("deadline")),
        price_from_fen=_fen(typed.get("price_from", "")),
        price_to_fen=_fen(typed.get("price_to", "")),
        order=_of(Order, typed.get("order")) or Order.BEST,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


def _of(kind: Any, value: Any) -> Any:
    return kind(value) if value in set(kind) else None


def _fen(text: str) -> int | None:
    """Ten thousands of yuan as fen; what is no amount filters nothing."""
    try:
        fen = int(Decimal(text.strip().replace(",", "")) * 1_000_000)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return fen if 0 <= fen <= MAX_AMOUNT else None


# -- findings ---------------------------------------------------------------------------------------


def _shown(found: Found, text: str) -> list[dict[str, Any]]:
    """The findings as they are in the database this moment; what has just gone is left out."""
    ids: dict[Kind, list[Any]] = {kind: [] for kind in Kind}
    for hit in found.hits:
        if not hit.venue:
            ids[hit.kind].append(hit.id)
    others = _others(found)
    listings = board.on_board(ids[Kind.LISTING]) if ids[Kind.LISTING] else {}
    entered = technologies.technologies(ids[Kind.TECHNOLOGY]) if ids[Kind.TECHNOLOGY] else {}
    holders = parties.parties({t.party for t in entered.values() if t.party}) if entered else {}
    sought = _sought(text)
    shown = []
    for hit in found.hits:
        if hit.venue:
            other = others.get((hit.kind, hit.venue, hit.id))
            if other is not None:
                shown.append(_other(other, sought))
            continue
        thing: Any = listings.get(hit.id) or entered.get(hit.id)
        if thing is None:
            continue
        about = abstract(thing) if hit.kind is Kind.TECHNOLOGY else ""
        shown.append(
            {
                "kind": hit.kind.value,
                "thing": thing,
                "title": mark(named(thing), sought),
                "about": mark(snippet(about, sought), sought),
                "holder": holders.get(party) if (party := getattr(thing, "party", None)) else None,
            }
        )
    return shown


def _others(found: Found) -> dict[tuple[Kind, str, Any], Foreign]:
    """The findings at other venues, as their pictures show them this moment."""
    shown: dict[tuple[Kind, str, Any], Foreign] = {}
    for kind, thing in ((Kind.LISTING, ThingKind.LISTING), (Kind.TECHNOLOGY, ThingKind.TECHNOLOGY)):
        wanted = [(hit.venue, hit.id) for hit in found.hits if hit.venue and hit.kind is kind]
        for (venue, id), one in mirrors.some(thing, wanted).items():
            shown[kind, venue, id] = one
    return shown


def _other(one: Foreign, sought: Sequence[str]) -> dict[str, Any]:
    about = abstract(one.of) if isinstance(one.of, TechnologyFace) else ""
    return {
        "kind": "other",
        "thing": one,
        "title": mark(named(one), sought),
        "about": mark(snippet(about, sought), sought),
    }


def _sought(text: str) -> list[str]:
    """The pieces of what was typed that are shown where they are found, longest first."""
    pieces = re.findall(r"[^\W_]+", plain(text))
    found = {run for piece in pieces for run in [*HAN.findall(piece), *HAN.sub(" ", piece).split()]}
    return sorted((p for p in found if len(p) > 1 or HAN.match(p)), key=len, reverse=True)[:12]


def snippet(text: str, sought: Sequence[str]) -> str:
    """A piece of a long text around the first finding."""
    flat = " ".join(text.split())
    low = flat.lower()
    first = min((at for s in sought if (at := low.find(s.lower())) >= 0), default=0)
    start = max(0, first - SNIPPET // 3)
    if in_chinese() or HAN.search(flat):
        length = SNIPPET
    else:
        length = SNIPPET * 2
        start = flat.rfind(" ", 0, start) + 1
    piece = flat[start : start + length]
    return ("…" if start else "") + piece + ("…" if start + length < len(flat) else "")


def mark(text: str, sought: Sequence[str]) -> SafeString:
    """The text, escaped, with what was sought marked."""
    if not sought:
        return SafeString(escape(text))
    pattern = re.compile("|".join(re.escape(s) for s in sought), re.IGNORECASE)
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [escape(text[end : match.start()]), "<mark>", escape(match[0]), "</mark>"]
        end = match.end()
    return SafeString("".join([*parts, escape(text[end:])]))


# -- narrowing down ---------------------------------------------------------------------------------


def _types(asked: Asked, found: Found) -> list[Choice]:
    everything = Choice(
        "type", "", gettext("Everything"), sum(found.kinds.values()), not asked.kind
    )
    return [
        everything,
        *(
            Choice("type", kind.value, str(label), found.kinds.get(kind, 0), asked.kind is kind)
            for kind, label in TYPES.items()
        ),
    ]


def _narrowings(asked: Asked, found: Found) -> list[Narrowing]:
    """Facets that would change something, and those that are chosen."""
    result = []
    for facet, label in FACET_NAMES.items():
        chosen = list(asked.chosen.get(facet, ()))
        counts = dict(found.facets[facet])
        values = [*counts, *(value for value in chosen if value not in counts)]
        if len(values) < 2 and not chosen:
            continue
        choices = [
            Choice(facet.value, v, value_name(facet, v), counts.get(v, 0), v in chosen)
            for v in values
        ]
        result.append(Narrowing(facet.value, str(label), choices))
    if any(found.deadlines.values()) or asked.deadline:
        result.insert(
            2,
            Narrowing(
                "deadline",
                gettext("Ends"),
                [
                    Choice("deadline", d.value, str(text), found.deadlines[d], asked.deadline is d)
                    for d, text in DEADLINES.items()
                    if found.deadlines[d] or asked.deadline is d
                ],
                single=True,
            ),
        )
    return result


def value_name(facet: Facet, value: str) -> str:
    """What a facet's value is called; a tag is its own name."""
    language = 0 if in_chinese() else 1
    if facet is Facet.KIND:
        return dict(KIND_NAMES).get(value, (value, value))[language]  # type: ignore[call-overload]
    if facet is Facet.LEGAL:
        return dict(LEGAL_STATUS_NAMES).get(value, (value, value))[language]  # type: ignore[call-overload]
    if facet is Facet.STATUS:
        known = LIFECYCLES["listing"].state(value) or LIFECYCLES["technology"].state(value)
        return gettext(known.label) if known else value
    if facet is Facet.VENUE:
        return venue_name(value)
    if facet is Facet.REGION:
        return _territories("zh_Hans" if in_chinese() else "en").get(value[:2], value)
    tables = {
        Facet.OFFER: words.OFFER_KINDS,
        Facet.PRICE_MODE: words.PRICE_MODES,
        Facet.IPC: words.IPC_SECTIONS,
        Facet.INDUSTRY: words.INDUSTRY_SECTIONS,
    }
    known_word = tables.get(facet, {}).get(value)
    if known_word is None:
        return value
    with_code = facet in (Facet.IPC, Facet.INDUSTRY)
    return f"{value} {gettext(known_word)}" if with_code else gettext(known_word)


def venue_name(code: str) -> str:
    """What a venue is called; one that is not of the network is its code."""
    ours = rulebook.in_force(EVER).rules.venue
    known = ours if ours.code == code else venues.find(code)
    return named(known) if known else code


@lru_cache(maxsize=4)
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(language).territories)


def _dropped(typed: Any, narrowings: Sequence[Narrowing]) -> list[tuple[str, str]]:
    """Each chosen value with the address that is left without it."""
    return [
        (f"{one.label}: {choice.label}", "/search?" + _without(typed, choice.name, choice.value))
        for one in narrowings
        for choice in one.choices
        if choice.chosen
    ]


def _without(typed: Any, name: str, value: str) -> str:
    pairs = [(n, v) for n, values in typed.lists() for v in values if n != "page" and v]
    return urlencode([(n, v) for n, v in pairs if (n, v) != (name, value)])


def _page(typed: Any, number: int) -> str:
    query = typed.copy()
    query["page"] = str(number)
    return "?" + query.urlencode()
