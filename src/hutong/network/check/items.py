"""
What is checked: items, each a sentence of docs/network.md and a function that finds out.

    @item("log.beyond", at="Mirrors: What is read", expects=N_("What no checkpoint covers …"))
    def beyond(run: Run) -> None:
        returns        kept
        need(…)        raises Broken: what was found instead
        cannot(…)      raises NotChecked: why nobody can tell from here
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NoReturn

from hutong.kit.refusal import Told
from hutong.network.check.wire import Answer, Wire
from hutong.network.messages.signing import Request
from hutong.transparency import multikey
from hutong.transparency.merkle import NodeReader
from hutong.transparency.note import Checkpoint, Signer, VerifierKey
from hutong.transparency.venue_keys import VenueKeys
from hutong.venues.lists import Member, SignedList
from hutong.venues.rolls import Roll


class Outcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    NOT_CHECKED = "not_checked"


class Broken(Exception):
    def __init__(self, found: Told) -> None:
        self.found = found
        super().__init__(found)


class NotChecked(Exception):
    def __init__(self, why: Told) -> None:
        self.why = why
        super().__init__(why)


def need(holds: object, found: str, /, **facts: object) -> None:
    """Raise Broken unless it holds; `found` says what is so instead."""
    if not holds:
        raise Broken(Told(found, **{name: shown(value) for name, value in facts.items()}))


def broken(found: str, /, **facts: object) -> NoReturn:
    raise Broken(Told(found, **{name: shown(value) for name, value in facts.items()}))


def cannot(why: str, /, **facts: object) -> NoReturn:
    raise NotChecked(Told(why, **{name: shown(value) for name, value in facts.items()}))


class Proof(str):
    """What is shown whole: it convicts somebody."""


def shown(value: object) -> object:
    """What the other side sent, fit to be printed: short, and nothing a terminal would obey."""
    if isinstance(value, (int, Told)):
        return value
    text = str(value)
    text = text if isinstance(value, Proof) else text[:300]
    return "".join(c if c.isprintable() else "�" for c in text)


@dataclass(frozen=True, slots=True)
class Self:
    """The venue that checks, when it is a member: its code, and how it signs messages."""

    code: str
    signer: Signer


@dataclass
class Run:
    """One check of one venue: what was learnt so far, for the items that come after."""

    wire: Wire
    anchor: str | None = None
    me: Self | None = None
    contradict: bool = False
    pause: float = 3.0  # between two looks at the checkpoint
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    description: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    keys: VenueKeys | None = None
    lists: list[SignedList] = field(default_factory=list)
    roll: Roll | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    checkpoint: Checkpoint | None = None
    read: NodeReader | None = None
    entries: list[Any] = field(default_factory=list)  # the last of its log, read
    digests: list[str] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    relayed: list[Mapping[str, Any]] = field(default_factory=list)
    mirrored: list[Member] = field(default_factory=list)
    replies: list[tuple[Request, Answer]] = field(default_factory=list)
    subject: str = ""
    first_ping: tuple[Request, Answer] | None = None

    @property
    def listed(self) -> Member | None:
        """The venue as the verified list has it."""
        return self.roll.members.get(self.code) if self.roll is not None else None

    @property
    def log_keys(self) -> list[VerifierKey]:
        """By which its log signs: by the list, or without a network as it says itself."""
        if self.listed is not None:
            return [VerifierKey.parse(key) for key in self.listed.log_keys]
        return list(self.keys.log) if self.keys is not None else []

    @property
    def message_keys(self) -> list[bytes]:
        if self.listed is not None:
            return [multikey.read_ed25519(key) for key in self.listed.message_keys]
        return list(self.keys.message) if self.keys is not None else []


Check = Callable[[Run], None]


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    at: str  # the paragraph of docs/network.md
    expects: str
    check: Check
    needs: tuple[str, ...] = ()


ITEMS: Final[dict[str, Item]] = {}


def item(
    id: str, *, at: str, expects: str, needs: tuple[str, ...] = ()
) -> Callable[[Check], Check]:
    """Enter a check into the table, in the order in which they are made."""

    def enter(check: Check) -> Check:
        assert id not in ITEMS, id
        ITEMS[id] = Item(id, at, expects, check, needs)
        return check

    return enter
