"""Workbooks good and bad, made for the tests."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from hutong.technologies.importing.template import COLUMNS, SHEET
from hutong.technologies.importing.workbook import workbook

HEADER = [column.header for column in COLUMNS]


def sheet_of(
    *rows: list[Any], title: str = SHEET, change: Callable[[Any], None] | None = None
) -> bytes:
    """A workbook with these rows, as a person's spreadsheet would save it."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes | None) -> bytes:
    """The same zip with parts added, replaced or (None) removed; `/` written as `__`."""
    changes = {name.replace("__", "/"): content for name, content in parts.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def bomb(megabytes: int) -> bytes:
    """A small workbook that unpacks to so many megabytes."""
    return repacked(workbook(), xl__media__zeros=b"\0" * (megabytes * 1024 * 1024))


def with_entities() -> bytes:
    """A workbook whose sheet expands entities inside entities."""
    book = workbook([{"kind": "专利", "title_zh": "甲"}])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    body = re.sub(r"^<\?xml[^>]*\?>", "", sheet)
    return repacked(book, **{"xl__worksheets__sheet1.xml": (laughs + body).encode()})


def saved(folder: Path, data: bytes, name: str = "book.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
