"""
What goes over the wire between a log and its witness (C2SP tlog-witness, add-checkpoint).

    old 20852014                   the size the witness has seen
    PlRNCrwH…                      consistency proof, base64, one hash a line
                                   (empty line)
    <signed checkpoint>

Pure: bytes in, bytes out.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hutong.kit.refusal import N_
from hutong.transparency import note
from hutong.transparency.merkle import HASH_BYTES, Hash
from hutong.transparency.note import NoteInvalid, NoteSignature, VerifierKey

MAX_HASHES: Final = 63
MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_ANSWER_BYTES: Final = 64 * 1024
SIZE_TYPE: Final = "text/x.tlog.size"
SUBMIT: Final = "/add-checkpoint"  # below the witness's submission prefix


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A log's request: from the tree of `old` entries to the one in `checkpoint`, by `proof`."""

    old: int
    proof: tuple[Hash, ...]
    checkpoint: str

    def body(self) -> bytes:
        hashes = [base64.b64encode(h).decode() for h in self.proof]
        return "\n".join([f"old {self.old}", *hashes, "", self.checkpoint]).encode()

    @classmethod
    def parse(cls, raw: bytes) -> "AddCheckpoint":
        """Read a request. Raises NoteInvalid and says what is wrong with it."""
        if len(raw) > MAX_REQUEST_BYTES:
            raise NoteInvalid(f"a request has at most {MAX_REQUEST_BYTES} bytes")
        try:
            head, empty, checkpoint = raw.decode().partition("\n\n")
        except UnicodeDecodeError as error:
            raise NoteInvalid(N_("the request is not UTF-8")) from error
        if not empty:
            raise NoteInvalid(N_("a request has an empty line before its checkpoint"))
        first, *lines = head.split("\n")
        if not first.startswith("old "):
            raise NoteInvalid(N_("a request begins with the line “old <size>”"))
        if len(lines) > MAX_HASHES:
            raise NoteInvalid(f"a consistency proof has at most {MAX_HASHES} hashes")
        return cls(
            note.decimal(first.removeprefix("old ")),
            tuple(_hash(line, number) for number, line in enumerate(lines)),
            checkpoint,
        )


def _hash(line: str, number: int) -> Hash:
    found = note.decode_base64(line, f"hash {number} of the proof")
    if len(found) != HASH_BYTES:
        raise NoteInvalid(f"hash {number} of the proof has {len(found)} bytes, not {HASH_BYTES}")
    return found


def cosignatures(answer: bytes, text: str, keys: Sequence[VerifierKey]) -> list[NoteSignature]:
    """Read a witness's answer: its signature lines on `text` that one of `keys` made.

    Lines by unknown keys are passed over, as the protocol asks. Raises NoteInvalid when a line is
    malformed, or a known key's signature is wrong.
    """
    if len(answer) > MAX_ANSWER_BYTES:
        raise NoteInvalid(f"an answer has at most {MAX_ANSWER_BYTES} bytes")
    try:
        said = answer.decode()
    except UnicodeDecodeError as error:
        raise NoteInvalid(N_("the answer is not UTF-8")) from error
    if not said.endswith("\n"):
        raise NoteInvalid(N_("an answer is lines of signatures, each with its newline"))
    lines = said[:-1].split("\n")
    if len(lines) > note.MAX_SIGNATURES:
        raise NoteInvalid(f"the note has more than {note.MAX_SIGNATURES} signatures")
    signed = note.Note(text, tuple(NoteSignature.parse(line) for line in lines))
    known = {(key.name, key.key_id) for key in signed.verified_by(keys)}
    found = {(s.name, s.key_id): s for s in signed.signatures if (s.name, s.key_id) in known}
    return list(found.values())


def size_in(answer: bytes) -> int:
    """Read the size a witness says it has seen (409, text/x.tlog.size). Raises NoteInvalid."""
    text = answer[:32].decode("ascii", "replace")
    if not text.endswith("\n"):
        raise NoteInvalid(N_("a size ends with a newline"))
    return note.decimal(text[:-1])
