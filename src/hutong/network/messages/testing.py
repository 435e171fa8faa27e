"""
For tests: a venue on paper that sends signed messages, and one that answers them over HTTP.

    paper = Paper(venue)            a PaperVenue of venues.testing
    paper.message(kind="…")         its next message to this venue
    paper.request(message)          signed
    with PaperInbox(venue) as peer: peer.url; peer.handle = lambda message: {…}
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.messages import rules, signing
from hutong.network.messages.rules import Kept, Message, Refusal, Verdict
from hutong.network.messages.signing import Request
from hutong.venues import queries as venues
from hutong.venues.testing import PaperVenue


@dataclass
class Paper:
    """A venue that no process runs, as a sender."""

    venue: PaperVenue
    to: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    def message(
        self,
        kind: str,
        body: Mapping[str, Any] | None = None,
        *,
        about: str = "thing:1",
        sequence: int | None = None,
        version: int = 1,
        id: UUID | None = None,
    ) -> Message:
        if sequence is None:
            sequence = self.counts[about]
            self.counts[about] += 1
        return Message(
            id=id or new_id(),
            sender=self.venue.code,
            recipient=self.to or venues.my_code(),
            subject=about,
            sequence=sequence,
            kind=kind,
            version=version,
            sent_at=datetime(2026, 1, 5, tzinfo=UTC),
            body=body or {},
        )

    def request(self, message: Message, at: datetime | None = None) -> Request:
        return signing.sign_request(message, self.venue.message, at or datetime.now(UTC))


Handle = Callable[[Message], Mapping[str, Any]]


class PaperInbox(ThreadingHTTPServer):
    """A venue's inbox in memory. It keeps to the protocol, until it is told not to.

    `spoil(number of the request) -> what goes wrong`: None, "silent" (handled, no answer),
    "busy" (503 of a proxy), "unsigned", "forged" (signed by another key).
    """

    daemon_threads = True

    def __init__(self, venue: PaperVenue, keys: signing.Keys) -> None:
        super().__init__(("127.0.0.1", 0), _PaperHandler)
        self.venue, self.keys = venue, keys
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.handle: Handle = lambda message: {"done": True}
        self.spoil: Callable[[int], str | None] = lambda number: None
        self.kept: dict[UUID, tuple[Kept, int, bytes]] = {}
        self.expected: Counter[tuple[str, str]] = Counter()
        self.handled: list[Message] = []
        self.requests = 0
        self.stranger: Any = None
        self.guard = threading.Lock()

    def __enter__(self) -> "PaperInbox":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, request: Request) -> tuple[int, bytes]:
        try:
            message = Message.parse(request.body)
            signing.verify_request(
                request, sender=message.sender, keys=self.keys, now=datetime.now(UTC)
            )
            known = self.kept.get(message.id)
            line = message.sender, message.subject
            verdict = rules.judge(
                message,
                same_id=known[0] if known else None,
                same_place=None,
                expected=self.expected[line],
            )
            if verdict is Verdict.REPEAT:
                assert known is not None
                return known[1], known[2]
            if verdict is not Verdict.HANDLE:
                raise Refused(Refusal.OUT_OF_ORDER, expected=self.expected[line])
        except Refused as refusal:
            status = refusal.reason.status
            return status, rules.refused(None, refusal, dict(refusal.facts))
        try:
            status, body = 200, rules.answered(message.id, self.handle(message))
        except Refused as refusal:
            status, body = 422, rules.refused(message.id, refusal, dict(refusal.facts))
        self.handled.append(message)
        self.kept[message.id] = Kept(message.id, message.digest), status, body
        self.expected[line] += 1
        return status, body


class _PaperHandler(BaseHTTPRequestHandler):
    server: PaperInbox

    def do_POST(self) -> None:
        inbox = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(headers, body, path=self.path)
        with inbox.guard:
            number = inbox.requests
            inbox.requests += 1
            wrong = inbox.spoil(number)
            if wrong == "busy":
                return self.say(503, {}, b"busy")
            status, said = inbox.answer(request)
        if wrong == "silent":
            self.close_connection = True
            return None
        signer = inbox.stranger if wrong == "forged" else inbox.venue.message
        reply = signing.sign_reply(
            request, status, said, venue=inbox.venue.code, signer=signer, now=datetime.now(UTC)
        )
        return self.say(status, {} if wrong == "unsigned" else reply.headers, said)

    def say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...
