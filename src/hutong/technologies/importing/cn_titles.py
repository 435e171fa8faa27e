"""
Chinese patent titles with IPC subclasses: publication_numbers,patent_title,ipc_subclasses.

No abstracts; the publication or grant number is all the identity they have (TE-3).
"""

from collections.abc import Iterator
from pathlib import Path

from hutong.technologies.faults import Problem
from hutong.technologies.importing.cn_patents import document_fields, document_said
from hutong.technologies.importing.delimited import header_of, rows
from hutong.technologies.importing.located import Located

SOURCE = "cn-titles"
COLUMNS = ("publication_numbers", "patent_title", "ipc_subclasses")


def is_mine(first_line: str) -> bool:
    return header_of(first_line, ",") == list(COLUMNS)


def read(path: Path) -> Iterator[Located]:
    for line, row, beyond in rows(path, ",", COLUMNS):
        number = row["publication_numbers"]
        located = Located(
            line,
            {
                **document_said(number),
                "title_zh": row["patent_title"],
                "ipc": row["ipc_subclasses"],
                "source": SOURCE,
            },
            {
                document_fields(number): "publication_numbers",
                "title_zh": "patent_title",
                "ipc": "ipc_subclasses",
            },
        )
        if beyond:
            located.wrong("row", Problem.EXTRA_VALUE, beyond[0])
        yield located
