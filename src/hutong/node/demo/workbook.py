"""
Filling in the exchange's own workbook, as a university's transfer office would.
"""

import io
from collections.abc import Sequence

from openpyxl import load_workbook

from hutong.node.demo.technologies import DemoTechnology

VALUES = {
    "类型* Kind*": lambda t: "patent",
    "名称（中文） Title (Chinese)": lambda t: t.title_zh,
    "名称（英文） Title (English)": lambda t: t.title_en,
    "申请号 Application number": lambda t: t.number,
    "法律状态 Legal status": lambda t: "in_force",
    "申请日 Applied on": lambda t: t.filed_on,
    "届满日 Expires on": lambda t: t.expires_on,
    "IPC分类 IPC classes": lambda t: t.ipc,
    "技术领域 Fields": lambda t: t.field,
    "技术成熟度 TRL": lambda t: t.trl,
    "摘要（中文） Abstract (Chinese)": lambda t: (
        f"本发明公开了{t.title_zh}，属于{t.field}领域，可用于工业化转化。"
    ),
    "摘要（英文） Abstract (English)": lambda t: (
        f"{t.title_en}, ready for transfer at technology readiness level {t.trl}."
    ),
}


def fill(template: bytes, technologies: Sequence[DemoTechnology]) -> bytes:
    """Write one row a technology under the template's own header. Raises KeyError on a new one."""
    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for row, technology in enumerate(technologies, start=2):
        for header, value in VALUES.items():
            sheet.cell(row=row, column=columns[header], value=value(technology))
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()
