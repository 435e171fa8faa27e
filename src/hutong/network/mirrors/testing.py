"""
For tests: another venue's log in memory, signed, which serves what it should, or lies.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.canonical import canonical, digest
from hutong.kit.moments import iso
from hutong.network.mirrors import actions, jobs
from hutong.network.mirrors.models import Mirror
from hutong.transparency import multikey, note, texts, tiles
from hutong.transparency.bundles import pack, parse_address
from hutong.transparency.merkle import leaf_hash, root_of
from hutong.transparency.mirror import Fetch
from hutong.transparency.note import Checkpoint, VerifierKey
from hutong.transparency.queries import public_keys
from hutong.transparency.reading import Unreachable
from hutong.transparency.signers import Ed25519Signer
from hutong.venues.lists import Member, State

AT = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


@dataclass
class Log:
    """A venue's log. `served` changes what comes at a path, `away` lets it answer nothing."""

    code: str = "SZTE"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    entries: list[bytes] = field(default_factory=list)
    blobs: dict[str, bytes | None] = field(default_factory=dict)
    signed: int = 0
    served: dict[str, bytes | None] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    away: bool = False
    asked: list[str] = field(default_factory=list)
    name: str = "memory"
    growing: dict[tiles.TileId, bytes] = field(default_factory=dict)
    hashed: int = 0

    @property
    def origin(self) -> str:
        return f"{self.code.lower()}.example/log"

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.origin, self.key.public_key().public_bytes_raw())

    def member(self) -> Member:
        return Member(
            code=self.code,
            name_zh=f"{self.code} 交易所",
            name_en=f"{self.code} exchange",
            region="CN-44",
            url=f"https://{self.code.lower()}.example",
            log_origin=self.origin,
            log_keys=(self.verifier.text(),),
            witness_keys=(),
            message_keys=(multikey.ed25519(self.verifier.public),),
            credential_keys=(multikey.ed25519(self.verifier.public),),
            certificate_authorities=(),
            state=State.MEMBER,
            since=AT,
        )

    # -- what it publishes ----------------------------------------------------------------------

    def text(self, value: Any) -> str:
        """Put a text beside the log; returns its digest."""
        data = canonical({"salt": secrets.token_hex(16), "value": value})
        self.blobs[digest(data)] = data
        return digest(data)

    def write(
        self, kind: str, facts: Mapping[str, Any], *, subject: str = "", version: int = 1
    ) -> int:
        """Add an entry; returns its index. Nobody sees it before `sign`."""
        body = {
            "format": "hutong/2",
            "kind": kind,
            "version": version,
            "at": iso(AT),
            "subject": subject or "thing:1",
            "facts": dict(facts),
            "private": {},
            "by": digest(b""),
        }
        self.entries.append(canonical(body))
        return len(self.entries) - 1

    def erase(self, name: str) -> int:
        self.blobs[name] = None
        return self.write("journal.Erased", {"what": "content"}, subject=f"content:{name}")

    def sign(self) -> str:
        """Publish what was written, and return the checkpoint."""
        self.signed = len(self.entries)
        return self.checkpoint(self.signed)

    def checkpoint(self, size: int) -> str:
        root = root_of(leaf_hash(entry) for entry in self.entries[:size])
        text = Checkpoint(self.origin, size, root).text()
        return str(note.sign(text, self.origin, Ed25519Signer(self.key)))

    # -- how it is read -------------------------------------------------------------------------

    def fetch(self, path: str) -> bytes:
        if self.away:
            raise Unreachable("nobody answers")
        self.asked.append(path)
        if path in self.served:
            if (data := self.served[path]) is None:
                raise LookupError(path)
            return data
        if path == "checkpoint":
            if not self.signed:
                raise LookupError(path)
            return self.checkpoint(self.signed).encode()
        address = parse_address(path)
        assert address is not None, path
        if address.level is None:
            last = address.start + address.width
            if last > self.signed:
                raise LookupError(path)
            return pack(self.entries[address.start : last])
        place = tiles.TileId(address.level, address.number)
        if tiles.width_at(self.signed, place) < address.width:
            raise LookupError(path)
        return self._tiles()[place][: address.width * 32]

    def _tiles(self) -> dict[tiles.TileId, bytes]:
        edge = {tile: self.growing[tile] for tile in tiles.edge_ids(self.hashed)}
        hashes = [leaf_hash(entry) for entry in self.entries[self.hashed : self.signed]]
        self.growing.update(tiles.append(self.hashed, edge, hashes).tiles)
        self.hashed = self.signed
        return self.growing

    def fetch_all(self, paths: Sequence[str]) -> Fetch:
        return self.fetch

    def texts(self, digests: Sequence[str]) -> dict[str, bytes | None]:
        if self.away:
            raise Unreachable("nobody answers")
        self.asked += digests
        have = {**self.blobs, **self.served}
        return {one: have[one] for one in digests if one in have and one not in self.withheld}

    def forked(self, at: int) -> "Log":
        """Another history by the same hand, the same up to entry `at`."""
        return Log(code=self.code, key=self.key, entries=self.entries[:at], blobs=dict(self.blobs))


