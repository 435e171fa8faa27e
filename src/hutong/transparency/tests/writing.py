"""Acts to write into a journal, for tests of what comes after it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hutong.journal.actions import action, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event, Visibility
from hutong.transparency import queries

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Noted(Event, kind="transparencytests.Noted"):
    text: str


@dataclass(frozen=True, kw_only=True)
class Kept(Event, kind="transparencytests.Kept", visibility=Visibility.JOURNALLED):
    text: str


@action(power=None)
def note_down(*, actor: Actor, now: datetime, texts: list[str], event: type = Noted) -> list[int]:
    return [record(f"thing:{text}", event(text=text))[0] for text in texts]


def write(count, start=0, event=Noted):
    texts = [str(n) for n in range(start, start + count)]
    return note_down(actor=SYSTEM, now=NOW, texts=texts, event=event)


def discrepancies():
    return [str(found) for found in queries.audit()]
