"""
Sending what waits, by the worker: of each line the first, of several lines at once.
"""

import random
import threading
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog

from hutong.due import queries as due_queries
from hutong.kit.actor import SYSTEM
from hutong.network.messages import actions, rules, signing
from hutong.network.messages.actions import Due
from hutong.network.messages.door import keys_of
from hutong.network.messages.kinds import Kinds
from hutong.network.messages.rules import PATH, Answer, GoBack, Later, Outcome
from hutong.network.messages.signing import Reply, Request, SignatureInvalid
from hutong.transparency.note import Signer
from hutong.transparency.queries import keyring
from hutong.venues import queries as venues

log = structlog.get_logger(__name__)

AT_ONCE: Final = 16
SECONDS: Final = httpx.Timeout(10, connect=4)
MAX_REPLY_BYTES: Final = 2 * rules.MAX_BYTES
EVIDENCE_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try. `silent`: the venue itself said nothing."""

    outcome: Outcome
    silent: bool = False
    request: bytes = b""
    reply: bytes = b""


class Sender:
    """Sends messages on threads of its own; what is kept is kept by whoever calls `step`."""

    def __init__(
        self, kinds: Kinds, *, client: httpx.Client | None = None, pool: Executor | None = None
    ) -> None:
        self._kinds = kinds
        self._pool = pool or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages")
        self._client = client or httpx.Client(timeout=SECONDS, follow_redirects=False)
        self._under_way: dict[Future[Tried], Due] = {}
        self._lock = threading.Lock()

    def step(self) -> int:
        """Send what is due, keep what has come back. Returns how many were answered or begun."""
        with self._lock:
            begun = self._begin()
            if not self._under_way:
                return 0
            done, _ = wait(self._under_way, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                self._keep(self._under_way.pop(future), future.result())
            return begun + len(done) or int(bool(self._under_way))

    def run(self) -> int:
        """Send until nothing is due and nothing under way. For tests and one-shot commands."""
        count = 0
        while done := self.step():
            count += done
        return count

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _begin(self) -> int:
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return 0
        found = actions.take(datetime.now(UTC), free)
        if not found:
            return 0
        signer = keyring().message_signer
        for due in found:
            url = venues.url_of(due.message.recipient)
            keys = keys_of(due.message.recipient)
            future = self._pool.submit(attempt, due, url, keys, signer, self._client)
            self._under_way[future] = due
        return len(found)

    def _keep(self, due: Due, tried: Tried) -> None:
        real_now = datetime.now(UTC)
        why = ""
        try:
            match tried.outcome:
                case Answer() as answer:
                    actions.conclude(
                        actor=SYSTEM,
                        now=due_queries.venue_now(real_now),
                        real_now=real_now,
                        due=due,
                        answer=answer,
                        request=tried.request,
                        reply=tried.reply,
                        kinds=self._kinds,
                    )
                    return
                case GoBack(expected):
                    actions.go_back(due, expected=expected, why="it was asked for again")
                    return
                case Later(found):
                    why = found
        except Exception as error:  # our own handler: the answer is asked for again
            log.exception("answer_not_taken_in", message=str(due.message.id))
            why = f"the answer could not be taken in: {type(error).__name__}: {error}"
        actions.postpone(due, why=why, silent=tried.silent, real_now=real_now, dice=random.random())


def attempt(
    due: Due, url: str | None, keys: list[bytes], signer: Signer, client: httpx.Client
) -> Tried:
    """Send one message once. Never raises."""
    if url is None:
        return Tried(Later("the venue is in the list of members no more"))
    try:
        request = signing.sign_request(due.message, signer, datetime.now(UTC))
    except Exception as error:  # a signer that is away
        return Tried(Later(f"it could not be signed: {error}"))
    try:
        status, headers, body = _post(client, url.rstrip("/") + PATH, request)
    except (httpx.HTTPError, httpx.InvalidURL, _TooMuch) as error:
        return Tried(Later(f"{type(error).__name__}: {error}".rstrip(": ")), silent=True)
    reply = Reply(status, body, request, signing.headers_of(headers))
    try:
        signing.verify_reply(reply, venue=due.message.recipient, keys=lambda _: keys)
    except SignatureInvalid as error:
        said = body[:120].decode("utf-8", "replace").strip()
        return Tried(
            Later(f"HTTP {status}, not signed by {due.message.recipient}: {error}; {said}"),
            silent=True,
        )
    outcome = rules.read_reply(due.message.id, due.message.sequence, status, body)
    return Tried(outcome, request=request.kept, reply=reply.kept)


class _TooMuch(Exception):
    pass


def _post(client: httpx.Client, url: str, request: Request) -> tuple[int, httpx.Headers, bytes]:
    # A reply's digest is of the bytes that come: nobody on the way may put them in another form.
    headers = {**request.headers, "Accept-Encoding": "identity"}
    with client.stream("POST", url, content=request.body, headers=headers) as response:
        body = b""
        for part in response.iter_raw():
            body += part
            if len(body) > MAX_REPLY_BYTES:
                raise _TooMuch(f"a reply has at most {MAX_REPLY_BYTES} bytes")
        return response.status_code, response.headers, body


def commit_evidence() -> int:
    """Commit to the evidence kept since the batch before."""
    real_now = datetime.now(UTC)
    return actions.commit_evidence(
        now=due_queries.venue_now(real_now), real_now=real_now, seconds=EVIDENCE_SECONDS
    )
