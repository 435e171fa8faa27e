"""
Keeping what was followed: the tree, the entries, their texts and the picture, a step at a time.

A step is one transaction under the mirror's row lock. It begins by looking whether what it was
fetched for still holds, so that of two workers one does it and the other has fetched in vain.
Following is no act and no entry; that a log was rewritten is one.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection, transaction

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.network.mirrors import gaps as gaps_
from hutong.network.mirrors import queries
from hutong.network.mirrors.faces import face
from hutong.network.mirrors.following import Bundle, News, Stretch
from hutong.network.mirrors.models import (
    Mirror,
    MirrorBundle,
    MirrorFork,
    MirrorText,
    MirrorTile,
)
from hutong.network.mirrors.picture import (
    Fields,
    Heard,
    Role,
    Standing,
    Texts,
    Thing,
    Want,
    apply,
)
from hutong.network.mirrors.states import LogForked, MirrorState, away_pause, next_pause
from hutong.transparency import tiles
from hutong.transparency.note import Checkpoint
from hutong.transparency.note import parse as parse_note

FORKS_KEPT: Final = 20  # of one log; more would only repeat that it cannot be trusted
_FIRST_RETRY: Final = timedelta(seconds=1)
_LONGEST_RETRY: Final = timedelta(hours=1)


@transaction.atomic
def begin(*, code: str, origin: str) -> int:
    """The mirror of a member's log; made when there is none. Returns its id."""
    row, _ = Mirror.objects.get_or_create(origin=origin, defaults={"code": code})
    if row.code != code:
        Mirror.objects.filter(id=row.id).update(code=code)
    return row.id


# -- the tree -----------------------------------------------------------------------------------------


@transaction.atomic
def keep_news(mirror: int, news: News, *, had: int, pushed: bool, real_now: datetime) -> bool:
    """Keep a checkpoint that was looked at from size `had`. Returns whether the log has grown."""
    row = Mirror.objects.select_for_update().get(id=mirror)
    if row.state == MirrorState.FROZEN or row.size != had:
        return False
    grown = news.grown
    if grown is not None:
        _grow_tree(row, grown.leaf_hashes)
        row.gaps = gaps_.grown(gaps_.of_json(row.gaps), row.size, grown.tree.size)
        row.size, row.root, row.note = grown.tree.size, news.checkpoint.root, news.note
        row.peaks = b"".join(grown.tree.peaks)
        row.grew_at = real_now
        row.behind_since = row.behind_since or real_now
    elif news.checkpoint.size == row.size and len(news.note) > len(row.note):
        row.note = news.note  # more have cosigned it
    if news.checkpoint.size >= had:
        row.verified_at = real_now
    row.state, row.failures, row.problem = MirrorState.FOLLOWING.value, 0, ""
    row.pause_seconds = next_pause(
        row.pause_seconds,
        found_news=grown is not None and not pushed,
        members=Mirror.objects.count(),
    )
    row.next_look_at = real_now + timedelta(seconds=row.pause_seconds)
    row.save()
    return grown is not None


def _grow_tree(row: Mirror, leaf_hashes: bytes) -> None:
    edge = queries.tiles_of(row.id, tiles.edge_ids(row.size))
    growth = tiles.append(row.size, edge, [leaf_hashes])
    MirrorTile.objects.bulk_create(
        [
            MirrorTile(mirror=row, level=tile.level, number=tile.number, hashes=hashes)
            for tile, hashes in growth.tiles.items()
        ],
        update_conflicts=True,
        unique_fields=["mirror", "level", "number"],
        update_fields=["hashes"],
        batch_size=500,
    )


@transaction.atomic
def keep_failure(mirror: int, problem: str, *, away: bool, real_now: datetime) -> None:
    """Say why a log could not be followed, and when it is looked at again."""
    row = Mirror.objects.select_for_update().get(id=mirror)
    row.failures += 1
    row.problem = problem[:500]
    row.next_look_at = real_now + away_pause(row.failures)
    row.behind_since = row.behind_since or real_now
    if row.state == MirrorState.FOLLOWING and (away or row.failures > 1):
        row.state = MirrorState.UNREACHABLE.value
    row.save(
        update_fields=["failures", "problem", "next_look_at", "behind_since", "state"],
    )


# -- entries ------------------------------------------------------------------------------------------


