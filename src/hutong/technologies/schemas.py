"""
Shapes on the wire: technologies, bundles, imports.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from hutong.technologies.faults import Fault
from hutong.technologies.importing import Format, Report
from hutong.technologies.queries import BatchView, TechnologyView
from hutong.technologies.rules import Kind, LegalStatus, Status

NUMBER_ROLES = ("application", "publication", "grant", "registration")
Items = list[Annotated[str, Field(max_length=400)]]
Share = Annotated[str, Field(pattern=r"^[0-9]{1,9}(/[1-9][0-9]{0,8})?$", examples=["3/10"])]


class In(Schema):
    """A request body: an unknown field is a typing mistake, and is told."""

    model_config = ConfigDict(extra="forbid")


class Numbers(In):
    """Numbers of a statutory right, each as the office writes it."""

    application: str | None = Field(None, max_length=60, examples=["201710601862.3"])
    publication: str | None = Field(None, max_length=60, examples=["CN107315571A"])
    grant: str | None = Field(None, max_length=60, examples=["CN107315571B"])
    registration: str | None = Field(
        None, max_length=60, description="Software, layout designs, plant varieties"
    )


class _Said(In):
    title_zh: str | None = Field(
        None, max_length=1000, examples=["一种水电站高压输电线路驱鸟保护装置"]
    )
    title_en: str | None = Field(None, max_length=1000)
    abstract_zh: str | None = Field(None, max_length=40_000)
    abstract_en: str | None = Field(None, max_length=40_000)
    numbers: Numbers | None = None
    legal_status: LegalStatus | None = Field(None, description="Statutory rights only (TE-2)")
    applied_on: date | None = None
    expires_on: date | None = None
    ipc: Items | None = Field(None, max_length=200, examples=[["H02G7/00", "A01M29/10"]])
    cpc: Items | None = Field(None, max_length=200)
    industry: str | None = Field(None, max_length=10, description="GB/T 4754", examples=["D4420"])
    fields: Items | None = Field(None, max_length=200, examples=[["智能制造"]])
    keywords: Items | None = Field(None, max_length=200)
    trl: int | None = Field(None, ge=1, le=9, examples=[6])
    inventors: Items | None = Field(None, max_length=200)
    funding: Items | None = Field(None, max_length=200)
    state_funded: bool | None = None
    holder_stated: str | None = Field(None, max_length=1000)
    link: str | None = Field(None, max_length=1000, examples=["https://university.example/tto/17"])

    def said(self) -> dict[str, Any]:
        """What was sent, as `reading.read` takes it."""
        sent = self.model_dump(exclude_unset=True, exclude={"numbers", "status", "party"})
        if "numbers" in self.model_fields_set:
            numbers = self.numbers.model_dump(exclude_unset=True) if self.numbers else {}
            sent |= {f"{role}_number": numbers.get(role) for role in NUMBER_ROLES}
        return sent


class TechnologyIn(_Said):
    kind: Kind = Field(examples=["patent"])
    status: Status = Field(
        Status.ENTERED, description="`entered`, or `intended`, which needs no number yet"
    )
    party: UUID | None = Field(None, description="Officers only; members enter for their own party")


class TechnologyPatch(_Said):
    """Fields not sent stay; `null` empties one; `numbers` is replaced as a whole."""

    kind: Kind | None = None


class PartIn(In):
    technology: UUID
    share: Share


class BundleIn(In):
    title_zh: str | None = Field(None, max_length=1000, examples=["水电智能运维成果包"])
    title_en: str | None = Field(None, max_length=1000)
    abstract_zh: str | None = Field(None, max_length=40_000)
    abstract_en: str | None = Field(None, max_length=40_000)
    parts: list[PartIn] = Field(max_length=5_000)
    carve_out: bool = Field(False, description="Whether a listing may sell parts alone")
    party: UUID | None = Field(None, description="Officers only")

    def shares(self) -> list[tuple[UUID, Fraction]]:
        return [(part.technology, Fraction(part.share)) for part in self.parts]

    def said(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, exclude={"parts", "carve_out", "party"})


class ReasonIn(In):
    reason: str = Field(max_length=2000, examples=["Sold outside the market"])


class TechnologyItem(Schema):
    """A technology in a list. `legal_status` is what the declared one amounts to today."""

    id: UUID
    kind: Kind
    status: Status
    title_zh: str
    title_en: str
    legal_status: LegalStatus | None
    numbers: dict[str, str] = Field(examples=[{"application": "201710601862.3"}])
    expires_on: date | None
    party: UUID | None = Field(description="Who entered it; null for a feed's that nobody took up")
    ipc: list[str]
    cpc: list[str]
    industry: str
    fields: list[str]
    trl: int | None
    holder_stated: str
    source: str
    registered: bool = Field(description="Whether its rights are in the register")
    entered_at: datetime | None
    refreshed_at: datetime

    @classmethod
    def of(cls, view: TechnologyView, today: date) -> dict[str, Any]:
        return _plain(view, cls.model_fields, today)


class PartOut(Schema):
    technology: UUID
    share: str = Field(examples=["3/10"])


class TechnologyOut(TechnologyItem):
    """A technology in full. `parts` and `carve_out` are a bundle's."""

    abstract_zh: str
    abstract_en: str
    applied_on: date | None
    keywords: list[str]
    inventors: list[str]
    funding: list[str]
    state_funded: bool | None
    link: str
    reference: str
    intended_at: datetime | None
    retired_at: datetime | None
    parts: list[PartOut]
    carve_out: bool
    why_not_listable: str | None = Field(
        description="Code of the reason why it cannot be listed now; null when it can",
        examples=["technologies.legal_status_unknown"],
    )

    @classmethod
    def full(cls, view: TechnologyView, today: date, why: str | None) -> dict[str, Any]:
        names = cls.model_fields.keys() - {"parts", "why_not_listable"}
        parts = [{"technology": p.technology, "share": str(p.share)} for p in view.split]
        return {**_plain(view, names, today), "parts": parts, "why_not_listable": why}


