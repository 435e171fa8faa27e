"""
Running auctions: an officer stops a lot's clock and lets it go on; all else the rules do (AU-12).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.auctions import actions, queries
from hutong.desk.case import show, why_form
from hutong.desk.queue import Waiting, source
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.ui.case import Case, Check, Decision, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import named

RUN = "auctions.run"


@source(RUN)
def stopped(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Lots whose clock stands still: bidders wait."""
    for lot in queries.live_lots(now):
        if lot.is_suspended:
            yield Waiting(
                kind=gettext("Suspended auction"),
                title=named(lot),
                href=f"/desk/lots/{lot.id}",
                since=_stopped_at(lot.id),
                term="auction",
            )


def _stopped_at(lot: UUID) -> datetime | None:
    entry = journal.latest_of(subject("lot", lot), "auctions.Suspended")
    return entry.at if entry else None


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A lot with its figures; suspending and resuming it."""
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/lots/{id}")
    act: dict[str, Any] = {"actor": actor, "now": now, "lot": id}
    acts.on(
        "suspend",
        lambda: actions.suspend_lot(**act, reason=reason),
        said=gettext("Suspended; the clock of the lot stands still."),
    )
    acts.on(
        "resume",
        lambda: actions.resume_lot(**act),
        said=gettext("It goes on with the time that was left."),
    )
    if answer := acts.answer():
        return answer
    lot = queries.lot(id, now)
    case = Case(
        kind=gettext("Auction"),
        title=named(lot),
        lifecycle="lot",
        state=lot.status,
        checks=[
            Check(text=gettext("Bidders"), ok=True, rule="AU-3", found=str(lot.paddles)),
            Check(
                text=gettext("Served without interruption"),
                ok=not lot.is_suspended,
                rule="AU-12",
            ),
        ],
        decisions=[]
        if lot.is_over or not actor.has(RUN)
        else [_resume() if lot.is_suspended else _suspend(reason)],
    )
    return show(request, "desk/lot.html", case, acts=acts, subjects=[subject("lot", id)], lot=lot)


def _suspend(reason: str) -> Decision:
    return Decision(
        id="suspend",
        title=gettext("Stop the clock"),
        open=False,
        form=why_form(label=_("Reason, to be published"), typed=reason, of="suspend"),
        outcomes=[
            Outcome(
                act="suspend",
                label=gettext("Suspend the auction"),
                consequence=gettext(
                    "Nobody can bid until it is resumed; what time was left is given back."
                ),
                rule="AU-12",
                grave=True,
            )
        ],
    )


def _resume() -> Decision:
    return Decision(
        id="resume",
        title=gettext("Let it go on"),
        outcomes=[
            Outcome(
                act="resume",
                label=gettext("Resume the auction"),
                consequence=gettext(
                    "Bidding goes on at once with the time that was left; all bidders see it."
                ),
                rule="AU-12",
                good=True,
            )
        ],
    )
