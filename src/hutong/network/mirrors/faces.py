"""
A thing of another venue as lists, pages and the index take it. What is told is another's word: every
value is read for what it should be, and is empty where it is something else. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hutong.kit.moments import parse_iso
from hutong.kit.money import MAX_AMOUNT
from hutong.network.mirrors.picture import LOG, RECORD, Fields, Standing, ThingKind

MAX_TEXT = 20_000
MAX_LIST = 2_000
MAX_PARTS = 200


def value(fields: Fields, name: str) -> Any:
    unit = fields.get(name)
    return unit[1] if unit and name != LOG else None


def is_erased(fields: Fields, name: str) -> bool:
    unit = fields.get(name)
    return bool(unit and len(unit) == 4 and unit[3] == Standing.ERASED)


def text(told: Any) -> str:
    return told[:MAX_TEXT] if isinstance(told, str) else ""


def texts(told: Any) -> tuple[str, ...]:
    return (
        tuple(text(one) for one in told[:MAX_LIST] if text(one)) if isinstance(told, list) else ()
    )


def number(told: Any) -> int | None:
    return told if type(told) is int and 0 <= told <= MAX_AMOUNT else None


def moment(told: Any) -> datetime | None:
    try:
        found = parse_iso(told) if isinstance(told, str) else None
    except (ValueError, OverflowError):
        return None
    return found if found and 1900 < found.year < 3000 else None


def day(told: Any) -> date | None:
    try:
        return date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None


def identity(told: Any) -> UUID | None:
    try:
        return UUID(told) if isinstance(told, str) else None
    except ValueError:
        return None


def named(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What every list needs of a thing, whatever its kind."""

    status: str = ""
    at: datetime | None = None
    ends_at: datetime | None = None
    price_fen: int | None = None


_AT = {
    ThingKind.LISTING: "listed_at",
    ThingKind.TECHNOLOGY: "entered_at",
    ThingKind.DEAL: "moved_at",
    ThingKind.NOTICE: "opened_at",
    ThingKind.LOT: "opens_at",
    ThingKind.PROJECT: "announced_at",
    ThingKind.PROCEDURE: "published_at",
}


def face(kind: str, fields: Fields) -> Face:
    return Face(
        status=text(value(fields, "status"))[:20],
        at=moment(value(fields, _AT.get(ThingKind(kind), "")))
        or moment(value(fields, "intended_at")),
        ends_at=moment(value(fields, "ends_at")),
        price_fen=number(value(fields, "price_fen")),
    )


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of its home's log that speaks of a thing."""

    index: int
    kind: str
    at: datetime | None


def log_of(fields: Fields) -> list[LogLine]:
    return [
        LogLine(line[0], text(line[1]), moment(line[2])) for line in reversed(fields.get(LOG, []))
    ]


