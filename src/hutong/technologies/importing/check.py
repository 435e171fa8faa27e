"""
The whole-file check: every record is read, every fault is found, before anything is written (TE-5).

Records that are right wait in a spool, a nameless temporary file, so that memory holds keys and
faults, never the file. Nothing is guessed: where two rows name one right, both are faulty.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO

from hutong.kit.refusal import Refused
from hutong.technologies import reading, records
from hutong.technologies.faults import Fault, Finding, Problem
from hutong.technologies.importing.located import Located
from hutong.technologies.records import Record
from hutong.technologies.rules import Refusal

Progress = Callable[[int, int, str], None]
SPOOL_BYTES = 8 * 1024 * 1024  # below that it stays in memory
REPORT_EVERY = 500
ROWS_SHOWN = 5


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


def check(
    found: Iterable[Located], progress: Progress = no_progress, row_limit: int | None = None
) -> Checked:
    """Read and check all records. The caller closes what is returned (it is a context manager).

    Raises Refused(TOO_MANY_ROWS) past `row_limit`.
    """
    checked = Checked()
    rows_of: dict[str, int | list[int]] = {}  # key → the row, or the rows when it repeats
    places: dict[tuple[int, str], Fault] = {}
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
                first = rows_of.setdefault(key, located.row)
                if first != located.row:
                    _repeats(rows_of, key, located.row)
                    places[located.row, key] = located.fault(_repeated(name, located))
            if read.record is not None and not located.faults:
                checked.keep(located.row, read.record)
        if checked.rows % REPORT_EVERY == 0:
            progress(checked.rows, 0, "reading")
    _name_repeats(checked, rows_of, places)
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


def _repeats(rows_of: dict[str, int | list[int]], key: str, row: int) -> None:
    rows = rows_of[key]
    if isinstance(rows, int):
        rows_of[key] = [rows, row]
    elif row not in rows:
        rows.append(row)


def _repeated(field: str, located: Located) -> Finding:
    problem = Problem.NUMBER_REPEATED if field.endswith("_number") else Problem.REFERENCE_REPEATED
    value = located.said.get(field) or located.said.get("title_en") or ""
    return Finding(field, problem, str(value))


def _name_repeats(
    checked: Checked,
    rows_of: dict[str, int | list[int]],
    places: dict[tuple[int, str], Fault],
) -> None:
    """Every row of a repeated right is faulty and names the others; the first one too."""
    by_row: dict[int, dict[str, Fault]] = defaultdict(dict)
    for key, rows in rows_of.items():
        if isinstance(rows, int):
            continue
        pattern = next(places[row, key] for row in rows if (row, key) in places)
        for row in rows:
            fault = places.get((row, key), pattern)
            others = [other for other in rows if other != row]
            listed = ", ".join(map(str, others[:ROWS_SHOWN]))
            listed += " …" if len(others) > ROWS_SHOWN else ""
            finding = fault.finding
            finding = Finding(finding.field, finding.problem, finding.value, {"rows": listed})
            by_row[row].setdefault(fault.column, Fault(row, fault.column, finding))
    for row in sorted(by_row):
        checked.add(by_row[row].values())
