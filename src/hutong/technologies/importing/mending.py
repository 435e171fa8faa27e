"""
The faulty rows of a workbook alone, each fault noted at its cell: to be mended and handed in again.
"""

from collections.abc import Callable, Sequence
from datetime import date

from hutong.technologies.faults import Fault
from hutong.technologies.importing import template
from hutong.technologies.importing.files import File

ROWS_MOST = 2_000


def faulty_rows(
    file: File, faults: Sequence[Fault], translate: Callable[[str], str] = str
) -> bytes:
    """A workbook with the first faulty rows of `file`, as they stand there, and what is wrong."""
    notes: dict[int, dict[str, str]] = {}
    for fault in faults:
        if fault.row not in notes and len(notes) == ROWS_MOST:
            break
        said = f"{fault.finding.wrong(translate)} {fault.finding.mend(translate)}"
        here = notes.setdefault(fault.row, {})
        here[fault.finding.field] = "\n".join(filter(None, [here.get(fault.finding.field), said]))
    rows = {}
    last = max(notes, default=0)
    for number, values in template.values(file):
        if number > last:
            break
        if number in notes:
            rows[number] = {
                field: value if isinstance(value, date | bool | int) else str(value)
                for field, value in values.items()
            }
    from hutong.technologies.importing.workbook import workbook  # openpyxl loads slowly

    numbers = sorted(rows)
    return workbook([rows[n] for n in numbers], [notes[n] for n in numbers])
