"""
Who asks, when, and once.

    ActorMiddleware   request.actor from a token or a session; request.now by the venue's clock
    OnceMiddleware    a POST and its key are one transaction: a repeated request acts once
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from psycopg import errors

from hutong.doors.problems import problem_of
from hutong.due import queries as due
from hutong.kit.actor import ANONYMOUS, Actor, Door
from hutong.kit.canonical import digest
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.node.models import OnceRequest
from hutong.parties import queries as parties

GetResponse = Callable[[HttpRequest], HttpResponse]
API = "/api/"
ALIVE = "/healthz"  # answers while the database is away
# Their answers hold secrets, which no table may keep, or count a failure although they refuse.
NEVER_REMEMBERED = frozenset(
    API + "v1/" + path
    for path in (
        "sign-up",
        "sign-up/confirm",
        "tokens",
        "me/second-factor",
        "me/second-factor/confirm",
    )
)
TRIES = 3


class ActorMiddleware:
    """Put `actor` and `now` on each request. An invalid token is an error, not a stranger."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALIVE:
            return self.get_response(request)
        request.now = due.venue_now(datetime.now(UTC))  # type: ignore[attr-defined]
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            actor = parties.actor_for_token(
                credentials.strip(), party=request.headers.get("X-Party")
            )
            if actor is None:
                refused = Refused(CommonRefusal.NOT_SIGNED_IN)
                return problem_response(refused)
            request.actor = actor  # type: ignore[attr-defined]
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        else:
            request.actor = _session_actor(request)  # type: ignore[attr-defined]
            if request.path.startswith(API) and request.actor.person is not None:  # type: ignore[attr-defined]
                refusal = self.csrf.process_view(request, _nothing, (), {})
                if refusal is not None:
                    return refusal
        return self.get_response(request)


def _nothing() -> None: ...


def _session_actor(request: HttpRequest) -> Actor:
    user = request.user  # type: ignore[attr-defined]
    if not user.is_authenticated:
        return ANONYMOUS
    door = Door.API if request.path.startswith(API) else Door.PAGE
    session = request.session  # type: ignore[attr-defined]
    return parties.actor_for_session(
        user.pk,
        session.get("party"),
        second_factor=_has_second_factor(session),
        door=door,
    )


def _has_second_factor(session: dict[str, object]) -> bool:
    """Whether this session was opened with a second factor (allauth's record of methods)."""
    methods = session.get("account_authentication_methods")
    return isinstance(methods, list) and any(
        isinstance(m, dict) and (m.get("method") == "mfa") for m in methods
    )


class OnceMiddleware:
    """Make POSTs idempotent by `Idempotency-Key` (API) or the form's `_once` field (pages)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path in NEVER_REMEMBERED:
            return self.get_response(request)
        api = request.path.startswith(API)
        given = request.headers.get("Idempotency-Key") if api else _form_key(request)
        if not given:
            if api and request.actor.person is not None:  # type: ignore[attr-defined]
                return problem_response(Refused(CommonRefusal.KEY_MISSING))
            return self.get_response(request)
        return self._once(request, given)

    def _once(self, request: HttpRequest, given: str) -> HttpResponse:
        key = _scoped(request, given)
        fingerprint = _fingerprint(request)
        for attempt in range(TRIES):
            try:
                return self._try(request, key, fingerprint)
            except OperationalError as error:
                again = isinstance(
                    error.__cause__, errors.DeadlockDetected | errors.SerializationFailure
                )
                if not again or attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _try(self, request: HttpRequest, key: str, fingerprint: str) -> HttpResponse:
        with transaction.atomic():
            if not _claim(key, fingerprint):
                return _replay(OnceRequest.objects.get(key=key), fingerprint)
            response = self.get_response(request)
            # A page that did something redirects; one answered 200 is a form shown with its faults.
            first = 200 if request.path.startswith(API) else 300
            done = first <= response.status_code < first + 100
            if not done or response.streaming:
                transaction.set_rollback(True)  # nothing happened, so nothing is remembered
            else:
                OnceRequest.objects.filter(key=key).update(
                    status=response.status_code,
                    body=response.content,
                    content_type=response.headers.get("Content-Type", ""),
                    location=response.headers.get("Location", ""),
                )
            return response


def _claim(key: str, fingerprint: str) -> bool:
    """Insert the key; waits for a racer with the same key, and says whether we were first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO node_once (key, fingerprint, status, body, content_type, location)"
            " VALUES (%s, %s, 0, '', '', '') ON CONFLICT DO NOTHING",
            [key, fingerprint],
        )
        return cursor.rowcount == 1


def _replay(row: OnceRequest, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        return problem_response(Refused(CommonRefusal.KEY_REUSED))
    response = HttpResponse(
        bytes(row.body), status=row.status, content_type=row.content_type or None
    )
    if row.location:
        response["Location"] = row.location
    response["Idempotent-Replay"] = "true"
    return response


def _form_key(request: HttpRequest) -> str | None:
    kind = request.content_type
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return request.POST.get("_once") or None
    return None


def _scoped(request: HttpRequest, given: str) -> str:
    who = str(request.actor.person or "")  # type: ignore[attr-defined]
    return hashlib.sha256("\0".join((who, request.path, given)).encode()).hexdigest()


def _fingerprint(request: HttpRequest) -> str:
    if request.content_type == "multipart/form-data":
        # The body is a stream with a boundary of its own: compare names, sizes and fields.
        files = sorted((n, f.name, f.size) for n, f in request.FILES.items())
        fields = sorted((k, v) for k, v in request.POST.items() if k != "csrfmiddlewaretoken")
        return digest(json.dumps([files, fields], default=str).encode())
    if request.content_type == "application/x-www-form-urlencoded":
        fields = sorted((k, v) for k, v in request.POST.items() if k != "csrfmiddlewaretoken")
        return digest(json.dumps(fields).encode())
    return digest(request.body)


def problem_response(refused: Refused) -> JsonResponse:
    """A refusal as an RFC 9457 response."""
    body = problem_of(refused)
    return JsonResponse(
        {**body, "faults": []}, status=body["status"], content_type="application/problem+json"
    )