class Own:
    """This venue's own log, read through its doors as others read it."""

    name = "own"

    def __init__(self, prefix: str = "/log") -> None:
        from django.test import Client

        self.client, self.prefix = Client(), prefix

    def fetch(self, path: str) -> bytes:
        answer = self.client.get(f"{self.prefix}/{path}")
        if answer.status_code == 404:
            raise LookupError(path)
        if answer.status_code != 200:
            raise Unreachable(f"{path}: {answer.status_code}")
        return bytes(answer.content)

    def fetch_all(self, paths: Sequence[str]) -> Fetch:
        return self.fetch

    def texts(self, digests: Sequence[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        left = list(digests)
        while left:
            part = left[: texts.MOST_DIGESTS]
            body = "".join(f"{one}\n" for one in part)
            answer = self.client.post(f"{self.prefix}/content", body, content_type="text/plain")
            assert answer.status_code == 200, answer.content
            came, unknown = texts.read_answers(answer.content)
            found |= came
            left = [one for one in left if one not in came and one not in unknown]
        return found


class Logs:
    """Sources of `jobs`: each venue's log, and who mirrors whose."""

    def __init__(self, *logs: Log) -> None:
        self.logs: dict[str, Any] = {log.code: log for log in logs}
        self.relays: dict[tuple[str, str], Log] = {}
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.away: set[str] = set()
        self.asked: list[tuple[str, str]] = []  # who was asked for checkpoints, since when

    def home(self, member: Member) -> Any:
        return self.logs[member.code]

    def relay(self, member: Member, code: str) -> Log:
        if (member.code, code) not in self.relays:
            raise Unreachable(f"{member.code} has no mirror of {code}")
        return self.relays[member.code, code]

    def checkpoints(self, member: Member, since: str = "") -> jobs.Known:
        if member.code in self.away:
            raise Unreachable(f"{member.code} does not answer")
        self.asked.append((member.code, since))
        return jobs.Known(f"after {since}".strip(), self.told.get(member.code, []))


def own_member(code: str = "OWN") -> Member:
    """This venue as another would see it: its own log, under a code of another."""
    keys = public_keys()
    return replace(
        Log(code=code).member(),
        log_origin=keys.venue.log_origin,
        log_keys=tuple(key.text() for key in keys.every_log_key()),
    )


def follow_own(code: str = "OWN") -> int:
    """Let this venue mirror its own log, as it is signed now, under another code. Returns its id."""
    member = own_member(code)
    mirror = actions.begin(code=code, origin=member.log_origin)
    sources = Logs()
    sources.logs[code] = Own()
    Mirror.objects.update(next_look_at=None)
    jobs.follow(member, mirror, sources)
    return mirror
