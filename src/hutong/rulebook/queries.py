"""Which rules hold: now, and under the version a procedure started with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from hutong.doors.reading import Part, once
from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.calendar import WorkingCalendar
from hutong.kit.canonical import digest_of
from hutong.kit.refusal import Refused
from hutong.rulebook.models import Version
from hutong.rulebook.rules import Refusal, Rulebook


@dataclass(frozen=True, slots=True)
class InForce:
    version: int
    rules: Rulebook


class _Adopted(NamedTuple):
    version: int
    digest: str
    effective_from: datetime


ADOPTED = Part(
    "rulebook.adopted",
    """SELECT json_agg(json_build_array(version, digest, effective_from)
                       ORDER BY effective_from DESC, version DESC)
       FROM rulebook_version WHERE status = 'adopted'""",
    lambda rows: [
        _Adopted(number, digest, datetime.fromisoformat(at)) for number, digest, at in rows or ()
    ],
)


@dataclass(frozen=True, slots=True)
class VersionView:
    version: int
    status: str
    note: str
    digest: str
    effective_from: datetime | None
    proposed_at: datetime
    adopted_at: datetime | None
    data: dict[str, Any]
    proposed_by: UUID | None
    adopted_by: UUID | None


def in_force(now: datetime) -> InForce:
    """The version in force at `now`. Refused when the venue has none yet."""
    for one in _adopted():
        if one.effective_from <= now:
            return InForce(one.version, _rules(one.digest, one.version))
    raise Refused(Refusal.NONE_IN_FORCE)


def version(number: int) -> Rulebook:
    """The rules of version `number`, for procedures that started under it."""
    for one in _adopted():
        if one.version == number:
            return _rules(one.digest, number)
    return _rules(Version.objects.only("digest").get(version=number).digest, number)


def _adopted() -> list[_Adopted]:
    """All versions ever adopted, the latest to take effect first: few, and each for years."""
    return once((ADOPTED.name,), ADOPTED.ask)


def calendar(now: datetime) -> WorkingCalendar:
    return in_force(now).rules.calendar.working_calendar()


def versions() -> list[VersionView]:
    """All versions, newest first."""
    return [_view(row) for row in Version.objects.order_by("-version")]


def find_version(number: int) -> VersionView | None:
    row = Version.objects.filter(version=number).first()
    return _view(row) if row else None


def _view(row: Version) -> VersionView:
    return VersionView(
        row.version,
        row.status,
        row.note,
        row.digest,
        row.effective_from,
        row.proposed_at,
        row.adopted_at,
        row.data,
        row.proposed_by,
        row.adopted_by,
    )


@lru_cache(maxsize=64)
def _rules(digest: str, number: int) -> Rulebook:
    # Parsed once a process: the digest names the content, so a stale copy cannot be wrong.
    data = Version.objects.values_list("data", flat=True).get(version=number, digest=digest)
    return Rulebook.model_validate(data, strict=False)


def audit() -> Iterator[Discrepancy]:
    """Each adopted version against its digest and the text its adoption published."""
    adopted = {e.facts["rulebook_version"]: e for e in journal.of_kinds(["rulebook.Adopted"])}
    for row in Version.objects.order_by("version"):
        if digest_of(row.data) != row.digest:
            yield Discrepancy(
                f"rulebook.version {row.version} data", row.digest, digest_of(row.data)
            )
        entry = adopted.get(row.version)
        if row.status == "adopted" and entry is None:
            yield Discrepancy(f"rulebook.version {row.version}", "an entry of its adoption", "none")
        text = entry.content.get("text") if entry else None
        if text is not None and text != row.data:
            yield Discrepancy(f"rulebook.version {row.version} data", "the adopted text", "another")
