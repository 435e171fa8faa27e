"""
What a technology is and may become: kinds, life, legal status, bundles (TE-1, TE-2, TE-4).

Pure: no database, no clock. Callers pass facts in and get events or refusals out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.event import Content, Event, Private, Visibility, upcast
from hutong.kit.refusal import N_, Reason, Refused, reason


class Kind(StrEnum):
    PATENT = "patent"
    PATENT_APPLICATION = "patent_application"
    SOFTWARE_COPYRIGHT = "software_copyright"
    IC_LAYOUT = "ic_layout"
    PLANT_VARIETY = "plant_variety"
    KNOW_HOW = "know_how"
    ACHIEVEMENT = "achievement"
    BUNDLE = "bundle"


# 专利, 专利申请 … as the exchange's workbook writes them; either language is read.
KIND_NAMES: Mapping[Kind, tuple[str, str]] = {
    Kind.PATENT: ("专利", "Patent"),
    Kind.PATENT_APPLICATION: ("专利申请", "Patent application"),
    Kind.SOFTWARE_COPYRIGHT: ("软件著作权", "Software copyright"),
    Kind.IC_LAYOUT: ("集成电路布图设计", "IC layout design"),
    Kind.PLANT_VARIETY: ("植物新品种", "Plant variety"),
    Kind.KNOW_HOW: ("技术秘密", "Know-how"),
    Kind.ACHIEVEMENT: ("科技成果", "Achievement"),
    Kind.BUNDLE: ("成果包", "Bundle"),
}

STATUTORY = frozenset(
    {
        Kind.PATENT,
        Kind.PATENT_APPLICATION,
        Kind.SOFTWARE_COPYRIGHT,
        Kind.IC_LAYOUT,
        Kind.PLANT_VARIETY,
    }
)


class Status(StrEnum):
    INTENDED = "intended"
    ENTERED = "entered"
    RETIRED = "retired"


class LegalStatus(StrEnum):
    UNKNOWN = "unknown"
    PENDING = "pending"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"


LEGAL_STATUS_NAMES: Mapping[LegalStatus, tuple[str, str]] = {
    LegalStatus.UNKNOWN: ("未知", "Unknown"),
    LegalStatus.PENDING: ("审查中", "Pending"),
    LegalStatus.IN_FORCE: ("有效", "In force"),
    LegalStatus.LAPSED: ("失效", "Lapsed"),
}

LIVE = frozenset({Status.INTENDED, Status.ENTERED})


class Refusal(Reason):
    RECORD_INVALID = reason(
        "technologies.record_invalid", "TE-1", N_("The record cannot enter: {summary}"), 422
    )
    NUMBER_TAKEN = reason(
        "technologies.number_taken",
        "TE-3",
        N_("{number} names a technology that is here already: one right, one technology."),
    )
    NOT_ENTERED = reason(
        "technologies.not_entered",
        "TE-2",
        N_("This technology has not entered, or has left again ({status})."),
    )
    MOVED = reason(
        "technologies.moved", "NE-8", N_("{venue} has custody of this technology now. Act there.")
    )
    LEGAL_STATUS_UNKNOWN = reason(
        "technologies.legal_status_unknown",
        "TE-2",
        N_("The legal status is unknown: it may enter, but not be listed."),
    )
    LAPSED = reason("technologies.lapsed", "TE-2", N_("The right has lapsed ({expires_on})."))
    PART_NOT_LISTABLE = reason(
        "technologies.part_not_listable",
        "TE-4",
        N_("A part of the bundle cannot be listed: {part}."),
    )
    REGISTERED = reason(
        "technologies.registered",
        "RR-8",
        N_("Its rights are registered: kind, numbers and titles stand as registered."),
    )
    IN_BUNDLE = reason(
        "technologies.in_bundle", "TE-4", N_("It is part of a bundle that is on the market.")
    )
    BUNDLE_SIZE = reason(
        "technologies.bundle_size", "TE-4", N_("A bundle has at least two parts."), 422
    )
    BUNDLE_REPEATS = reason(
        "technologies.bundle_repeats", "TE-4", N_("A part stands in the bundle twice."), 422
    )
    BUNDLE_NESTED = reason(
        "technologies.bundle_nested", "TE-4", N_("A bundle cannot be part of a bundle."), 422
    )
    BUNDLE_SPLIT = reason(
        "technologies.bundle_split",
        "TE-4",
        N_("The shares of the price are positive and total 1; these total {total}."),
        422,
    )
    PARTY_SUSPENDED = reason(
        "technologies.party_suspended", "PA-3", N_("The party is suspended."), 403
    )
    FILE_EMPTY = reason("technologies.file_empty", "TE-5", N_("The file holds no records."), 422)
    FILE_TOO_LARGE = reason(
        "technologies.file_too_large",
        "TE-5",
        N_("The file has {size_mb} MB; at most {limit_mb} MB are read. Divide it."),
        413,
    )
    FILE_EXPANDS = reason(
        "technologies.file_expands",
        "TE-5",
        N_("The workbook unpacks to {size_mb} MB; at most {limit_mb} MB are read. Divide it."),
        413,
    )
    FILE_NOT_WORKBOOK = reason(
        "technologies.file_not_workbook",
        "TE-5",
        N_("This is not an Excel workbook, whatever it is called. Save it as .xlsx."),
        422,
    )
    FILE_LOCKED = reason(
        "technologies.file_locked",
        "TE-5",
        N_("The workbook is locked with a password, or an old .xls. Save it as .xlsx, unlocked."),
        422,
    )
    FILE_DAMAGED = reason(
        "technologies.file_damaged",
        "TE-5",
        N_("The workbook is damaged ({detail}). Open it and save it again as .xlsx."),
        422,
    )
    FILE_HAS_MACROS = reason(
        "technologies.file_has_macros",
        "TE-5",
        N_(
            "The workbook holds macros or embedded objects ({part}). Save it as .xlsx without them."
        ),
        422,
    )
    FILE_ENCODING = reason(
        "technologies.file_encoding",
        "TE-5",
        N_("The file is not UTF-8 text (line {line}, byte {byte}). Save it as UTF-8."),
        422,
    )
    FILE_UNKNOWN = reason(
        "technologies.file_unknown",
        "TE-5",
        N_("No known format: it begins “{beginning}”. Use the template, or one of: {known}."),
        422,
    )
    FORMAT_UNKNOWN = reason(
        "technologies.format_unknown",
        "TE-5",
        N_("There is no format “{format}”; known are: {known}."),
        422,
    )
    FILE_BROKEN = reason(
        "technologies.file_broken", "TE-5", N_("The file breaks off at {place}: {detail}."), 422
    )
    SHEET_MISSING = reason(
        "technologies.sheet_missing",
        "TE-5",
        N_("There is no sheet “{sheet}”; the workbook has {found}. Start from the template."),
        422,
    )
    HEADER_WRONG = reason(
        "technologies.header_wrong",
        "TE-5",
        N_("The header row is another. Missing: {missing}. Unknown: {unknown}. Twice: {doubled}."),
        422,
    )
    TOO_MANY_ROWS = reason(
        "technologies.too_many_rows",
        "TE-5",
        N_("The file has more than {limit} rows. Divide it."),
        413,
    )
    TOO_MANY_FAULTS = reason(
        "technologies.too_many_faults",
        "TE-5",
        N_("More than {limit} faults: this is hardly such a file. The first: {example}"),
        422,
    )
    FILE_FAULTY = reason(
        "technologies.file_faulty",
        "TE-5",
        N_("{count} faults in {rows} rows; nothing was entered."),
        422,
    )


# -- events -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Intended(Event, kind="technologies.Intended", version=1):
    technology: UUID
    technology_kind: str
    record: Content[dict[str, Any]]
    digest: Private[str]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Entered(Event, kind="technologies.Entered", version=1):
    technology: UUID
    technology_kind: str
    record: Content[dict[str, Any]]
    digest: Private[str]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Updated(Event, kind="technologies.Updated", version=1):
    technology: UUID
    technology_kind: str
    record: Content[dict[str, Any]]
    digest: Private[str]


@dataclass(frozen=True, kw_only=True)
class Retired(Event, kind="technologies.Retired", version=1):
    technology: UUID
    reason: Content[str]


@dataclass(frozen=True, kw_only=True)
class Moved(Event, kind="technologies.Moved"):
    """Another venue has custody of it: it is off this market."""

    technology: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class TakenOver(Event, kind="technologies.TakenOver"):
    """Its custody came from another venue, where it was entered and registered."""

    technology: UUID
    technology_kind: str
    from_venue: str
    record: Content[dict[str, Any]]
    digest: Private[str]
    party: Private[UUID | None]


@dataclass(frozen=True, kw_only=True)
class Bundled(Event, kind="technologies.Bundled", version=1):
    technology: UUID
    parts: tuple[UUID, ...]
    split: tuple[Fraction, ...]
    carve_out: bool
    record: Content[dict[str, Any]]
    digest: Private[str]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class Fixed(Event, kind="technologies.Fixed", version=1, visibility=Visibility.JOURNALLED):
    """Its rights are in the register: from now on the record stands as registered."""

    technology: UUID


@dataclass(frozen=True, kw_only=True)
class Imported(Event, kind="technologies.Imported", version=2):
    """One file, one entry (TE-5). `root` commits to every row; `manifest` names the chunks, and the
    `record_parts` public blobs in which the records themselves stand (`telling`)."""

    batch: UUID
    source: str
    file_digest: str
    rows: int
    entered: int
    refreshed: int
    unchanged: int
    left_out: int
    root: str
    record_parts: int
    manifest: Content[dict[str, Any]]
    file_name: Private[str]
    party: Private[UUID | None]


@upcast("technologies.Imported", 1)
def _told_no_records(facts: dict[str, Any]) -> dict[str, Any]:
    """The first version told how many there were, not what they are."""
    return {**facts, "record_parts": 0}


@dataclass(frozen=True, kw_only=True)
class Instructed(Event, kind="technologies.Instructed", visibility=Visibility.JOURNALLED):
    """An officer acted for a party on its instruction; the paper lies at `document`."""

    technology: UUID | None  # one that was entered, or
    run: UUID | None  # a file that was handed in
    document: UUID
    party: Private[UUID]


class RunStatus(StrEnum):
    """A file handed in on a page, from hand to hand."""

    WAITING = "waiting"
    WORKING = "working"
    ENTERED = "entered"  # with what it changed
    UNCHANGED = "unchanged"  # everything stood here already
    FAULTY = "faulty"  # faults by row and column, nothing entered
    REFUSED = "refused"  # the file as a whole
    FAILED = "failed"  # the venue's fault


@dataclass(frozen=True, kw_only=True)
class HandedIn(Event, kind="technologies.HandedIn", visibility=Visibility.JOURNALLED):
    run: UUID
    document: UUID


@dataclass(frozen=True, kw_only=True)
class RunEnded(Event, kind="technologies.RunEnded", visibility=Visibility.JOURNALLED):
    run: UUID
    status: RunStatus


# -- legal status and listing (TE-2) ------------------------------------------------------------------


def legal_status_on(
    declared: LegalStatus | None, expires_on: date | None, today: date
) -> LegalStatus | None:
    """What the declared status amounts to on a day: past its last day, a right has lapsed."""
    if (
        declared in (LegalStatus.IN_FORCE, LegalStatus.PENDING)
        and expires_on
        and expires_on < today
    ):
        return LegalStatus.LAPSED
    return declared


def why_not_listable(
    *,
    kind: Kind,
    status: Status,
    legal_status: LegalStatus | None,
    expires_on: date | None,
    today: date,
) -> Reason | None:
    """The reason why a technology cannot be listed on `today`; None when it can (TE-2)."""
    if status is not Status.ENTERED:
        return Refusal.NOT_ENTERED
    if kind not in STATUTORY:
        return None
    match legal_status_on(legal_status, expires_on, today):
        case LegalStatus.LAPSED:
            return Refusal.LAPSED
        case LegalStatus.UNKNOWN | None:
            return Refusal.LEGAL_STATUS_UNKNOWN
    return None


# -- life -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    status: Status
    registered: bool = False
    in_bundle: bool = False


def why_not_enter(state: State) -> Reason | None:
    return None if state.status is Status.INTENDED else Refusal.NOT_ENTERED


def check_update(state: State, changed: frozenset[str]) -> None:
    """Refuse a change of what is registered or retired. `changed` names the record's fields."""
    if state.status is Status.RETIRED:
        raise Refused(Refusal.NOT_ENTERED, status=state.status.value)
    if state.registered and changed & FIXED_BY_REGISTRATION:
        raise Refused(Refusal.REGISTERED, fields=sorted(changed & FIXED_BY_REGISTRATION))


