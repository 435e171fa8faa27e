"""
A proof to carry around: an entry's index, its inclusion path and a signed checkpoint in one text
(C2SP tlog-proof).

    c2sp.org/tlog-proof@v1
    index 73894
    <base64 hash> …
                                   (empty line)
    <signed checkpoint>

Whoever has the entry's bytes and the log's public key checks it without asking anybody.
Pure: no database, no network.
"""

import base64
from dataclasses import dataclass
from typing import Final

from hutong.kit.refusal import N_
from hutong.transparency import note
from hutong.transparency.merkle import Hash, leaf_hash, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """That some entry stands at `index` in the tree of `checkpoint` (a signed note's text)."""

    index: int
    hashes: tuple[Hash, ...]
    checkpoint: str

    def size(self) -> int:
        """The size of the log the proof is for. Raises NoteInvalid."""
        return note.Checkpoint.parse(note.parse(self.checkpoint).text).size

    def text(self) -> str:
        hashes = [base64.b64encode(h).decode() for h in self.hashes]
        return "\n".join([HEADER, f"index {self.index}", *hashes, "", self.checkpoint])

    @classmethod
    def parse(cls, text: str) -> "LogProof":
        """Read a proof. Raises NoteInvalid and says what is wrong with it."""
        head, empty, checkpoint = text.partition("\n\n")
        if not empty:
            raise note.NoteInvalid(N_("a log proof has an empty line before its checkpoint"))
        lines = head.split("\n")
        if lines.pop(0) != HEADER:
            raise note.NoteInvalid(f"a log proof begins with {HEADER}")
        if lines and lines[0].startswith("extra "):
            lines.pop(0)
        index = lines.pop(0) if lines else ""
        if not index.startswith("index "):
            raise note.NoteInvalid(N_("a log proof names the index of its entry"))
        if len(lines) > MAX_HASHES:
            raise note.NoteInvalid(f"a log proof has at most {MAX_HASHES} hashes")
        hashes = tuple(
            note.decode_base64(line, f"hash {n} of the proof") for n, line in enumerate(lines)
        )
        return cls(note.decimal(index.removeprefix("index ")), hashes, checkpoint)

    def verify(self, leaf: bytes, key: note.VerifierKey) -> note.Checkpoint:
        """Check that the entry with bytes `leaf` is in the log of `key`; return the checkpoint.

        Raises NoteInvalid for the checkpoint, ProofInvalid or OutOfRange for the path.
        """
        checkpoint = note.open_checkpoint(self.checkpoint, key)
        verify_inclusion(
            index=self.index,
            size=checkpoint.size,
            leaf=leaf_hash(leaf),
            proof=self.hashes,
            root=checkpoint.root,
        )
        return checkpoint
