"""
For tests: an exchange on paper that keeps docs/network.md, with no database: three venues, of which
SHTE is served, a log of 300 entries with texts, and a mirror of SZTE's log.

    exchange = PaperExchange()
    with served(exchange, spoil) as url: …          spoil: what one answer becomes (testing.py)
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from hutong.certificates.verification import countersigned
from hutong.kit.canonical import canonical
from hutong.kit.moments import iso
from hutong.kit.refusal import Refused
from hutong.network.check.kinds import KINDS, UNFIT, Spoken
from hutong.network.check.speaking import COVERS
from hutong.network.check.testing import Asked, Given
from hutong.network.check.tests.telling import Entry, Telling
from hutong.network.messages import rules, signing
from hutong.network.messages.rules import Kept, Message, Refusal, Undecided, Verdict
from hutong.network.messages.signing import Request
from hutong.transparency import merkle, multikey, note, texts, tiles
from hutong.transparency.bundles import pack, parse_address
from hutong.transparency.cosigning.wire import AddCheckpoint
from hutong.transparency.merkle import leaf_hash
from hutong.transparency.note import Checkpoint, NoteInvalid, Signer, VerifierKey
from hutong.transparency.proof import LogProof
from hutong.transparency.shelf import headers as cached
from hutong.transparency.tiles import TileId
from hutong.transparency.venue_keys import Venue, VenueKeys
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import Application, Kind
from hutong.venues.testing import PaperVenue, Story, venues

PROBLEM = {"content-type": "application/problem+json"}
JSON = {"content-type": "application/json"}
PLAIN = {"content-type": "text/plain"}
DAY = timedelta(days=1)


class PaperLog:
    """A log in memory, as its tiles are served."""

    def __init__(self, origin: str, signer: Signer, entries: list[bytes]) -> None:
        self.origin, self.signer, self.entries = origin, signer, list(entries)
        self._grow()

    def _grow(self) -> None:
        hashes = [leaf_hash(entry) for entry in self.entries]
        self.tiles = tiles.append(0, {}, hashes).tiles
        self.read = tiles.reader(lambda tile: self.tiles[tile])
        root = merkle.root(len(hashes), self.read)
        self.checkpoint = Checkpoint(self.origin, len(hashes), root)
        self.note = str(note.sign(self.checkpoint.text(), self.origin, self.signer))

    def add(self, entry: bytes) -> None:
        self.entries.append(entry)
        self._grow()

    def proof(self, index: int) -> str:
        hashes = tuple(merkle.inclusion_proof(index, len(self.entries), self.read))
        return LogProof(index, hashes, self.note).text()

    def answer(self, path: str) -> Given:
        if path == "checkpoint":
            return Given(200, cached(path), self.note.encode())
        kind, _, number = path.partition("/")
        index = int(number) if number.isdecimal() and len(number) < 10 else len(self.entries)
        if kind in ("entries", "proof") and index < len(self.entries):
            if kind == "entries":
                return Given(200, JSON, self.entries[index])
            return Given(200, PLAIN, self.proof(index).encode())
        address = parse_address(path)
        if address is None:
            return Given(404)
        tile = TileId(address.level or 0, address.number)
        if tiles.width_at(len(self.entries), tile) < address.width:
            return Given(404)
        if address.level is None:
            some = self.entries[address.start : address.start + address.width]
            return Given(200, cached(address.path), pack(some))
        data = self.tiles[tile][: address.width * merkle.HASH_BYTES]
        return Given(200, cached(address.path), data)


class PaperExchange:
    """Answers as SHTE. Called with what was asked; stateful where the protocol is."""

    def __init__(
        self, *codes: str, now: datetime | None = None, spoil: Callable[[Entry], Any] | None = None
    ) -> None:
        now = now or datetime.now(UTC)
        self.story = Story(venues(*(codes or ("SHTE", "SZTE", "SDTE"))), at=now - DAY)
        self.me: PaperVenue = self.story.venues[0]
        for _ in range(2):
            self.story.make(Kind.RENEW, self.me.code, by=())
        self.texts = dict(_text(number) for number in range(5))
        told = list(self.texts)
        entries = [canonical({"n": n, "content": told[n % len(told)]}) for n in range(290)]
        telling = Telling(self.me, self.story.venues[1])
        self.texts |= telling.texts
        for entry in telling.entries():
            if spoil is not None:
                spoil(entry)
            entries.append(canonical(entry))
        self.log = PaperLog(self.me.description.log_origin, self.me.log, entries)
        self.countersignatures = {
            f"/certificates/{number}/countersignatures/{self.me.code}": countersigned.bundle(
                statement, leaf=entries[index], log_proof=self.log.proof(index)
            )
            for number, statement, index in telling.countersigned(entries)
        }
        self.mirrors = {
            venue.code: PaperLog(
                venue.description.log_origin, venue.log, [canonical({"n": n}) for n in range(10)]
            )
            for venue in self.story.venues[1:2]
        }
        self.kept: dict[UUID, tuple[Message, int, bytes]] = {}
        self.expected: Counter[tuple[str, str]] = Counter()
        self.doors: dict[str, Callable[[Asked], Given]] = {
            "/network/apply": self.apply,
            "/network/inbox": self.inbox,
            "/network/held": self.held,
            "/network/paddle": lambda asked: self.signed_door(
                asked, "hutong-paddle/1", 422, "trade.unknown_order"
            ),
            "/network/assertion": lambda asked: self.signed_door(
                asked, "hutong-assertion/1", 403, "sign_in.code_unknown"
            ),
            "/log/content": self.contents,
            "/log/witness/add-checkpoint": self.witness,
        }

    def __call__(self, asked: Asked) -> Given:
        if asked.path.startswith("/live/lots/"):
            return Given(401, PROBLEM, b'{"code": "auctions.token_missing"}')
        path = urlsplit(asked.path).path if not asked.path.startswith("//") else asked.path
        if path in self.doors:
            return self.doors[path](asked) if asked.method == "POST" else Given(405)
        if asked.method != "GET":
            return Given(405)
        if path == "/.well-known/hutong.json":
            return _json(self.description())
        if path == "/network/members":
            return self.members(asked)
        if path == "/network/checkpoints":
            return _json(self.checkpoints())
        if path in ("/network/sign-in", "/network/signed-in"):
            return Given(403)
        if path in self.countersignatures:
            return _json(self.countersignatures[path])
        if path == "/network/forks":
            return _json({"forks": []})
        first, _, rest = path.removeprefix("/").partition("/")
        if first == "log" and rest.startswith("content/"):
            text = self.texts.get(rest.removeprefix("content/"))
            return Given(200, JSON, text) if text is not None else Given(404)
        if first == "log":
            return self.log.answer(rest) if rest[:5] in ("check", "tile/") else Given(404)
        if path.startswith("/network/lists/"):
            found = [one for one in self.story.told if path.endswith(one.digest)]
            return _json(found[0].as_json()) if found else Given(404)
        code, _, below = path.removeprefix("/network/mirror/").partition("/")
        return self.mirrors[code].answer(below) if code in self.mirrors else Given(404)

    def description(self) -> dict[str, Any]:
        me = self.me.description
        keys = VenueKeys(
            venue=Venue(code=me.code, name_zh=me.name_zh, name_en=me.name_en, origin=me.url[8:]),
            log=tuple(VerifierKey.parse(key) for key in me.log_keys),
            credential=tuple(multikey.read_ed25519(key) for key in me.credential_keys),
            message=tuple(multikey.read_ed25519(key) for key in me.message_keys),
            certificate_authorities=me.certificate_authorities,
            witness=tuple(VerifierKey.parse(key) for key in me.witness_keys),
        )
        return {
            "format": "hutong-venue/1",
            **{name: getattr(me, name) for name in ("code", "name_zh", "name_en", "region")},
            "origin": me.url,
            "keys": json.loads(keys.file()),
            "endpoints": {
                "checkpoint": "/log/checkpoint",
                "witness": "/log/witness",
                "members": "/network/members",
                "apply": "/network/apply",
                "inbox": "/network/inbox",
                "mirror": "/network/mirror/",
                "checkpoints": "/network/checkpoints",
            },
            "network": {"anchor": self.story.told[0].digest, "name": self.story.name},
            "rulebook_version": 1,
        }

    def members(self, asked: Asked) -> Given:
        query = parse_qs(urlsplit(asked.path).query)
        limit = min(int(query.get("limit", ["50"])[0]), 50)
        before = int(query["before"][0]) if "before" in query else None
        found = [one for one in self.story.told if before is None or one.list.version < before]
        found = found[::-1][:limit]
        oldest = found[-1].list.version if found else 0
        told: dict[str, Any] = {
            "format": "hutong-members/1",
            "network": self.story.told[0].digest,
            "name": self.story.name,
            "lists": [one.as_json() for one in found],
            "before": oldest or None,
        }
        if before is None:
            members = self.story.roll.members
            told["members"] = [members[code].as_json() for code in sorted(members)]
            told |= {"contradictions": [], "changes": []}
        return _json(told)

    def checkpoints(self) -> dict[str, Any]:
        def line(code: str, log: PaperLog, state: str) -> dict[str, Any]:
            size = log.checkpoint.size
            return {
                "code": code,
                "origin": log.origin,
                "size": size,
                "note": log.note,
                "state": state,
            }

        lines = [line(self.me.code, self.log, "own")]
        lines += [line(code, log, "following") for code, log in self.mirrors.items()]
        return {
            "format": "hutong-checkpoints/1",
            "at": iso(datetime.now(UTC)),
            "checkpoints": lines,
        }

    def apply(self, asked: Asked) -> Given:
        if len(asked.body) > 256 * 1024:
            return Given(413, PROBLEM, b'{"code": "too_large"}')
        try:
            found = Application.read(json.loads(asked.body))
            invalid = not found.is_signed
        except (ValueError, DocumentInvalid):
            return Given(422, PROBLEM, b'{"code": "venues.document_invalid"}')
        assert invalid
        return Given(422, PROBLEM, b'{"code": "venues.application_invalid"}')

    def held(self, asked: Asked) -> Given:
        given = self.signed_door(asked, "hutong-held/1", 204, "")
        if given.status != 204:
            return given
        told = json.loads(asked.body)
        if told["to"] != self.me.code:
            return Given(403)
        good = told["size"] >= 0 and len(told["root"]) == 64
        return Given(204) if good else Given(400)

    def signed_door(self, asked: Asked, tag: str, status: int, code: str) -> Given:
        """A door for members, signed with a tag of its own."""
        request = Request(dict(asked.headers), asked.body, path=asked.path)
        sender, now = asked.headers.get("hutong-from", ""), datetime.now(UTC)
        try:
            if not self.story.roll.is_good(sender):
                raise Refused(Refusal.NOT_IN_STANDING, venue=sender)
            keys = [multikey.read_ed25519(k) for k in self.story.roll.members[sender].message_keys]
            signing.verify_post(
                request, sender=sender, keys=lambda _: keys, now=now, tag=tag, covers=COVERS
            )
        except Refused as refusal:
            return Given(refusal.reason.status, PROBLEM, b'{"code": "network.message_unsigned"}')
        return Given(status, PROBLEM, canonical({"code": code}))

    def witness(self, asked: Asked) -> Given:
        try:
            request = AddCheckpoint.parse(asked.body)
            origin = Checkpoint.parse(note.parse(request.checkpoint).text).origin
        except NoteInvalid:
            return Given(400, PLAIN)
        return Given(403 if origin in {log.origin for log in self.mirrors.values()} else 404, PLAIN)

    def contents(self, asked: Asked) -> Given:
        try:
            digests = texts.read_digests(asked.body)
        except ValueError:
            return Given(400, PLAIN)
        said = ((digest, self.texts.get(digest, texts.UNKNOWN_TEXT)) for digest in digests)
        return Given(200, PLAIN, texts.write_answers(said))

    def inbox(self, asked: Asked) -> Given:
        request = Request(dict(asked.headers), asked.body, path=asked.path)
        status, body = self._taken(request)
        reply = signing.sign_reply(
            request,
            status,
            body,
            venue=self.me.code,
            signer=self.me.message,
            now=datetime.now(UTC),
        )
        return Given(status, reply.headers, body)

    def _taken(self, request: Request) -> tuple[int, bytes]:
        try:
            message = Message.parse(request.body)
            self._check(message, request)
            known = self.kept.get(message.id)
            line = message.sender, message.subject
            place = [m for m, _, _ in self.kept.values() if _place(m) == _place(message)]
            verdict = rules.judge(
                message,
                same_id=Kept(known[0].id, known[0].digest) if known else None,
                same_place=Kept(place[0].id, place[0].digest) if place else None,
                expected=self.expected[line],
            )
            if verdict is Verdict.REPEAT:
                assert known is not None
                return known[1], known[2]
            if verdict is Verdict.CONTRADICTION:
                raise Refused(Refusal.CONTRADICTED, kept="it")
            if verdict is Verdict.OUT_OF_ORDER:
                raise Refused(Refusal.OUT_OF_ORDER, expected=self.expected[line])
            status, body = self._handled(message)
        except Refused as refusal:
            facts = {name: v for name, v in refusal.facts.items() if isinstance(v, (str, int))}
            return refusal.reason.status, rules.refused(None, refusal, facts)
        self.kept[message.id] = message, status, body
        self.expected[line] += 1
        return status, body

    def _check(self, message: Message, request: Request) -> None:
        us, roll = self.me.code, self.story.roll
        if message.recipient != us:
            raise Refused(Refusal.NOT_FOR_US, us=us)
        if not roll.is_good(message.sender) or message.sender == us:
            raise Refused(Refusal.NOT_IN_STANDING, venue=message.sender)
        said = (request.headers.get("hutong-from"), request.headers.get("hutong-message-id"))
        if said != (message.sender, str(message.id)):
            raise Refused(Refusal.UNSIGNED, problem="headers")
        keys = [multikey.read_ed25519(k) for k in roll.members[message.sender].message_keys]
        now = datetime.now(UTC)
        signing.verify_request(request, sender=message.sender, keys=lambda _: keys, now=now)

    def _handled(self, message: Message) -> tuple[int, bytes]:
        try:
            return 200, rules.answered(message.id, self._answer(message))
        except Undecided as error:
            raise Refused(Refusal.UNDECIDED, why=str(error)) from error
        except Refused as refusal:
            return 422, rules.refused(message.id, refusal, dict(refusal.facts))

    def _answer(self, message: Message) -> Mapping[str, Any]:
        spoken = KINDS.get(message.kind)
        if spoken is None and message.kind != "network.ping":
            raise Refused(Refusal.UNKNOWN_KIND, kind=message.kind)
        if message.version != 1:
            raise Refused(Refusal.UNKNOWN_VERSION, kind=message.kind, versions=[1])
        if spoken is None:
            return {"pong": message.text("ping")}
        for field in spoken.checked:
            if not _is_like(message.body.get(field), spoken, field):
                raise Refused(
                    Refusal.BODY_UNFIT if spoken.unfit == UNFIT else _Named(spoken.unfit),
                    field=field,
                )
        if spoken.undecided:
            raise Undecided("not yet")
        if spoken.unknown and "" not in spoken.unknown:
            raise Refused(_Named(spoken.unknown[0]))
        return {}


class _Named:
    """A refusal of another area, as the wire shows it."""

    rule, status, text = "", 422, ""

    def __init__(self, code: str) -> None:
        self.code = code


def _is_like(value: Any, spoken: Spoken, field: str) -> bool:
    """Whether a value is of the type that the field has."""
    if field == spoken.about[1]:
        return _is_id(value)
    example = spoken.body[field]
    if isinstance(example, str) and len(example) == 36:
        return _is_id(value)
    if type(value) is not type(example):
        return False
    return not isinstance(value, int) or value >= 0


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and str(UUID(value)) == value


def _place(message: Message) -> tuple[str, str, int]:
    return message.sender, message.subject, message.sequence


def _text(number: int) -> tuple[str, bytes]:
    text = canonical({"salt": f"{number:032x}", "value": {"title": f"技术 {number}"}})
    return f"sha256:{hashlib.sha256(text).hexdigest()}", text


def _json(told: Mapping[str, Any]) -> Given:
    return Given(200, JSON, canonical(told))
