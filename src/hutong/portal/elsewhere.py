"""
Signing in at another venue through one's own: choosing it, being vouched for there, arriving (PA-2).

    here                choose ─► leave ─► the home venue's `vouch` ─► arrive here, signed in

Both ways lead only to addresses of the membership list. The policy of our pages lets no form lead
elsewhere, so people go by links and by one redirect after a page.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hutong.kit.refusal import Refused
from hutong.network.recognition import actions, asking
from hutong.network.recognition.sign_in import PENDING, SESSION, Refusal, new_secret
from hutong.parties import queries as parties
from hutong.parties.views import BACKEND
from hutong.ui.door import Acts, member, safe_next, visitor
from hutong.venues import queries as venues
from hutong.venues.lists import Member

KEPT = "sign_in_elsewhere"  # in the session of whoever left for their venue
GOING = "sign_in_going"  # in the session at home, between the button and the way there
LONGEST = 200
_READING = ["GET", "HEAD"]


# -- here: who comes from another venue ----------------------------------------------------------------


@visitor
@never_cache
@require_http_methods(_READING)
def choose(request: HttpRequest) -> HttpResponse:
    """The other members: at which of them somebody has their account."""
    onward = urlencode({"next": safe_next(request, "/my")})
    return render(
        request, "portal/sign_in_from.html", {"members": venues.others(), "onward": onward}
    )


@visitor
@never_cache
@require_http_methods(_READING)
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """To the venue chosen; this browser remembers what it asked."""
    venue = actions.in_good_standing(code)
    state, nonce = new_secret(), new_secret()
    request.session[KEPT] = {
        "venue": venue.code,
        "state": state,
        "nonce": nonce,
        "next": safe_next(request, "/my"),
        "at": datetime.now(UTC).timestamp(),
    }
    asked = urlencode({"audience": venues.my_code(), "state": state, "nonce": nonce})
    return redirect(f"{venue.url}/network/sign-in?{asked}")


@visitor
@never_cache
@require_http_methods(_READING)
def arrive(request: HttpRequest) -> HttpResponse:
    """Back from the home venue, with a code for us: signed in, where this browser asked for it."""
    real_now = datetime.now(UTC)
    kept = request.session.pop(KEPT, None)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if not _is_ours(kept, state, real_now) or not 0 < len(code) <= LONGEST:
        raise Refused(Refusal.NOT_ASKED)
    venue = kept["venue"]
    actions.in_good_standing(venue)
    who = actions.enter(
        actor=request.actor,
        now=request.now,
        real_now=real_now,
        venue=venue,
        nonce=kept["nonce"],
        answer=asking.ask(venue=venue, code=code),
    )
    assert who.person is not None, "entered"
    login(request, parties.user(who.person), backend=BACKEND)
    request.session["party"] = str(who.party)
    request.session.set_expiry(int(SESSION.total_seconds()))
    return redirect(kept["next"])


def _is_ours(kept: Any, state: str, real_now: datetime) -> bool:
    if not isinstance(kept, dict):
        return False
    same = secrets.compare_digest(kept["state"].encode(), state.encode())
    return same and timedelta() <= real_now - datetime.fromtimestamp(kept["at"], UTC) <= PENDING


# -- at home: who goes to another venue ---------------------------------------------------------------


@member
@never_cache
def vouch(request: HttpRequest) -> HttpResponse:
    """What another venue would be told of the person; one button tells it."""
    state, nonce = request.GET.get("state", ""), request.GET.get("nonce", "")
    audience = request.GET.get("audience", "")
    if not (0 < len(state) <= LONGEST and 0 < len(nonce) <= LONGEST and len(audience) <= 20):
        raise Refused(Refusal.NOT_ASKED_RIGHT)
    actor, to = request.actor, actions.in_good_standing(audience)
    if actor.person and not actor.second_factor and parties.has_second_factor(actor.person):
        onward = urlencode({"next": request.get_full_path()})
        return redirect(f"/second-factor?{onward}")
    told = actions.what_is_told(actor, audience)
    acts = Acts(request, to="/network/sign-in/going")
    acts.on("go", lambda: _go(request, to, nonce=nonce, state=state))
    if answer := acts.answer():
        return answer
    return render(
        request,
        "portal/sign_in_elsewhere.html",
        {"to": to, "told": told, "problem": acts.problem},
        status=acts.status,
    )


def _go(request: HttpRequest, to: Member, *, nonce: str, state: str) -> None:
    code = actions.vouch(
        actor=request.actor,
        now=request.now,
        real_now=datetime.now(UTC),
        audience=to.code,
        nonce=nonce,
    )
    onward = f"{to.url}/network/signed-in?{urlencode({'state': state, 'code': code})}"
    request.session[GOING] = {"venue": to.code, "onward": onward}


@member
@never_cache
@require_http_methods(_READING)
def going(request: HttpRequest) -> HttpResponse:
    """On to the other venue: once, by itself or by the link."""
    kept = request.session.pop(GOING, None)
    if not isinstance(kept, dict):
        raise Refused(Refusal.NOT_ASKED_RIGHT)
    to, onward = actions.in_good_standing(kept["venue"]), kept["onward"]
    answer = render(request, "portal/sign_in_going.html", {"to": to, "onward": onward})
    answer["Refresh"] = f"0; url={onward}"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
