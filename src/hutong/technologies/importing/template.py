"""
The exchange's own workbook: its columns, and reading it cell by cell.

One header row (Chinese and English), one record a row. A column may be missing or stand elsewhere,
but none may be unknown. Formulas are refused at their cell: what they show is not what they say.
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hutong.kit.refusal import Refused
from hutong.technologies.faults import Problem
from hutong.technologies.importing.files import File, blocks, check_workbook, header_wrong
from hutong.technologies.importing.located import Located
from hutong.technologies.rules import Refusal

SHEET = "技术成果 Technologies"
ROW_LIMIT = 200_000
COLUMN_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it fills, its names, its width, and what the instructions say of it."""

    field: str
    zh: str
    en: str
    width: int
    note_zh: str
    note_en: str

    @property
    def header(self) -> str:
        return f"{self.zh} {self.en}"


COLUMNS = (
    Column(
        "kind", "类型*", "Kind*", 16,
        "必填。从下拉列表选择。", "Required. Choose from the list.",
    ),
    Column(
        "title_zh", "名称（中文）", "Title (Chinese)", 40,
        "中文或英文名称至少填一项，最多500字。",
        "At least one title, Chinese or English; at most 500 characters.",
    ),
    Column("title_en", "名称（英文）", "Title (English)", 40, "同上。", "As above."),
    Column(
        "application_number", "申请号", "Application number", 22,
        "含校验位，如 201710601862.3；可带 ZL。专利必填申请号、公布号、授权公告号之一。",
        "With its check digit, as in 201710601862.3; ZL may stand before it. A patent needs one of "
        "application, publication and grant number.",
    ),
    Column(
        "publication_number", "公布号", "Publication number", 20,
        "如 CN117151122A。", "As in CN117151122A.",
    ),
    Column(
        "grant_number", "授权公告号", "Grant number", 20,
        "如 CN111504366B、CN215792497U。", "As in CN111504366B, CN215792497U.",
    ),
    Column(
        "registration_number", "登记号", "Registration number", 22,
        "软件著作权（2019SR0123456）、布图设计（BS.…）、植物新品种（CNA…）的登记号。",
        "Of software copyrights (2019SR0123456), layout designs (BS.…), plant varieties (CNA…).",
    ),
    Column(
        "legal_status", "法律状态", "Legal status", 12,
        "从下拉列表选择；不填为未知。未知可进场，不能挂牌；失效不能挂牌。",
        "Choose from the list; empty means unknown. Unknown may enter but not be listed; lapsed "
        "cannot be listed.",
    ),
    Column(
        "applied_on", "申请日", "Applied on", 14,
        "年-月-日，如 2017-07-21。", "Year-month-day, as in 2017-07-21.",
    ),
    Column(
        "expires_on", "届满日", "Expires on", 14,
        "权利届满日期，年-月-日。", "Last day of the right, year-month-day.",
    ),
    Column(
        "ipc", "IPC分类", "IPC classes", 24,
        "用分号分隔，如 G06F16/33; H04L9/32。", "Divided by semicolons, as in G06F16/33; H04L9/32.",
    ),
    Column(
        "industry", "行业（GB/T 4754）", "Industry (GB/T 4754)", 16,
        "如 C3913。", "As in C3913.",
    ),
    Column(
        "fields", "技术领域", "Fields", 24,
        "用分号分隔，如 新材料; 智能制造。", "Divided by semicolons.",
    ),
    Column(
        "trl", "技术成熟度", "TRL", 10,
        "1 至 9。", "1 to 9.",
    ),
    Column(
        "abstract_zh", "摘要（中文）", "Abstract (Chinese)", 60,
        "最多20000字。", "At most 20,000 characters.",
    ),
    Column("abstract_en", "摘要（英文）", "Abstract (English)", 60, "同上。", "As above."),
    Column(
        "keywords", "关键词", "Keywords", 24,
        "用分号分隔。", "Divided by semicolons.",
    ),
    Column(
        "inventors", "发明人/完成人", "Inventors", 24,
        "用分号分隔。", "Divided by semicolons.",
    ),
    Column(
        "funding", "资助来源", "Funding", 30,
        "项目名称与编号，用分号分隔。", "Programme and grant number, divided by semicolons.",
    ),
    Column(
        "state_funded", "财政资金", "State-funded", 10,
        "是或否。", "是 (yes) or 否 (no).",
    ),
    Column(
        "holder_stated", "权利人（声明）", "Holder as stated", 30,
        "以登记为准，仅供参考。", "For information; the register decides.",
    ),
    Column(
        "link", "网址", "Link", 30,
        "以 https:// 开头。", "Beginning with https://.",
    ),
)  # fmt: skip

_BY_NAME = {
    name: column
    for column in COLUMNS
    for name in (
        re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", said)).casefold()
        for said in (column.header, column.zh, column.en)
    )
}


