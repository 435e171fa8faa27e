"""
The one-time sign-in link of a demo venue, for people at this machine; the way to the second factor.
"""

from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.ui.door import member, safe_next, visitor

LOOPBACK = frozenset({"127.0.0.1", "::1"})
BACKEND = "hutong.parties.backends.Password"


@visitor
@never_cache
@require_http_methods(["GET", "HEAD"])
def sign_in_by_link(request: HttpRequest, link: str) -> HttpResponse:
    """Sign in with a link, once. Refused from elsewhere, and at a venue that is no demo."""
    _need_this_machine(request)
    done = actions.use_sign_in_link(
        actor=request.actor,
        now=request.now,
        link=link,
    )
    person = queries.user(done.person)
    login(request, person, backend=BACKEND)
    # Fresh, as if the password had just been typed: whoever came this way may enrol a factor.
    record_authentication(request, person, "link", reauthenticated=True)
    if done.second_factor:
        record_authentication(request, person, "mfa", type="link")
    return _home(done.person)


@member
@require_http_methods(["GET", "HEAD"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """To where a person shows the factor they have, or enrols the one they lack; then on (PA-5)."""
    onward = urlencode({"next": safe_next(request, "/desk")})
    assert request.actor.person is not None
    held = queries.has_second_factor(request.actor.person)
    page = reverse("mfa_reauthenticate" if held else "mfa_activate_totp")
    return redirect(f"{page}?{onward}")


def _need_this_machine(request: HttpRequest) -> None:
    """Neither a stranger's address nor a proxy's: behind a proxy everybody looks local, so a venue
    that has a public origin signs nobody in this way."""
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded"))
    near = request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded
    if not near or not settings.LOOPBACK:
        raise Refused(CommonRefusal.NOT_FOUND, what="page")


def _home(person: object) -> HttpResponseRedirect:
    return redirect("/desk" if queries.roles_of(person) else "/my")  # type: ignore[arg-type]
