"""
The network for everybody: which venues are in it, how they stand, how far we see them, what they
offer; and who was proven to lie (NE-1, NE-3, LO-3).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from hutong.kit.refusal import N_, CommonRefusal, Refused
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.queries import MirrorView
from hutong.portal.figures import figures
from hutong.ui.door import visitor
from hutong.venues import queries
from hutong.venues.lists import Member, SignedList
from hutong.venues.queries import NetworkView
from hutong.venues.states import Standing

CHANGES = {
    "found": N_("The network is founded"),
    "admit": N_("A venue is let in"),
    "suspend": N_("A venue is suspended"),
    "reinstate": N_("A venue is a member again"),
    "leave": N_("A venue leaves"),
    "rekey": N_("A venue changes its keys"),
    "relocate": N_("A venue moves or is renamed"),
    "registrar": N_("Another registrar"),
    "renew": N_("The list is renewed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A venue as the page shows it. `delay` is how many seconds behind it we are; None: not seen."""

    venue: Member
    standing: Standing
    is_here: bool
    is_registrar: bool
    mirror: MirrorView | None
    delay: int | None
    technologies: int | None
    listings: int | None


@visitor
def page(request: HttpRequest) -> HttpResponse:
    """The venues of the network, or that this one is on its own."""
    network, real_now = queries.network(), datetime.now(UTC)
    return render(
        request,
        "portal/network.html",
        {
            "network": network,
            "rows": _rows(network, request.now, real_now) if network else [],
            "is_expired": network is not None and network.expires_at <= real_now,
            "contradictions": queries.contradictions() if network else [],
            "forks": mirrors.forks(),
            "lists": [_told(signed) for signed in queries.latest_lists(limit=10)]
            if network
            else [],
            "kinds": CHANGES,
        },
    )


def _told(signed: dict[str, Any]) -> dict[str, Any]:
    """A list with what the page says of it besides."""
    read = SignedList.read(signed)
    return signed | {
        "digest": read.digest,
        "issued_at": read.list.issued_at,
        "approved_by": [approval.venue for approval in read.list.approvals],
    }


def _rows(network: NetworkView, now: datetime, real_now: datetime) -> list[Row]:
    mine = queries.my_code()
    seen = {mirror.code: mirror for mirror in mirrors.mirrors()}
    own, offers = figures(now), mirrors.on_offer()
    offers[mine] = {"technology": own.technologies, "listing": own.listings}
    rows = []
    for venue in queries.every_venue():
        here = venue.code == mine
        mirror = seen.get(venue.code)
        offer = offers.get(venue.code, {})
        rows.append(
            Row(
                venue=venue,
                standing=queries.standing_of(venue, network, real_now),
                is_here=here,
                is_registrar=venue.code == network.registrar,
                mirror=mirror,
                delay=0 if here else mirror.delay_seconds(real_now) if mirror else None,
                technologies=offer.get("technology", 0) if here or mirror else None,
                listings=offer.get("listing", 0) if here or mirror else None,
            )
        )
    return rows


@visitor
def signed_list(request: HttpRequest, digest: str) -> HttpResponse:
    """A list with its signatures, those outvoted and those that prove a contradiction too."""
    found: dict[str, Any] | None = queries.list_of(digest)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="membership list")
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
