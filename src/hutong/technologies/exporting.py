"""
Taking technologies out again: the empty workbook, and all public records as JSON lines.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hutong.technologies.models import Technology

CHUNK = 2_000


def template() -> bytes:
    """The exchange's workbook, empty, as .xlsx bytes."""
    return workbook()


def workbook(rows: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The exchange's workbook, filled with `rows` (field → value)."""
    from hutong.technologies.importing.workbook import workbook as written  # openpyxl loads slowly

    return written(rows)


def write_jsonl(path: Path) -> int:
    """Write every technology as one line of JSON, oldest first. Returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for row in Technology.objects.order_by("id").iterator(CHUNK):
            plain = {"id": str(row.id), "status": row.status, **row.record().as_json()}
            out.write(json.dumps(plain, ensure_ascii=False) + "\n")
            count += 1
    return count
