"""
Following the members' logs, by the worker: each mirror by itself, so that who is slow delays none.

    a checkpoint shown to our witness ─NOTIFY─┐
    the clock ────────────────────────────────┴─► due? ─► a thread of the pool ─► look · fill · texts

Its home is asked first; when it does not answer, other members' mirrors of it are. Now and then one
of them is asked what checkpoints it knows: a log that shows us another history than them is caught,
and one that is cut off from us is followed through them.

In a large network a home shows its checkpoints to some members only, the relays among them. Everybody
else asks one relay every second what is new, and reads the entries there (venues/relaying.py).
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import quote

import structlog
from django.db import connection, connections

from hutong.due import queries as due
from hutong.kit.actor import SYSTEM
from hutong.network.mirrors import actions, following, gaps, queries
from hutong.network.mirrors.following import News, Source
from hutong.network.mirrors.near import Near, Visit
from hutong.network.mirrors.picture import Heard, Role, Thing, Want, read_texts
from hutong.network.mirrors.queries import Task
from hutong.network.mirrors.sources import Web
from hutong.transparency.mirror import LogInvalid
from hutong.transparency.note import NoteInvalid, VerifierKey
from hutong.transparency.reading import Unreachable
from hutong.venues import queries as venues
from hutong.venues.lists import Member
from hutong.venues.relaying import asked, slower

log = structlog.get_logger(__name__)

BUNDLES: Final = 32  # a step
LATE_TEXTS: Final = 200
AT_ONCE: Final = 4  # mirrors
ROUNDS: Final = 400  # steps of one mirror before others have their turn
RELAYS: Final = 3  # other members asked when a home does not answer
GOSSIP_SECONDS: Final = 20.0
RELAY_SECONDS: Final = 1.0
MEMBERS_SECONDS: Final = 1.0
LOCK: Final = 0x4D495252  # "MIRR"; with a mirror's id: who holds it follows that mirror


@dataclass(frozen=True, slots=True)
class Known:
    """What a member knows of all logs. `at`: by its clock, to ask from the next time."""

    at: str
    checkpoints: list[dict[str, Any]]


class Sources(Protocol):
    """Where logs are read; tests put venues of their own in its place."""

    def home(self, member: Member) -> Source: ...

    def relay(self, member: Member, code: str) -> Source:
        """Another member's mirror of the log of `code`."""
        ...

    def checkpoints(self, member: Member, since: str = "") -> Known:
        """The checkpoints a member knows, of logs with news `since`. Raises Unreachable, LookupError."""
        ...


class Webs:
    """Sources over HTTP; connections are kept."""

    def __init__(self) -> None:
        self._kept: dict[str, Web] = {}
        self._lock = threading.Lock()

    def home(self, member: Member) -> Source:
        return self._web(f"{member.url}/log")

    def relay(self, member: Member, code: str) -> Source:
        return self._web(f"{member.url}/network/mirror/{code}")

    def checkpoints(self, member: Member, since: str = "") -> Known:
        asked = f"checkpoints?since={quote(since)}" if since else "checkpoints"
        told = self._web(f"{member.url}/network").json(asked)
        if not isinstance(told, dict):
            return Known("", [])
        at, found = told.get("at"), told.get("checkpoints")
        listed = found if isinstance(found, list) else []
        notes = [one for one in listed if isinstance(one, dict)]
        return Known(at if isinstance(at, str) and len(at) < 40 else "", notes)

    def _web(self, url: str) -> Web:
        with self._lock:
            if url not in self._kept:
                self._kept[url] = Web(url)
            return self._kept[url]

    def close(self) -> None:
        with self._lock:
            for web in self._kept.values():
                web.close()
            self._kept.clear()


# -- one mirror ---------------------------------------------------------------------------------------


def never() -> bool:
    return False


def follow(
    member: Member,
    mirror: int,
    sources: Sources,
    *,
    rounds: int = ROUNDS,
    relay: Member | None = None,
    stopping: Callable[[], bool] = never,
) -> int:
    """Do what there is to do for one mirror. Returns how many steps changed something.

    What a `relay` told of is read there first. Never raises for what the other side does; the reason stands with the mirror.
    """
    done, visit = 0, Visit(sources)
    for _ in range(rounds):
        real_now = datetime.now(UTC)
        task = queries.task(mirror, real_now)
        if task is None or stopping():
            break
        if relay is not None and _told_by(relay, task, member, visit, real_now):
            done += 1
            continue
        if not _step(task, member, visit, real_now):
            break
        done += 1
        if _was_all(task):
            break
    return done


def _was_all(task: Task) -> bool:
    """Whether a step that did something leaves nothing to do: it filled the only gap."""
    whole = len(task.gaps) == 1 and gaps.newest(task.gaps, BUNDLES) == task.gaps[0]
    return whole and not (task.pushed or task.look or task.texts)


