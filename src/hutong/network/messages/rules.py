"""
Messages between venues: the rules and nothing but the rules (NE-2).

    sender     queued ──asked, again and again──► answered | refused          (in order per subject)
                  ▲ the peer is silent, or not yet of our mind: later, later still
    receiver   known id ──► the answer of then
               next in its line ──► handled and answered, in one transaction
               beyond ──► out of order, and what is expected
               another message in a place that is taken ──► refused, and kept as evidence

A line is what one venue tells another about one subject: its messages are numbered from 0 and
handled in that order. So a message is handled exactly once however often it is delivered: what was
answered is looked up by the message's id, and a line only ever takes its next number.

Pure: no database, no clock, no network. The simulation (tests/network) drives these functions too.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import canonical
from hutong.kit.moments import iso, parse_iso
from hutong.kit.refusal import N_, Reason, Refused, reason

FORMAT: Final = "hutong-message/1"
PATH: Final = "/network/inbox"
MAX_BYTES: Final = 1024 * 1024
MAX_SUBJECT: Final = 120
MAX_SEQUENCE: Final = 2**53 - 1
SKEW: Final = timedelta(seconds=300)  # of a signature's time against the receiver's real time
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)
LEASE: Final = timedelta(seconds=60)  # within it nobody else sends the same message
AT_ONCE_PER_PEER: Final = 8

_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")
_KIND: Final = re.compile(r"[a-z]+(\.[a-z_]+)+")
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # PostgreSQL keeps none
_NAMES: Final = frozenset(
    {"format", "id", "from", "to", "subject", "sequence", "kind", "version", "sent_at", "body"}
)


class Direction(StrEnum):
    OUT = "out"
    IN = "in"


class Status(StrEnum):
    """Of a message we send."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"


class Refusal(Reason):
    """What an inbox says instead of an answer. Those of status 422 are final: kept as the answer."""

    MALFORMED = reason(
        "network.message_malformed", "NE-2", N_("That is not a message: {problem}."), 400
    )
    TOO_LARGE = reason(
        "network.message_too_large", "NE-2", N_("A message has at most {limit_bytes} bytes."), 413
    )
    UNSIGNED = reason(
        "network.message_unsigned", "NE-2", N_("The signature does not hold: {problem}."), 401
    )
    STALE = reason(
        "network.message_stale",
        "NE-2",
        N_("It was signed at {signed_at}; here it is {here_at}. Sign it again, by the right time."),
        401,
    )
    NOT_FOR_US = reason(
        "network.message_not_for_us", "NE-2", N_("This is {us}; the message is for {to}."), 403
    )
    NOT_IN_STANDING = reason(
        "network.not_in_standing",
        "NE-1",
        N_("{venue} is not a member in good standing of this network, by the list we have."),
        403,
    )
    OUT_OF_ORDER = reason(
        "network.out_of_order",
        "NE-2",
        N_("About {subject} the next message is number {expected}."),
        409,
    )
    CONTRADICTED = reason(
        "network.message_contradicted",
        "NE-2",
        N_(
            "Another message came under this id or in this place: {kept}. Both are kept as evidence."
        ),
        409,
    )
    UNKNOWN_KIND = reason(
        "network.unknown_kind", "NE-2", N_("Nobody here handles messages of kind {kind}."), 422
    )
    UNKNOWN_VERSION = reason(
        "network.unknown_version",
        "NE-2",
        N_("Of {kind} the versions {versions} are spoken here."),
        422,
    )
    BODY_UNFIT = reason(
        "network.body_unfit", "NE-2", N_("The message's body lacks or misuses “{field}”."), 422
    )
    UNDECIDED = reason(
        "network.undecided", "NE-2", N_("It cannot be answered yet ({why}); ask again."), 503
    )
    NO_SUCH_MEMBER = reason(
        "network.no_such_member", "NE-1", N_("{venue} is not a member of this network.")
    )
    CONCLUDED = reason(
        "network.suspicion_concluded", "NE-2", N_("It was concluded at {at} already.")
    )
    NOT_WAITING = reason(
        "network.message_not_waiting", "NE-2", N_("This message waits for nothing any more.")
    )


