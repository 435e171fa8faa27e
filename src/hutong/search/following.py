"""
How the index follows the journal: entry by entry, in log order, one writer.

    read entries ─▶ what did they touch? ─▶ what does it look like now? ─▶ commit ─▶ remember position

A crash anywhere repeats some of it, which changes nothing. An index that is absent, of another
format, asked to be, or ahead of the journal (a restored backup) is built anew.
"""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog
import tantivy

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.search import index
from hutong.search.documents import Document, Kind

log = structlog.get_logger(__name__)
T = TypeVar("T")
ENTRIES = 200
CHUNK = 1000


@dataclass(frozen=True)
class Feed:
    """What an area offers: which events touch its things, and what the things look like.

    `documents` gives those of the ids that are public now; `everything` the ids of all that may be.
    """

    kind: Kind
    events: tuple[str, ...]
    touched: Callable[[Recorded], Iterable[UUID]]
    documents: Callable[[Sequence[UUID]], Iterable[Document]]
    everything: Callable[[], Iterator[UUID]]


@dataclass(frozen=True)
class Beside:
    """Things of other venues, each named by venue and id, which change without our journal.

    `changed` gives some that changed since a cursor, and the cursor after them; `ends` the cursor
    after all of them.
    """

    changed: Callable[
        [Mapping[str, int], int], tuple[Sequence[tuple[Kind, str, UUID]], Mapping[str, int]]
    ]
    documents: Callable[[Kind, Sequence[tuple[str, UUID]]], Iterable[Document]]
    everything: Callable[[Kind], Iterator[tuple[str, UUID]]]
    ends: Callable[[], Mapping[str, int]]


class Follower:
    """The one writer. `step` does what there is to do and says how much; `close` lets go.

    `home` gives the code of this venue, under which its own things are found.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        folder: Path | None = None,
        *,
        beside: Beside | None = None,
        home: Callable[[], str] = lambda: "",
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.stopping = stopping
        self.beside, self.home = beside, home
        self.feeds = {event: feed for feed in feeds for event in feed.events}
        self.all = tuple(feeds)
        self.folder = folder or index.home()
        self._held = contextlib.ExitStack()
        self._writes = False
        self._generation: index.Generation | None = None
        self._writer: tantivy.IndexWriter | None = None

    def step(self) -> int:
        """Bring the index up to date with what the journal has next. Returns documents written."""
        if not self._writes and not self._begin():
            return 0
        if self._generation is None or self._request.exists():
            return self.rebuild()
        try:
            return self._follow()
        except (ValueError, OSError) as broken:  # tantivy's: its files are not what they were
            log.warning("search_index_broken", why=str(broken))
            self._generation, self._writer = None, None
            return 1

    def rebuild(self) -> int:
        """Build the index anew and put it in use. Returns how many documents it has.

        Asked to stop it leaves what was in use in use.
        """
        started = time.monotonic()
        asked = self._request.exists()
        position, home = journal.end(), self.home()
        ends = self.beside.ends() if self.beside else {}
        place = self.folder / uuid.uuid4().hex
        place.mkdir(mode=0o700)
        made = index.open_index(place)
        writer = made.writer(index.HEAP_BYTES, 1)
        count = 0
        for feed in self.all:
            for ids in _chunks(feed.everything(), CHUNK):
                if self.stopping():
                    return 0
                for document in feed.documents(ids):
                    writer.add_document(index.entry(document, home))
                    count += 1
        if self.beside is not None:
            for kind in Kind:
                for others in _chunks(self.beside.everything(kind), CHUNK):
                    if self.stopping():
                        return 0
                    for document in self.beside.documents(kind, others):
                        writer.add_document(index.entry(document))
                        count += 1
        writer.commit()
        writer.wait_merging_threads()
        index.remember(place, position, ends)
        self._writer = None  # of the generation that goes
        index.put_in_use(place)
        if asked:
            self._request.unlink(missing_ok=True)
        self._generation = index.current(self.folder)
        log.info("search_rebuilt", documents=count, seconds=round(time.monotonic() - started, 1))
        return max(count, 1)

    def close(self) -> None:
        self._writer = None
        self._writes = False
        self._held.close()

    def _begin(self) -> bool:
        self._writes = self._held.enter_context(index.writing(self.folder))
        if not self._writes:
            self._held.close()
            return False
        here = index.current(self.folder)
        ahead = here is not None and (here.position > journal.end() or self._ahead(here.beside))
        self._generation = None if ahead else here
        return True

    @property
    def _request(self) -> Path:
        return self.folder / "rebuild"

    def _follow(self) -> int:
        here = self._generation
        assert here is not None, "a stale index is rebuilt first"
        end = journal.end()
        entries = journal.after(here.position, kinds=self.feeds, limit=ENTRIES)
        others, beside = (
            self.beside.changed(here.beside, CHUNK) if self.beside else ([], here.beside)
        )
        if not entries and beside == here.beside:
            # What concerns nothing here is not read again, and not worth a write either.
            self._generation = index.Generation(here.place, max(here.position, end), here.beside)
            return 0
        touched: dict[Kind, dict[UUID, None]] = {}
        for entry in entries:
            feed = self.feeds[entry.kind]
            touched.setdefault(feed.kind, {}).update(dict.fromkeys(feed.touched(entry)))
        written = 0
        for feed in self.all:
            for ids in _chunks(iter(touched.get(feed.kind, ())), CHUNK):
                written += self._write(here.place, feed, ids)
        written += self._write_others(here.place, others)
        if self._writer is not None:
            self._writer.commit()
        next_one = here.position
        if entries:
            last = entries[-1].position
            assert last is not None, "entries read by position have one"
            next_one = last + 1
        index.remember(here.place, next_one, beside)
        self._generation = index.Generation(here.place, next_one, dict(beside))
        return max(written, 1)

    def _ahead(self, beside: Mapping[str, int]) -> bool:
        """Whether the index knows of changes that the database has not: it was put back."""
        ends = self.beside.ends() if self.beside else {}
        return any(ends.get(name, 0) < read for name, read in beside.items())

    def _write_others(self, place: Path, others: Sequence[tuple[Kind, str, UUID]]) -> int:
        by_kind: dict[Kind, list[tuple[str, UUID]]] = {}
        for kind, venue, id in others:
            by_kind.setdefault(kind, []).append((venue, id))
        for kind, named in by_kind.items():
            assert self.beside is not None, "there are none but by it"
            writer = self._open(place)
            for venue, id in named:
                writer.delete_documents_by_term("key", index.key_of(kind, id, venue))
            for document in self.beside.documents(kind, named):
                writer.add_document(index.entry(document))
        return len(others)

    def _open(self, place: Path) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = index.open_index(place).writer(index.HEAP_BYTES, 1)
        return self._writer

    def _write(self, place: Path, feed: Feed, ids: Sequence[UUID]) -> int:
        writer, home = self._open(place), self.home()
        for id in ids:
            writer.delete_documents_by_term("key", index.key_of(feed.kind, id))
        for document in feed.documents(ids):
            writer.add_document(index.entry(document, home))
        return len(ids)


def ask_for_rebuild(folder: Path | None = None) -> None:
    """Let the worker that holds the index build it anew."""
    place = folder or index.home()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / "rebuild").touch()


def _chunks(source: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(source, size)):
        yield chunk
