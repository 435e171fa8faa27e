"""
Writing the exchange's workbook: the empty template, and one filled with records.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from hutong.technologies.importing.template import COLUMNS, ROW_LIMIT, SHEET
from hutong.technologies.rules import KIND_NAMES, LEGAL_STATUS_NAMES, Kind

INSTRUCTIONS = "填写说明 Instructions"
_HEAD = Font(bold=True, color="FFFFFF")
_FILL = PatternFill("solid", fgColor="1F3A5F")
_FAULTY = PatternFill("solid", fgColor="F8D7DA")
_TOP = Alignment(wrap_text=True, vertical="top")
_DATES = {"applied_on", "expires_on"}
_PROSE = (
    ("一个文件整体检查：有一处错误，则全部不进场，并按行列列出错误。",
     "A file is checked as a whole: with one fault nothing enters, and every fault is listed by row "
     "and column."),
    ("一项法定权利对应一行；同一申请号不得重复。",
     "One statutory right, one row; an application number stands once."),
    ("请勿使用公式、宏和合并单元格。重复导入同一文件不产生任何变化。",
     "No formulas, macros or merged cells. Importing the same file again changes nothing."),
    ("不需要的列可以删除，列的顺序可以改变，标题不得改动。",
     "Columns you have nothing for may be removed, and their order changed; headers stay as they are."),
)  # fmt: skip


def workbook(
    rows: Iterable[Mapping[str, Any]] = (), notes: Iterable[Mapping[str, str]] = ()
) -> bytes:
    """The template as .xlsx bytes, filled with `rows` (field → value) when there are any.

    `notes`: for each row, fields whose cells are coloured and say something.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "C2"
    for index, column in enumerate(COLUMNS, start=1):
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = column.width
        if column.field not in _DATES and column.field != "trl":
            dimension.number_format = "@"  # as text, or a spreadsheet eats zeros and check digits
    for validation in _validations():
        sheet.data_validations.append(validation)
    sheet.append([_head(sheet, column.header) for column in COLUMNS])
    nothing: Mapping[str, Any] = {}
    for row, said in zip_longest(rows, notes, fillvalue=nothing):
        sheet.append([_noted(sheet, column.field, row, said) for column in COLUMNS])
    _instructions(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _noted(sheet: Any, field: str, row: Mapping[str, Any], notes: Mapping[str, str]) -> Any:
    cell = _cell(sheet, field, row.get(field))
    if field in notes:
        cell = cell if cell is not None else WriteOnlyCell(sheet)
        cell.fill = _FAULTY
        cell.comment = Comment(notes[field], "Hutong", width=320, height=120)
    return cell


def _cell(sheet: Any, field: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, list | tuple):
        value = "; ".join(value)
    if isinstance(value, bool):
        value = "是" if value else "否"
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str):
        cell.data_type = "s"  # never a formula, whatever it begins with
        if field not in _DATES:
            cell.number_format = "@"
    return cell


def _validations() -> Iterable[DataValidation]:
    kinds = [zh for kind, (zh, _) in KIND_NAMES.items() if kind is not Kind.BUNDLE]
    statuses = [zh for zh, _ in LEGAL_STATUS_NAMES.values()]
    for field, choices in (
        ("kind", kinds),
        ("legal_status", statuses),
        ("state_funded", ["是", "否"]),
    ):
        listed = '"' + ",".join(choices) + '"'
        yield _over(field, DataValidation(type="list", formula1=listed, allow_blank=True))
    trl = DataValidation(
        type="whole", operator="between", formula1="1", formula2="9", allow_blank=True
    )
    trl.error = "1–9"
    yield _over("trl", trl)


def _over(field: str, validation: DataValidation) -> DataValidation:
    index = next(i for i, column in enumerate(COLUMNS, start=1) if column.field == field)
    letter = get_column_letter(index)
    validation.showErrorMessage = True
    validation.add(f"{letter}2:{letter}{ROW_LIMIT + 1}")
    return validation


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill, cell.alignment = _HEAD, _FILL, _TOP
    return cell


def _instructions(book: Workbook) -> None:
    sheet = book.create_sheet(INSTRUCTIONS)
    for letter, width in (("A", 24), ("B", 24), ("C", 60), ("D", 70)):
        sheet.column_dimensions[letter].width = width
    sheet.append([_head(sheet, t) for t in ("列", "Column", "说明", "What to write")])
    for column in COLUMNS:
        sheet.append(
            [_wrapped(sheet, t) for t in (column.zh, column.en, column.note_zh, column.note_en)]
        )
    sheet.append([])
    for zh, en in _PROSE:
        sheet.append([None, None, _wrapped(sheet, zh), _wrapped(sheet, en)])
    sheet.append([])
    for names in (KIND_NAMES, LEGAL_STATUS_NAMES):
        for member, (zh, en) in names.items():
            if member is not Kind.BUNDLE:
                sheet.append([zh, en, None, None])
        sheet.append([])


def _wrapped(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.alignment = _TOP
    return cell