class Undecided(Exception):
    """A handler's word that it cannot answer yet: nothing is kept, and the sender asks again."""


# -- the message ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; `raw` are its bytes as they are signed, and never change once queued."""

    id: UUID
    sender: str
    recipient: str
    subject: str
    sequence: int
    kind: str
    version: int
    sent_at: datetime
    body: Mapping[str, Any]

    @property
    def raw(self) -> bytes:
        return canonical(
            {
                "format": FORMAT,
                "id": str(self.id),
                "from": self.sender,
                "to": self.recipient,
                "subject": self.subject,
                "sequence": self.sequence,
                "kind": self.kind,
                "version": self.version,
                "sent_at": iso(self.sent_at),
                "body": self.body,
            }
        )

    @property
    def digest(self) -> str:
        return digest_of(self.raw)

    def text(self, name: str, longest: int = 2000) -> str:
        """A field of the body. Raises Refused (BODY_UNFIT), as do those below."""
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise Refused(Refusal.BODY_UNFIT, field=name)
        return value

    def whole(self, name: str, least: int = 0, most: int = MAX_SEQUENCE) -> int:
        value = self.body.get(name)
        if type(value) is not int or not least <= value <= most:
            raise Refused(Refusal.BODY_UNFIT, field=name)
        return value

    def uuid(self, name: str) -> UUID:
        try:
            return _uuid(self.body.get(name))
        except ValueError as error:
            raise Refused(Refusal.BODY_UNFIT, field=name) from error

    @classmethod
    def parse(cls, raw: bytes) -> "Message":
        """Read a message. Raises Refused (TOO_LARGE, MALFORMED).

        Only the canonical bytes are taken, so that a message has one form and one digest. Fields
        beyond those known are for later versions: passed over.
        """
        if len(raw) > MAX_BYTES:
            raise Refused(Refusal.TOO_LARGE, limit_bytes=MAX_BYTES)
        data = read_object(raw)
        if data.get("format") != FORMAT:
            raise _malformed(f"its format is not {FORMAT}")
        if missing := _NAMES - data.keys():
            raise _malformed(f"it has no {', '.join(sorted(missing))}")
        try:
            message = cls(
                id=_uuid(data["id"]),
                sender=_matching(data["from"], _CODE, "from"),
                recipient=_matching(data["to"], _CODE, "to"),
                subject=_text(data["subject"], MAX_SUBJECT, "subject"),
                sequence=_whole(data["sequence"], 0, MAX_SEQUENCE, "sequence"),
                kind=_matching(data["kind"], _KIND, "kind"),
                version=_whole(data["version"], 1, 10_000, "version"),
                sent_at=parse_iso(_text(data["sent_at"], 40, "sent_at")),
                body=data["body"],
            )
        except (ValueError, OverflowError) as error:
            raise _malformed(str(error)) from error
        if not isinstance(message.body, dict):
            raise _malformed(N_("its body is not an object"))
        return message


def read_object(raw: bytes) -> dict[str, Any]:
    """Read canonical JSON (RFC 8785) of an object. Raises Refused (MALFORMED)."""
    try:
        data = json.loads(raw)
        same = canonical(data) == raw
    except (ValueError, RecursionError, TypeError, OverflowError) as error:
        raise _malformed(N_("it is not JSON in UTF-8")) from error
    if not same:
        raise _malformed(N_("it is not canonical JSON (RFC 8785)"))
    if not isinstance(data, dict):
        raise _malformed(N_("it is not an object"))
    if _NUL.search(raw):
        raise _malformed(N_("it holds a NUL"))
    return data


