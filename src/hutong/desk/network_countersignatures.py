"""
Certificates that two venues stand for: what the other venue refused, to be asked again (NE-4).
"""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.desk.queue import Waiting, source
from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import Actor
from hutong.network import waiting
from hutong.network.countersigning import actions, queries
from hutong.ui.door import Acts, officer

PAGE = "/desk/network/countersignatures"


@source(queries.OPERATE)
def countersignatures_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Countersignatures that another venue refused, and nobody has asked for again."""
    for one in waiting.countersignatures(actor):
        yield Waiting(
            kind=gettext("Countersignature refused"),
            title=f"{one.number} · {one.venue}",
            href=f"{PAGE}#{one.number}",
            since=one.since,
            note=sentence_of_code({"code": one.why}),
            term="operation",
        )


@officer
def page(request: HttpRequest) -> HttpResponse:
    """What was refused, and the latest that stand. Needs `network.operate`."""
    actor = request.actor
    acts = Acts(request, to=PAGE)
    number = request.POST.get("number", "")
    acts.on(
        "again",
        lambda: actions.ask_again(actor=actor, now=request.now, number=number),
        said=gettext("Asked again; the answer comes by message."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/network_countersignatures.html",
        {
            "problem": acts.problem,
            "refused": [(one, sentence_of_code(one.why)) for one in queries.refused(actor)],
            "latest": queries.latest(actor),
        },
        status=acts.status,
    )
