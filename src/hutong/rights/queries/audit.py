"""
Is the register what the journal says it is (RR-8)?

Each entry's digest stands in the journal: a changed entry or holding is named by its number. Then
the register is replayed: every power of every title totals 1, nobody gave what they had not, and
the rows of titles, grants and restrictions stand where the replay ends.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.refusal import Refused
from hutong.rights import register, rules, transfers
from hutong.rights.barring import ChapterTaken, TitleBarred, TitleUnbarred
from hutong.rights.events import (
    Applied,
    Completed,
    Drafted,
    EntryWritten,
    NoticeOpened,
    NoticeResumed,
    RegistrationHeld,
    Rejected,
    TransferCancelled,
    TransferPrepared,
    Transferred,
    Withdrawn,
)
from hutong.rights.grant_events import (
    DisposalCancelled,
    DisposalPrepared,
    Licensed,
    Pledged,
    Redistributed,
    ReservationEnded,
    Reserved,
)
from hutong.rights.models import Application, Disposal, Entry, Title, holdings_of
from hutong.rights.procedure_events import ClaimsAwaited, ClaimsSettled
from hutong.rights.procedure_events import Empowered as Empowered
from hutong.rights.queries.audit_grants import Standing, audit_filings
from hutong.rights.shares import Holdings

WRITTEN = tuple(sorted(kind.kind for kind in EntryWritten.__subclasses__()))
CHUNK = 1_000

LEADS_TO: dict[str, str] = {
    Drafted.kind: rules.Status.DRAFT,
    Applied.kind: rules.Status.SUBMITTED,
    ClaimsAwaited.kind: rules.Status.CLAIMING,
    ClaimsSettled.kind: rules.Status.SUBMITTED,
    NoticeOpened.kind: rules.Status.NOTICE,
    NoticeResumed.kind: rules.Status.NOTICE,
    RegistrationHeld.kind: rules.Status.HELD,
    Completed.kind: rules.Status.REGISTERED,
    Rejected.kind: rules.Status.REJECTED,
    Withdrawn.kind: rules.Status.WITHDRAWN,
}
DISPOSAL_LEADS_TO: dict[str, str] = {
    TransferPrepared.kind: transfers.DisposalStatus.PREPARED,
    Transferred.kind: transfers.DisposalStatus.EFFECTED,
    TransferCancelled.kind: transfers.DisposalStatus.CANCELLED,
    DisposalPrepared.kind: transfers.DisposalStatus.PREPARED,
    Licensed.kind: transfers.DisposalStatus.EFFECTED,
    Pledged.kind: transfers.DisposalStatus.EFFECTED,
    Redistributed.kind: transfers.DisposalStatus.EFFECTED,
    DisposalCancelled.kind: transfers.DisposalStatus.CANCELLED,
}


def audit() -> Iterator[Discrepancy]:
    """Compare entries with the digests in the journal, titles with their replay, procedures with
    their events."""
    yield from _audit_entries()
    yield from _audit_titles()
    yield from _audit_statuses(
        Application.objects.values_list("id", "number", "status"),
        "rights.application",
        "application",
        LEADS_TO,
    )
    yield from _audit_statuses(
        Disposal.objects.values_list("id", "id", "status"),
        "rights.disposal",
        "entry",
        DISPOSAL_LEADS_TO,
    )
    yield from audit_filings()


def _audit_entries() -> Iterator[Discrepancy]:
    told = {e.facts["entry"]: e.facts for e in journal.of_kinds(WRITTEN)}
    for taken in journal.of_kinds([ChapterTaken.kind]):
        for id, _, digest in (
            taken.content.get("entries") or []
        ):  # as written elsewhere, with our parties' ids
            told.setdefault(id, {"entry_digest": digest, "number": id})
    rows = Entry.objects.order_by("id").prefetch_related("holdings")
    for row in rows.iterator(chunk_size=CHUNK):
        place = f"rights.entry {row.id} ({row.number})"
        facts = told.pop(str(row.id), None)
        if facts is None:
            yield Discrepancy(place, "an entry of the journal", "none")
            continue
        found = row.digest(row.holdings.all())
        if found != facts["entry_digest"]:
            yield Discrepancy(f"{place} digest", facts["entry_digest"], found)
    for id, facts in told.items():
        yield Discrepancy(f"rights.entry {id} ({facts['number']})", "a row", "none")


def _audit_titles() -> Iterator[Discrepancy]:
    titles: dict[UUID, Title] = {title.technology: title for title in Title.objects.all()}
    yield from _audit_reservations(titles.values())
    standing = Standing()
    rows = Entry.objects.order_by("technology", "sequence").prefetch_related("holdings")
    for technology, entries in groupby(rows.iterator(chunk_size=CHUNK), lambda e: e.technology):
        title = titles.pop(technology, None)
        yield from _audit_title(technology, entries, title, standing)
    yield from standing.left()
    for technology in titles:
        yield Discrepancy(f"rights.title {technology}", "register entries", "none")


def _audit_reservations(titles: Iterable[Title]) -> Iterator[Discrepancy]:
    expected: dict[str, str] = defaultdict(str)
    for event in journal.of_kinds([Reserved.kind, ReservationEnded.kind]):
        source = event.facts["source"] if event.kind == Reserved.kind else ""
        expected.update(dict.fromkeys(event.facts["technologies"], source))
    bars: dict[str, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for event in journal.of_kinds([TitleBarred.kind, TitleUnbarred.kind, ChapterTaken.kind]):
        facts = event.facts
        barred = event.kind == TitleBarred.kind
        bars[facts["technology"]] = (facts["bar"], facts["venue"]) if barred else ("", "")
    for title in titles:
        if (title.bar, title.bar_venue) != bars[str(title.technology)]:
            place = f"rights.title {title.technology} bar"
            yield Discrepancy(
                place, str(bars[str(title.technology)]), f"{title.bar} {title.bar_venue}"
            )
        should = expected[str(title.technology)]
        if title.reserved_for != should:
            place = f"rights.title {title.technology} reserved_for"
            yield Discrepancy(place, should or "nobody", title.reserved_for or "nobody")


def _audit_title(
    technology: UUID, rows: Iterable[Entry], title: Title | None, standing: Standing
) -> Iterator[Discrepancy]:
    history = register.History()
    count, last = 0, None
    for row in rows:
        place = f"rights.entry {row.id} ({row.number})"
        held = list(row.holdings.all())
        try:
            after = holdings_of(held) if held else None
            state = history.write(_pure(row, after))
        except (Refused, ValueError, KeyError, AssertionError) as error:
            yield Discrepancy(place, "an entry the title carries", str(error))
            standing.forget(technology)
            return
        if after is not None and state.holdings != after:
            yield Discrepancy(f"{place} holdings", _shares(state.holdings), _shares(after))
        count, last = count + 1, row.id if held else last
    place = f"rights.title {technology}"
    state = history.state
    if title is None:
        yield Discrepancy(place, "a row", "none")
        return
    for what, expected, found in (
        ("holdings_entry", last, title.holdings_entry_id),
        ("entries", count, title.entries),
        ("frozen", bool(state.freezes), title.frozen),
        ("closed", bool(state.closed_by), title.closed),
        ("last_on", history.last_on, title.last_on),
    ):
        if expected != found:
            yield Discrepancy(f"{place} {what}", str(expected), str(found))
    yield from standing.compare(technology, state)


def _audit_statuses(
    rows: Any, table: str, fact: str, leads_to: dict[str, str]
) -> Iterator[Discrepancy]:
    expected: dict[str, str] = defaultdict(str)
    for event in journal.of_kinds(leads_to):
        expected[event.facts[fact]] = leads_to[event.kind]
    for id, name, status in rows:
        should = expected[str(id)]
        if status != should:
            yield Discrepancy(f"{table} {id} ({name}) status", should or "an event", status)


def _pure(row: Entry, holdings: Holdings | None) -> register.Entry:
    return register.Entry(
        id=row.id,
        number=row.number,
        technology=row.technology,
        sequence=row.sequence,
        act=register.act_from(row.kind, row.facts, holdings),
        effective_on=row.effective_on,
        known_at=row.known_at,
        corrects=row.corrects_id,
    )


def _shares(holdings: Holdings | None) -> str:
    if holdings is None:
        return "none"
    return "; ".join(f"{power} {party} {n}/{d}" for power, party, n, d in holdings.rows())