def _step(task: Task, member: Member, visit: Visit, real_now: datetime) -> bool:
    """One step, from the home, or from whoever else has the log. Returns whether it did anything."""
    keys = venues.keys_in(member).log
    try:
        return _step_from(visit.home(member), task, keys, real_now)
    except (Unreachable, LookupError, LogInvalid, NoteInvalid) as error:
        problem, away = str(error), isinstance(error, Unreachable)
    for relay in _relays(member.code):
        try:
            if _step_from(visit.relay(relay, member.code), task, keys, real_now):
                return True
        except (Unreachable, LookupError, LogInvalid, NoteInvalid):
            continue
    log.info("mirror_stopped", venue=member.code, why=problem)
    actions.keep_failure(task.mirror, problem, away=away, real_now=real_now)
    return False


def _told_by(relay: Member, task: Task, member: Member, visit: Visit, real_now: datetime) -> bool:
    """One step from a relay's mirror. Returns whether it did anything; else the home is asked.

    The home is looked at first hand, and so is what it showed us itself.
    """
    if relay.code == member.code or task.look or task.pushed:
        return False
    keys = venues.keys_in(member).log
    try:
        return _step_from(visit.relay(relay, member.code), task, keys, real_now)
    except (Unreachable, LookupError, LogInvalid, NoteInvalid):
        return False


def _relays(code: str) -> list[Member]:
    others = [member for member in venues.others() if member.code != code]
    turn = int(datetime.now(UTC).timestamp()) % max(1, len(others))
    return (others[turn:] + others[:turn])[:RELAYS]


def _step_from(source: Near, task: Task, keys: tuple[VerifierKey, ...], real_now: datetime) -> bool:
    grown = filled = told = False
    if task.pushed or task.look:
        raw = task.pushed or source.fetch("checkpoint").decode()
        given: dict[str, Any] = {"pushed": bool(task.pushed), "real_now": real_now}
        try:
            grown = consider(task, raw, source, keys, **given)
        except LogInvalid:  # of its entries; its tiles alone say what tree it is
            grown = consider(task, raw, source.far, keys, **given)
    if not grown and task.gaps:
        filled = _fill(task, source, real_now)
    if not grown and task.texts:
        told = _late_texts(task, source, real_now)
    return grown or filled or told


def consider(
    task: Task,
    raw: str,
    source: Source,
    keys: tuple[VerifierKey, ...],
    *,
    pushed: bool,
    real_now: datetime,
) -> bool:
    """Look at a checkpoint of a log, wherever it was seen. Returns whether the log has grown.

    Raises NoteInvalid, LogInvalid, Unreachable.
    """
    news = following.look(
        task.have,
        raw,
        origin=task.origin,
        keys=keys,
        source=source,
        nodes=queries.nodes(task.mirror),
    )
    if news.fork is not None:
        freeze(task, news, source.name)
        return False
    return actions.keep_news(
        task.mirror, news, had=task.have.tree.size, pushed=pushed, real_now=real_now
    )


def freeze(task: Task, news: News, shown_by: str) -> None:
    log.error("log_forked", venue=task.code, log=task.origin, shown_by=shown_by)
    now = due.venue_now(datetime.now(UTC))
    actions.freeze(actor=SYSTEM, now=now, mirror=task.mirror, news=news, shown_by=shown_by)


