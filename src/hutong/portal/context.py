"""
What stands around every page: the venue, its clock, who is signed in, and where one can go.

Worked out once a request and only when a template asks for it.
"""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from hutong.due import queries as due
from hutong.kit.actor import ANONYMOUS
from hutong.kit.refusal import Refused
from hutong.notices import queries as notices
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.ui.door import officers_powers
from hutong.ui.frame import Frame, Link, LinkGroup, PartyChoice
from hutong.ui.templatetags.ui import named

MY, DESK = "/my", "/desk"
VENUE, VENUE_SECONDS = "portal.venue", 30


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` for `ui/base.html`."""
    if not hasattr(request, "now"):  # refused before the venue's clock was read
        return {}

    def drawn() -> Frame:
        if not hasattr(request, "_frame"):
            request._frame = _draw(request)
        return request._frame

    return {"frame": SimpleLazyObject(drawn)}


def _draw(request: HttpRequest) -> Frame:
    actor = getattr(request, "actor", ANONYMOUS)
    now = request.now
    path = request.path
    powers = officers_powers(actor)
    audience = "public"
    sections: tuple[Link, ...] = ()
    if actor.person is not None and _under(path, MY):
        audience, sections = "member", _members_sections(path, actor)
    elif powers and _under(path, DESK):
        audience, sections = "officer", _officers_sections(path, actor)
    person = getattr(request, "user", None) if actor.person is not None else None
    # An officer at the desk acts for the venue; whom one acts for is chosen on the own pages.
    chooses = actor.person is not None and audience != "officer"
    choices = _choices(request, actor) if chooses else ()
    return Frame(
        venue_name=_venue_name(now),
        now=now,
        demo=due.is_demo(),
        audience=audience,
        foot=_foot(),
        main=_main(path, signed_in=actor.person is not None, officer=bool(powers)),
        sections=tuple(link for link in sections if link.href not in BEHIND),
        more=tuple(link for link in sections if link.href in BEHIND),
        signed_in=actor.person is not None,
        person=named(person) if person else "",
        acting_for=next((choice.name for choice in choices if choice.current), ""),
        parties=choices,
        may_decide=bool(powers) and actor.second_factor,
        may_jump=actor.has("venue.operate") and actor.second_factor,
        unread=notices.unread_count(actor.person) if actor.person is not None else 0,
    )


def _venue_name(now: Any) -> str:
    """As the rulebook in force calls it; asked for once in a while."""
    found = cache.get(VENUE)
    if found is None:
        try:
            found = rulebook.in_force(now).rules.venue
        except Refused:
            return "Hutong"
        cache.set(VENUE, found, VENUE_SECONDS)
    return named(found)


def _choices(request: HttpRequest, actor: Any) -> tuple[PartyChoice, ...]:
    if not hasattr(request, "acted_for"):  # a member's page has asked already
        request.acted_for = parties.acted_for_by(actor.person)
    return tuple(
        PartyChoice(id=one.id, name=named(one), current=one.id == actor.party)
        for one in request.acted_for
    )


def _main(path: str, *, signed_in: bool, officer: bool) -> tuple[Link, ...]:
    links = [
        (gettext("Search"), "/search"),
        (gettext("Technologies"), "/technologies"),
        (gettext("Listings"), "/listings"),
        (gettext("Bidding"), "/lots"),
        (gettext("Calendar"), "/calendar"),
        (gettext("Public notices"), "/public-notices"),
        (gettext("Certificates"), "/certificates"),
        (gettext("Verify"), "/verify"),
    ]
    if signed_in:
        links.append((gettext("My affairs"), MY))
    if officer:
        links.append((gettext("Desk"), DESK))
    return tuple(Link(label=text, href=href, current=_under(path, href)) for text, href in links)


def _foot() -> tuple[LinkGroup, ...]:
    groups = [
        (
            gettext("Market"),
            [
                (gettext("Search"), "/search"),
                (gettext("Listings"), "/listings"),
                (gettext("Bidding"), "/lots"),
                (gettext("Deals"), "/deals"),
                (gettext("Trading hall"), "/hall"),
                (gettext("Calendar"), "/calendar"),
            ],
        ),
        (
            gettext("What can be relied on"),
            [
                (gettext("Public notices"), "/public-notices"),
                (gettext("Register of certificates"), "/certificates"),
                (gettext("Verify a certificate"), "/verify"),
                (gettext("Public log"), "/log"),
                (gettext("The network"), "/network"),
            ],
        ),
        (
            gettext("The venue"),
            [
                (gettext("Rules in force"), "/rules"),
                (gettext("API"), "/api/v1/docs"),
                (gettext("Style of these pages"), "/style"),
            ],
        ),
    ]
    return tuple(
        LinkGroup(label=title, links=tuple(Link(label=text, href=href) for text, href in links))
        for title, links in groups
    )


# Seldom asked for: behind “More”, so that the rest fits on one line in either language.
BEHIND = {
    "/my/people",
    "/my/notices",
    "/my/openings",
    "/my/tokens",
    "/desk/keys",
    "/desk/witnesses",
}
# What a person has who acts for no party yet.
PERSONS_OWN = {MY, "/my/party", "/my/notices", "/my/tokens"}


def _members_sections(path: str, actor: Any) -> tuple[Link, ...]:
    """Those of a party only for who acts for one: no link leads to a refusal."""
    links = _sections(
        path,
        [
            (gettext("What waits"), MY),
            (gettext("My technologies"), "/my/technologies"),
            (gettext("Rights"), "/my/rights"),
            (gettext("My listings"), "/my/listings"),
            (gettext("Joint projects"), "/my/projects"),
            (gettext("Intents"), "/my/intents"),
            (gettext("Bids"), "/my/bids"),
            (gettext("Elsewhere"), "/my/orders"),
            (gettext("Deals"), "/my/deals"),
            (gettext("Money"), "/my/money"),
            (gettext("Documents"), "/my/documents"),
            (gettext("Certificates"), "/certificates?mine=1"),
            (gettext("Party"), "/my/party"),
            (gettext("People"), "/my/people"),
            (gettext("Notices"), "/my/notices"),
            (gettext("Opened fields"), "/my/openings"),
            (gettext("Tokens"), "/my/tokens"),
        ],
    )
    return links if actor.party else tuple(link for link in links if link.href in PERSONS_OWN)


def _officers_sections(path: str, actor: Any) -> tuple[Link, ...]:
    links = [
        (gettext("Queue"), DESK),
        (gettext("Find"), "/desk/search"),
        (gettext("All procedures"), "/desk/procedures"),
        (gettext("Parties"), "/desk/parties"),
    ]
    if actor.has("technologies.enter_any") or actor.has("technologies.import_any"):
        links.append((gettext("Technologies"), "/desk/technologies"))
    if actor.has("settlement.record_receipt"):
        links.append((gettext("Money in"), "/desk/receipts"))
    if actor.has("settlement.request_payout") or actor.has("settlement.approve_payout"):
        links.append((gettext("Payouts"), "/desk/payouts"))
        links.append((gettext("Clearing"), "/desk/clearing"))
    if actor.has("certificates.propose") or actor.has("certificates.approve"):
        links.append((gettext("Certificates office"), "/desk/certificates"))
    if actor.has("listings.examine"):
        links.append((gettext("Joint projects"), "/desk/projects"))
    if actor.has("supervise.read"):
        links.append((gettext("Journal"), "/desk/journal"))
    if actor.has("parties.appoint") or actor.has("supervise.read"):
        links.append((gettext("Officers"), "/desk/officers"))
    if actor.has("network.operate"):
        links.append((gettext("Network"), "/desk/network"))
    links += [(gettext("Rulebook"), "/desk/rulebook"), (gettext("Working days"), "/desk/calendar")]
    if actor.has("venue.operate"):
        links.append((gettext("Operations"), "/desk/operations"))
        links += [(gettext("Keys"), "/desk/keys"), (gettext("Witnesses"), "/desk/witnesses")]
    return _sections(path, links)


def _sections(path: str, links: list[tuple[str, str]]) -> tuple[Link, ...]:
    roots = {MY, DESK}
    return tuple(
        Link(
            label=text,
            href=href,
            current=path.rstrip("/") == href if href in roots else _under(path, href),
        )
        for text, href in links
    )


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")
