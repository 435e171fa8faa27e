"""
What waits for me, what others do meanwhile, and the first steps of whoever is new.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.kit.moments import local_date
from hutong.my.acting import present
from hutong.my.waiting import tasks_of
from hutong.notices import queries as notices
from hutong.parties import actions
from hutong.parties import queries as parties
from hutong.parties.queries import ActingFor
from hutong.technologies import queries as technologies
from hutong.technologies.queries import Filters
from hutong.ui.door import Acts, as_member, member, posted_id


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    acts = Acts(request, to="/my")
    acts.on("accept", lambda: _accept(request, now), said=gettext("Accepted. You act for it now."))
    acts.on(
        "decline",
        lambda: actions.decline_invitation(
            actor=request.actor, now=now, invitation=posted_id(request, "invitation")
        ),
        said=gettext("Declined."),
    )
    if answer := acts.answer():
        return answer
    party = present(request)
    tasks = tasks_of(party.id, now) if party else []
    return render(
        request,
        "my/home.html",
        {
            "party": party,
            "invitations": parties.invitations_to(actor.person),
            "problem": acts.problem,
            "mine": [task for task in tasks if task.mine],
            "others": [task for task in tasks if not task.mine],
            "steps": first_steps(actor, party, now) if not tasks else [],
            "notices": notices.notices_page(actor.person, limit=6)["items"],
        },
        status=acts.status,
    )


def _accept(request: HttpRequest, now: datetime) -> None:
    """Accept an invitation, and act for its party from now on."""
    invitation = parties.invitation(posted_id(request, "invitation"))
    actions.accept_invitation(
        actor=request.actor, now=now, invitation=posted_id(request, "invitation")
    )
    assert invitation is not None, "what was accepted was there"
    request.session["party"] = str(invitation.party.id)


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """One of the first steps: what, why, by which rule, where; `state`: done, now or later."""

    what: str
    why: str
    rule: str
    href: str = ""
    act: str = ""
    state: str = "later"


def first_steps(actor: Any, party: ActingFor | None, now: datetime) -> list[FirstStep]:
    """From sign-up to the first deal, for whoever has nothing under way yet."""
    if party is not None and party.is_verified and _has_begun(party.id, now):
        return []
    status = party.status if party else ""
    proven = party is not None and (
        status != "unverified" or bool(parties.evidence_of(actor, party.id))
    )
    asked = status not in ("", "unverified")
    reached = (True, party is not None, proven, asked, status == "verified")
    steps = (
        FirstStep(
            what=gettext("Sign up and confirm your address"),
            why=gettext("People sign in; whoever acts is named with every act."),
            rule="PA-2",
        ),
        FirstStep(
            what=gettext("Register your party"),
            why=gettext(
                "Rights and money belong to a party: a firm, a university, an institute, or yourself."
            ),
            rule="PA-1",
            href="/my/party",
            act=gettext("Register"),
        ),
        FirstStep(
            what=gettext("Attach what proves who it is"),
            why=gettext(
                "A licence or a certificate of the legal person. Only the venue's officers read it."
            ),
            rule="PA-3",
            href="/my/party#evidence",
            act=gettext("Attach"),
        ),
        FirstStep(
            what=gettext("Ask for verification"),
            why=gettext("Only verified parties list, bid or hold registered rights."),
            rule="PA-3",
            href="/my/party",
            act=gettext("Ask"),
        ),
        FirstStep(
            what=gettext("An officer verifies it"),
            why=gettext("Usually within a few working days. You are told here and by e-mail."),
            rule="PA-3",
        ),
    )
    return [*_placed(steps, reached), *_ways(verified=status == "verified")]


def _placed(steps: tuple[FirstStep, ...], reached: tuple[bool, ...]) -> list[FirstStep]:
    current = next((n for n, done in enumerate(reached) if not done), len(steps))
    return [
        FirstStep(
            **{**vars(step), "state": "done" if n < current else "now" if n == current else "later"}
        )
        for n, step in enumerate(steps)
    ]


def _ways(*, verified: bool) -> list[FirstStep]:
    state = "now" if verified else "later"
    return [
        FirstStep(
            what=gettext("To sell: enter a technology, register the right, list it"),
            why=gettext("One by one or by workbook; a right in the register can be offered."),
            rule="LI-1",
            href="/my/technologies/new",
            act=gettext("Enter one"),
            state=state,
        ),
        FirstStep(
            what=gettext("To buy: find a listing and file an intent"),
            why=gettext(
                "Who applies stays hidden until the period ends; the deposit comes back to losers."
            ),
            rule="LI-4",
            href="/listings",
            act=gettext("Look"),
            state=state,
        ),
    ]


def _has_begun(party: UUID, now: datetime) -> bool:
    return bool(technologies.page(Filters(party=party), local_date(now), limit=1)["items"])