def digest_of(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def _malformed(problem: str) -> Refused:
    return Refused(Refusal.MALFORMED, problem=problem)


def _uuid(value: Any) -> UUID:
    found = UUID(value) if isinstance(value, str) else None
    if found is None or str(found) != value:
        raise ValueError(N_("its id is not a UUID"))
    return found


def _text(value: Any, longest: int, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise ValueError(f"“{name}” is not a text of 1 to {longest} characters")
    return value


def _matching(value: Any, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or len(value) > 80 or not pattern.fullmatch(value):
        raise ValueError(f"“{name}” is not well formed")
    return value


def _whole(value: Any, least: int, most: int, name: str) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"“{name}” is not a whole number from {least} to {most}")
    return value


# -- the receiver ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What the inbox has kept of a message it answered."""

    id: UUID
    digest: str


class Verdict(StrEnum):
    REPEAT = "repeat"  # give the answer of then
    HANDLE = "handle"
    OUT_OF_ORDER = "out_of_order"
    CONTRADICTION = "contradiction"


def judge(
    message: Message, *, same_id: Kept | None, same_place: Kept | None, expected: int
) -> Verdict:
    """Decide what to do with a message that is well formed and rightly signed.

    `same_id`: what was kept under its id; `same_place`: under its number in its line; `expected`:
    the next number of its line.
    """
    for kept in (same_id, same_place):
        if kept is not None and (kept.id, kept.digest) != (message.id, message.digest):
            return Verdict.CONTRADICTION
    if same_id is not None:
        return Verdict.REPEAT
    if message.sequence != expected:
        return Verdict.OUT_OF_ORDER
    return Verdict.HANDLE


def answered(message: UUID, answer: Mapping[str, Any]) -> bytes:
    """The bytes of a final answer (HTTP 200)."""
    return canonical({"id": str(message), "answer": answer})


def refused(message: UUID | None, refusal: Refused, facts: Mapping[str, Any]) -> bytes:
    """The bytes of a refusal; final with HTTP 422, where they name the message."""
    said = {
        "code": refusal.reason.code,
        "rule": refusal.reason.rule,
        "title": refusal.sentence(),
        "facts": facts,
    }
    return canonical({"id": str(message) if message else None, "refused": said})


# -- the sender --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a message: `said`, or the code and facts of a final refusal."""

    said: Mapping[str, Any] | None
    refused: str | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def status(self) -> Status:
        return Status.ANSWERED if self.refused is None else Status.REFUSED


@dataclass(frozen=True, slots=True)
class GoBack:
    """The other venue lost what it had answered (it was restored from a copy): begin again there."""

    expected: int


@dataclass(frozen=True, slots=True)
class Later:
    """No answer yet, and why."""

    why: str


Outcome = Answer | GoBack | Later


def read_reply(message: UUID, sequence: int, status: int, raw: bytes) -> Outcome:
    """Judge a reply whose signature holds. Whatever is not final is asked again."""
    try:
        data = read_object(raw)
    except Refused:
        return Later(f"HTTP {status}, and no answer that can be read")
    said = data.get("refused")
    if data.get("id") not in (None, str(message)):
        return Later(N_("the answer is for another message"))
    if status == 200 and isinstance(data.get("answer"), dict) and data.get("id"):
        return Answer(data["answer"])
    if not isinstance(said, dict) or not isinstance(said.get("code"), str):
        return Later(f"HTTP {status}, and no answer that can be read")
    facts = said["facts"] if isinstance(said.get("facts"), dict) else {}
    if status == 422 and data.get("id"):
        return Answer(None, said["code"][:80], facts)
    if status == 409 and said["code"] == Refusal.OUT_OF_ORDER.code:
        expected = facts.get("expected")
        if type(expected) is int and 0 <= expected < sequence:
            return GoBack(expected)
    title = said.get("title")
    return Later(f"HTTP {status} {title if isinstance(title, str) else said['code']}"[:500])


def pause(tries: int, dice: float) -> timedelta:
    """How long to wait after so many tries without an answer: doubled each time, up to minutes.

    `dice` in [0, 1) spreads it over the upper half, so that those who lost a peer together do not
    all come back together.
    """
    longest = min(FIRST_PAUSE * 2 ** min(tries, 20), LONGEST_PAUSE)
    return longest * (0.5 + dice / 2)
