"""
The index on disk, and who may open it.

    <state>/search/current         names the generation in use
    <state>/search/<generation>/   tantivy's files, and `read.json`: how far the journal was read

A new generation is built beside the old one and takes its place at once. Writing needs the lock
`writer`, which one process of a machine holds; reading needs nothing.
"""

import contextlib
import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tantivy
from django.conf import settings

from hutong.search.documents import Document, Facet
from hutong.search.words import analyzer, codes, cut, pairs

FORMAT = 2  # of what is below; another one is built anew
HEAP_BYTES = 48_000_000
NEVER = 2**62  # of ends and prices that there are not: sorted last


def home() -> Path:
    return Path(settings.STATE) / "search"


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw")
    builder.add_text_field(
        "type", stored=True, fast=True, tokenizer_name="raw", index_option="basic"
    )
    builder.add_text_field("title_zh", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title_en", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "names", "words"):
        builder.add_text_field(name, tokenizer_name="words", index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("code", tokenizer_name="raw", index_option="basic")
    for facet in Facet:
        builder.add_text_field(f"f_{facet}", fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("at", "ends_at", "price_fen", "price_down", "open"):
        builder.add_integer_field(name, indexed=True, fast=True)
    return builder.build()


def key_of(kind: str, id: object, venue: str = "") -> str:
    """What a thing is replaced by; another venue's can never take the place of ours."""
    return f"{kind}:{id}@{venue}" if venue else f"{kind}:{id}"


def entry(document: Document, home: str = "") -> tantivy.Document:
    """A document as the index keeps it; `home` is the code of this venue."""
    titles = [t for t in (document.title_zh, document.title_en) if t]
    made = tantivy.Document()
    made.add_text("key", key_of(document.kind, document.id, document.venue))
    if venue := document.venue or home:
        made.add_text(f"f_{Facet.VENUE}", venue)
    made.add_text("type", document.kind.value)
    made.add_text("title_zh", document.title_zh)
    made.add_text("title_en", document.title_en)
    made.add_text("title", cut(titles))
    made.add_text("names", cut(document.names))
    made.add_text("words", cut(document.texts))
    made.add_text("pairs", pairs([*titles, *document.names]))
    for code in {form for given in document.codes for form in codes(given)}:
        made.add_text("code", code)
    for facet, values in document.facets.items():
        for value in dict.fromkeys(values):
            made.add_text(f"f_{facet}", value)
    made.add_integer("at", int(document.at.timestamp()) if document.at else 0)
    made.add_integer("ends_at", int(document.ends_at.timestamp()) if document.ends_at else NEVER)
    made.add_integer("price_fen", NEVER if document.price_fen is None else document.price_fen)
    made.add_integer("price_down", -1 if document.price_fen is None else document.price_fen)
    made.add_integer("open", int(document.open))
    return made


def open_index(place: Path) -> tantivy.Index:
    found = tantivy.Index(schema(), path=str(place))
    found.register_tokenizer("words", analyzer())
    return found


@dataclass(frozen=True)
class Generation:
    """One index. `position`: the journal's entry that is to be read next; `beside`: how far other
    venues' things were read."""

    place: Path
    position: int
    beside: Mapping[str, int] = field(default_factory=dict)


def current(at: Path | None = None) -> Generation | None:
    """The generation in use; None where there is none, or one of another format."""
    folder = at or home()
    try:
        place = folder / (folder / "current").read_text().strip()
        read = json.loads((place / "read.json").read_text())
    except (OSError, ValueError):
        return None
    if read.get("format") != FORMAT:
        return None
    return Generation(place, read["position"], read.get("beside", {}))


def remember(place: Path, position: int, beside: Mapping[str, int] | None = None) -> None:
    """Note how far all is in the index; after the index itself has been committed."""
    read = {"format": FORMAT, "position": position, "beside": dict(beside or {})}
    _replace(place / "read.json", json.dumps(read))


def put_in_use(place: Path) -> None:
    """Let searches go to the generation `place`, and remove what is left of others."""
    _replace(place.parent / "current", place.name)
    for other in place.parent.iterdir():
        if other.is_dir() and other != place:
            shutil.rmtree(other, ignore_errors=True)


def _replace(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    os.replace(new, file)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[bool]:
    """Hold the writer's lock; gives False when somebody else has it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "writer").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


# Open indexes of this process, by place: opening one takes milliseconds, a search less.
_open: dict[Path, tuple[tantivy.Index, int]] = {}
_opening = threading.Lock()


def searcher() -> tuple[tantivy.Index, tantivy.Searcher] | None:
    """What to search now: always the latest commit. None where there is no index yet."""
    generation = current()
    if generation is None:
        return None
    place = generation.place
    try:
        stamp = (place / "meta.json").stat().st_mtime_ns
        with _opening:
            known = _open.get(place)
            if known is None:
                _open.clear()
                known = _open[place] = (open_index(place), stamp)
            elif known[1] != stamp:
                known[0].reload()
                known = _open[place] = (known[0], stamp)
    except (OSError, ValueError):
        return None  # its place was taken by a new one this instant
    return known[0], known[0].searcher()
