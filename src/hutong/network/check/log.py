"""Items: the log: what it says it is, and whether it is that (LO-1, LO-3)."""

import contextlib
import json
import re
import secrets
import time
from collections.abc import Sequence
from typing import Final

from hutong.kit.canonical import canonical
from hutong.kit.refusal import N_
from hutong.network.check.items import Proof, Run, broken, cannot, item, need
from hutong.network.check.wire import Answer, Silent
from hutong.network.mirrors import forks
from hutong.transparency import merkle, note, tiles
from hutong.transparency.bundles import Address, BundleInvalid, unpack
from hutong.transparency.merkle import HASH_BYTES, OutOfRange, ProofInvalid, leaf_hash
from hutong.transparency.note import Checkpoint, NoteInvalid, VerifierKey
from hutong.transparency.tiles import HEIGHT, WIDTH, TileId

READ: Final = "Mirrors: What is read"
BELIEVED: Final = "Mirrors: What is believed"
MOST_TILE: Final = WIDTH * HASH_BYTES
MOST_BUNDLE: Final = WIDTH * (2 + 65_535)
SAMPLES: Final = 4
MOST_DIGESTS_ASKED: Final = 40
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
TEXT: Final = {"content-type": "text/plain; charset=utf-8"}


def opened(raw: bytes, keys: list[VerifierKey]) -> Checkpoint:
    """A checkpoint that one of `keys` signed. Raises Broken."""
    try:
        return note.open_checkpoint(raw, *keys)
    except (NoteInvalid, OutOfRange) as error:
        broken(N_("it cannot be read: {problem}"), problem=error)


def ok(answer: Answer) -> Answer:
    need(
        answer.status == 200,
        N_("HTTP {status} instead of {wanted}"),
        status=answer.status,
        wanted=200,
    )
    return answer


@item(
    "log.checkpoint",
    at=READ,
    expects=N_("The checkpoint is a signed note of the log of this venue, by a key that is its."),
    needs=("describe.keys",),
)
def checkpoint(run: Run) -> None:
    answer = ok(run.wire.get("/log/checkpoint"))
    keys = run.log_keys
    run.checkpoint = opened(answer.body, keys)
    run.note = answer.body.decode()


@item(
    "log.checkpoint_cache",
    at=READ,
    expects=N_("The checkpoint is text, and caches must ask for it anew each time."),
    needs=("log.checkpoint",),
)
def checkpoint_cache(run: Run) -> None:
    answer = ok(run.wire.get("/log/checkpoint"))
    need(
        answer.type == "text/plain",
        N_("“{name}” is {found}"),
        name="content-type",
        found=answer.type,
    )
    found = answer.headers.get("cache-control", "")
    kept = "no-cache" in found or "no-store" in found or "max-age=0" in found
    need(kept, N_("“{name}” is {found}"), name="cache-control", found=found)


class Tiles:
    """Reads tiles below an address, as a checkpoint of `size` entries needs them."""

    def __init__(self, run: Run, place: str, size: int) -> None:
        self.run, self.place, self.size = run, place, size

    def __call__(self, tile: TileId) -> bytes:
        width = tiles.width_at(self.size, tile)
        if not width:
            raise OutOfRange(f"a log of {self.size} has no {tile.path()}")
        return self.take(Address(tile.level, tile.number, width), MOST_TILE)

    def entry(self, index: int) -> bytes:
        """The bytes of an entry, as its bundle has them. Raises Broken."""
        return self.bundle(index)[index % WIDTH]

    def bundle(self, index: int) -> Sequence[bytes]:
        """The entries of the bundle that has entry `index`, as far as the log goes. Raises Broken."""
        number = index >> HEIGHT
        width = min(WIDTH, self.size - (number << HEIGHT))
        address = Address(None, number, width)
        bundle = self.take(address, MOST_BUNDLE)
        try:
            return unpack(bundle, width)
        except BundleInvalid as error:
            with contextlib.suppress(BundleInvalid):  # the whole bundle came for the partial one
                return unpack(bundle, WIDTH)[:width]
            return broken(N_("{path}: {problem}"), path=address.path, problem=error)

    def take(self, address: Address, most: int) -> bytes:
        answer = self.run.wire.get(f"{self.place}/{address.path}", most=most)
        if answer.status == 404 and address.width != WIDTH:
            whole = Address(address.level, address.number)
            answer = self.run.wire.get(f"{self.place}/{whole.path}", most=most)
        status, path = answer.status, address.path
        need(status == 200, N_("{path} is not served (HTTP {status})"), path=path, status=status)
        if address.level is not None:
            count = len(answer.body)
            fits = count in (address.width * HASH_BYTES, MOST_TILE)
            need(fits, N_("{path} has {count} bytes"), path=path, count=count)
        return answer.body


