"""
The picture of another venue: what the last entry said of each thing, made from its log alone (LO-4).

    entry ──hear──► what it says of things · texts it names · texts it erases
    text  ──tell──► what it says; an import's leads to further texts
                         └──► add · fill · erase ──► thing → name → unit

A unit is `[index, value]`, or for a text `[index, value, digest, standing]`. Of two units of one
name the one of the later entry stands; a text that was erased stays so. So it is the same picture in
whatever order entries and texts come, each once or twice: the newest first, the oldest first, or
from both ends. Pure.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from hutong.kit.canonical import digest as digest_of_bytes
from hutong.kit.canonical import digest_of

LOG: Final = "log"  # the name under which a thing keeps the entries that speak of it
LOG_KEPT: Final = 100
PART_LIMIT: Final = 64 * 1024 * 1024  # bytes of one text
RECORD: Final = "record"


class ThingKind(StrEnum):
    TECHNOLOGY = "technology"
    LISTING = "listing"
    LOT = "lot"
    DEAL = "deal"
    NOTICE = "notice"
    CERTIFICATE = "certificate"
    PARTY = "party"
    PROJECT = "project"
    PART = "part"  # of a joint project
    PROCEDURE = "procedure"


class Thing(NamedTuple):
    kind: str
    id: str


class Standing(StrEnum):
    WANTED = "wanted"
    HELD = "held"
    ERASED = "erased"


class Role(StrEnum):
    """What is to be done with a text that an entry or another text names."""

    TEXT = "text"  # it stands under a name of one thing
    MANIFEST = "manifest"  # of an import: names the texts with its records
    RECORDS = "records"  # some of an import's records
    OTHER = "other"  # kept with the log; the picture does not read it
    GUESS = "guess"  # a digest in an entry of a kind unknown here; perhaps no text at all


class Unreadable(ValueError):
    """An entry, or a text, that is not what its kind asks for. It stands in the log; nothing more."""


Fields = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Said:
    """What the entry at `index` says of a thing: facts by name, and digests of texts by name."""

    index: int
    thing: Thing
    facts: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    log: tuple[int, str, str] | None = None  # index, kind, time: kept with the thing


@dataclass(frozen=True, slots=True)
class Want:
    """A text named by the entry at `index`."""

    digest: str
    index: int
    role: Role
    thing: Thing | None = None
    name: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a text says under a name of a thing."""

    thing: Thing
    name: str
    digest: str
    value: Any


@dataclass(slots=True)
class Heard:
    """What entries and texts said, not yet part of a picture."""

    said: list[Said] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    filled: list[Filled] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    unreadable: list[tuple[int, str]] = field(default_factory=list)

    def things(self) -> set[Thing]:
        return {one.thing for one in self.said} | {one.thing for one in self.filled}

    def take(self, other: "Heard") -> None:
        self.said += other.said
        self.wants += other.wants
        self.filled += other.filled
        self.erased |= other.erased
        self.unreadable += other.unreadable


# -- reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry as the log has it (`journal.rules`)."""

    index: int
    kind: str
    version: int
    at: str
    subject: str
    facts: dict[str, Any]


