"""
The whole-file check: every record is read, every fault is found, before anything is written (TE-5).

Records that are right wait in a spool, a nameless temporary file, so that memory holds keys and
faults, never the file. Nothing is guessed: where two rows name one right, both are faulty.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, NamedTuple

from hutong.kit.refusal import Refused
from hutong.technologies import reading, records
from hutong.technologies.faults import Fault, Finding, Problem, shown
from hutong.technologies.importing.located import Located
from hutong.technologies.records import Record
from hutong.technologies.rules import Refusal

Progress = Callable[[int, int, str], None]
SPOOL_BYTES = 8 * 1024 * 1024  # below that it stays in memory
REPORT_EVERY = 500
ROWS_SHOWN = 5
FAULT_LIMIT = 20_000


def no_progress(done: int, total: int, stage: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Checked:
    """What a file holds: how many records, what is wrong, and the spool of what is right."""

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    faulty_rows: set[int] = field(default_factory=set)
    columns: dict[str, str] = field(default_factory=dict)  # field → where it stands in this file
    _spool: IO[bytes] = field(
        default_factory=lambda: tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
    )

    def __enter__(self) -> "Checked":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def add(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.faults.append(fault)
            self.faulty_rows.add(fault.row)
        if len(self.faults) > FAULT_LIMIT:
            raise Refused(Refusal.TOO_MANY_FAULTS, limit=FAULT_LIMIT, example=str(self.faults[0]))

    def keep(self, row: int, record: Record) -> None:
        line = json.dumps([row, record.as_json()], ensure_ascii=False)
        self._spool.write(line.encode() + b"\n")

    def records(self) -> Iterator[tuple[int, Record]]:
        """The right records with their rows, in the file's order; may be asked for again."""
        self._spool.seek(0)
        for line in self._spool:
            row, plain = json.loads(line)
            if row not in self.faulty_rows:
                yield row, records.from_json(plain)


class _Place(NamedTuple):
    """Where a key stands, and what stands there."""

    row: int
    field: str
    value: str


def check(
    found: Iterable[Located], progress: Progress = no_progress, row_limit: int | None = None
) -> Checked:
    """Read and check all records. The caller closes what is returned (it is a context manager).

    Raises Refused: TOO_MANY_ROWS past `row_limit`, TOO_MANY_FAULTS where a list would help nobody.
    """
    checked = Checked()
    places: dict[str, list[_Place]] = {}  # key → where it stands
    for located in found:
        checked.rows += 1
        if row_limit is not None and checked.rows > row_limit:
            raise Refused(Refusal.TOO_MANY_ROWS, limit=row_limit)
        checked.columns.update(located.columns)
        read = reading.read(located.said) if located.said else None
        checked.add(located.faults)
        if read is not None:
            checked.add(located.fault(finding) for finding in _unsaid(read.findings, located))
            for name, key in _keys(read):
                value = located.said.get(name) or located.said.get("title_en")
                places.setdefault(key, []).append(_Place(located.row, name, shown(value)))
            if read.record is not None and not located.faults:
                checked.keep(located.row, read.record)
        if checked.rows % REPORT_EVERY == 0:
            progress(checked.rows, 0, "reading")
    _name_repeats(checked, places)
    checked.faults.sort(key=lambda fault: fault.row)
    progress(checked.rows, checked.rows, "reading")
    return checked


def _unsaid(findings: Iterable[Finding], located: Located) -> Iterator[Finding]:
    """Findings at places the reader has not complained of itself (a formula is not also empty)."""
    told = {fault.finding.field for fault in located.faults}
    told |= {fault.column for fault in located.faults}
    for finding in findings:
        if finding.field not in told and located.columns.get(finding.field) not in told:
            yield finding


def _keys(read: reading.Read) -> Iterator[tuple[str, str]]:
    yield from read.keys.items()
    if read.record is not None and not read.keys:
        # Nothing names it: the same words twice are the same record twice.
        yield "title_zh", "record:" + read.record.digest().hex()


def _name_repeats(checked: Checked, places: dict[str, list[_Place]]) -> None:
    """Every row of a repeated right is faulty and names the others; the first one too."""
    faults: dict[tuple[int, str], Fault] = {}
    for found in places.values():
        rows = sorted({place.row for place in found})
        for place in found if len(rows) > 1 else ():
            others = [str(row) for row in rows if row != place.row]
            listed = ", ".join(others[:ROWS_SHOWN]) + (" …" if len(others) > ROWS_SHOWN else "")
            named = place.field.endswith("_number")
            problem = Problem.NUMBER_REPEATED if named else Problem.REFERENCE_REPEATED
            column = checked.columns.get(place.field, place.field)
            finding = Finding(place.field, problem, place.value, {"rows": listed})
            faults.setdefault((place.row, column), Fault(place.row, column, finding))
    checked.add(faults[place] for place in sorted(faults))
