"""
What entering records would do: which are new, which refresh one that is here, which change nothing,
and which cannot be, because the right is another party's or the numbers contradict (TE-3, TE-6).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hutong.technologies import records, rules
from hutong.technologies.faults import Finding, Problem
from hutong.technologies.models import Key, Technology
from hutong.technologies.records import Record


class Outcome(StrEnum):
    ENTER = "enter"
    REFRESH = "refresh"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Planned:
    """`record` is what will stand; `standing` the row it refreshes or equals."""

    outcome: Outcome
    record: Record
    keys: tuple[str, ...] = ()
    standing: Technology | None = None
    finding: Finding | None = None


def plan(found: Sequence[Record], party: UUID | None, *, lock: bool = False) -> list[Planned]:
    """Plan entering `found` for `party` (None: the venue's, from a feed), each by itself.

    With `lock`, the rows that stand are locked, in the order of their ids.
    """
    keys = [records.keys_of(record) for record in found]
    named = _standing_by_key({key for each in keys for key in each})
    unnamed = {
        record.digest(): record for record, each in zip(found, keys, strict=True) if not each
    }
    equal = _standing_by_digest(list(unnamed), party) if unnamed else {}
    ids = {id for standing in named.values() for id in standing} | set(equal.values())
    rows = _rows(ids, lock)
    planned = []
    for record, each in zip(found, keys, strict=True):
        if each:
            standing = {id for key in each for id in named.get(key, ())}
        else:
            same = equal.get(record.digest())
            standing = {same} if same else set()
        planned.append(_plan_one(record, each, [rows[id] for id in standing if id in rows], party))
    return planned


def _plan_one(
    record: Record, keys: tuple[str, ...], standing: list[Technology], party: UUID | None
) -> Planned:
    if not standing:
        return Planned(Outcome.ENTER, record, keys)
    field, value = _named_by(record)
    if len(standing) > 1:
        finding = Finding(field, Problem.NUMBERS_DISAGREE, value)
        return Planned(Outcome.FAULTY, record, keys, finding=finding)
    (row,) = standing
    if row.party is not None and row.party != party:
        if party is None:  # a feed does not touch what a party has entered itself
            return Planned(Outcome.UNCHANGED, record, keys, row)
        finding = Finding(field, Problem.NUMBER_TAKEN, value)
        return Planned(Outcome.FAULTY, record, keys, row, finding)
    old = row.record()
    merged = records.merge(old, record)
    changed = records.changed_fields(old, merged)
    if not changed and row.party == party:
        return Planned(Outcome.UNCHANGED, old, keys, row)
    if row.registered_at is not None and changed & rules.FIXED_BY_REGISTRATION:
        fields = ", ".join(sorted(changed & rules.FIXED_BY_REGISTRATION))
        finding = Finding(field, Problem.IS_REGISTERED, value, {"fields": fields})
        return Planned(Outcome.FAULTY, record, keys, row, finding)
    return Planned(Outcome.REFRESH, merged, records.keys_of(merged), row)


def _named_by(record: Record) -> tuple[str, str]:
    """The field a person looks at to tell which right a record is, and what stands there."""
    for role, text in record.numbers.items():
        return f"{role}_number", text
    return "reference", record.reference


def _standing_by_key(keys: set[str]) -> dict[str, list[UUID]]:
    standing: dict[str, list[UUID]] = defaultdict(list)
    found = Key.objects.filter(key__in=keys, live=True).values_list("key", "technology_id")
    for key, id in found:
        standing[key].append(id)
    return standing


def _standing_by_digest(digests: list[bytes], party: UUID | None) -> dict[bytes, UUID]:
    live = Technology.objects.filter(
        party=party, record_digest__in=digests, status__in=[s.value for s in rules.LIVE]
    )
    return {bytes(digest): id for digest, id in live.values_list("record_digest", "id")}


def _rows(ids: set[UUID], lock: bool) -> dict[UUID, Technology]:
    rows = Technology.objects.filter(id__in=ids).order_by("id")
    if lock:
        rows = rows.select_for_update()
    return {row.id: row for row in rows}
