"""
Writing entries into the register: the only place where its lines come to be.

    lock the titles → decide on what stands → number → insert entry and holdings → move the title
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.journal.actions import Recording, record_many
from hutong.kit.actor import Actor
from hutong.kit.canonical import new_salt
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.rights import register
from hutong.rights.actions import projecting
from hutong.rights.acts import (
    Act,
    Cancellation,
    Chapter,
    Licence,
    StruckOut,
    Surrender,
    Termination,
    chapter_of,
)
from hutong.rights.barring import REFUSED, Bar
from hutong.rights.constraints import refused_over, refusing
from hutong.rights.models import Entry, Holding, Series, Title
from hutong.rights.queries import rivals
from hutong.rights.queries.titles import entries_of
from hutong.rights.refusals import Refusal
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook

REGISTER_ENTRY = "RR"
APPLICATION = "RA"


# Written out: every decision begins so, and building the query would take longer than asking it.
_LOCKED = """
SELECT * FROM rights_title WHERE technology = ANY(%s::uuid[]) ORDER BY technology FOR UPDATE
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An entry to be written. `event` makes its journal event from what all entries carry."""

    technology: UUID
    act: register.Act
    effective_on: date
    source: str
    event: Callable[[dict[str, Any]], Event]
    id: UUID | None = None
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    id: UUID
    number: str
    technology: UUID
    sequence: int
    state: register.TitleState
    entry: register.Entry
    whole: bool  # the state holds every grant, not only those the decision looked at


_TAKE = f"""
INSERT INTO {Series._meta.db_table} AS series (kind, year, last) VALUES (%s, %s, %s)
ON CONFLICT (kind, year) DO UPDATE SET last = series.last + EXCLUDED.last RETURNING last
"""


def take_numbers(series: str, *, now: datetime, count: int = 1) -> list[str]:
    """Take the next `count` numbers of this venue and local year, e.g. SHTE-RR-2022-000001."""
    code = rulebook.in_force(now).rules.venue.code
    year = local_date(now).year
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [series, year, count])
        (last,) = cursor.fetchone()
    return [f"{code}-{series}-{year}-{n:06d}" for n in range(last - count + 1, last + 1)]


def lock_titles(technologies: Sequence[UUID], *, closing: bool = False) -> dict[UUID, Title]:
    """Lock the titles there are, always in the same order. Refuses one that is another venue's, or
    on its way there; of one decided to be another's the registration can be cancelled (`closing`)."""
    rows = {row.technology: row for row in Title.objects.raw(_LOCKED, [list(technologies)])}
    for row in rows.values():
        if row.bar and not (closing and row.bar == Bar.LOST):
            refused = refused_over(REFUSED[Bar(row.bar)], row.technology)
            refused.facts["venue"] = row.bar_venue
            raise refused
    return rows


def write(
    new: Sequence[New], *, actor: Actor, now: datetime, rulebook_version: int
) -> list[Written]:
    """Write entries, each on a technology of its own, and record each. Refuses all or none.

    The titles are locked, so every conflict is decided again on what stands then; an index gives
    the grants a decision looks at, and the whole title is replayed only for a correction or an
    entry that takes effect before another.
    """
    technologies = [entry.technology for entry in new]
    assert len(set(technologies)) == len(technologies), "one entry per technology at a time"
    closing = all(isinstance(entry.act, Cancellation) for entry in new)
    titles = lock_titles(technologies, closing=closing)
    earlier = entries_of(technologies, Chapter.TITLE)
    numbers = take_numbers(REGISTER_ENTRY, now=now, count=len(new))
    rows: list[Entry] = []
    holdings: list[Holding] = []
    recordings: list[Recording] = []
    written: list[Written] = []
    for wanted, number in zip(new, numbers, strict=True):
        title = titles.get(wanted.technology)
        entry = register.Entry(
            id=wanted.id or new_id(),
            number=number,
            technology=wanted.technology,
            sequence=title.entries + 1 if title else 1,
            act=wanted.act,
            effective_on=wanted.effective_on,
            # Written under the title's lock, so later than what stands, whatever the clocks say.
            known_at=max(now, title.last_known_at) if title else now,
            corrects=wanted.corrects,
        )
        state, whole = _decided(title, entry, earlier[wanted.technology])
        row = _row(entry, wanted.source, rulebook_version)
        rows.append(row)
        mine = _holdings(row, entry, state.holdings)
        holdings.extend(mine)
        common = {
            "entry": row.id,
            "number": number,
            "technology": row.technology,
            "entry_kind": row.kind,
            "sequence": row.sequence,
            "effective_on": row.effective_on,
            "entry_digest": row.digest(mine),
            "holdings": [
                {"power": h.power, "party": str(h.party), "share": f"{h.numerator}/{h.denominator}"}
                for h in mine
            ],
        }
        recordings.append(Recording(entry_subject(row.id), wanted.event(common), actor, now))
        written.append(
            Written(
                id=row.id,
                number=number,
                technology=row.technology,
                sequence=row.sequence,
                state=state,
                entry=entry,
                whole=whole,
            )
        )
    named = partial(refused_over, Refusal.ALREADY_REGISTERED)
    with refusing({"rights_entry_first_once": named, "rights_title_pkey": named}):
        Entry.objects.bulk_create(rows, batch_size=2_000)
        Holding.objects.bulk_create(holdings, batch_size=5_000)
        _move_titles(titles, rows, written, now)
        _project(titles, written)
    record_many(recordings)
    return written