@transaction.atomic
def keep_entries(mirror: int, came: Stretch, *, real_now: datetime) -> bool:
    """Keep a stretch of entries with their texts and what they say. False: they were there already."""
    row = Mirror.objects.select_for_update().get(id=mirror)
    left = gaps_.of_json(row.gaps)
    after = gaps_.filled(left, came.start, came.end)
    if row.state == MirrorState.FROZEN:
        return False
    if gaps_.missing(left) - gaps_.missing(after) != came.end - came.start:
        return False
    _keep_bundles(row, came.bundles)
    _keep_heard(row, came.heard, came.texts, real_now)
    row.gaps = after
    if not after:
        row.held_size, row.held_root = row.size, row.root
        row.behind_since = None
    row.save(
        update_fields=["gaps", "held_size", "held_root", "behind_since", "changes", "unreadable"]
    )
    return True


def _keep_bundles(row: Mirror, bundles: Iterable[Bundle]) -> None:
    MirrorBundle.objects.bulk_create(
        [MirrorBundle(mirror=row, number=b.number, width=b.width, data=b.data) for b in bundles],
        update_conflicts=True,
        unique_fields=["mirror", "number"],
        update_fields=["width", "data"],
    )


@transaction.atomic
def keep_texts(mirror: int, texts: Texts, heard: Heard, *, real_now: datetime) -> None:
    """Keep texts that came late: what they say joins the picture; what is missing is tried later."""
    row = Mirror.objects.select_for_update().get(id=mirror)
    if row.state == MirrorState.FROZEN:
        return
    _keep_heard(row, heard, texts, real_now, late=True)
    row.save(update_fields=["changes", "unreadable"])


def _keep_heard(
    row: Mirror, heard: Heard, texts: Texts, real_now: datetime, *, late: bool = False
) -> None:
    lost = _led_further(row, heard.erased)
    erased = _keep_text_rows(row, heard, texts, real_now, late=late)
    row.unreadable += len(heard.unreadable)
    if lost:  # what it led to is not known any more; so rare that all is read anew
        _rebuild(row)
        return
    touched = heard.things()
    if gone := heard.erased | erased:
        touched |= _said_by(row, gone)
    things = _things(row, touched)
    changed = apply(things, heard, erased)
    if not changed:
        return
    row.changes += 1
    _store_things(row, {thing: things[thing] for thing in changed if things[thing]})


def _keep_text_rows(
    row: Mirror, heard: Heard, texts: Texts, real_now: datetime, *, late: bool
) -> set[str]:
    """Write down texts, wanted ones and erased ones. Returns those erased before or by these."""
    digests = texts.uses.keys() | heard.erased
    if not digests:
        return set()
    known = {
        text.digest: text
        for text in MirrorText.objects.filter(mirror=row, digest__in=list(digests)).defer("data")
    }
    erased = {digest for digest, text in known.items() if text.standing == Standing.ERASED}
    erased |= heard.erased
    new: list[MirrorText] = []
    changed: list[MirrorText] = []
    for digest in digests:
        uses = [_use(want) for want in texts.uses.get(digest, ())]
        guess = all(want.role is Role.GUESS for want in texts.uses.get(digest, ()))
        data = texts.data.get(digest)
        text = known.get(digest)
        if text is None and guess and data is None and digest not in erased:
            continue  # no text at all, as far as anybody can say
        standing = (
            Standing.ERASED
            if digest in erased
            else Standing.WANTED
            if data is None
            else Standing.HELD
        )
        if text is None:
            text = MirrorText(mirror=row, digest=digest)
            new.append(text)
        else:
            changed.append(text)
            if text.standing == Standing.HELD and standing is Standing.WANTED:
                standing = Standing.HELD
        text.uses += [use for use in uses if use not in text.uses]
        if text.standing != standing.value or text in new:
            text.standing = standing.value
            if standing is not Standing.HELD:
                text.data = None
            elif data is not None:
                text.data = data
        if standing is Standing.WANTED:
            text.failures += 1 if late else 0
            text.next_try_at = real_now + min(
                _FIRST_RETRY * 2 ** min(text.failures, 20), _LONGEST_RETRY
            )
    MirrorText.objects.bulk_create(new, batch_size=2000)
    for text in changed:  # rare: a text erased, one that came late, one named twice
        fields = ["standing", "uses", "failures", "next_try_at"]
        if "data" not in text.get_deferred_fields():
            fields.append("data")
        text.save(update_fields=fields)
    return erased


def _led_further(row: Mirror, digests: Collection[str]) -> bool:
    """Whether one of these texts is held and named others, as the manifest of an import does."""
    rows = MirrorText.objects.filter(
        mirror=row, digest__in=list(digests), standing=Standing.HELD
    ).values_list("uses", flat=True)
    return any(use[1] == Role.MANIFEST for uses in rows for use in uses)


def _use(want: Want) -> list[Any]:
    kind, id = want.thing if want.thing is not None else ("", "")
    return [want.index, want.role.value, kind, id, want.name, want.at]


_SAID_BY = """
    SELECT kind, thing::text FROM network_mirroredthing
    WHERE mirror_id = %s AND jsonb_path_exists(fields, '$.*[2] ? (@ == $digests[*])', %s)
"""


