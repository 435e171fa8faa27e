"""
Taking technologies out again: the empty workbook, and all public records as JSON lines.
"""

import json
from pathlib import Path

from hutong.technologies.importing.workbook import workbook
from hutong.technologies.models import Technology

__all__ = ["template", "workbook", "write_jsonl"]

CHUNK = 2_000


def template() -> bytes:
    """The exchange's workbook, empty, as .xlsx bytes."""
    return workbook()


def write_jsonl(path: Path) -> int:
    """Write every technology as one line of JSON, oldest first. Returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for row in Technology.objects.order_by("id").iterator(CHUNK):
            plain = {"id": str(row.id), "status": row.status, **row.record().as_json()}
            out.write(json.dumps(plain, ensure_ascii=False) + "\n")
            count += 1
    return count
