"""
Who asks, when, and once.

    ActorMiddleware   request.actor from a token or a session; request.now by the venue's clock
    OnceMiddleware    a POST and its key are one transaction: a repeated request acts once

    POST + key ─► claim the key ─► act ─► done: answer kept, commit
                     │               └── refused: nothing kept, rolled back
                     └─ claimed before: the answer of then (another body: refused)
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext
from psycopg import errors

from hutong.doors.problems import problem_of
from hutong.doors.reading import at_once, reading
from hutong.due import queries as due
from hutong.kit.actor import ANONYMOUS, Actor, Door
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason
from hutong.node.models import OnceRequest
from hutong.notices import queries as notices
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook
from hutong.ui.door import refused_page

log = structlog.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
API = "/api/"
ACCOUNTS = "/accounts/"
ALIVE = "/healthz"  # answers while the database is away
# Their answers hold secrets, which no table may keep, or count a failure although they refuse; or
# they keep a bid before they send it on, and know it again by its own id (AU-4).
NEVER_REMEMBERED = re.compile(
    r"/api/v1/(sign-up(/confirm)?|tokens|me/second-factor(/confirm)?|lots/[^/]+/paddle-token"
    r"|orders/[^/]+/(relay-token|bids))/?|/my/orders/[^/]+/bids"
)
TRIES = 3
# What every request asks at its beginning, and what it asks besides where there is a session.
VENUES = (due.CLOCK, rulebook.ADOPTED)
READERS = (*VENUES, parties.ACCOUNT, parties.HELD, parties.ACTED_FOR, notices.UNREAD)
NOBODY = "SELECT NULL::uuid AS person, NULL::uuid AS party WHERE false"
READER = """SELECT person, party, session_data FROM node_session
            WHERE session_key = %(key)s AND expire_date > %(real_now)s"""
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
OF_THE_FORM = frozenset({"csrfmiddlewaretoken", "_once"})
DOWN = (OperationalError, InterfaceError)


class Refusal(Reason):
    CSRF = reason(
        "csrf",
        "",
        N_("This came from another site, or without the X-CSRFToken header. Use a token instead."),
        403,
    )
    NUL = reason("nul", "", N_("A NUL character was sent, which no text may hold."), 400)
    UNAVAILABLE = reason(
        "unavailable", "", N_("The venue is starting or restarting; try again in a moment."), 503
    )


class ActorMiddleware:
    """Put `actor` and `now` on each request. An invalid token is an error, not a stranger."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALIVE:
            return self.get_response(request)
        try:
            if request.method != "GET":
                return self._with_actor(request)
            with reading():
                return self._with_actor(request)
        except DOWN as error:
            if not _is_away(error):
                raise
            return unavailable(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Refuse the one character that no text holds; what the API's bodies hold, it looks at itself."""
        if request.path.startswith(API) or not _holds_nul(request):
            return None
        return refused_page(request, Refused(Refusal.NUL))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DOWN) and _is_away(error):
            log.warning("database_away", path=request.path, error=str(error).strip())
            return unavailable(request)
        return None

    def _with_actor(self, request: HttpRequest) -> HttpResponse:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            request.now = due.venue_now(datetime.now(UTC))
            actor = parties.actor_for_token(
                credentials.strip(), party=request.headers.get("X-Party")
            )
            if actor is None:
                return problem_response(Refused(CommonRefusal.NOT_SIGNED_IN))
            request.actor = actor
            request._dont_enforce_csrf_checks = True
        else:
            request.now = _ask(request, datetime.now(UTC))
            request.actor = _session_actor(request)
            signed_in = request.actor.person is not None
            ours = request.path.startswith(API) and signed_in
            if ours and self.csrf.process_view(request, _nothing, (), {}) is not None:
                return problem_response(Refused(Refusal.CSRF))
        return self.get_response(request)


def _nothing() -> None: ...


def _holds_nul(request: HttpRequest) -> bool:
    """Whether a NUL stands in the address or in a field of the form."""
    given = [
        request.path,
        *(text for name, values in request.GET.lists() for text in (name, *values)),
    ]
    if request.method == "POST" and request.content_type in FORMS:
        given += [text for name, values in request.POST.lists() for text in (name, *values)]
    return any("\0" in text for text in given)


def _ask(request: HttpRequest, real_now: datetime) -> datetime:
    """Ask for the session, whose it is, and what every page is about; returns the venue's time."""
    session = request.session
    if session.session_key is None:
        answers = at_once(VENUES, NOBODY, {})
    else:
        answers = at_once(READERS, READER, {"key": session.session_key, "real_now": real_now})
        session.found(answers["session_data"])
    return due.venue_now(real_now, answers[due.CLOCK.name])


def _session_actor(request: HttpRequest) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    session = request.session
    return parties.actor_for_session(
        user.pk,
        session.get("party"),
        second_factor=_has_second_factor(session),
        door=Door.API if request.path.startswith(API) else Door.PAGE,
        now=request.now,
    )


def _has_second_factor(session: dict[str, object]) -> bool:
    """Whether the sign-in was made with a second factor (allauth's record of methods)."""
    methods = session.get("account_authentication_methods")
    return isinstance(methods, list) and any(
        isinstance(m, dict) and (m.get("method") == "mfa") for m in methods
    )


