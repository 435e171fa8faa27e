"""
What can be asked of procedure templates: ours, those of the network, what we adopted, what is newer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest_of
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.picture import ThingKind
from hutong.network.mirrors.procedure_faces import ProcedureFace
from hutong.network.procedures import rules
from hutong.network.procedures.models import Adoption, Procedure
from hutong.network.procedures.rules import Refusal, Status, Template
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import Refusal as Invalid
from hutong.rulebook.rules import Rulebook
from hutong.venues import queries as venues

PROPOSE: Final = "rulebook.propose"
ADOPT: Final = "rulebook.adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureView:
    """One version of a template of ours."""

    id: int
    template: UUID
    version: int
    status: Status
    name_zh: str
    name_en: str
    note: str
    parts: tuple[str, ...]
    rulebook_version: int
    digest: str
    proposed_by: UUID | None
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The latest version of a template as its venue's log, or our own journal, has it.

    `adopted`: which version of it our rulebook in force follows, if it follows one; `newer`: it has
    been published since.
    """

    venue: str
    template: Template
    digest: str
    entry_index: int | None
    adopted: int | None
    same: bool  # our rulebook in force says what it says
    frozen: bool = False

    @property
    def newer(self) -> bool:
        return self.adopted is not None and self.adopted < self.template.version

    @property
    def name_zh(self) -> str:
        return self.template.name_zh

    @property
    def name_en(self) -> str:
        return self.template.name_en

    @property
    def path(self) -> str:
        return f"/network/procedures/{self.venue}/{self.template.id}"


