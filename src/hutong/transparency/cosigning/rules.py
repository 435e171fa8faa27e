"""
What a witness says to a log, and who may be a peer (LO-3; C2SP tlog-witness).

    known log? → signed by it? → sizes in order? → the size last seen? → same root, or shown to grow
      404          403               400                 409                   409, 422

Pure.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.transparency import merkle, note
from hutong.transparency.cosigning.wire import AddCheckpoint
from hutong.transparency.merkle import EMPTY_ROOT, Hash
from hutong.transparency.note import COSIGNATURE, ED25519, Checkpoint, NoteInvalid, VerifierKey

PAUSE: Final = timedelta(milliseconds=250)  # a log asks a witness no more often than this
FIRST_RETRY: Final = timedelta(seconds=2)  # of one that did not answer; then twice as long
LONGEST_PAUSE: Final = timedelta(hours=1)
LEASE: Final = timedelta(seconds=30)  # within it nobody else asks the same witness
MAX_NAME: Final = 255
EVIDENCE_KEPT: Final = 100  # of one log; more would only repeat that it cannot be trusted


class PeerKind(StrEnum):
    LOG = "log"
    WITNESS = "witness"


class PeerStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


class Why(StrEnum):
    CONTRADICTION = "contradiction"  # another root for the size seen: two histories, signed
    UNPROVEN = "unproven"  # larger, and not shown to continue what was seen


class Refusal(Reason):
    KEY_INVALID = reason(
        "transparency.key_invalid", "LO-3", N_("That is not a verifier key: {problem}."), 422
    )
    KEYS_DISAGREE = reason(
        "transparency.keys_disagree",
        "LO-3",
        N_("Give at least one key; all bear the same name of at most 255 characters."),
        422,
    )
    KEY_OWN = reason(
        "transparency.key_own", "LO-3", N_("This is our own key: others watch us."), 422
    )
    KEY_OF_OTHER_TYPE = reason(
        "transparency.key_of_other_type",
        "LO-3",
        N_("A log's key has the type 0x01 (Ed25519), a witness's 0x04 (cosignature)."),
        422,
    )
    ADDRESS_INVALID = reason(
        "transparency.address_invalid",
        "LO-3",
        N_(
            "A witness needs the address to which checkpoints are sent: https, without user, query"
            " or fragment. A log that is watched needs none."
        ),
        422,
    )
    PEER_PROPOSED = reason(
        "transparency.peer_proposed",
        "LO-3",
        N_("A change for {name} is proposed already; it is accepted or declined first."),
    )


@dataclass(frozen=True, kw_only=True)
class PeerProposed(Event, kind="transparency.PeerProposed", visibility=Visibility.JOURNALLED):
    peer_kind: PeerKind
    name: str
    keys: list[str]
    url: str


@dataclass(frozen=True, kw_only=True)
class PeerDeclined(Event, kind="transparency.PeerDeclined", visibility=Visibility.JOURNALLED):
    peer_kind: PeerKind
    name: str


@dataclass(frozen=True, kw_only=True)
class PeerAccepted(Event, kind="transparency.PeerAccepted"):
    """From now on this log is watched, or this witness is asked."""

    peer_kind: PeerKind
    name: str
    keys: list[str]
    url: str


@dataclass(frozen=True, kw_only=True)
class PeerEnded(Event, kind="transparency.PeerEnded"):
    peer_kind: PeerKind
    name: str


@dataclass(frozen=True, kw_only=True)
class CheckpointRefused(Event, kind="transparency.CheckpointRefused"):
    """A log signed what it could not show to continue what this witness has seen of it."""

    log: str
    why: Why
    size: int
    root: bytes
    seen_size: int
    seen_root: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What this witness last cosigned of a log; at first the empty tree."""

    size: int = 0
    root: Hash = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Shown:
    """A request that may be judged: of a known log, signed by it."""

    request: AddCheckpoint
    text: str
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a request: HTTP status, and what a client needs to go on."""

    status: int
    said: str = ""
    size: int | None = None  # with 409: what the witness has seen
    evidence: Why | None = None
    lines: tuple[str, ...] = field(default=())


def read(raw: bytes) -> Shown:
    """Take a request apart; its signature is not checked. Raises NoteInvalid."""
    request = AddCheckpoint.parse(raw)
    text = note.parse(request.checkpoint).text
    return Shown(request, text, Checkpoint.parse(text))


def signed_by_its_log(shown: Shown, keys: list[VerifierKey]) -> bool:
    """Whether one of the log's keys signed; a wrong signature of a known key is none."""
    try:
        return bool(note.parse(shown.request.checkpoint).verified_by(keys))
    except NoteInvalid:
        return False


def judge(shown: Shown, seen: Seen) -> Verdict:
    """Decide whether the checkpoint continues what was seen. Status 200 says: cosign it."""
    old, new = shown.request.old, shown.checkpoint
    if old > new.size:
        return Verdict(400, f"the old size {old} is above the checkpoint's {new.size}")
    if new.size == seen.size and new.root != seen.root:
        said = f"at size {seen.size} this log had another root"
        return Verdict(409, said, size=seen.size, evidence=Why.CONTRADICTION)
    if old != seen.size:
        return Verdict(409, f"the size seen is {seen.size}", size=seen.size)
    try:
        merkle.verify_consistency(
            old=seen.size,
            old_root=seen.root,
            new=new.size,
            new_root=new.root,
            proof=shown.request.proof,
        )
    except merkle.ProofInvalid as error:
        return Verdict(422, str(error), evidence=Why.UNPROVEN)
    return Verdict(200)


def pause(failures: int) -> timedelta:
    """How long a witness that failed so many times is left alone: longer each time, up to an hour."""
    return min(FIRST_RETRY * 2 ** min(failures, 16), LONGEST_PAUSE)


def check_peer(kind: PeerKind, keys: list[str], url: str, *, own: frozenset[str]) -> str:
    """Return the peer's name, which all its keys bear. Raises Refused."""
    try:
        parsed = [VerifierKey.parse(key) for key in keys]
    except NoteInvalid as error:
        raise Refused(Refusal.KEY_INVALID, problem=str(error)) from error
    names = {key.name for key in parsed}
    if len(names) != 1 or len(name := names.pop()) > MAX_NAME:
        raise Refused(Refusal.KEYS_DISAGREE)
    if name in own:
        raise Refused(Refusal.KEY_OWN)
    wanted = COSIGNATURE if kind is PeerKind.WITNESS else ED25519
    if any(key.algorithm != wanted for key in parsed):
        raise Refused(Refusal.KEY_OF_OTHER_TYPE)
    if bool(url) != (kind is PeerKind.WITNESS) or (url and not _may_be_asked(url)):
        raise Refused(Refusal.ADDRESS_INVALID)
    return name


def _may_be_asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    safe = parts.scheme == "https" or (parts.scheme == "http" and here)
    return safe and bool(parts.hostname) and not (parts.username or parts.query or parts.fragment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask one witness; `text` is the checkpoint's text without signatures."""

    witness: str
    keys: tuple[VerifierKey, ...]
    url: str
    size: int
    text: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of asking: cosignature lines, or the size the witness has, or a problem."""

    question: Question
    cosignatures: tuple[note.NoteSignature, ...] = ()
    seen_size: int | None = None
    problem: str = ""
    at: datetime