class OnceMiddleware:
    """Make POSTs idempotent by `Idempotency-Key` (API) or the form's `_once` field (pages)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_repeat(request):
            return self.get_response(request)
        api = request.path.startswith(API)
        try:
            given = request.headers.get("Idempotency-Key") if api else _form_key(request)
            if given:
                return self._once(request, _scoped(request, given), _fingerprint(request))
        except RequestDataTooBig:
            return problem_response(too_large())
        except DOWN as error:
            if not _is_away(error):
                raise
            return unavailable(request)
        if api:
            return problem_response(Refused(CommonRefusal.KEY_MISSING))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Keep a deadlock for `_try`: Django would answer it with 500 before we heard of it."""
        if hasattr(request, "once_lost") and _is_passing(error):
            request.once_lost = error
            return HttpResponse(status=503)
        return None

    def _once(self, request: HttpRequest, key: str, fingerprint: str) -> HttpResponse:
        for left in reversed(range(TRIES)):
            try:
                return self._try(request, key, fingerprint)
            except (OperationalError, psycopg.OperationalError) as error:
                if not left or not _is_passing(error):
                    raise
                _rewind(request)
        raise AssertionError("unreachable")

    def _try(self, request: HttpRequest, key: str, fingerprint: str) -> HttpResponse:
        request.once_lost = None
        with transaction.atomic():
            if not _claim(key, fingerprint):
                return _replay(OnceRequest.objects.get(key=key), fingerprint)
            response = self.get_response(request)
            if request.once_lost is not None:
                raise request.once_lost
            # A page that did something redirects; one answered 200 is a form shown with its faults.
            first = 200 if request.path.startswith(API) else 300
            if not first <= response.status_code < first + 100:
                transaction.set_rollback(True)  # nothing happened, so nothing is remembered
                return response
            assert not response.streaming, f"{request.path}: an act cannot answer with a stream"
            OnceRequest.objects.filter(key=key).update(
                status=response.status_code,
                body=response.content,
                content_type=response.headers.get("Content-Type", ""),
                location=response.headers.get("Location", ""),
            )
            return response


def _may_repeat(request: HttpRequest) -> bool:
    """Whether this could act twice: a POST by somebody known. Account pages have ways of their own."""
    return (
        request.method == "POST"
        and request.actor.person is not None
        and not NEVER_REMEMBERED.fullmatch(request.path)
        and not request.path.startswith(ACCOUNTS)
    )


def _is_passing(error: BaseException) -> bool:
    """Whether the same request may well succeed when tried again."""
    passing = (errors.DeadlockDetected, errors.SerializationFailure)
    return isinstance(error, passing) or isinstance(error.__cause__, passing)


def _is_away(error: BaseException) -> bool:
    """Whether the database could not be reached, or ended our session."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def _rewind(request: HttpRequest) -> None:
    """Make a request that was answered once ready to be answered again."""
    for _, file in _files(request):
        file.seek(0)
    queued = getattr(getattr(request, "_messages", None), "_queued_messages", None)
    if queued:
        queued.clear()


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
    if request.content_type in FORMS:
        return request.POST.get("_once") or None
    return None


def _scoped(request: HttpRequest, given: str) -> str:
    actor: Actor = request.actor
    # The party as asked for, not as found: registering one's first party changes what is found.
    party = request.headers.get("X-Party", "")
    parts = (str(actor.person or ""), party, request.path, given)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def _fingerprint(request: HttpRequest) -> str:
    """Digest of what is asked: address, fields and files; not the boundaries between them."""
    hashed = hashlib.sha256(request.META.get("QUERY_STRING", "").encode() + b"\0")
    if request.content_type not in FORMS:
        hashed.update(request.body)
        return f"sha256:{hashed.hexdigest()}"
    fields = [(k, v) for k, values in request.POST.lists() for v in values if k not in OF_THE_FORM]
    hashed.update(json.dumps(sorted(fields)).encode())
    for name, file in _files(request):
        hashed.update(json.dumps([name, file.name, file.size]).encode())
        for chunk in file.chunks():
            hashed.update(chunk)
        file.seek(0)
    return f"sha256:{hashed.hexdigest()}"


def _files(request: HttpRequest) -> Iterable[tuple[str, Any]]:
    """The uploads with their fields, in the order they came; in memory when small, else in temporary files."""
    if request.content_type != "multipart/form-data":
        return []
    return [(name, file) for name, files in request.FILES.lists() for file in files]


def too_large() -> Refused:
    limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20} MiB"
    return Refused(CommonRefusal.TOO_LARGE, what=gettext("The request"), limit=limit)


def problem_response(refused: Refused) -> JsonResponse:
    """A refusal as an RFC 9457 response."""
    body = problem_of(refused)
    response = JsonResponse(
        {**body, "faults": []}, status=body["status"], content_type="application/problem+json"
    )
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="hutong"'
    if response.status_code == 503:  # something of the venue's own is away, and comes back
        response["Retry-After"] = "5"
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away; it comes back by itself."""
    connection.close()
    refused = Refused(Refusal.UNAVAILABLE)
    if request.path.startswith(API):
        response: HttpResponse = problem_response(refused)
    else:  # plain: whatever else a page shows is in the database
        words = refused.sentence(gettext(refused.reason.text)) + "\n"
        response = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "1"
    return response
