"""
How every page is asked for: who may open it, what a refusal looks like, what follows an act.

    @visitor   everybody
    @member    signed in; others are sent to sign in and come back
    @officer   signed in with a second factor and at least one officer's power

A refusal while reading becomes a page that says so; a refusal while acting stands beside the form
with what was typed (`Acts`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from hutong.doors.pages import attempt
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ui import stash

View = Callable[..., HttpResponse]
MEMBERS = "member."
READING = {"GET", "HEAD"}
LOOKING = {"supervise.read"}  # the supervisor sees everything and changes nothing (ST-3)


def visitor(view: View) -> View:
    """Open to everybody; a refusal is shown as a page."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.person is not None:
            stash.bring_back(request)
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused_page(request, refused)

    return asked


def member(view: View) -> View:
    """For people who are signed in; whoever is not signs in first and comes back."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.person is None:
            return sign_in_first(request)
        stash.bring_back(request)
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused_page(request, refused)

    return asked


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in and back; what was typed into a form comes back, too."""
    if request.method == "POST" and stash.keep(request):
        messages.warning(request, gettext("You were signed out. Sign in; what you typed is kept."))
    back = request.get_full_path() if request.method == "GET" else request.path
    return redirect(f"{resolve_url('account_login')}?{urlencode({'next': back})}")


def officer(view: View) -> View:
    """For officers with a second factor (PA-5)."""

    @member
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor
        if not officers_powers(actor):
            raise Refused(CommonRefusal.POWER_MISSING, power=gettext("officer of the venue"))
        if not actor.second_factor:
            raise Refused(CommonRefusal.SECOND_FACTOR_MISSING)
        if request.method not in READING and set(officers_powers(actor)) <= LOOKING:
            raise Refused(CommonRefusal.POWER_MISSING, power=gettext("officer who may decide"))
        return view(request, *args, **kwargs)

    return asked


def officers_powers(actor: Any) -> list[str]:
    return sorted(power for power in actor.powers if not power.startswith(MEMBERS))


def as_member(actor: Any) -> Any:
    """The same person with the powers of the mandate alone: members' pages show nothing more."""
    return replace(actor, powers=frozenset(p for p in actor.powers if p.startswith(MEMBERS)))


def refused_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    return render(
        request,
        "ui/refused.html",
        {
            "refused": refused,
            "needs_second_factor": refused.reason is CommonRefusal.SECOND_FACTOR_MISSING,
            "back": request.get_full_path() if request.method in READING else request.path,
        },
        status=refused.reason.status,
    )


class Acts:
    """The acts one page offers. Each button names its act in the field `act`.

    acts = Acts(request)
    acts.on("submit", lambda: actions.submit(…), said=gettext("Submitted."), form=form)
    if answer := acts.answer():
        return answer
    return render(…, {"form": form, "problem": acts.problem}, status=acts.status)
    """

    def __init__(self, request: HttpRequest, to: str | None = None) -> None:
        self.request = request
        self.to = to or request.get_full_path()
        self.problem: dict[str, Any] | None = None
        self._malformed = False
        self._offered: dict[str, _Offer] = {}

    def on(
        self,
        name: str,
        act: Callable[[], Any],
        *,
        said: str = "",
        to: Callable[[Any], str] | None = None,
        form: Any = None,
    ) -> None:
        """Offer an act: what it does, what is said when done, where the reader goes then.

        With a `form`, the act is done only when what was typed is well formed.
        """
        self._offered[name] = _Offer(act, said, to, form)

    def answer(self) -> HttpResponse | None:
        """Do what was asked. None when nothing was asked, or it was not done (`problem`)."""
        if self.request.method != "POST":
            return None
        offer = self._offered.get(self.request.POST.get("act", ""))
        if offer is None:
            raise Http404
        if self.request.actor.person is None:  # signed out meanwhile, on a page open to everybody
            return sign_in_first(self.request)
        if offer.form is not None and not offer.form.is_valid():
            self._malformed = True
            return None
        outcome = attempt(lambda: _with_plain_values(self.request, offer.act))
        if not outcome.ok:
            self.problem = outcome.problem
            return None
        if offer.said:
            messages.success(self.request, offer.said)
        return HttpResponseRedirect(offer.to(outcome.result) if offer.to else self.to)

    @property
    def status(self) -> int:
        """What to answer with when the page is shown again."""
        if self._malformed:
            return 422
        return int(self.problem["status"]) if self.problem else 200


@dataclass(frozen=True)
class _Offer:
    act: Callable[[], Any]
    said: str
    to: Callable[[Any], str] | None
    form: Any


def _with_plain_values(request: HttpRequest, act: Callable[[], Any]) -> Any:
    """Hidden fields are ours: one that is gone or is no id was tampered with, and is refused; so is
    the one character that no text of the database may hold."""
    for name, values in request.POST.lists():
        if any("\0" in value for value in values):
            raise Refused(
                CommonRefusal.INVALID,
                field=name,
                problem=gettext("it holds a character no text has"),
            )
    try:
        return act()
    except (MultiValueDictKeyError, BadId) as fault:
        raise Refused(
            CommonRefusal.INVALID, field=gettext("form"), problem=gettext("a value is missing")
        ) from fault


class BadId(Exception):
    """A form field that should hold an id holds something else."""


def posted_id(request: HttpRequest, name: str) -> UUID:
    """The id in a form field. Raises BadId, which `Acts` turns into a refusal."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as fault:
        raise BadId(name) from fault


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where a form asks to go afterwards, when it is a page of this venue."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if own and asked else otherwise
