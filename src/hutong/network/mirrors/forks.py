"""
Proof that a log was rewritten: two checkpoints it signed, of which one is no beginning of the other.

    the smaller   note over (size, root)
    the larger    note over (size', root')
    and           the root that the larger tree has at `size`, with the consistency proof that it has:
                  it is not `root`

Whoever has the log's key checks it with nothing else (LO-3). Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hutong.transparency import merkle, note
from hutong.transparency.merkle import Hash, NodeReader, OutOfRange, ProofInvalid
from hutong.transparency.note import Checkpoint, NoteInvalid, VerifierKey


class NoProof(ValueError):
    """That does not show that a log was rewritten. The message says why."""


@dataclass(frozen=True, slots=True)
class Fork:
    """`root_within`: what the tree of the larger note has at the size of the smaller one."""

    smaller: str
    larger: str
    root_within: Hash
    proof: tuple[Hash, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": "hutong-fork/1",
            "smaller": self.smaller,
            "larger": self.larger,
            "root_within": self.root_within.hex(),
            "proof": [node.hex() for node in self.proof],
        }

    @classmethod
    def parse(cls, plain: Any) -> "Fork":
        """Read a proof as it is published. Raises NoProof."""
        try:
            if plain["format"] != "hutong-fork/1":
                raise NoProof("it is of another format")
            return cls(
                str(plain["smaller"]),
                str(plain["larger"]),
                bytes.fromhex(plain["root_within"]),
                tuple(bytes.fromhex(node) for node in plain["proof"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NoProof(f"it cannot be read: {error}") from error


def check(fork: Fork, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, Checkpoint]:
    """Return both checkpoints if they prove that the log of `keys` was rewritten. Raises NoProof."""
    try:
        smaller = note.open_checkpoint(fork.smaller, *keys)
        larger = note.open_checkpoint(fork.larger, *keys)
    except NoteInvalid as error:
        raise NoProof(f"the log did not sign that: {error}") from error
    if smaller.origin != larger.origin:
        raise NoProof("they are of two logs")
    try:
        merkle.verify_consistency(
            old=smaller.size,
            old_root=fork.root_within,
            new=larger.size,
            new_root=larger.root,
            proof=fork.proof,
        )
    except (ProofInvalid, OutOfRange) as error:
        raise NoProof(f"the larger tree is not shown: {error}") from error
    if fork.root_within == smaller.root:
        raise NoProof("the larger continues the smaller")
    return smaller, larger


def found(smaller: str, larger: str, read: NodeReader) -> Fork | None:
    """Make the proof from the nodes of the larger tree; None when it continues the smaller one.

    Raises OutOfRange when `read` has not the nodes, ProofInvalid when they are of another tree.
    """
    old, new = (Checkpoint.parse(note.parse(text).text) for text in (smaller, larger))
    within = merkle.root(old.size, read)
    proof = tuple(merkle.consistency_proof(old.size, new.size, read))
    merkle.verify_consistency(
        old=old.size, old_root=within, new=new.size, new_root=new.root, proof=proof
    )
    return None if within == old.root else Fork(smaller, larger, within, proof)
