"""
What waits for me: the next step of everything my party is in, the most urgent first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.deals import queries as deals
from hutong.deals.rules import Status
from hutong.doors.api import paged
from hutong.kit.ids import subject_id, subject_kind
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.listings import queries as listings
from hutong.listings.rules import Status as ListingStatus
from hutong.my.deals import next_step
from hutong.notices import queries as notices
from hutong.parties import actions
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.rights.rules import Status as RightStatus
from hutong.settlement import queries as settlement
from hutong.settlement.rules import PayableStatus
from hutong.technologies import queries as technologies
from hutong.technologies.queries import Filters
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.templatetags.ui import named


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to do, where, and until when."""

    text: str
    about: str
    href: str
    due_by: datetime | None = None


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = as_member(request.actor), request.now
    acts = Acts(request, to="/my")
    acts.on(
        "accept",
        lambda: actions.accept_invitation(
            actor=request.actor, now=now, invitation=posted_id(request, "invitation")
        ),
        said=gettext("Accepted. You may act for the party from now on."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_invitation(
            actor=request.actor, now=now, invitation=posted_id(request, "invitation")
        ),
        said=gettext("Declined."),
    )
    if answer := acts.answer():
        return answer
    party = parties.party(actor.party) if actor.party else None
    tasks = list(tasks_of(actor, now)) if party else []
    tasks.sort(key=lambda task: (task.due_by is None, task.due_by or now))
    return render(
        request,
        "my/home.html",
        {
            "party": party,
            "invitations": parties.invitations_to(actor.person),
            "problem": acts.problem,
            "tasks": tasks,
            "steps": first_steps(actor, party, now),
            "notices": notices.notices_page(actor.person, limit=6)["items"],
        },
        status=acts.status,
    )


def tasks_of(actor: Any, now: datetime) -> Iterator[Task]:
    """Everything that waits for the party acted for."""
    yield from _of_auctions(actor, now)
    yield from _of_deals(actor)
    yield from _of_money(actor)
    for application in rights.applications(actor, status=RightStatus.DRAFT, limit=20)["items"]:
        yield Task(
            text=gettext("Submit the application for registration"),
            about=application.number,
            href=f"/my/rights/{application.id}",
        )
    for listing in listings.listings(actor, status=ListingStatus.DRAFT, limit=20)["items"]:
        yield Task(
            text=gettext("Submit the draft listing"),
            about=named(listing),
            href=f"/my/listings/{listing.id}",
        )
    for notice in listings.my_preemptions(actor, limit=20)["items"]:
        if notice.exercised is None and notice.answer_by > now:
            yield Task(
                text=gettext("Answer whether you keep your right to come first"),
                about=named(listings.listing(notice.listing)),
                href=f"/my/pre-emptions/{notice.listing}",
                due_by=notice.answer_by,
            )


def _of_auctions(actor: Any, now: datetime) -> Iterator[Task]:
    for lot in auctions.live_lots(now):
        if auctions.paddle_of(lot.id, actor.party) is not None:
            yield Task(
                text=gettext("Bid in the auction"),
                about=named(lot),
                href=f"/lots/{lot.id}",
                due_by=lot.opens_at if lot.opens_at > now else lot.ends_at,
            )


def _of_deals(actor: Any) -> Iterator[Task]:
    page = paged(
        deals.rows_seen_by(actor).filter(status=Status.AGREED.value), None, 50, out=deals.view
    )
    for deal in page["items"]:
        if deal.side_of(actor.party) not in {a.side for a in deal.acceptances}:
            yield Task(
                text=next_step(deal, actor.party),
                about=deal.number,
                href=f"/my/deals/{deal.id}",
                due_by=deal.sign_by,
            )


def _of_money(actor: Any) -> Iterator[Task]:
    open_ones = settlement.payables_seen_by(actor).filter(status=PayableStatus.OPEN.value)
    pages = {"intent": "/my/intents/", "deal": "/my/deals/"}
    for asked in paged(open_ones, None, 50, out=settlement.view_payable)["items"]:
        yield Task(
            text=gettext("Pay {amount}").format(
                amount=with_unit(asked.missing_fen, asked.currency)
            ),
            about=asked.reference,
            href=pages.get(subject_kind(asked.subject), "/my/money?") + subject_id(asked.subject),
            due_by=asked.pay_by,
        )


@dataclass(frozen=True)
class Step:
    text: str
    href: str
    done: bool


def first_steps(actor: Any, party: Any, now: datetime) -> list[Step]:
    """From sign-up to the first deal; shown until the party is verified and has begun."""
    verified = bool(party and party.is_verified)
    entered = bool(
        party and technologies.page(Filters(party=party.id), local_date(now), limit=1)["items"]
    )
    applied = bool(party and listings.my_intents(actor, limit=1)["items"])
    steps = [
        Step(gettext("Register your party"), "/my/party", party is not None),
        Step(
            gettext("Prove who it is and ask for verification"),
            "/my/party",
            bool(party and party.status != "unverified"),
        ),
        Step(gettext("An officer of the venue verifies it"), "/my/party", verified),
        Step(gettext("To sell: enter a technology"), "/my/technologies/new", entered),
        Step(gettext("To buy: file an intent for a listing"), "/listings", applied),
    ]
    return [] if verified and (entered or applied) else steps