# What a title certificate shows; the rest (abstract, readiness, legal status …) may go on changing.
FIXED_BY_REGISTRATION = frozenset({"kind", "title_zh", "title_en", "numbers"})


def check_retire(state: State) -> None:
    if state.status is Status.RETIRED:
        raise Refused(Refusal.NOT_ENTERED, status=state.status.value)
    if state.in_bundle:
        raise Refused(Refusal.IN_BUNDLE)


# -- bundles (TE-4) -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    technology: UUID
    kind: Kind
    status: Status
    share: Fraction


def check_bundle(parts: Sequence[Part]) -> None:
    """Refuse a bundle whose parts cannot be sold as one project with this split of the price."""
    if len(parts) < 2:
        raise Refused(Refusal.BUNDLE_SIZE)
    if len({part.technology for part in parts}) != len(parts):
        raise Refused(Refusal.BUNDLE_REPEATS)
    if any(part.kind is Kind.BUNDLE for part in parts):
        raise Refused(Refusal.BUNDLE_NESTED)
    for part in parts:
        if part.status is not Status.ENTERED:
            raise Refused(Refusal.NOT_ENTERED, status=part.status.value, part=str(part.technology))
    total = sum((part.share for part in parts), Fraction(0))
    if total != 1 or any(part.share <= 0 for part in parts):
        raise Refused(Refusal.BUNDLE_SPLIT, total=str(total))


def equal_split(count: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(1, count) for _ in range(count))
