"""
How far this venue is with the other venues' logs, for those who run it; and who was proven to have
rewritten its log (LO-3, LO-4).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.network.mirrors import queries
from hutong.network.mirrors.states import MirrorState
from hutong.ui.door import officer
from hutong.venues import queries as venues

OPERATE = "network.operate"
LONG = timedelta(minutes=10)  # a log that does not answer for so long is somebody's work


@officer
def page(request: HttpRequest) -> HttpResponse:
    request.actor.need(OPERATE)
    real_now = datetime.now(UTC)
    rows = [(view, view.delay_seconds(real_now)) for view in queries.mirrors()]
    return render(request, "desk/network_mirrors.html", {"rows": rows, "forks": queries.forks()})


@source(OPERATE)
def logs_in_trouble(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Venues whose log was rewritten and that are members still; and those not heard of for long."""
    real_now, listed = datetime.now(UTC), {one.code for one in venues.members()}
    for view in queries.mirrors():
        if view.code not in listed:
            continue
        if view.state is MirrorState.FROZEN:
            kind = gettext("A log that was rewritten")
            note = gettext("Propose its suspension; the proof is public.")
        elif view.delay_seconds(real_now) >= LONG.total_seconds():
            kind, note = gettext("A log that cannot be followed"), view.problem
        else:
            continue
        yield Waiting(
            kind=kind,
            title=view.code,
            href="/desk/network/mirrors",
            since=None,
            note=note,
            term="operation",
        )