def read(file: File) -> Iterator[Located]:
    """Rows of the template. Raises Refused for what is no template; faults stand at their cells."""
    check_workbook(file)
    rows = _rows(file.path)
    header, path_in_zip = next(rows)
    columns = _columns(header)
    names = {c.field: f"{_letter(i + 1)} {c.zh.rstrip('*')}" for i, c in columns.items()}
    merged = dict(_merged(file.path, path_in_zip))
    for number, cells in rows:
        if number in merged:
            located = Located(number, {}, names)
            located.wrong("row", Problem.MERGED, cells=merged.pop(number))
            yield located
        elif any(cell.value not in (None, "") for cell in cells):
            yield _located(number, cells, columns, names)
    for number, cells in merged.items():  # merged cells without a row of their own
        located = Located(number, {}, names)
        located.wrong("row", Problem.MERGED, cells=cells)
        yield located


def values(file: File) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, field → what stands there) of each row, right or wrong; of faults nothing is said."""
    rows = _rows(file.path)
    header, _ = next(rows)
    columns = _columns(header)
    for number, cells in rows:
        yield (
            number,
            {
                columns[index].field: cell.value
                for index, cell in enumerate(cells)
                if index in columns and cell.value is not None
            },
        )


def _rows(path: Path) -> Iterator[tuple[Any, Any]]:
    """First (header cells, part of the zip), then (row number, cells) of each further row.

    openpyxl raises whatever a damaged part makes it stumble over; all of it means one thing here.
    """
    source = _openpyxl_rows(path)
    while True:
        try:
            item = next(source)
        except StopIteration:
            return
        except Refused:
            raise
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"[:200]
            raise Refused(Refusal.FILE_DAMAGED, detail=detail) from error
        yield item


def _openpyxl_rows(path: Path) -> Iterator[tuple[Any, Any]]:
    # A stream, since openpyxl judges a path by its name.
    with path.open("rb") as file:
        from openpyxl import load_workbook  # half a second that few processes need

        workbook = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        if SHEET not in workbook.sheetnames:
            found = ", ".join(f"“{name}”" for name in workbook.sheetnames[:10]) or "none"
            raise Refused(Refusal.SHEET_MISSING, sheet=SHEET, found=found)
        sheet = workbook[SHEET]
        sheet.reset_dimensions()  # a file may lie about its size
        header = next(sheet.iter_rows(min_row=1, max_row=1), ())
        if len(header) > COLUMN_LIMIT:
            beyond = f"{_letter(COLUMN_LIMIT + 1)}…"
            raise header_wrong(unknown=[beyond])
        yield header, sheet._worksheet_path
        sheet.reset_dimensions()
        rows = sheet.iter_rows(min_row=2, max_col=COLUMN_LIMIT)
        for number, cells in enumerate(rows, start=2):
            if number > ROW_LIMIT + 1:
                raise Refused(Refusal.TOO_MANY_ROWS, limit=ROW_LIMIT)
            yield number, cells


def _columns(header: Any) -> dict[int, Column]:
    """Index → column. Raises Refused naming what is unknown, doubled or missing."""
    columns: dict[int, Column] = {}
    unknown, doubled = [], []
    for index, cell in enumerate(header):
        if cell.value in (None, ""):
            continue
        name = re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", str(cell.value))).casefold()
        column = _BY_NAME.get(name)
        place = f"{_letter(index + 1)}1 “{str(cell.value)[:40]}”"
        if column is None:
            unknown.append(place)
        elif column in columns.values():
            doubled.append(place)
        else:
            columns[index] = column
    have = {column.field for column in columns.values()}
    missing = [] if "kind" in have else [f"“{COLUMNS[0].header}”"]
    if not have & {"title_zh", "title_en"}:
        missing.append(f"“{COLUMNS[1].header}” / “{COLUMNS[2].header}”")
    if missing or unknown or doubled:
        raise header_wrong(missing=missing, unknown=unknown, doubled=doubled)
    return columns


def _located(number: int, cells: Any, columns: dict[int, Column], names: dict[str, str]) -> Located:
    located = Located(number, {}, names)
    for index, cell in enumerate(cells):
        value = cell.value
        if value is None or value == "":
            continue
        column = columns.get(index)
        if column is None:
            letter = _letter(index + 1)
            located.columns = {**names, letter: letter}
            located.wrong(letter, Problem.EXTRA_VALUE, value)
        elif cell.data_type == "f":
            located.wrong(column.field, Problem.FORMULA, value if isinstance(value, str) else "=")
        elif cell.data_type == "e":
            located.wrong(column.field, Problem.CELL_ERROR, value)
        else:
            located.said[column.field] = _value(value)
    return located


def _value(value: Any) -> Any:
    if isinstance(value, float):  # typed as a number: 5.0 is 5, 201710601862.3 is itself
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date | str | bool):
        return value
    return str(value)


_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}(\d{1,7})(?::[A-Z]{1,3}\d{1,7})?)"'
)
_LONGEST_MERGE = 200


def _merged(path: Path, part: str) -> Iterator[tuple[int, str]]:
    """(first row, range) of merged cells; openpyxl does not tell them when it streams."""
    tail = b""
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as sheet:
        for block in blocks(sheet):
            window = tail + block
            for match in _MERGE.finditer(window):
                yield int(match[2]), match[1].decode()
            tail = window[-_LONGEST_MERGE:]


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))
