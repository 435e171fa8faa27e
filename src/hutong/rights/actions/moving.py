"""
Custody of a title goes to another venue, or comes from one; a title in dispute with one (NE-5, NE-8).

    here     bar (moving) ─▶ close_chapter (moved)        │  unbar, when nothing comes of it
    there    take_chapter: every entry as it was written, checked against the digests in that
             venue's log, with the ids that the parties have here

The network's area leads: it knows what the venues agreed, and what the logs say.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import parse_iso
from hutong.kit.refusal import Refused
from hutong.rights import register
from hutong.rights.actions import projecting
from hutong.rights.barring import Bar, BarRefusal, ChapterTaken, TitleBarred, TitleUnbarred
from hutong.rights.constraints import refused_over
from hutong.rights.models import Entry, Holding, Title
from hutong.rights.queries.chapters import why_not_movable
from hutong.rights.queries.titles import FOREVER, entries_of
from hutong.technologies import actions as technologies


def _locked(technology: UUID) -> Title | None:
    """The title, locked, whatever bars it."""
    return Title.objects.select_for_update().filter(technology=technology).first()


def _of(technology: UUID) -> str:
    return subject("technology", technology)


@action(power=None)
def bar(*, actor: Actor, now: datetime, technology: UUID, why: Bar, venue: str) -> None:
    """Let no act be done on a title, because of another venue.

    `moving`: refused where something is under way over it that is finished here first.
    """
    title = _locked(technology)
    if why is Bar.MOVING and (problem := why_not_movable(technology)) is not None:
        refused = refused_over(BarRefusal.NOT_SIMPLE, technology)
        refused.facts["why"] = problem
        raise refused
    if title is None or (title.bar, title.bar_venue) == (why.value, venue):
        nothing_changed()
        return
    if title.bar and (why is Bar.DISPUTED or title.bar == Bar.MOVED):
        nothing_changed()  # what goes elsewhere is barred as it is
        return
    title.bar, title.bar_venue = why.value, venue
    title.save(update_fields=["bar", "bar_venue"])
    record(_of(technology), TitleBarred(technology=technology, bar=why, venue=venue))


@action(power=None)
def unbar(*, actor: Actor, now: datetime, technology: UUID, venue: str) -> None:
    """What was under way with a venue is over, and the title is this venue's as before."""
    title = _locked(technology)
    if title is None or title.bar_venue != venue or title.bar == Bar.MOVED:
        nothing_changed()
        return
    title.bar, title.bar_venue = "", ""
    title.save(update_fields=["bar", "bar_venue"])
    record(_of(technology), TitleUnbarred(technology=technology, venue=venue))


@action(power=None)
def close_chapter(*, actor: Actor, now: datetime, technology: UUID, to: str) -> None:
    """The title is in another venue's custody from now on; its technology leaves this market."""
    title = _locked(technology)
    if title is None or (title.bar, title.bar_venue) != (Bar.MOVING, to):
        raise refused_over(BarRefusal.NOT_OURS, technology)
    title.bar = Bar.MOVED.value
    title.save(update_fields=["bar"])
    record(_of(technology), TitleBarred(technology=technology, bar=Bar.MOVED, venue=to))
    technologies.give_up(actor=actor, now=now, technology=technology, to=to)


@action(power=None)
def take_chapter(
    *,
    actor: Actor,
    now: datetime,
    technology: UUID,
    from_venue: str,
    index: int,
    entries: Sequence[Mapping[str, Any]],
    parties: Mapping[UUID, UUID],
    proof: Mapping[str, Any],
) -> None:
    """Write down a title as another venue's register has it; from now on it goes on here.

    `entries`: the chapter (`queries.chapters.chapter`) whose digests the caller found in that
    venue's log; `parties`: their ids there → here. What was written here before the title went
    there must be how the chapter begins. Refused: CHAPTER_WRONG, CHAPTER_BEHIND.
    """
    title = _locked(technology)
    if title is not None and (title.bar, title.bar_venue) != (Bar.MOVED, from_venue):
        raise refused_over(BarRefusal.CHAPTER_BEHIND, technology)
    known = {row.id: row for row in Entry.objects.filter(technology=technology)}
    if not known.keys() <= {UUID(one["id"]) for one in entries}:
        raise refused_over(BarRefusal.CHAPTER_BEHIND, technology)
    rows, holdings, told = [], [], []
    for one in entries:
        there, held = _row(technology, one, {})
        if there.digest(held) != one["digest"]:
            raise Refused(BarRefusal.CHAPTER_WRONG)
        here, held = _row(technology, one, parties)
        told.append([one["id"], one["digest"], here.digest(held)])
        if here.id not in known:
            rows.append(here)
            holdings += held
    Entry.objects.bulk_create(rows)
    Holding.objects.bulk_create(holdings)
    everything = entries_of([technology])[technology]
    state = register.replay(everything, on=register.EVER, known_at=FOREVER)
    title = _placed(title, technology, everything, state, now)
    projecting.rebuild(title, state)
    record(
        _of(technology),
        ChapterTaken(
            technology=technology,
            from_venue=from_venue,
            index=index,
            entries=told,
            parties={str(there): str(here) for there, here in parties.items()},
            proof=dict(proof),
        ),
    )


def _placed(
    title: Title | None,
    technology: UUID,
    entries: Sequence[register.Entry],
    state: register.TitleState,
    now: datetime,
) -> Title:
    moved = Entry.objects.filter(technology=technology, holdings__isnull=False)
    last = moved.order_by("-sequence").first()
    if last is None:
        raise Refused(BarRefusal.CHAPTER_WRONG)
    placed = title or Title(technology=technology, registered_at=now)
    placed.entries, placed.holdings_entry = len(entries), last
    placed.frozen, placed.closed = bool(state.freezes), bool(state.closed_by)
    placed.last_on = max(entry.effective_on for entry in entries)
    placed.last_known_at = max(entry.known_at for entry in entries)
    placed.bar, placed.bar_venue = "", ""
    placed.save()
    placed.refresh_from_db()  # its line is the database's
    return placed


def _row(
    technology: UUID, said: Mapping[str, Any], parties: Mapping[UUID, UUID]
) -> tuple[Entry, list[Holding]]:
    """An entry of a chapter, its parties by the ids in `parties`. Raises Refused where it is none."""
    try:
        row = Entry(
            id=UUID(said["id"]),
            number=said["number"],
            kind=said["kind"],
            technology=technology,
            sequence=said["sequence"],
            effective_on=date.fromisoformat(said["effective_on"]),
            known_at=parse_iso(said["known_at"]),
            facts=_renamed(said["facts"], parties),
            source=said["source"],
            corrects_id=UUID(said["corrects"]) if said["corrects"] else None,
            rulebook_version=said["rulebook_version"],
            salt=said["salt"],
            chapter=said["chapter"],
        )
        held = [
            Holding(
                entry=row,
                power=power,
                party=parties.get(UUID(party), UUID(party)),
                numerator=numerator,
                denominator=denominator,
            )
            for power, party, numerator, denominator in said["holdings"]
        ]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Refused(BarRefusal.CHAPTER_WRONG) from error
    return row, held


def _renamed(value: Any, parties: Mapping[UUID, UUID]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(part, parties) for name, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, parties) for part in value]
    if isinstance(value, str) and len(value) == 36:
        try:
            here = parties.get(UUID(value))
        except ValueError:
            return value
        return str(here) if here else value
    return value