def beside(known: Known, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our rulebook in force, and what it would be with the template in it.

    Raises Refused (rulebook.invalid) where our rules do not allow what the template says.
    """
    ours = _in_force(now)
    try:
        book = Rulebook.model_validate(rules.merged(ours, known.template), strict=False)
    except ValidationError as error:
        where = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:5]
        )
        raise Refused(Invalid.INVALID, problem=where) from error
    return ours, book.model_dump(mode="json")


def procedures(*statuses: Status) -> list[ProcedureView]:
    """Ours, latest first."""
    rows = Procedure.objects.order_by("-id")
    if statuses:
        rows = rows.filter(status__in=[status.value for status in statuses])
    return [_view(row) for row in rows[:200]]


def procedure(id: int) -> ProcedureView:
    """Raises Refused (NOT_FOUND)."""
    row = Procedure.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    return _view(row)


def _view(row: Procedure) -> ProcedureView:
    return ProcedureView(
        id=row.id,
        template=row.template,
        version=row.version,
        status=Status(row.status),
        name_zh=row.name_zh,
        name_en=row.name_en,
        note=row.note,
        parts=tuple(row.parts),
        rulebook_version=row.rulebook_version,
        digest=row.digest,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
    )


def document(id: int) -> dict[str, Any]:
    """What a version of ours says, as it is published. Raises Refused (NOT_FOUND)."""
    row = Procedure.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    return dict(row.document)


def everywhere(now: datetime) -> list[Known]:
    """The latest version of every template of the network, ours among them; by venue and name."""
    own, data = _followed(), _in_force(now)
    found = [_ours(row, data) for row in _latest_of_ours()]
    for one in mirrors.newest(ThingKind.PROCEDURE, 200):
        known = _known(one.code, one.of, own, data, frozen=one.frozen)
        if known is not None:
            found.append(known)
    return sorted(found, key=lambda one: (one.venue, one.name_zh or one.name_en))


def known(venue: str, template: UUID, now: datetime) -> Known:
    """One template. Raises Refused (NOT_FOUND, UNREADABLE)."""
    data = _in_force(now)
    if venue == venues.my_code():
        for row in _latest_of_ours():
            if row.template == template:
                return _ours(row, data)
    seen = mirrors.some(ThingKind.PROCEDURE, [(venue, template)]).get((venue, template))
    if seen is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    found = _known(venue, seen.of, _followed(), data, frozen=seen.frozen)
    if found is None:
        raise Refused(Refusal.UNREADABLE)
    return found


def _known(
    venue: str,
    face: ProcedureFace,
    own: dict[tuple[str, UUID], int],
    data: dict[str, Any],
    *,
    frozen: bool,
) -> Known | None:
    """A template of another venue; None where what its log says is none."""
    try:
        template = Template.read(face.text)
    except Refused:
        return None
    if digest_of(face.text) != face.digest or template.venue != venue:
        return None
    return Known(
        venue=venue,
        template=template,
        digest=face.digest,
        entry_index=face.entry_index,
        adopted=own.get((venue, template.id)),
        same=_says(data, template),
        frozen=frozen,
    )


def _ours(row: Procedure, data: dict[str, Any]) -> Known:
    template = Template.read(row.document)
    return Known(
        venue=venues.my_code(),
        template=template,
        digest=row.digest,
        entry_index=None,
        adopted=None,
        same=_says(data, template),
    )


def _says(data: dict[str, Any], template: Template) -> bool:
    return all(data.get(name) == dict(values) for name, values in template.parts.items())


def _latest_of_ours() -> list[Procedure]:
    rows = Procedure.objects.filter(status=Status.PUBLISHED.value).order_by("template", "-version")
    return list(rows.distinct("template"))


def _in_force(now: datetime) -> dict[str, Any]:
    found = rulebook.find_version(rulebook.in_force(now).version)
    assert found is not None, "the version in force is there"
    return found.data


def _followed() -> dict[tuple[str, UUID], int]:
    """Of which version each template was last adopted here."""
    rows = Adoption.objects.filter(adopted=True).order_by("rulebook_version")
    return {(row.venue, row.template): row.version for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionView:
    """Where a version of our rulebook comes from."""

    rulebook_version: int
    venue: str
    template: UUID
    version: int
    digest: str
    entry_index: int
    name_zh: str
    name_en: str
    adopted: bool

    @property
    def path(self) -> str:
        return f"/network/procedures/{self.venue}/{self.template}"


def source_of(rulebook_version: int) -> AdoptionView | None:
    """From which template a version of our rulebook was proposed; None: from none."""
    row = Adoption.objects.filter(rulebook_version=rulebook_version).first()
    if row is None:
        return None
    names = AdoptionView.__dataclass_fields__
    return AdoptionView(**{name: getattr(row, name) for name in names})


def offered(now: datetime) -> list[Known]:
    """Templates we follow of which a later version was published."""
    followed = _followed()
    seen = mirrors.some(ThingKind.PROCEDURE, followed)
    later = [one for key, one in sorted(seen.items()) if not one.frozen]
    if not any(one.of.version > followed[one.code, one.id] for one in later):
        return []
    data = _in_force(now)
    found = [_known(one.code, one.of, followed, data, frozen=False) for one in later]
    return [one for one in found if one is not None and one.newer and not one.same]


def audit() -> Iterator[Discrepancy]:
    """Each version of ours against its digest and what its entry published; each adoption against the
    rulebook that has it."""
    for row in Procedure.objects.order_by("id"):
        place = f"network.procedure {row.template} {row.version}"
        if digest_of(row.document) != row.digest:
            yield Discrepancy(place, row.digest, digest_of(row.document))
        if row.status != Status.PUBLISHED:
            continue
        entry = journal.latest_of(_about(row.template), "network.ProcedurePublished")
        if entry is None or entry.facts["template_version"] < row.version:
            yield Discrepancy(place, "an entry of its publication", "none")
    for one in Adoption.objects.filter(adopted=True):
        entry = journal.latest_of(
            subject("rulebook", one.rulebook_version), "network.ProcedureAdopted"
        )
        if entry is None or entry.facts["digest"] != one.digest:
            yield Discrepancy(f"network.adoption {one.rulebook_version}", one.digest, "none")


def _about(template: UUID) -> str:
    return subject("procedure", template)
