"""
Evidence of messages: what both sides keep, and how the log commits to it (NE-2, LO-1).

    request bytes ┐
                  ├─► leaf ─► tree of a batch ─► root, in the entry network.MessagesCommitted
    reply bytes   ┘

The bytes are the message as it was signed, in one text: its first line, the covered and the
signature headers in the order of their names, an empty line, the body.

    POST /network/inbox                       200
    content-digest: sha-256=:…:               content-digest: sha-256=:…:
    …                                         …
    (empty line)                              (empty line)
    {"body":…}                                {"answer":…}

A leaf is the canonical JSON {"direction", "id", "peer", "reply", "request"}, the last two as digests
of those bytes; the tree is RFC 6962's, its leaves in the order of (direction, id).

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hutong.kit.canonical import canonical, digest
from hutong.network.messages.rules import Direction
from hutong.transparency import merkle
from hutong.transparency.merkle import Hash, leaf_hash

REQUEST_HEADERS: Final = (
    "content-digest",
    "content-type",
    "hutong-from",
    "hutong-message-id",
    "hutong-to",
    "signature",
    "signature-input",
)
REPLY_HEADERS: Final = ("content-digest", "content-type", "signature", "signature-input")


def written(first: str, headers: Mapping[str, str], names: Sequence[str], body: bytes) -> bytes:
    """The bytes that are kept of a signed request or reply."""
    found = {name.lower(): value for name, value in headers.items()}
    lines = [first, *(f"{name}: {found[name]}" for name in names if name in found)]
    return "\n".join(lines).encode() + b"\n\n" + body


def read(kept: bytes) -> tuple[str, dict[str, str], bytes]:
    """Take kept bytes apart again: first line, headers, body. Raises ValueError."""
    head, empty, body = kept.partition(b"\n\n")
    if not empty:
        raise ValueError("evidence has an empty line before its body")
    first, *lines = head.decode().split("\n")
    return first, dict(line.split(": ", 1) for line in lines), body


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One exchange: what was asked and what was answered, by their digests."""

    direction: Direction
    id: UUID
    peer: str
    request: str
    reply: str

    @classmethod
    def of(
        cls, *, direction: Direction, id: UUID, peer: str, request: bytes, reply: bytes
    ) -> "Leaf":
        return cls(
            direction=direction, id=id, peer=peer, request=digest(request), reply=digest(reply)
        )

    @property
    def raw(self) -> bytes:
        return canonical(
            {
                "direction": self.direction.value,
                "id": str(self.id),
                "peer": self.peer,
                "request": self.request,
                "reply": self.reply,
            }
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of one batch."""

    leaves: tuple[Leaf, ...]

    @classmethod
    def of(cls, leaves: Sequence[Leaf]) -> "Tree":
        return cls(tuple(sorted(leaves, key=lambda leaf: (leaf.direction, leaf.peer, leaf.id))))

    @property
    def root(self) -> Hash:
        return merkle.root_of(leaf_hash(leaf.raw) for leaf in self.leaves)

    def proof(self, index: int) -> list[Hash]:
        hashes = [leaf_hash(leaf.raw) for leaf in self.leaves]

        def node(level: int, number: int) -> Hash:
            return merkle.root_of(hashes[number << level : (number + 1) << level])

        return merkle.inclusion_proof(index, len(hashes), node)


def verify(leaf: Leaf, *, index: int, size: int, proof: Sequence[Hash], root: Hash) -> None:
    """Check that the batch of `root` commits to the exchange. Raises ProofInvalid, OutOfRange."""
    merkle.verify_inclusion(
        index=index, size=size, leaf=leaf_hash(leaf.raw), proof=proof, root=root
    )