def last_index(fields: Fields) -> int:
    """The latest entry that said something of it."""
    units = [unit[0] for name, unit in fields.items() if name != LOG]
    return max([*units, *(line[0] for line in fields.get(LOG, ()))], default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyFace:
    """A technology as its record says. `erased`: its record was erased."""

    kind: str
    status: str
    erased: bool
    title_zh: str
    title_en: str
    abstract_zh: str
    abstract_en: str
    numbers: Mapping[str, str]
    legal_status: str
    applied_on: date | None
    expires_on: date | None
    ipc: tuple[str, ...]
    industry: str
    fields: tuple[str, ...]
    keywords: tuple[str, ...]
    trl: int | None
    inventors: tuple[str, ...]
    holder_stated: str
    link: str
    source: str
    at: datetime | None
    register: tuple["RegisterLine", ...]
    parts: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """An entry of its home's register; `ended`: a later one ended what it brought."""

    index: int
    number: str
    kind: str
    effective_on: date | None
    ended: bool


def technology(fields: Fields) -> TechnologyFace:
    record = named(value(fields, RECORD))
    link = text(record.get("link"))
    trl = number(record.get("trl"))
    return TechnologyFace(
        kind=text(record.get("kind")) or text(value(fields, "kind")),
        status=text(value(fields, "status")) or "entered",
        erased=is_erased(fields, RECORD),
        title_zh=text(record.get("title_zh")),
        title_en=text(record.get("title_en")),
        abstract_zh=text(record.get("abstract_zh")),
        abstract_en=text(record.get("abstract_en")),
        numbers={
            str(role): text(written)
            for role, written in named(record.get("numbers")).items()
            if text(written)
        },
        legal_status=text(record.get("legal_status")),
        applied_on=day(record.get("applied_on")),
        expires_on=day(record.get("expires_on")),
        ipc=texts(record.get("ipc")),
        industry=text(record.get("industry")),
        fields=texts(record.get("fields")),
        keywords=texts(record.get("keywords")),
        trl=trl if trl and trl <= 9 else None,
        inventors=texts(record.get("inventors")),
        holder_stated=text(record.get("holder_stated")),
        link=link if link.startswith(("https://", "http://")) else "",
        source=text(record.get("source")),
        at=face("technology", fields).at,
        register=tuple(_register(fields)),
        parts=tuple(_parts(fields)),
    )


def _register(fields: Fields) -> Sequence[RegisterLine]:
    entries = [(unit[0], named(unit[1])) for name, unit in fields.items() if name[:6] == "entry:"]
    ended = {f"entry:{identity(entry.get('ends'))}" for _, entry in entries if entry.get("ends")}
    lines = [
        RegisterLine(
            index=unit[0],
            number=text(named(unit[1]).get("number")),
            kind=text(named(unit[1]).get("entry_kind")),
            effective_on=day(named(unit[1]).get("effective_on")),
            ended=name in ended,
        )
        for name, unit in fields.items()
        if name[:6] == "entry:"
    ]
    return sorted(lines, key=lambda line: line.index)


def _parts(fields: Fields) -> Sequence[tuple[UUID, str]]:
    parts, split = value(fields, "parts"), value(fields, "split")
    if not isinstance(parts, list) or not isinstance(split, list):
        return []
    pairs = zip(parts[:MAX_LIST], split[:MAX_LIST], strict=False)
    return [(id, text(share)) for told, share in pairs if (id := identity(told))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    technology: UUID
    kind: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFace:
    """A listing as its entries say. `erased`: its text was erased."""

    number: str
    status: str
    ending: str
    erased: bool
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    conditions: str
    payment: str
    offer_kind: str
    licence_mode: str
    share: str
    price_mode: str
    price_fen: int | None
    deposit_fen: int | None
    increment_fen: int | None
    scope: str
    export_class: str
    technologies: int
    offered: tuple[Offered, ...]
    listed_at: datetime | None
    ends_at: datetime | None
    ends_provisional: bool
    outcome: str
    count: int | None
    lot: UUID | None
    deal: UUID | None
    joint: "JointFace | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPartFace:
    """A bundle that a listing offers, at the venue where it is registered (NE-3)."""

    venue: str
    part: UUID | None
    bundle: UUID | None
    technologies: int
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    share: str
    entry_index: int | None
    lead: bool
    left: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFace:
    """The joint project that a listing offers."""

    project: UUID | None
    number: str
    lead: str
    parts: tuple[JointPartFace, ...]

    @property
    def venues(self) -> tuple[str, ...]:
        return (self.lead, *sorted({part.venue for part in self.parts} - {self.lead}))

    @property
    def technologies(self) -> int:
        return sum(part.technologies for part in self.parts)


def _joint(told: Any, fields: Fields) -> JointFace | None:
    said = named(told)
    if not said:
        return None
    rows = said.get("parts")
    parts = [named(row) for row in rows[:MAX_PARTS]] if isinstance(rows, list) else []
    return JointFace(
        project=identity(said.get("project")),
        number=text(said.get("number"))[:60],
        lead=text(said.get("lead"))[:20],
        parts=tuple(
            JointPartFace(
                venue=text(row.get("venue"))[:20],
                part=identity(row.get("part")),
                bundle=identity(row.get("bundle")),
                technologies=number(row.get("technologies")) or 0,
                title_zh=text(row.get("title_zh"))[:400],
                title_en=text(row.get("title_en"))[:400],
                seller_zh=text(row.get("seller_zh"))[:400],
                seller_en=text(row.get("seller_en"))[:400],
                share=text(row.get("share"))[:60],
                entry_index=number(row.get("entry_index")),
                lead=row.get("lead") is True,
                left=row.get("left") is True or f"left:{identity(row.get('part'))}" in fields,
            )
            for row in parts
        ),
    )


def listing(fields: Fields) -> ListingFace:
    told = named(value(fields, "text"))
    seller = named(told.get("seller"))
    return ListingFace(
        number=text(value(fields, "number"))[:60],
        status=text(value(fields, "status")),
        ending=text(value(fields, "ending")),
        erased=is_erased(fields, "text"),
        title_zh=text(told.get("title_zh")),
        title_en=text(told.get("title_en")),
        seller_zh=text(seller.get("name_zh")),
        seller_en=text(seller.get("name_en")),
        conditions=text(told.get("conditions")),
        payment=text(told.get("payment")),
        offer_kind=text(value(fields, "offer_kind")),
        licence_mode=text(value(fields, "licence_mode")),
        share=text(value(fields, "share")),
        price_mode=text(value(fields, "price_mode")),
        price_fen=number(value(fields, "price_fen")),
        deposit_fen=number(value(fields, "deposit_fen")),
        increment_fen=number(value(fields, "increment_fen")),
        scope=text(value(fields, "scope")),
        export_class=text(value(fields, "export_class")),
        technologies=number(value(fields, "technologies")) or 0,
        offered=tuple(_offered(told.get("technologies"))),
        listed_at=moment(value(fields, "listed_at")),
        ends_at=moment(value(fields, "ends_at")),
        ends_provisional=value(fields, "ends_provisional") is True,
        outcome=text(value(fields, "outcome")),
        count=number(value(fields, "count")),
        lot=identity(value(fields, "lot")),
        deal=identity(value(fields, "deal")),
        joint=_joint(told.get("joint"), fields),
    )


def _offered(told: Any) -> Sequence[Offered]:
    rows = [named(one) for one in told[:MAX_LIST]] if isinstance(told, list) else []
    return [
        Offered(
            technology=id,
            kind=text(row.get("kind")),
            title_zh=text(row.get("title_zh")),
            title_en=text(row.get("title_en")),
        )
        for row in rows
        if (id := identity(row.get("technology")))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFace:
    number: str
    status: str
    how: str
    price_fen: int | None
    currency: str
    listing: UUID | None
    moved_at: datetime | None


def deal(fields: Fields) -> DealFace:
    return DealFace(
        number=text(value(fields, "number"))[:60],
        status=text(value(fields, "status")),
        how=text(value(fields, "how")),
        price_fen=number(value(fields, "price_fen")),
        currency=text(value(fields, "currency"))[:3] or "CNY",
        listing=identity(value(fields, "listing")),
        moved_at=moment(value(fields, "moved_at")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFace:
    number: str
    kind: str
    status: str
    issued_on: date | None
    content_digest: str
    source: str
    revoked_on: date | None
    revoked_because: str


def certificate(fields: Fields) -> CertificateFace:
    return CertificateFace(
        number=text(value(fields, "number"))[:60],
        kind=text(value(fields, "kind")),
        status=text(value(fields, "status")),
        issued_on=day(value(fields, "issued_on")),
        content_digest=text(value(fields, "content_digest")),
        source=text(value(fields, "source")),
        revoked_on=day(value(fields, "revoked_on")),
        revoked_because=text(value(fields, "revoked_because")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFace:
    number: str
    status: str
    ends_at: datetime | None
    opened_at: datetime | None
    technologies: int
    offered: tuple[Offered, ...]
    objections: int = field(default=0)


def notice(fields: Fields) -> NoticeFace:
    told = named(value(fields, "notice"))
    return NoticeFace(
        number=text(value(fields, "number"))[:60],
        status=text(value(fields, "status")),
        ends_at=moment(value(fields, "ends_at")),
        opened_at=moment(value(fields, "opened_at")),
        technologies=number(value(fields, "technologies")) or 0,
        offered=tuple(_offered(told.get("technologies"))),
        objections=sum(name.startswith("objection:") for name in fields),
    )
