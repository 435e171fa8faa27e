"""
The hand that signs checkpoints, and its memory: it never contradicts what it signed before.

The memory is the last signed checkpoint in a file outside the database, so that a database put
back from a backup cannot make the log fork. What does not begin with the remembered tree is
refused; a person then decides (docs/operating.md): bring back the newer database, or end this log
and begin another under a new origin. The memory is written and flushed before a signature leaves.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hutong.transparency import note
from hutong.transparency.files import read_private, write_new_private, write_private
from hutong.transparency.merkle import (
    EMPTY_ROOT,
    Hash,
    OutOfRange,
    ProofInvalid,
    verify_consistency,
)

Prove = Callable[[int, int], Sequence[Hash]]
"""(old size, new size) → consistency proof."""


class ForkRefused(Exception):
    """The tree to be signed contradicts the last one signed. Both are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSigner:
    """Signs checkpoints of the log `origin`, remembering the last one in the file `memory`."""

    signer: note.Signer
    origin: str
    memory: Path
    also: tuple[note.Signer, ...] = ()  # keys being phased out, which sign beside the new one
    formerly: tuple[note.VerifierKey, ...] = ()  # keys by which the memory may have been signed

    @property
    def key(self) -> note.VerifierKey:
        return note.VerifierKey(self.origin, self.signer.public_key)

    def last(self) -> note.Checkpoint:
        """Return the last checkpoint signed. Raises ForkRefused when the memory is unusable."""
        return self._remembered()[0]

    def sign(self, size: int, root: Hash, prove: Prove) -> str:
        """Sign the tree (`size`, `root`) and return the note; `prove` shows it only appends.

        Raises ForkRefused when it contradicts what was signed before.
        """
        with locked(self.memory):
            last, text = self._remembered()
            if (last.size, last.root) == (size, root):
                return text
            self._check(last, note.Checkpoint(self.origin, size, root), prove)
            text = _signed([self.signer, *self.also], self.origin, size, root)
            write_private(self.memory, text.encode())
            return text

    def _check(self, last: note.Checkpoint, new: note.Checkpoint, prove: Prove) -> None:
        both = f"signed before: {_described(last)}; asked to sign now: {_described(new)}"
        if new.size < last.size:
            raise ForkRefused(f"The log has become shorter ({both}). Nothing was signed.")
        try:
            verify_consistency(
                old=last.size,
                old_root=last.root,
                new=new.size,
                new_root=new.root,
                proof=[] if last.size in (0, new.size) else prove(last.size, new.size),
            )
        except (ProofInvalid, OutOfRange) as error:
            raise ForkRefused(
                f"The log has another history than the one signed ({both}; {error}). "
                "Nothing was signed."
            ) from error

    def _remembered(self) -> tuple[note.Checkpoint, str]:
        try:
            text = read_private(self.memory).decode()
            return note.open_checkpoint(text, self.key, *self.formerly), text
        except (OSError, UnicodeDecodeError, note.NoteInvalid) as error:
            raise ForkRefused(
                f"What was signed last is not known: {self.memory} ({error}). Nothing is signed "
                "until the last checkpoint that was published is put there; mirrors have it, and "
                "so has /log/checkpoint of the venue before."
            ) from error


def begin_memory(signer: note.Signer, origin: str, memory: Path) -> None:
    """Start the memory of a new key with the empty tree. Raises FileExistsError."""
    write_new_private(memory, _signed([signer], origin, 0, EMPTY_ROOT).encode())


def _signed(signers: Sequence[note.Signer], origin: str, size: int, root: Hash) -> str:
    text = note.Checkpoint(origin, size, root).text()
    signed = [note.sign(text, origin, signer).signatures for signer in signers]
    return str(note.Note(text, tuple(signature for (signature,) in signed)))


def _described(checkpoint: note.Checkpoint) -> str:
    return f"size {checkpoint.size}, root {checkpoint.root.hex()}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time past, also across processes."""
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
