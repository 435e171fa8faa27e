"""
How one journal entry commits to every row of an import, so that a changed row is named (TE-5).

    row leaf   = SHA-256(salt ‖ technology ‖ record digest)
    chunk      = SHA-256 over its row leaves, in order
    root       = digest of the canonical JSON of all chunks

The entry shows the root; its content names the chunks; the row digests lie in an insert-only table.
Whoever changes a technology is caught at the row, whoever changes the row's digest too at the chunk,
and the root is in the log. The salt keeps digests of small public records from being guessed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hutong.kit.canonical import digest_of

LEAST_CHUNK, MOST_CHUNKS = 256, 512
SALT_BYTES = 16


def chunk_rows(count: int) -> int:
    """Rows a chunk holds, so that an entry never names more than 512 chunks."""
    return max(LEAST_CHUNK, -(-count // MOST_CHUNKS))


def leaf(salt: bytes, technology: UUID, digest: bytes) -> bytes:
    return hashlib.sha256(salt + technology.bytes + digest).digest()


@dataclass(slots=True)
class Proof:
    """Built row by row; `chunks` and `root` are what the entry holds."""

    salt: bytes
    size: int
    chunks: list[str] = field(default_factory=list)
    _count: int = 0
    _chunk: Any = field(default_factory=hashlib.sha256)

    def add(self, technology: UUID, digest: bytes) -> None:
        self._chunk.update(leaf(self.salt, technology, digest))
        self._count += 1
        if self._count % self.size == 0:
            self._close()

    def finish(self) -> "Proof":
        if self._count % self.size:
            self._close()
        return self

    def _close(self) -> None:
        self.chunks.append(self._chunk.hexdigest())
        self._chunk = hashlib.sha256()

    @property
    def root(self) -> str:
        return digest_of(self.chunks)


def prove(salt: bytes, size: int, rows: Iterable[tuple[UUID, bytes]]) -> Proof:
    proof = Proof(salt, size)
    for technology, digest in rows:
        proof.add(technology, digest)
    return proof.finish()
