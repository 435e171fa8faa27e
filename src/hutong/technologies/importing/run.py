"""
One import from file to journal: what the command line and the API call.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies.actions import FileFacts, import_records, party_to_import_for
from hutong.technologies.faults import Fault
from hutong.technologies.importing import files
from hutong.technologies.importing.check import Checked, Progress, check, no_progress
from hutong.technologies.importing.formats import AUTO, Format, format_of, read
from hutong.technologies.queries import Outcome, plan
from hutong.technologies.records import Record
from hutong.technologies.rules import Refusal

KINDS = ("technologies",)
FAULTS_SHOWN = 200
CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a file. `faults` are all that were found; `left_out` rows were skipped for
    them on request; `refused` says that nothing was entered because of them."""

    format: Format
    name: str
    digest: str
    rows: int
    faults: tuple[Fault, ...] = ()
    refused: bool = False
    batch: UUID | None = None
    entered: int = 0
    refreshed: int = 0
    unchanged: int = 0
    left_out: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.entered or self.refreshed)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.name} ({self.format}, {self.rows:,} rows, {self.digest})"
        for fault in self.faults[:FAULTS_SHOWN]:
            yield f"  {fault}"
        if len(self.faults) > FAULTS_SHOWN:
            yield f"  … and {len(self.faults) - FAULTS_SHOWN:,} more"
        if self.refused:
            yield f"Refused: {len(self.faults):,} faults; nothing was entered."
            return
        if not self.changed:
            yield f"Nothing changed: all {self.unchanged:,} records stand here already."
        else:
            yield (
                f"{self.entered:,} entered, {self.refreshed:,} refreshed, "
                f"{self.unchanged:,} unchanged."
            )
        if self.left_out:
            yield f"{self.left_out:,} rows left out for the faults above."


def run(
    *,
    path: Path,
    party: UUID | None,
    actor: Actor,
    now: datetime,
    kind: str = "technologies",
    format: str = AUTO,
    name: str | None = None,
    skip_faulty: bool = False,
    check_only: bool = False,
    row_limit: int | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Check a file as a whole and enter it completely or not at all (TE-5).

    With `skip_faulty` the sound records enter and the report names what was left out; with
    `check_only` nothing is written. Raises Refused when the file as a whole cannot be read, and for
    want of power. `progress(done, total, stage)`: total 0 while it is not known.
    """
    if kind not in KINDS:
        raise Refused(CommonRefusal.INVALID, field="kind", problem=f"one of {', '.join(KINDS)}")
    party_to_import_for(actor, party)  # before anything is read for whoever may not
    file = files.take(path, name)
    known = format_of(file, format)
    with check(read(file, known), progress, row_limit) as checked:
        if not checked.rows:
            raise Refused(Refusal.FILE_EMPTY)
        _compare(checked, party, progress)
        faults = tuple(checked.faults)
        left_out = len(checked.faulty_rows)
        same: dict[str, Any] = {
            "format": known,
            "name": file.name,
            "digest": file.digest,
            "rows": checked.rows,
            "faults": faults,
        }
        if check_only or (faults and not skip_faulty):
            return Report(**same, refused=bool(faults), left_out=left_out)
        done = import_records(
            actor=actor,
            now=now,
            party=party,
            file=FileFacts(name=file.name, digest=file.digest, size=file.size, format=known.value),
            records=(record for _, record in checked.records()),
            rows=checked.rows,
            left_out=left_out,
            progress=progress,
        )
    return Report(
        **same,
        batch=done.batch,
        entered=done.entered,
        refreshed=done.refreshed,
        unchanged=done.unchanged,
        left_out=left_out,
    )


def _compare(checked: Checked, party: UUID | None, progress: Progress) -> None:
    """Hold the records against what stands here; what cannot be entered is a fault of its row."""
    done, faults = 0, []
    total = checked.rows - len(checked.faulty_rows)
    for chunk in _chunks(checked.records()):
        for (row, _), planned in zip(chunk, plan([r for _, r in chunk], party), strict=True):
            if planned.outcome is Outcome.FAULTY and planned.finding is not None:
                finding = planned.finding
                column = checked.columns.get(finding.field, finding.field)
                faults.append(Fault(row, column, finding))
        done += len(chunk)
        progress(done, total, "comparing")
    checked.add(faults)
    checked.faults.sort(key=lambda fault: fault.row)


def _chunks(records: Iterable[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    source = iter(records)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