def tree(run: Run, place: str, of: Checkpoint) -> merkle.NodeReader:
    """A reader of the tree of a checkpoint, once its root is what the tiles lead to."""
    read = tiles.reader(Tiles(run, place, of.size))
    try:
        found = merkle.root(of.size, read)
    except OutOfRange as error:
        broken(N_("it cannot be read: {problem}"), problem=error)
    need(found == of.root, N_("the tiles lead to the root {found}"), found=found.hex())
    return read


@item(
    "log.tree",
    at=BELIEVED,
    expects=N_("The tiles lead to the root of the checkpoint."),
    needs=("log.checkpoint",),
)
def root(run: Run) -> None:
    assert run.checkpoint is not None
    run.read = tree(run, "/log", run.checkpoint)


@item(
    "log.entries",
    at=BELIEVED,
    expects=N_(
        "Entries are those whose hashes stand in the tree: the first, the last and some between."
    ),
    needs=("log.tree",),
)
def entries(run: Run) -> None:
    of, read = run.checkpoint, run.read
    assert of is not None
    assert read is not None
    if not of.size:
        cannot(N_("the log is empty"))
    reader = Tiles(run, "/log", of.size)
    indexes = {0, of.size - 1, *(secrets.randbelow(of.size) for _ in range(SAMPLES))}
    found: dict[str, None] = {}
    for index in sorted(indexes):
        leaf = reader.entry(index)
        included(index, of, leaf, read)
        need(_is_object(leaf), N_("entry {index} is not canonical JSON"), index=index)
        found.update(dict.fromkeys(DIGEST.findall(leaf.decode("utf-8", "replace"))))
    run.digests = list(found)[:MOST_DIGESTS_ASKED]


def included(index: int, of: Checkpoint, leaf: bytes, read: merkle.NodeReader) -> None:
    """Check that an entry is in a tree, by a proof made of its tiles. Raises Broken."""
    try:
        proof = merkle.inclusion_proof(index, of.size, read)
        merkle.verify_inclusion(
            index=index, size=of.size, leaf=leaf_hash(leaf), proof=proof, root=of.root
        )
    except (ProofInvalid, OutOfRange):
        broken(N_("entry {index} is not the one in the tree"), index=index)


def _is_object(leaf: bytes) -> bool:
    try:
        told = json.loads(leaf)
        return isinstance(told, dict) and canonical(told) == leaf
    except (ValueError, RecursionError, TypeError):
        return False


@item(
    "log.tile_cache",
    at=READ,
    expects=N_("Tiles and entries are bytes that never change: caches may keep them."),
    needs=("log.tree",),
)
def tile_cache(run: Run) -> None:
    assert run.checkpoint is not None
    if not run.checkpoint.size:
        cannot(N_("the log is empty"))
    width = min(WIDTH, run.checkpoint.size)
    for level in (0, None):
        answer = run.wire.get(f"/log/{Address(level, 0, width).path}", most=MOST_BUNDLE)
        if answer.status == 404 and width != WIDTH:
            cannot(N_("a partial tile may be gone"))
        ok(answer)
        found = answer.headers.get("cache-control", "")
        age = re.search(r"max-age=(\d{1,10})", found)
        long = age is not None and int(age[1]) >= 3600 and "no-store" not in found
        need(long, N_("“{name}” is {found}"), name="cache-control", found=found)
        kind = answer.type
        need(
            kind == "application/octet-stream",
            N_("“{name}” is {found}"),
            name="content-type",
            found=kind,
        )


def refused(run: Run, target: str, *, most: int = 64 * 1024) -> None:
    """Ask for what must not be there: 4xx, and little. Raises Broken."""
    try:
        status = run.wire.ask("GET", target, most=most, may_redirect=True).status
    except Silent as silent:
        broken(N_("{path}: {problem}"), path=target, problem=silent.why)
    need(300 <= status < 500, N_("{path} is answered HTTP {status}"), path=target, status=status)


