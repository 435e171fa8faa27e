"""
One technology as a record: what is said of it, its digest, its keys, and two sayings made one
(TE-1, TE-3, TE-6).

Pure. `reading` makes records from what comes in at the doors.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from hutong.kit.canonical import canonical
from hutong.technologies import numbers
from hutong.technologies.numbers import Number, Role
from hutong.technologies.rules import Kind, LegalStatus

NUMBER_ROLES: Mapping[Kind, tuple[Role, ...]] = {
    Kind.PATENT: (Role.APPLICATION, Role.PUBLICATION, Role.GRANT),
    Kind.PATENT_APPLICATION: (Role.APPLICATION, Role.PUBLICATION),
    Kind.SOFTWARE_COPYRIGHT: (Role.REGISTRATION,),
    Kind.IC_LAYOUT: (Role.REGISTRATION,),
    Kind.PLANT_VARIETY: (Role.REGISTRATION,),
    Kind.ACHIEVEMENT: (Role.REGISTRATION,),
}
# As the workbook's columns are called.
ROLE_NAMES: Mapping[Role, str] = {
    Role.APPLICATION: "申请号 (application number)",
    Role.PUBLICATION: "公布号 (publication number)",
    Role.GRANT: "授权公告号 (grant number)",
    Role.REGISTRATION: "登记号 (registration number)",
}
_REGISTRATIONS: Mapping[Kind, Callable[[str], Number]] = {
    Kind.SOFTWARE_COPYRIGHT: numbers.software,
    Kind.IC_LAYOUT: numbers.layout,
    Kind.PLANT_VARIETY: numbers.variety,
    Kind.ACHIEVEMENT: numbers.achievement,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A checked record. `numbers` maps a role to the number as we write it."""

    kind: Kind
    title_zh: str = ""
    title_en: str = ""
    abstract_zh: str = ""
    abstract_en: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    legal_status: LegalStatus | None = None
    applied_on: date | None = None
    expires_on: date | None = None
    ipc: tuple[str, ...] = ()
    cpc: tuple[str, ...] = ()
    industry: str = ""
    fields: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    trl: int | None = None
    inventors: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    state_funded: bool | None = None
    holder_stated: str = ""
    link: str = ""
    source: str = ""
    reference: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON of what is said, without what is left empty."""
        plain: dict[str, Any] = {}
        for name in SAID:
            value = getattr(self, name)
            if value is None or value == "" or value == () or value == {}:
                continue
            if isinstance(value, date):
                value = value.isoformat()
            elif isinstance(value, tuple):
                value = list(value)
            plain[name] = value
        return plain

    def digest(self) -> bytes:
        return hashlib.sha256(canonical(self.as_json())).digest()


SAID = tuple(f.name for f in fields(Record))


def changed_fields(old: Record, new: Record) -> frozenset[str]:
    return frozenset(name for name in SAID if getattr(old, name) != getattr(new, name))


def key_of_feed(source: str, reference: str) -> str:
    """The key of a record a feed names by its own reference (TE-6)."""
    return f"feed:{source}:{reference}"


def number_of(kind: Kind, role: Role, text: str) -> Number:
    """Read a number as its role and the kind of right ask. Raises BadNumber."""
    if role is Role.APPLICATION:
        return numbers.application(text)
    if role is Role.REGISTRATION:
        return _REGISTRATIONS[kind](text)
    return numbers.document(text)


def keys_of(record: Record) -> tuple[str, ...]:
    """The keys a record holds: of its numbers, and of the feed it came from (TE-3, TE-6)."""
    keys = []
    for role, text in record.numbers.items():
        number = number_of(record.kind, Role(role), text)
        if number.key:
            keys.append(number.key)
    if record.source and record.reference:
        keys.append(key_of_feed(record.source, record.reference))
    return tuple(dict.fromkeys(keys))


def said_of(record: Record) -> dict[str, Any]:
    """The fields that read as `record` again; what an update is laid over."""
    said: dict[str, Any] = {name: getattr(record, name) for name in SAID if name != "numbers"}
    said["kind"] = record.kind.value
    said["legal_status"] = record.legal_status.value if record.legal_status else None
    said.update({f"{role}_number": text for role, text in record.numbers.items()})
    return said


def from_json(plain: Mapping[str, Any]) -> Record:
    """Rebuild the record `as_json` wrote. `plain` is ours and right: nothing is checked again."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()
    }
    for name in ("applied_on", "expires_on"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    values["kind"] = Kind(values["kind"])
    if values.get("legal_status"):
        values["legal_status"] = LegalStatus(values["legal_status"])
    return Record(**values)


_NOT_MERGED_BY_EMPTINESS = {"numbers", "source", "reference", "legal_status", "state_funded"}


def merge(old: Record, new: Record) -> Record:
    """What stands after `new` was read over `old`, which is the same right.

    A source refreshes its own words as a whole. Another source only fills in what is empty, except
    the holder's own word (no source), which prevails wherever it says something.
    """
    if old.source == new.source:
        return new
    first, second = (old, new) if new.source else (new, old)
    known = [r.legal_status for r in (first, second) if r.legal_status is not LegalStatus.UNKNOWN]
    funded = [r.state_funded for r in (first, second) if r.state_funded is not None]
    values: dict[str, Any] = {
        name: getattr(first, name) or getattr(second, name)
        for name in SAID
        if name not in _NOT_MERGED_BY_EMPTINESS
    }
    return Record(
        **values,
        numbers={**second.numbers, **first.numbers},
        legal_status=known[0] if known else first.legal_status,
        state_funded=funded[0] if funded else None,
        source=old.source,
        reference=old.reference,
    )
