"""
Two venues in one process, each with its database and its keys: what one sends goes through the
other's WSGI application.

    pair.at("SZTE")        a context in which this process is that venue
    pair.carry()           both send until nothing is due
    pair.wrong             what goes wrong with the next requests: "lost", "died", "answer lost"
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from hutong.network.messages import jobs
from hutong.node.messaging import KINDS
from hutong.venues.testing import Story, begin_here, paper_venue

CODES = ("SZTE", "SDTE")


class Inline:
    """Runs what is submitted at once, in the thread that has the databases."""

    def submit(self, function: Any, *arguments: Any) -> Any:
        from concurrent.futures import Future

        future: Any = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self, **_: Any) -> None: ...


class Pair:
    def __init__(
        self,
        databases: Any,
        working_at: Any,
        directory: Path,
        now: datetime,
        alone: Callable[[str], object] = lambda code: None,
    ) -> None:
        """`alone(code)`: what a venue did before it joined, done at it."""
        from hutong.node.founding import demo_rulebook, found

        self.databases = dict(zip(CODES, databases, strict=True))
        self.working_at, self.now, self.wrong = working_at, now, []
        self.directory, self.requests = directory, 0
        self.here: str | None = None
        papers = []
        for code in CODES:
            url = f"https://{code.lower()}.test"
            paper = paper_venue(code, url=url, directory=directory / code, passphrase="tests only")
            papers.append(paper)
            (directory / code / code.lower()).rename(directory / code / "keys")
        self.story = Story(papers, at=datetime.now(UTC))
        for code in CODES:
            with self.at(code):
                found(rulebook=demo_rulebook(code=code), now=now)
                alone(code)
                begin_here(self.story, now=now)

    @contextlib.contextmanager
    def at(self, code: str) -> Iterator[None]:
        before, state = self.here, settings.STATE
        with self.working_at(self.databases[code]):
            self.here, settings.STATE = code, self.directory / code
            try:
                yield
            finally:
                self.here, settings.STATE = before, state

    def carry(self, *codes: str) -> int:
        """Let the venues send until both have nothing due."""
        count = 0
        for _ in range(20):
            before = count
            for code in codes or CODES:
                with self.at(code):
                    self._no_pauses()
                    sender = jobs.Sender(KINDS, client=self._client(), pool=Inline())
                    count += sender.run()
            if count == before:
                break
        return count

    def _no_pauses(self) -> None:
        from hutong.network.messages.models import Outgoing, SilentPeer

        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        Outgoing.objects.update(next_try_at=long_ago)
        SilentPeer.objects.update(next_try_at=long_ago)

    def _client(self) -> httpx.Client:
        return httpx.Client(transport=_Wire(self))


class _Wire(httpx.BaseTransport):
    def __init__(self, pair: Pair) -> None:
        self.pair = pair

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        from hutong.node.wsgi import application

        pair = self.pair
        pair.requests += 1
        wrong = pair.wrong.pop(0) if pair.wrong else None
        if wrong == "lost":
            raise httpx.ConnectError("lost on its way")
        code = request.url.host.partition(".")[0].upper()
        response = None
        with pair.at(code):
            inner = httpx.WSGITransport(app=application)
            with (
                contextlib.suppress(Died),
                dying() if wrong == "died" else contextlib.nullcontext(),
            ):
                given = inner.handle_request(request)
                body = httpx.ByteStream(given.read())  # unpacked
                headers = given.headers
                headers.pop("content-encoding", None)
                response = httpx.Response(given.status_code, headers=headers, stream=body)
        if wrong == "answer lost" or response is None:
            raise httpx.ReadError("no answer came")
        return response


class Died(BaseException):
    pass


@contextlib.contextmanager
def dying() -> Iterator[None]:
    """The process ends when all is written and nothing committed."""
    from hutong.network.messages.actions import keeping

    kept = keeping.keep

    def die(*arguments: Any) -> None:
        kept(*arguments)
        raise Died

    keeping.keep = die
    try:
        yield
    finally:
        keeping.keep = kept