def _plain(view: TechnologyView, names: Any, today: date) -> dict[str, Any]:
    plain = {name: getattr(view, name) for name in names}
    plain["legal_status"] = view.legal_status_on(today)
    return plain


class FaultOut(Schema):
    """What is wrong at one place of a file. `row` counts from 1 as the file's program does."""

    row: int = Field(examples=[242])
    column: str = Field(examples=["D 申请号"])
    value: str = Field(examples=["201710601862.4"])
    code: str = Field(examples=["wrong_check_digit"])
    wrong: str
    mend: str

    @staticmethod
    def of(fault: Fault, translate: Any) -> dict[str, Any]:
        return fault.as_json(translate)


class ImportOut(Schema):
    """What an import did. `id` is null when nothing changed, or only a check was asked for."""

    id: UUID | None
    format: Format
    file_name: str
    file_digest: str = Field(examples=["sha256:9f2c…"])
    rows: int
    entered: int
    refreshed: int
    unchanged: int
    left_out: int
    faults: list[FaultOut] = Field(description="Why rows were left out (`skip_faulty`)")

    @staticmethod
    def of(report: Report, translate: Any, shown: int) -> dict[str, Any]:
        return {
            "id": report.batch,
            "format": report.format,
            "file_name": report.name,
            "file_digest": report.digest,
            "rows": report.rows,
            "entered": report.entered,
            "refreshed": report.refreshed,
            "unchanged": report.unchanged,
            "left_out": report.left_out,
            "faults": [fault.as_json(translate) for fault in report.faults[:shown]],
        }


class BatchOut(Schema):
    id: UUID
    format: str
    party: UUID | None
    file_name: str
    file_digest: str
    file_bytes: int
    rows: int
    entered: int
    refreshed: int
    unchanged: int
    left_out: int
    root: str = Field(description="Commits to every row; it stands in the log entry")
    imported_at: datetime

    @staticmethod
    def of(view: BatchView) -> "BatchOut":
        return BatchOut.model_validate(view, from_attributes=True)