def _said_by(row: Mirror, digests: Collection[str]) -> set[Thing]:
    """The things of which one of these texts says something now."""
    held = MirrorText.objects.filter(mirror=row, digest__in=list(digests)).exclude(uses=[])
    if not held.exists():
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SAID_BY, [row.id, json.dumps({"digests": sorted(digests)})])
        return {Thing(kind, id) for kind, id in cursor}


# -- the picture --------------------------------------------------------------------------------------

_THINGS = """
    SELECT kind, thing::text, fields::text FROM network_mirroredthing
    WHERE mirror_id = %b AND (kind, thing) IN (SELECT * FROM unnest(%b::text[], %b::uuid[]))
"""
_STORE = """
    INSERT INTO network_mirroredthing
        (mirror_id, change, kind, thing, fields, status, at, ends_at, price_fen)
    SELECT %b, %b, * FROM unnest(
        %b::text[], %b::uuid[], %b::text[]::jsonb[], %b::text[],
        %b::timestamptz[], %b::timestamptz[], %b::bigint[])
    ON CONFLICT (mirror_id, kind, thing) DO UPDATE SET
        change = excluded.change, fields = excluded.fields, status = excluded.status,
        at = excluded.at, ends_at = excluded.ends_at, price_fen = excluded.price_fen
"""
_AT_ONCE: Final = 2000


def _things(row: Mirror, touched: Collection[Thing]) -> dict[Thing, Fields]:
    found: dict[Thing, Fields] = {}
    wanted = list(touched)
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)  # arrays as bytes, several times faster
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            ids = [UUID(thing.id) for thing in part]
            cursor.execute(_THINGS, [row.id, [thing.kind for thing in part], ids])
            for kind, id, fields in cursor:
                found[Thing(kind, id)] = json.loads(fields)
    return found


def _store_things(row: Mirror, things: Mapping[Thing, Fields]) -> None:
    every = list(things.items())
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        for first in range(0, len(every), _AT_ONCE):
            part = every[first : first + _AT_ONCE]
            faces = [face(thing.kind, fields) for thing, fields in part]
            cursor.execute(
                _STORE,
                [
                    row.id,
                    row.changes,
                    [thing.kind for thing, _ in part],
                    [UUID(thing.id) for thing, _ in part],
                    [json.dumps(fields, ensure_ascii=False) for _, fields in part],
                    [one.status for one in faces],
                    [one.at for one in faces],
                    [one.ends_at for one in faces],
                    [one.price_fen for one in faces],
                ],
            )


# -- forks --------------------------------------------------------------------------------------------


@action(power=None)
def freeze(*, actor: Actor, now: datetime, mirror: int, news: News, shown_by: str) -> None:
    """Believe a log no more that signed two histories; the proof is kept and published (LO-3)."""
    fork = news.fork
    assert fork is not None, "a fork is frozen with its proof"
    row = Mirror.objects.select_for_update().get(id=mirror)
    smaller, larger = (
        Checkpoint.parse(parse_note(text).text) for text in (fork.smaller, fork.larger)
    )
    proof = fork.as_json()
    kept = MirrorFork.objects.filter(mirror=row)
    if kept.count() >= FORKS_KEPT or kept.filter(proof=proof).exists():
        nothing_changed()
        return
    MirrorFork.objects.create(
        mirror=row,
        smaller_size=smaller.size,
        larger_size=larger.size,
        proof=proof,
        shown_by=shown_by[:400],
    )
    row.state = MirrorState.FROZEN.value
    row.problem = f"it signed two histories: of {smaller.size} and of {larger.size} entries"
    row.next_look_at = None
    row.save(update_fields=["state", "problem", "next_look_at"])
    record(
        f"log:{row.origin}",
        LogForked(
            venue=row.code,
            log=row.origin,
            smaller_size=smaller.size,
            smaller_root=smaller.root,
            larger_size=larger.size,
            larger_root=larger.root,
            root_within=fork.root_within,
        ),
    )


@transaction.atomic
def rebuild_picture(mirror: int) -> int:
    """Make the picture anew from the entries and texts held. Returns how many things it has."""
    row = Mirror.objects.select_for_update().get(id=mirror)
    count = _rebuild(row)
    row.save(update_fields=["changes"])
    return count


def _rebuild(row: Mirror) -> int:
    things = dict(queries.derived_picture(row.id))
    gone: dict[Thing, Fields] = {
        thing: {} for thing, _ in queries.stored_picture(row.id) if thing not in things
    }
    row.changes += 1
    _store_things(row, {**things, **gone})  # what is gone stays as an empty row: followers see it
    return len(things)
