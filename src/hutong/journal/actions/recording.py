"""
The one write path: `@action` around an act, `record` inside it (LO-1).

    door → @action: power → transaction → [lock → decide → save → record]* → commit → notify

An action that recorded nothing fails: nothing with effect goes unwritten.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import psycopg
from django.db import connection, transaction

from hutong.journal import rules
from hutong.journal.models import Content
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event

ANYONE = "anyone"  # the power of actions open to people who are not signed in
CHANNEL = "hutong_journal"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class _Act:
    actor: Actor
    now: datetime | None
    recorded: int = 0
    silent: bool = False


_current: ContextVar[_Act | None] = ContextVar("hutong_act", default=None)


class RecordedNothing(AssertionError):
    """A bug: an action ended without telling the journal."""


def action(*, power: str | None, batch: bool = False) -> Callable[[F], F]:
    """Make a function an action: power, transaction, journal.

    `power` is checked on the actor first; ANYONE lets all pass. `batch=True`: the function takes no
    actor and records with `record_many`, each item by its own actor. Raises Refused for a missing
    power and RecordedNothing for a silent action.
    """

    def decorate(function: F) -> F:
        _check_signature(function, batch)

        @functools.wraps(function)
        def act(**kwargs: Any) -> Any:
            actor = SYSTEM if batch else kwargs["actor"]
            if power is not None and power != ANYONE:
                actor.need(power)
            now = kwargs.get("now")
            this = _Act(actor, now)
            token = _current.set(this)
            try:
                with transaction.atomic():
                    result = function(**kwargs)
                    if not this.recorded and not this.silent:
                        raise RecordedNothing(f"{function.__module__}.{function.__name__}")
            finally:
                _current.reset(token)
            outer = _current.get()
            if outer is not None:
                outer.recorded += this.recorded
                outer.silent = outer.silent or this.silent
            return result

        act.power = power  # type: ignore[attr-defined]
        return cast(F, act)

    return decorate


def _check_signature(function: Callable[..., Any], batch: bool) -> None:
    parameters = inspect.signature(function).parameters
    needed = set() if batch else {"actor", "now"}
    if needed - parameters.keys():
        raise TypeError(f"{function.__qualname__}: an action takes {sorted(needed)}")
    if any(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"{function.__qualname__}: an action's arguments are keyword-only")


def nothing_changed() -> None:
    """Say on purpose that this act had no effect (an import repeated, a mark already there)."""
    _act().silent = True


def record(subject: str, *events: Event) -> list[int]:
    """Write `events` about `subject`, by the current action's actor at its `now`.

    Returns the ids of the entries. Their places come later, from the sequencer.
    """
    act = _act()
    if act.now is None:
        raise TypeError("record needs the action's `now`; a batch records with record_many")
    now = act.now
    return record_many([Recording(subject, event, act.actor, now) for event in events])


class Recording(NamedTuple):
    """One item of a batch: each its own actor and moment."""

    subject: str
    event: Event
    actor: Actor
    at: datetime


def record_many(
    recordings: Sequence[Recording], *, ring: bool = True, ask_ids: bool = True
) -> list[int]:
    """Write many entries at once on one connection. Returns their ids, in order.

    `ring=False`: the caller sees to it that the sequencer is woken, by `wake`, once committed.
    `ask_ids=False`: none are returned, so that in a pipeline nothing is waited for; not for events
    with content.
    """
    act = _act()
    act.recorded += len(recordings)
    written = [rules.write(r.event, subject=r.subject, actor=r.actor, at=r.at) for r in recordings]
    ids = _store(written, recordings, ask_ids)
    assert ask_ids or not any(w.content for w in written), "content is kept under its entry's id"
    blobs = [
        Content(digest=digest, entry_id=id, blob=blob)
        for id, w in zip(ids, written, strict=ask_ids)
        for digest, blob in w.content.items()
    ]
    if blobs:
        Content.objects.bulk_create(blobs)
    if ring and not any(run is wake for _, run, *_ in connection.run_on_commit):
        transaction.on_commit(wake)  # once for all that a transaction records
    return ids


_ATTACH = f"COPY {Content._meta.db_table} (digest, entry_id, blob, is_part) FROM STDIN"


def attach(entry: int, parts: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Keep further public blobs, by their digests, of an entry recorded in this act.

    For what is too much for one blob: a blob of the entry names them, so that the entry commits to
    them too. They are published, mirrored and erasable as it is (LO-2). `parts` may not ask the
    database, which takes them in while they come.
    """
    _act()
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(_ATTACH) as copy,
    ):
        for name, blob in parts:
            copy.write_row((name, entry, json.dumps(blob), True))


# Entry, private payload and place in the queue in one round trip: every act pays for this one.
_STORE = """
WITH given AS MATERIALIZED (
    SELECT nextval('journal_entry_id_seq') AS id, rows.* FROM {rows} AS rows
        (kind, version, visibility, at, subject, facts, leaf, inner_leaf, door,
         openings, seal_salt, person, party)
), entries AS (
    INSERT INTO journal_entry
        (id, kind, version, visibility, at, subject, facts, leaf, "inner", door)
    SELECT id, kind, version, visibility, at, subject, facts::jsonb, leaf, inner_leaf, door
    FROM given
), private AS (
    INSERT INTO journal_private (entry_id, openings, seal_salt, person, party)
    SELECT id, openings::jsonb, seal_salt, person, party FROM given
), pending AS (
    INSERT INTO journal_pending (entry_id) SELECT id FROM given
), sealing AS (
    INSERT INTO journal_toseal (entry_id) SELECT id FROM given WHERE visibility = 'sealed'
)
SELECT id FROM given ORDER BY id
"""
_TYPES = (
    "text", "smallint", "text", "timestamptz", "text", "text", "bytea",
    "bytea", "text", "text", "text", "uuid", "uuid",
)  # fmt: skip
_STORE_ONE = _STORE.format(rows=f"(VALUES ({', '.join(f'%s::{name}' for name in _TYPES)}))")
_STORE_MANY = _STORE.format(rows=f"unnest({', '.join(f'%b::{name}[]' for name in _TYPES)})")
_AT_ONCE = 5000  # rows a statement


def _store(
    written: Sequence[rules.Written], recordings: Sequence[Recording], ask_ids: bool
) -> list[int]:
    rows = [
        (
            w.kind,
            w.version,
            w.visibility.value,
            w.at,
            w.subject,
            json.dumps(w.facts),
            w.leaf,
            w.inner,
            r.actor.door.value,
            json.dumps(w.private),
            w.seal_salt,
            r.actor.person,
            r.actor.party,
        )
        for w, r in zip(written, recordings, strict=True)
    ]
    ids: list[int] = []
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        for first in range(0, len(rows), _AT_ONCE):
            part = rows[first : first + _AT_ONCE]
            if len(part) == 1:
                cursor.execute(_STORE_ONE, part[0], prepare=True)
            else:
                cursor.execute(_STORE_MANY, [list(column) for column in zip(*part, strict=True)])
            if ask_ids:
                ids += [id for (id,) in cursor.fetchall()]
    return ids


def wake() -> None:
    """Ring for the sequencer."""
    # After the commit, in a transaction of its own: NOTIFY inside a business transaction would
    # hold PostgreSQL's one notification lock through the flush.
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def _act() -> _Act:
    act = _current.get()
    if act is None:
        raise RuntimeError("only an action may write to the journal")
    return act
