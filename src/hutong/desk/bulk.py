"""
Many cases at once, where that is safe: each is decided by itself, with its own result.

What a single case's page refuses is refused here too, and stops none of the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.casework import actions as casework
from hutong.desk.queue import DESK, Waiting, titled, waiting_for
from hutong.doors.pages import attempt
from hutong.journal import actions as journal
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.listings.intents import Decision
from hutong.settlement import actions as settlement
from hutong.ui.door import officer

MOST = 200
RESULTS = "desk.bulk"  # of the session: what became of the last cases decided together
Do = Callable[[Actor, datetime, str, str], Any]


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """One act on many cases. `ask`: what the officer types for all of them, when it is needed."""

    act: str
    label: str | Promise
    consequence: str | Promise
    power: str
    do: Do
    ask: str | Promise = ""


def _qualify(actor: Actor, now: datetime, id: str, words: str) -> None:
    listings.qualify(
        actor=actor, now=now, intent=UUID(id), decision=Decision.QUALIFY, findings=words
    )


def _approve(actor: Actor, now: datetime, id: str, words: str) -> None:
    settlement.approve_payout(actor=actor, now=now, payout=UUID(id))


def _settle(actor: Actor, now: datetime, id: str, words: str) -> None:
    settlement.settle(actor=actor, now=now, deal=UUID(id))


def _retry(actor: Actor, now: datetime, id: str, words: str) -> None:
    journal.retry_parked(actor=actor, now=now, parked=int(id))


BULKS: dict[str, Bulk] = {
    bulk.act: bulk
    for bulk in (
        Bulk(
            act="qualify",
            label=_("Qualify those chosen"),
            consequence=_("Each buyer is asked for the deposit; nobody else learns of it."),
            power="listings.qualify",
            ask=_("Findings, for each of them"),
            do=_qualify,
        ),
        Bulk(
            act="approve_payout",
            label=_("Approve those chosen"),
            consequence=_("The bank may be instructed; those you asked for yourself are refused."),
            power="settlement.approve_payout",
            do=_approve,
        ),
        Bulk(
            act="settle",
            label=_("Settle those chosen"),
            consequence=_("In each deal right and money move together, or nothing moves."),
            power="settlement.settle",
            do=_settle,
        ),
        Bulk(
            act="retry",
            label=_("Try those chosen again"),
            consequence=_("Each is tried again now, in its order."),
            power="venue.operate",
            do=_retry,
        ),
    )
}


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Do one act to every chosen case of one's own queue, then show what became of each.

    The results wait in the session, so that the answer to the form is a redirect: what was done is
    kept, and looking again does nothing again.
    """
    if request.method != "POST":
        told = request.session.get(RESULTS)
        return render(request, "desk/bulk.html", told) if told else redirect("/desk")
    actor, now = request.actor, request.now
    act, words = request.POST.get("act", ""), request.POST.get("words", "")
    chosen = set(request.POST.getlist("case")[:MOST])
    if act != "take" and act not in BULKS:
        raise Http404
    cases = [case for case in waiting_for(actor, now) if case.ref in chosen]
    problems = [_done(actor, now, act, case, words) for case in cases]
    request.session[RESULTS] = {
        "title": gettext("Taken on") if act == "take" else str(BULKS[act].label),
        "results": [
            {
                "href": case.href,
                "title": case.title,
                "kind": case.kind,
                "note": case.note,
                "problem": problem and {"title": problem["title"], "rule": problem["rule"]},
            }
            for case, problem in zip(titled(cases), problems, strict=True)
        ],
        "done": sum(problem is None for problem in problems),
        "gone": len(chosen) - len({case.ref for case in cases}),
        "none": not chosen,
    }
    return redirect("/desk/bulk")


def _done(
    actor: Actor, now: datetime, act: str, case: Waiting, words: str
) -> dict[str, Any] | None:
    """The problem that stopped this one, or None when it is done."""

    def one() -> None:
        if act == "take":
            casework.take(actor=actor, now=now, case=case.ref, powers=case.powers)
            return
        if case.bulk != act:
            raise Refused(CommonRefusal.OUT_OF_STATE, status=case.kind, needed=BULKS[act].label)
        BULKS[act].do(actor, now, case.href.removeprefix(DESK).rpartition("/")[2], words)

    return attempt(one).problem
