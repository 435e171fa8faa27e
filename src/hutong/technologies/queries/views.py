"""
A technology as other areas and doors see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Reason, Refused
from hutong.technologies import rules
from hutong.technologies.models import BundlePart, Technology
from hutong.technologies.records import Record
from hutong.technologies.rules import Kind, LegalStatus, Refusal, Status


@dataclass(frozen=True, slots=True)
class PartView:
    technology: UUID
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyView:
    """`legal_status` is as declared; `legal_status_on` says what it amounts to on a day.

    `numbers` maps application, publication, grant, registration to the number. `party` is who
    entered it, None for a feed's that no party has taken up. `parts` and `split` are a bundle's.
    """

    id: UUID
    kind: Kind
    status: Status
    title_zh: str
    title_en: str
    abstract_zh: str
    abstract_en: str
    legal_status: LegalStatus | None
    numbers: dict[str, str]
    applied_on: date | None
    expires_on: date | None
    party: UUID | None
    ipc: tuple[str, ...]
    cpc: tuple[str, ...]
    industry: str
    fields: tuple[str, ...]
    keywords: tuple[str, ...]
    trl: int | None
    inventors: tuple[str, ...]
    funding: tuple[str, ...]
    state_funded: bool | None
    holder_stated: str
    link: str
    source: str
    reference: str
    registered: bool
    intended_at: datetime | None
    entered_at: datetime | None
    refreshed_at: datetime
    retired_at: datetime | None
    moved_to: str = ""
    parts: tuple[UUID, ...] = ()
    split: tuple[PartView, ...] = ()
    carve_out: bool = False

    @property
    def title(self) -> str:
        return self.title_zh or self.title_en

    def legal_status_on(self, today: date) -> LegalStatus | None:
        return rules.legal_status_on(self.legal_status, self.expires_on, today)


def technology(id: UUID) -> TechnologyView:
    """One technology. Raises Refused(NOT_FOUND)."""
    found = technologies([id]).get(id)
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    return found


def technologies(ids: Iterable[UUID]) -> dict[UUID, TechnologyView]:
    """Those of `ids` that exist."""
    rows = Technology.objects.in_bulk(list(ids))
    bundles = [row.id for row in rows.values() if row.kind == Kind.BUNDLE]
    parts: dict[UUID, list[PartView]] = {}
    if bundles:
        for part in BundlePart.objects.filter(bundle__in=bundles).order_by("bundle", "position"):
            share = Fraction(part.numerator, part.denominator)
            parts.setdefault(part.bundle_id, []).append(PartView(part.part_id, share))
    return {id: view(row, tuple(parts.get(id, ()))) for id, row in rows.items()}


def bundles_of(party: UUID) -> list[TechnologyView]:
    """A party's bundles that are on the market, latest first; at most 200."""
    rows = Technology.objects.filter(
        party=party, kind=Kind.BUNDLE.value, status=Status.ENTERED.value
    )
    ids = list(rows.order_by("-id").values_list("id", flat=True)[:200])
    found = technologies(ids)
    return [found[id] for id in ids]


def record(id: UUID) -> Record:
    """What is said of a technology, as it was read. Raises Refused(NOT_FOUND)."""
    row = Technology.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    return row.record()


def listed(row: Technology) -> TechnologyView:
    """The view of a row of a list, whose abstracts were not fetched."""
    return view(row, abstracts=False)


def view(
    row: Technology, split: tuple[PartView, ...] = (), *, abstracts: bool = True
) -> TechnologyView:
    """The view of one row; `split` for bundles only."""
    return TechnologyView(
        id=row.id,
        kind=Kind(row.kind),
        status=Status(row.status),
        title_zh=row.title_zh,
        title_en=row.title_en,
        abstract_zh=row.abstract_zh if abstracts else "",
        abstract_en=row.abstract_en if abstracts else "",
        legal_status=LegalStatus(row.legal_status) if row.legal_status else None,
        numbers=dict(row.numbers),
        applied_on=row.applied_on,
        expires_on=row.expires_on,
        party=row.party,
        ipc=tuple(row.ipc),
        cpc=tuple(row.cpc),
        industry=row.industry,
        fields=tuple(row.fields),
        keywords=tuple(row.keywords),
        trl=row.trl,
        inventors=tuple(row.inventors),
        funding=tuple(row.funding),
        state_funded=row.state_funded,
        holder_stated=row.holder_stated,
        link=row.link,
        source=row.source,
        reference=row.reference,
        registered=row.registered_at is not None,
        intended_at=row.intended_at,
        entered_at=row.entered_at,
        refreshed_at=row.refreshed_at,
        retired_at=row.retired_at,
        moved_to=row.moved_to,
        parts=tuple(part.technology for part in split),
        split=split,
        carve_out=bool(row.carve_out),
    )


def why_not_listable(id: UUID, now: datetime) -> Reason | None:
    """The reason why it cannot be listed now, its parts' included; None when it can (TE-2)."""
    try:
        require_listable(id, now)
    except Refused as refused:
        return refused.reason
    return None


def require_listable(id: UUID, now: datetime) -> TechnologyView:
    """The technology, if it may be listed now. Raises Refused with the reason (TE-2, TE-4)."""
    found, today = technology(id), local_date(now)
    _require(found, today)
    parts = technologies(found.parts)
    for part in found.parts:
        try:
            _require(parts[part], today)
        except Refused as refused:
            raise Refused(
                Refusal.PART_NOT_LISTABLE,
                part=parts[part].title,
                technology=str(part),
                code=refused.reason.code,
            ) from refused
    return found


def _require(found: TechnologyView, today: date) -> None:
    why = rules.why_not_listable(
        kind=found.kind,
        status=found.status,
        legal_status=found.legal_status,
        expires_on=found.expires_on,
        today=today,
    )
    if why is not None:
        expires_on = found.expires_on.isoformat() if found.expires_on else "–"
        raise Refused(why, status=found.status.value, expires_on=expires_on, title=found.title)