def parse(index: int, data: bytes) -> Leaf:
    """Read an entry's bytes. Raises Unreadable."""
    try:
        body = loads(data)
        leaf = Leaf(
            index=index,
            kind=body["kind"],
            version=body.get("version", 1),
            at=body["at"],
            subject=body.get("subject", ""),
            facts=body.get("facts", {}),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(f"entry {index} is no entry: {error}") from error
    texts = (leaf.kind, leaf.at, leaf.subject)
    if not all(type(text) is str for text in texts) or type(leaf.facts) is not dict:
        raise Unreadable(f"entry {index} is no entry")
    return leaf


def loads(data: bytes) -> Any:
    """Read JSON into what a database can keep: no NUL, no half characters. Raises ValueError."""
    value = _DECODER.decode(data.decode())
    return _scrubbed(value) if b"\\u" in data else value


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


_DECODER: Final = json.JSONDecoder(parse_constant=_no_number)  # made once: each entry needs it


def _scrubbed(value: Any) -> Any:
    if type(value) is str:
        return value.replace("\0", "�").encode("utf-8", "replace").decode()
    if type(value) is dict:
        return {_scrubbed(name): _scrubbed(one) for name, one in value.items()}
    if type(value) is list:
        return [_scrubbed(one) for one in value]
    return value


def told_by(want: Want, data: bytes) -> Heard:
    """Read a text whose digest was checked: `data` is canonical JSON of salt and value."""
    heard = Heard()
    try:
        value = loads(data)["value"]
        match want.role:
            case Role.TEXT:
                assert want.thing is not None, "a text of a thing"
                heard.filled.append(Filled(want.thing, want.name, want.digest, value))
            case Role.MANIFEST:
                _manifest(heard, want, value)
            case Role.RECORDS:
                for row in value:
                    thing = technology(row["technology"])
                    heard.filled.append(Filled(thing, RECORD, want.digest, row["record"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return Heard(unreadable=[(want.index, f"{want.digest}: {error}")])
    return heard


def _manifest(heard: Heard, want: Want, value: Mapping[str, Any]) -> None:
    """An import: each part names its technologies, those that entered and those refreshed (TE-5)."""
    log = (want.index, "technologies.Imported", want.at)
    for part in value.get("parts", ()):
        digest = digest_in(part["records"])
        heard.wants.append(Want(digest, want.index, Role.RECORDS, at=want.at))
        entered = {"status": "entered", "entered_at": want.at}
        for facts, ids in ((entered, part["entered"]), ({}, part["refreshed"])):
            for id in ids:
                texts = {RECORD: digest}
                heard.said.append(Said(want.index, technology(id), facts, texts, log))


def technology(id: Any) -> Thing:
    return Thing(ThingKind.TECHNOLOGY.value, str(UUID(id)))


def digest_in(value: Any) -> str:
    """A digest as entries write it. Raises ValueError."""
    if type(value) is not str or not is_digest(value):
        raise ValueError("that is no digest")
    return value


def is_digest(value: str) -> bool:
    return (
        len(value) == 71 and value.startswith("sha256:") and not value[7:].strip("0123456789abcdef")
    )


def is_text_of(digest: str, data: bytes) -> bool:
    """Whether `data` are the bytes that `digest` names."""
    return digest_of_bytes(data) == digest


# -- the picture --------------------------------------------------------------------------------------


def add(fields: Fields, said: Said) -> bool:
    """Let a thing take what an entry said of it, where nothing later stands. Returns if it did."""
    changed = False
    index = said.index
    for name, value in said.facts.items():
        unit = fields.get(name)
        if unit is None or unit[0] < index:
            fields[name] = [index, value]
            changed = True
    for name, digest in said.texts.items():
        unit = fields.get(name)
        if unit is None or unit[0] < index:
            fields[name] = [index, None, digest, Standing.WANTED.value]
            changed = True
    if said.log is not None:
        changed |= _add_to_log(fields, list(said.log))
    return changed


def _add_to_log(fields: Fields, line: list[Any]) -> bool:
    lines = fields.setdefault(LOG, [])
    if not lines or lines[-1][0] < line[0]:
        lines.append(line)
    elif any(one[0] == line[0] for one in lines):
        return False
    else:
        lines.append(line)
        lines.sort(key=lambda one: one[0])
    del lines[:-LOG_KEPT]
    return True


def fill(fields: Fields, filled: Filled) -> bool:
    """Let a text be read, if it is the one that stands there and was not erased."""
    unit = fields.get(filled.name)
    if unit is None or len(unit) != 4 or unit[2] != filled.digest:
        return False
    if unit[3] != Standing.WANTED:
        return False
    unit[1], unit[3] = filled.value, Standing.HELD.value
    return True


def erase(fields: Fields, digests: Collection[str]) -> bool:
    """Take away what erased texts said; that they were erased stays to be seen (LO-2)."""
    changed = False
    for name, unit in fields.items():
        if name != LOG and len(unit) == 4 and unit[2] in digests and unit[3] != Standing.ERASED:
            unit[1], unit[3] = None, Standing.ERASED.value
            changed = True
    return changed


def apply(things: dict[Thing, Fields], heard: Heard, erased: Collection[str] = ()) -> set[Thing]:
    """Add what was heard to `things`; `erased`: texts known to be erased. Returns what changed."""
    changed: set[Thing] = set()
    for said in heard.said:
        if add(things.setdefault(said.thing, {}), said):
            changed.add(said.thing)
    for filled in heard.filled:
        if fill(things.setdefault(filled.thing, {}), filled):
            changed.add(filled.thing)
    gone = heard.erased.union(erased)
    if gone:
        changed |= {thing for thing, fields in things.items() if erase(fields, gone)}
    return changed


def digest_of_picture(things: Iterable[tuple[Thing, Fields]]) -> str:
    """One digest of a whole picture; two mirrors of one log have the same."""
    return digest_of(
        sorted([thing.kind, thing.id, digest_of(fields)] for thing, fields in things if fields)
    )


# -- all of it at once --------------------------------------------------------------------------------

FetchTexts = Callable[[list[str]], Mapping[str, bytes | None]]
"""Digests → bytes of those that are there; None for an erased one; absent when not to be had."""


@dataclass(slots=True)
class Texts:
    """The texts that were wanted: bytes by digest, None for an erased one; and who wanted them.

    What is wanted and has no bytes could not be had yet.
    """

    data: dict[str, bytes | None] = field(default_factory=dict)
    uses: dict[str, list[Want]] = field(default_factory=dict)

    def missing(self) -> list[str]:
        return [digest for digest in self.uses if digest not in self.data]


def read_texts(heard: Heard, fetch: FetchTexts) -> Texts:
    """Fetch what `heard` wants, and what that wants in turn; `heard` takes what they say.

    `fetch` gives only bytes that their digest names.
    """
    texts = Texts()
    wants = heard.wants
    while wants:
        new = {w.digest: None for w in wants if w.digest not in texts.uses}
        if new:
            texts.data.update(fetch(list(new)))
        more: list[Want] = []
        for want in wants:
            texts.uses.setdefault(want.digest, []).append(want)
            if want.digest in texts.data:
                more += tell(heard, want, texts.data[want.digest])
        wants = more
    return texts


def tell(heard: Heard, want: Want, data: bytes | None) -> list[Want]:
    """Let `heard` take what a text says; None: it was erased. Returns what is wanted besides."""
    if data is None:
        heard.erased.add(want.digest)
        return []
    told = told_by(want, data)
    heard.said += told.said
    heard.filled += told.filled
    heard.unreadable += told.unreadable
    return told.wants


def whole(
    entries: Iterable[tuple[int, bytes]],
    hear: Callable[[int, bytes], Heard],
    fetch: FetchTexts,
) -> Iterator[tuple[Thing, Fields]]:
    """The picture that entries and texts give from nothing; for comparing, and for tests."""
    things: dict[Thing, Fields] = {}
    all_of_it = Heard()
    for index, data in entries:
        all_of_it.take(hear(index, data))
    read_texts(all_of_it, fetch)
    apply(things, all_of_it)
    yield from things.items()