@item(
    "log.beyond",
    at=READ,
    expects=N_(
        "What no checkpoint covers is not served: tiles beyond, and tiles wider than the log."
    ),
    needs=("log.tree",),
)
def beyond(run: Run) -> None:
    assert run.checkpoint is not None
    size = run.checkpoint.size
    number = size >> HEIGHT
    far = number + 1000
    for level in (0, None):
        refused(run, f"/log/{Address(level, far).path}")
        refused(run, f"/log/{Address(level, far, 1).path}")
        if size % WIDTH < WIDTH - 64:  # it may grow meanwhile
            refused(run, f"/log/{Address(level, number).path}", most=MOST_BUNDLE)
            refused(run, f"/log/{Address(level, number, WIDTH - 1).path}", most=MOST_BUNDLE)
    refused(run, "/log/tile/5/000")


@item(
    "log.addresses",
    at=READ,
    expects=N_("What is no address of a tile is refused, however large its numbers are."),
    needs=("log.checkpoint",),
)
def addresses(run: Run) -> None:
    for path in (
        *("tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/999", "tile/0/000.p/01"),
        *("tile/0/000.p/-1", "tile/0/0", "tile/0/x000/000", "tile/-1/000", "tile/64/000"),
        *("tile/00/000", "tile/0/000.p/99999999999999999999", "tile/entries/x1/000"),
        "tile/0/" + "x999/" * 5 + "999",
        "tile/0/" + "x999/" * 300 + "999",
        "tile/99999999999999999999999999/000",
        "tile/0/%00",
    ):
        refused(run, f"/log/{path}")


@item(
    "log.traversal",
    at=READ,
    expects=N_("No address leads out of the log: neither .. nor any way to write it."),
    needs=("log.checkpoint",),
)
def traversal(run: Run) -> None:
    for path in (
        "/log/../../../../../../etc/passwd",
        "/log/tile/../../keys/keyring.json",
        "/log/tile/entries/..%2f..%2f..%2fkeys%2fkeyring.json",
        "/log/tile/%2e%2e/%2e%2e/%2e%2e/keys/keyring.json",
        "/log/tile/0/..%5c..%5ckeys%5ckeyring.json",
        "/log/content/..%2f..%2fkeys%2fkeyring.json",
        "/log/content/%2fetc%2fpasswd",
        "/network/mirror/..%2f..%2fkeys/checkpoint",
    ):
        refused(run, path)


@item(
    "log.methods",
    at=READ,
    expects=N_("The log is read, not written: other methods are not allowed."),
    needs=("log.checkpoint",),
)
def methods(run: Run) -> None:
    for method, target in (
        ("POST", "/log/checkpoint"),
        ("PUT", "/log/tile/0/000"),
        ("DELETE", "/log/checkpoint"),
    ):
        status = run.wire.ask(method, target, body=b"").status
        need(
            400 <= status < 500,
            N_("{path} is answered HTTP {status}"),
            path=f"{method} {target}",
            status=status,
        )


@item(
    "log.consistent",
    at="Mirrors: When a log was rewritten",
    expects=N_("A checkpoint taken later is the same, or continues the one before."),
    needs=("log.tree",),
)
def consistent(run: Run) -> None:
    old = run.checkpoint
    assert old is not None
    time.sleep(run.pause)
    answer = ok(run.wire.get("/log/checkpoint"))
    new = opened(answer.body, run.log_keys)
    if (new.size, new.root) == (old.size, old.root):
        return
    longer = new.size > old.size
    need(
        new.size >= old.size,
        N_("the log became shorter: {old}, then {new}"),
        old=old.size,
        new=new.size,
    )
    proof = None
    if longer:
        read = tree(run, "/log", new)
        proof = forks.found(run.note, answer.body.decode(), read)
    elif old.root != new.root:
        proof = forks.Fork(run.note, answer.body.decode(), new.root, ())
    if proof is not None:
        told = canonical(proof.as_json()).decode()
        broken(
            N_("the log signed two histories; the proof (hutong-fork/1): {proof}"),
            proof=Proof(told),
        )