def _fill(task: Task, source: Source, real_now: datetime) -> bool:
    wanted = gaps.newest(task.gaps, BUNDLES)
    if wanted is None:
        return False
    start, end = wanted
    numbers = range(start // 256, -(-end // 256))
    hashes = queries.leaf_hashes(task.mirror, numbers)
    came = following.stretch(
        start,
        end,
        size=task.have.tree.size,
        hashes=lambda number: hashes.get(number, b""),
        source=source,
    )
    return actions.keep_entries(task.mirror, came, real_now=real_now)


def _late_texts(task: Task, source: Source, real_now: datetime) -> bool:
    wanted = queries.wanted_texts(task.mirror, real_now, LATE_TEXTS)
    heard = Heard()
    for digest, uses in wanted:
        heard.wants += [_want(digest, use) for use in uses]
    texts = read_texts(heard, following.checked_texts(source))
    actions.keep_texts(task.mirror, texts, heard, real_now=real_now)
    return any(digest in texts.data for digest, _ in wanted)


def _want(digest: str, use: list[Any]) -> Want:
    index, role, kind, id, name, at = use
    return Want(digest, index, Role(role), Thing(kind, id) if kind else None, name, at)


# -- what others know ---------------------------------------------------------------------------------


def listen(member: Member, mirrors: dict[str, int], sources: Sources) -> int:
    """Ask a member what checkpoints it knows, and look at each. Returns how many brought news."""
    try:
        told = sources.checkpoints(member)
    except (Unreachable, LookupError):
        return 0
    return look_at_all(told.checkpoints, member, mirrors, sources)


def look_at_all(
    told: list[dict[str, Any]],
    member: Member,
    mirrors: dict[str, int],
    sources: Sources,
    *,
    relayed: bool = False,
) -> int:
    """Look at each checkpoint a member told. Returns how many brought news."""
    if not told:
        return 0
    known = {one.code: one for one in venues.others()}
    news = 0
    for one in told:
        code, raw = one.get("code"), one.get("note")
        if code not in known or code not in mirrors or type(raw) is not str:
            continue
        real_now = datetime.now(UTC)
        with only_one(mirrors[code]) as mine:
            if mine:
                news += _look_at(
                    known[code], raw, member, mirrors[code], sources, real_now, relayed=relayed
                )
    return news


def _look_at(
    of: Member,
    raw: str,
    shown_by: Member,
    mirror: int,
    sources: Sources,
    real_now: datetime,
    *,
    relayed: bool,
) -> bool:
    task = queries.task_to_look(mirror)
    if task is None or task.have.note == raw:
        return False
    keys = venues.keys_in(of).log
    source = sources.home(of) if shown_by.code == of.code else sources.relay(shown_by, of.code)
    try:
        return consider(task, raw, source, keys, pushed=relayed, real_now=real_now)
    except (Unreachable, LookupError, LogInvalid, NoteInvalid):
        return False


# -- all of them --------------------------------------------------------------------------------------


@contextmanager
def only_one(mirror: int) -> Iterator[bool]:
    """Hold a mirror for this thread's connection; gives False when another has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, mirror])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, mirror])


class Following:
    """All mirrors of a venue. `step` starts what is due and says whether something was done."""

    def __init__(
        self,
        sources: Sources | None = None,
        *,
        ring: Callable[[], None] = lambda: None,
        stopping: Callable[[], bool] = never,
    ) -> None:
        self.sources = sources or Webs()
        self._ring, self._stopping = ring, stopping
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirror")
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._members: dict[int, Member] = {}
        self._listed = ""  # digest of the list that names them
        self._asked_members = 0.0
        self._gossiped = datetime.now(UTC).timestamp()
        self._turn = 0
        self._relays: list[Member] = []  # whom to ask for news, in a large network
        self._relayed = 0.0
        self._since: dict[str, str] = {}  # relay → its clock when it was asked last

    def step(self) -> int:
        now = datetime.now(UTC)
        if now.timestamp() - self._asked_members >= MEMBERS_SECONDS:
            self._asked_members = now.timestamp()
            self._read_list()
        if not self._members:
            return 0
        for mirror in queries.due(self._members, now):
            self._start(mirror, self._follow, self._members[mirror])
        if self._relays and now.timestamp() - self._relayed >= RELAY_SECONDS:
            self._relayed = now.timestamp()
            self._start(-2, self._ask_relay, self._relays[0])
        if now.timestamp() - self._gossiped >= slower(GOSSIP_SECONDS, len(self._members)):
            self._gossiped = now.timestamp()
            self._turn += 1
            members = list(self._members.values())
            self._start(-1, self._listen, members[self._turn % len(members)])
        return 0

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if isinstance(self.sources, Webs):
            self.sources.close()

    def _read_list(self) -> None:
        """Who there is to follow, where the list is another than before."""
        network = venues.network()
        listed = network.digest if network else ""
        if listed != self._listed:
            self._members = self._current_members()
            self._relays = self._current_relays()
            self._listed = listed

    def _current_members(self) -> dict[int, Member]:
        return {
            actions.begin(code=member.code, origin=member.log_origin): member
            for member in venues.others()
        }

    def _current_relays(self) -> list[Member]:
        network = venues.network()
        if network is None:
            return []
        known = {member.code: member for member in self._members.values()}
        mine = venues.my_code()
        return [known[code] for code in asked(mine, network.anchor, [*known, mine])]

    def _start(self, mirror: int, work: Callable[[int, Member], int], member: Member) -> None:
        with self._lock:
            if mirror in self._busy:
                return
            self._busy.add(mirror)
        self._pool.submit(self._run, mirror, work, member)

    def _run(self, mirror: int, work: Callable[[int, Member], int], member: Member) -> None:
        done = 0
        try:
            done = work(mirror, member)
        except Exception:
            log.exception("mirror_failed", venue=member.code)
            connections.close_all()
        finally:
            with self._lock:
                self._busy.discard(mirror)
            if done:
                self._ring()

    def _follow(self, mirror: int, member: Member) -> int:
        with only_one(mirror) as mine:
            if not mine:
                return 0
            relay = self._relays[0] if self._relays else None
            return follow(member, mirror, self.sources, relay=relay, stopping=self._stopping)

    def _listen(self, _mirror: int, member: Member) -> int:
        mirrors = {one.code: id for id, one in self._members.items()}
        return listen(member, mirrors, self.sources)

    def _ask_relay(self, _mirror: int, relay: Member) -> int:
        """What is new, from one relay; from the next one when it does not answer."""
        mirrors = {one.code: id for id, one in self._members.items()}
        try:
            told = self.sources.checkpoints(relay, self._since.get(relay.code, ""))
        except (Unreachable, LookupError):
            if self._relays[:1] == [relay]:
                self._relays = [*self._relays[1:], relay]
            return 0
        self._since[relay.code] = told.at
        return look_at_all(told.checkpoints, relay, mirrors, self.sources, relayed=True)
