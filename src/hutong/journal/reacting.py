"""
Reactions: what follows an entry a moment later.

Each reaction has a cursor. The handling of some entries and the cursor's step over them are one
transaction, each entry under a savepoint of its own, so what a reaction writes in the database
happens once; what leaves the database happens at least once.
An entry that fails is parked with its error and tried again with growing delay; later entries of
the same subject queue behind it, so that order per subject holds. Others go on.
"""

import time
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from hutong.journal import queries
from hutong.journal.models import Cursor, Parked
from hutong.journal.queries import Recorded

log = structlog.get_logger(__name__)

FEW, BATCH = 8, 200  # entries read at once: few first, for a turn may be over after some of them
TURN_SECONDS = 0.5  # of one reaction, before others have theirs
TRANSACTION_SECONDS = 0.05  # then what was handled is committed, and its rows let go
MOMENT = timedelta(milliseconds=200)
FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=10)


class Later(Exception):
    """A handler's word that its time has not come: asked again in a moment, nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """`name` is stable (it keeps the cursor); `kinds` are event kinds; `handle` does the work."""

    name: str
    kinds: tuple[str, ...]
    handle: Callable[[Recorded], None]


def run_once(reactions: Sequence[Reaction], *, real_now: datetime) -> int:
    """Let each reaction handle what is new and what is due again. Returns how many were handled.

    Where there is nothing new this asks three times, however many reactions there are. One that has
    much to do has its turn, and the rest of it when it is called again.
    """
    parked = set(Parked.objects.values_list("reaction", flat=True).distinct())
    end, read = queries.end(), _read()
    _begin([r.name for r in reactions if r.name not in read])
    new = _with_news(reactions, read, end)
    handled = 0
    for reaction in reactions:
        if reaction.name in parked:
            handled += _retry(reaction, real_now)
        if reaction.name in new:
            handled += _advance(reaction, real_now)
    _pass_over([r.name for r in reactions if r.name not in new], read, end)
    return handled


def next_retry() -> datetime | None:
    """When a parked entry is to be tried again (real time); None where none waits."""
    waiting = Parked.objects.filter(next_try_at__isnull=False).order_by("next_try_at")
    return waiting.values_list("next_try_at", flat=True).first()


def is_quiet(reactions: Sequence[Reaction], *, but: Collection[str] = ()) -> bool:
    """Whether nothing waits for these, with a place or pending (parked entries aside).

    Entries of the kinds in `but` count for nothing.
    """
    if but:
        reactions = [replace(r, kinds=tuple(k for k in r.kinds if k not in but)) for r in reactions]
    if queries.any_pending({kind for reaction in reactions for kind in reaction.kinds}):
        return False
    return not _with_news(reactions, _read(), queries.end())


def _read() -> dict[str, int]:
    """How far each reaction has read, by name."""
    return dict(Cursor.objects.values_list("reaction", "position"))


def _begin(names: Sequence[str]) -> None:
    """Give those that never ran their cursors, before the first entry."""
    if names:
        Cursor.objects.bulk_create([Cursor(reaction=n) for n in names], ignore_conflicts=True)


def _with_news(reactions: Sequence[Reaction], read: dict[str, int], end: int) -> set[str]:
    """Those for whom an entry of their kinds stands where they have not read."""
    behind = [r for r in reactions if read.get(r.name, 0) < end]
    if not behind:
        return set()
    last = queries.kinds_from(min(read.get(r.name, 0) for r in behind))
    return {r.name for r in behind if any(last.get(k, -1) >= read.get(r.name, 0) for k in r.kinds)}


def _pass_over(names: Sequence[str], read: dict[str, int], end: int) -> None:
    """Note that nothing before `end` concerns these; else a rare kind is sought from the beginning
    again and again."""
    if all(read.get(name, 0) >= end for name in names):
        return
    with transaction.atomic():  # whoever is held is at work, and moves on by himself
        behind = Cursor.objects.select_for_update(skip_locked=True)
        behind = behind.filter(reaction__in=names, position__lt=end)
        free = list(behind.values_list("reaction", flat=True))
        Cursor.objects.filter(reaction__in=free).update(position=end)


def _cursor(reaction: Reaction) -> int:
    return Cursor.objects.values_list("position", flat=True).get(reaction=reaction.name)


def _advance(reaction: Reaction, real_now: datetime) -> int:
    """Handle what is new, for a turn: what takes long keeps nothing else waiting for all of it."""
    handled, over, limit = 0, time.monotonic() + TURN_SECONDS, FEW
    while entries := queries.after(_cursor(reaction), kinds=reaction.kinds, limit=limit):
        left: Sequence[Recorded] = entries
        while left:
            until = min(over, time.monotonic() + TRANSACTION_SECONDS)
            done, left = _handle_some(reaction, left, until, real_now)
            handled += done
            if time.monotonic() > over:
                return max(handled, 1)  # there may be more
        if len(entries) < limit:
            break
        limit = min(2 * limit, BATCH)
    return handled


def _handle_some(
    reaction: Reaction, entries: Sequence[Recorded], until: float, real_now: datetime
) -> tuple[int, Sequence[Recorded]]:
    """Handle the first of `entries`, until a moment (monotonic), in one transaction. Returns how
    many were handled, and the entries that are left."""
    handled = 0
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(reaction=reaction.name)
        parked = Parked.objects.filter(reaction=reaction.name).values_list("subject", flat=True)
        behind = set(parked)
        left = iter(entries)
        for entry in left:
            assert entry.position is not None
            if cursor.position > entry.position:
                continue  # another worker was here
            if entry.subject in behind:
                _park(reaction, entry, "waits behind an earlier entry of its subject", None)
                handled += 1
            elif _handle(reaction, entry, real_now):
                handled += 1
            else:
                behind.add(entry.subject)
            cursor.position = entry.position + 1
            if time.monotonic() > until:
                break
        cursor.save(update_fields=["position"])
    return handled, list(left)


def _handle(reaction: Reaction, entry: Recorded, real_now: datetime) -> bool:
    """Let the reaction handle one entry; park what it cannot. Returns whether it could."""
    try:
        with transaction.atomic():
            reaction.handle(entry)
            connection.check_constraints()  # what is checked at the end is checked of this entry
        return True
    except Exception as error:
        if connection.needs_rollback:
            raise  # nothing can be saved any more
        later = isinstance(error, Later)
        if not later:
            log.exception("reaction_failed", reaction=reaction.name, position=entry.position)
        next_try = real_now + (MOMENT if later else FIRST_DELAY)
        _park(reaction, entry, _describe(error), next_try, attempts=0 if later else 1)
        return False


def _park(
    reaction: Reaction,
    entry: Recorded,
    error: str,
    next_try_at: datetime | None,
    attempts: int = 0,
) -> None:
    Parked.objects.get_or_create(
        reaction=reaction.name,
        position=entry.position,
        defaults={
            "subject": entry.subject,
            "error": error,
            "next_try_at": next_try_at,
            "attempts": attempts,
        },
    )


def _retry(reaction: Reaction, real_now: datetime) -> int:
    """Try the first parked entry of each subject again when its time has come."""
    handled = 0
    blocked: set[str] = set()
    for parked in Parked.objects.filter(reaction=reaction.name).order_by("position"):
        if parked.subject in blocked:
            continue
        if parked.next_try_at is not None and parked.next_try_at > real_now:
            blocked.add(parked.subject)
            continue
        if _retry_one(reaction, parked, real_now):
            handled += 1
        else:
            blocked.add(parked.subject)
    return handled


def _retry_one(reaction: Reaction, parked: Parked, real_now: datetime) -> bool:
    try:
        with transaction.atomic():
            row = Parked.objects.select_for_update(skip_locked=True).filter(id=parked.id).first()
            if row is None:
                return False
            reaction.handle(queries.at(row.position))
            row.delete()
            return True
    except Later:
        Parked.objects.filter(id=parked.id).update(next_try_at=real_now + MOMENT)
        return False
    except Exception as error:
        log.warning("reaction_failed_again", reaction=reaction.name, position=parked.position)
        attempts = parked.attempts + 1
        delay = min(FIRST_DELAY * 2 ** min(attempts, 20), LONGEST_DELAY)
        Parked.objects.filter(id=parked.id).update(
            attempts=attempts, error=_describe(error), next_try_at=real_now + delay
        )
        return False


def _describe(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"[:2000]
