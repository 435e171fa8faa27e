"""
Revoking certificates: one officer asks, another decides (CE-2, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.certificates import actions, queries
from hutong.certificates.kinds import KINDS
from hutong.desk.queue import Waiting, decide, source
from hutong.kit.actor import Actor
from hutong.parties import queries as parties
from hutong.ui.door import Acts, officer

KIND_NAMES = {kind.value: (of.title_zh, of.title_en) for kind, of in KINDS.items()}


@source("certificates.approve_revocation")
def revocations(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for certificate in queries.revocations_asked():
        yield Waiting(
            kind=gettext("Revocation to approve"),
            title=certificate.number,
            href=f"/desk/certificates/{certificate.number}",
            since=None,
            note=certificate.revocation_reason,
        )


@officer
def one(request: HttpRequest, number: str) -> HttpResponse:
    actor, now = request.actor, request.now
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/certificates/{number}")
    acts.on(
        "ask",
        lambda: actions.ask_revocation(actor=actor, now=now, certificate=number, reason=reason),
        said=gettext("Asked for; another officer decides."),
    )
    acts.on(
        "approve",
        lambda: actions.approve_revocation(actor=actor, now=now, certificate=number),
        said=gettext("Revoked; everybody who verifies it is told."),
    )
    acts.on(
        "dismiss",
        lambda: actions.dismiss_revocation(actor=actor, now=now, certificate=number, reason=reason),
        said=gettext("The certificate stands."),
    )
    if answer := acts.answer():
        return answer
    certificate = queries.certificate(number)
    asker = certificate.revocation_asked_by
    return render(
        request,
        "desk/certificate.html",
        {
            "c": certificate,
            "kinds": KIND_NAMES,
            "parties": parties.parties(certificate.parties),
            "asker": parties.persons([asker] if asker else []),
            "own": asker is not None and asker == actor.person,
            "may": decide(actor, "certificates.revoke", "certificates.approve_revocation"),
            "reason": reason,
            "problem": acts.problem,
        },
        status=acts.status,
    )
