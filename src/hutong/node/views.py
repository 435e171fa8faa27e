"""
Health, metrics, the venue's description of itself, the demo clock's button, and error pages.
"""

import json
import os

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from hutong.auctions import queries as auctions
from hutong.doors import DoorRequest
from hutong.doors.pages import attempt
from hutong.due import actions as due_actions
from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.node.jumping import in_the_way
from hutong.rulebook import queries as rulebook
from hutong.transparency import queries as log
from hutong.transparency.queries import public_keys
from hutong.venues import queries as venues


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers, and says which venue's it is to the supervisor that started it."""
    headers = {"X-Hutong-Instance": os.environ.get("HUTONG_INSTANCE", "")}
    return HttpResponse("ok\n", content_type="text/plain", headers=headers)


@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers and a rulebook is in force."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    rulebook.in_force(request.now)
    return HttpResponse("ready\n", content_type="text/plain")


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: what the machinery has still to do. Nothing by which sealed acts could be
    counted, for anybody may ask (LI-4)."""
    registry = CollectorRegistry()
    signed = log.checkpoint()
    figures = {
        "hutong_pending_entries": ("entries long not sequenced", journal.stuck_count()),
        "hutong_log_entries": ("entries in the public log", log.tree_size()),
        "hutong_unsigned_entries": (
            "published entries under no signed checkpoint",
            log.tree_size() - (signed.size if signed else 0),
        ),
        "hutong_parked_entries": ("entries whose reaction failed", len(journal.parked())),
        "hutong_overdue_timers": ("timers past due", due.overdue_count(request.now)),
        "hutong_running_lots": ("auctions running", auctions.running_lots()),
    }
    for name, (words, value) in figures.items():
        Gauge(name, words, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@require_GET
def description(request: HttpRequest) -> JsonResponse:
    """`/.well-known/hutong.json`: who this venue is and the keys it signs with (NE-1)."""
    force = rulebook.in_force(request.now)
    venue = force.rules.venue
    network = venues.network()
    return JsonResponse(
        {
            "format": "hutong-venue/1",
            "name_zh": venue.name_zh,
            "name_en": venue.name_en,
            "code": venue.code,
            "region": venue.region,
            "demo": due.is_demo(),
            "origin": settings.ORIGIN,
            "keys": json.loads(public_keys().file()),
            "endpoints": {
                "api": "/api/v1/",
                "checkpoint": "/log/checkpoint",
                "witness": "/log/witness",
                "verify": "/verify",
                "live": "/live/",
                "members": "/network/members",
                "apply": "/network/apply",
                "inbox": "/network/inbox",
                "mirror": "/network/mirror/",
                "checkpoints": "/network/checkpoints",
            },
            "network": {"anchor": network.anchor, "name": network.name} if network else None,
            "rulebook_version": force.version,
        },
        json_dumps_params={"ensure_ascii": False},
    )


@require_POST
def jump(request: DoorRequest) -> HttpResponse:
    """The demo banner's button: jump to what is due next (TI-2)."""
    outcome = attempt(
        lambda: due_actions.jump(actor=request.actor, now=request.now, running=in_the_way())
    )
    if outcome.problem:
        messages.error(request, outcome.problem["title"])
    back = request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "/")


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, 400, "malformed", _("Bad request"), "ui/failed.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, 403, "forbidden", _("Not allowed"), "ui/failed.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, 404, "not_found", _("Not found"), "ui/not_found.html")


def failed(request: HttpRequest) -> HttpResponse:
    return _said(request, 500, "error", _("Server error"), "ui/failed.html")


def _said(request: HttpRequest, status: int, code: str, title: str, page: str) -> HttpResponse:
    """A problem for programs, a page for people."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"type": "about:blank", "title": title, "status": status, "code": code, "rule": ""},
            status=status,
            content_type="application/problem+json",
        )
    return render(request, page, status=status)
