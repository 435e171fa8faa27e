"""
A title on which no act is possible here, because of another venue (NE-5, NE-8).

    moving    its custody was offered to {venue}
    moved     {venue} has custody of it; its chapter here is closed
    disputed  the same right is registered at {venue}; the registrar's officers decide whose it is
    lost      they decided that it is {venue}'s

Pure.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.event import Content, Event, Private
from hutong.kit.refusal import N_, Reason, reason


class Bar(StrEnum):
    MOVING = "moving"
    MOVED = "moved"
    DISPUTED = "disputed"
    LOST = "lost"


class BarRefusal(Reason):
    MOVING = reason(
        "rights.moving", "NE-8", N_("{title}: its custody is being moved to {venue}. Wait for it.")
    )
    MOVED = reason("rights.moved", "NE-8", N_("{title}: {venue} has custody of it now. Act there."))
    DISPUTED = reason(
        "rights.disputed",
        "NE-5",
        N_("{title}: the same right is registered at {venue}. It is held until that is decided."),
    )
    LOST = reason(
        "rights.lost", "NE-5", N_("{title}: it was decided that {venue} registers this right.")
    )
    NOT_OURS = reason(
        "rights.not_barred", "NE-8", N_("Nothing about this title is under way with {venue}.")
    )
    NOT_SIMPLE = reason(
        "rights.not_movable", "NE-8", N_("{title} cannot be moved now: {why}."), 409
    )
    CHAPTER_WRONG = reason(
        "rights.chapter_wrong",
        "NE-8",
        N_("That is not the chapter the other venue's log says."),
        422,
    )
    CHAPTER_BEHIND = reason(
        "rights.chapter_behind",
        "NE-8",
        N_("{title}: the chapter written here does not continue the one that is shown."),
    )


REFUSED: Final = {
    Bar.MOVING: BarRefusal.MOVING,
    Bar.MOVED: BarRefusal.MOVED,
    Bar.DISPUTED: BarRefusal.DISPUTED,
    Bar.LOST: BarRefusal.LOST,
}


@dataclass(frozen=True, kw_only=True)
class TitleBarred(Event, kind="rights.TitleBarred"):
    """No act on it here from now on, because of `venue`."""

    technology: UUID
    bar: Bar
    venue: str


@dataclass(frozen=True, kw_only=True)
class TitleUnbarred(Event, kind="rights.TitleUnbarred"):
    technology: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class ChapterTaken(Event, kind="rights.ChapterTaken"):
    """The entries of another venue's register, taken over with the custody of the title.

    `entries`: [entry, its digest there, its digest here] each; they differ where parties have other
    ids here. `index`: the entry of that venue's log that closed the chapter.
    """

    technology: UUID
    from_venue: str
    index: int
    entries: Content[list[list[str]]]
    parties: Private[dict[str, Any]]
    proof: Content[dict[str, Any]]