def require_possible(
    technology: UUID,
    act: Act,
    *,
    now: datetime,
    effective_on: date,
    corrects: UUID | None = None,
) -> register.TitleState:
    """Refuse what the register could not take now, with the first reason why; write nothing.

    Locks the title, so that the answer holds until the transaction ends.
    """
    closing = isinstance(act, Cancellation)
    title = lock_titles([technology], closing=closing).get(technology)
    if title is None:
        raise Refused(Refusal.NOT_REGISTERED)
    entry = register.Entry(
        id=new_id(),
        number="",
        technology=technology,
        sequence=title.entries + 1,
        act=act,
        effective_on=effective_on,
        known_at=max(now, title.last_known_at),
        corrects=corrects,
    )
    state, _ = _decided(title, entry, entries_of([technology], Chapter.TITLE)[technology])
    return state


def _decided(
    title: Title | None, entry: register.Entry, earlier: Sequence[register.Entry]
) -> tuple[register.TitleState, bool]:
    """The title after the entry, and whether all of it was replayed. Refuses what it cannot carry.

    Without the whole replay the state holds only the grants that the decision looked at.
    """
    if title is not None and (entry.corrects or entry.effective_on < title.last_on):
        everything = entries_of([entry.technology])[entry.technology]
        return register.append(everything, entry), True
    known_at = max([entry.known_at, *(e.known_at for e in earlier)])
    state = register.replay(earlier, on=register.EVER, known_at=known_at)
    match entry.act:
        case Licence() as act if title is not None:
            beside = rivals.grants_beside(title.line, entry.technology, act)
            state = replace(state, grants=beside)
        case Surrender(grant=grant) | Termination(grant=grant):
            ending = rivals.grant_ending(entry.technology, grant, on=entry.effective_on)
            state = replace(state, grants=ending)
    return register.after(state, entry), False


def _project(titles: dict[UUID, Title], written: Sequence[Written]) -> None:
    for one in written:
        title = titles.get(one.technology)
        if title is None:
            continue  # a first registration has neither grants nor restrictions
        if one.whole:
            projecting.rebuild(title, one.state)
        else:
            projecting.step(title, one.entry, one.state)


def entry_subject(id: UUID) -> str:
    return subject("right_entry", id)


def _row(entry: register.Entry, source: str, rulebook_version: int) -> Entry:
    return Entry(
        id=entry.id,
        number=entry.number,
        kind=entry.kind.value,
        technology=entry.technology,
        sequence=entry.sequence,
        effective_on=entry.effective_on,
        known_at=entry.known_at,
        facts=register.act_facts(entry.act, corrects=entry.corrects is not None),
        source=source,
        corrects_id=entry.corrects,
        rulebook_version=rulebook_version,
        salt=new_salt(),
        chapter=_chapter(entry).value,
    )


def _chapter(entry: register.Entry) -> Chapter:
    """Where the entry stands; one that strikes out stands beside what it strikes out."""
    if isinstance(entry.act, StruckOut):
        return Chapter(Entry.objects.values_list("chapter", flat=True).get(id=entry.corrects))
    return chapter_of(entry.kind)


def _holdings(row: Entry, entry: register.Entry, after: Holdings | None) -> list[Holding]:
    if not _moves(entry):
        return []
    assert after is not None, "an entry that moves holdings leaves some"
    return [
        Holding(
            entry=row,
            power=power.value,
            party=party,
            numerator=numerator,
            denominator=denominator,
        )
        for power, party, numerator, denominator in after.rows()
    ]


def _moves(entry: register.Entry) -> bool:
    """Whether the holdings stand anew after the entry; striking out an entry that moved them too."""
    if isinstance(entry.act, StruckOut):
        wrong = Entry.objects.values_list("kind", flat=True).get(id=entry.corrects)
        return wrong in register.MOVES_HOLDINGS
    return entry.kind in register.MOVES_HOLDINGS


def _move_titles(
    titles: dict[UUID, Title], rows: list[Entry], written: list[Written], now: datetime
) -> None:
    fresh, moved = [], []
    for row, result in zip(rows, written, strict=True):
        frozen, closed = bool(result.state.freezes), bool(result.state.closed_by)
        title = titles.get(row.technology)
        if title is None:
            fresh.append(
                Title(
                    technology=row.technology,
                    entries=row.sequence,
                    holdings_entry=row,
                    frozen=frozen,
                    closed=closed,
                    last_on=row.effective_on,
                    last_known_at=row.known_at,
                    registered_at=now,
                )
            )
            continue
        title.entries, title.frozen, title.closed = row.sequence, frozen, closed
        title.last_on = max(title.last_on, row.effective_on)
        title.last_known_at = row.known_at
        if _moves(result.entry):
            title.holdings_entry = row
        moved.append(title)
    Title.objects.bulk_create(fresh, batch_size=5_000)
    fields = ["entries", "frozen", "closed", "last_on", "last_known_at", "holdings_entry"]
    Title.objects.bulk_update(moved, fields, batch_size=1_000)
