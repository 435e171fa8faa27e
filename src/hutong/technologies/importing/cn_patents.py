"""
Chinese patents as JSON lines: {"id": publication number, "title", "abstract", "keywords_en", "cpc"}.

Published applications (A) enter as applications, granted documents as patents; their legal status
is unknown, so they may enter and not be listed (TE-2).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hutong.technologies.faults import Problem
from hutong.technologies.importing.files import lines
from hutong.technologies.importing.located import Located

SOURCE = "cn-patents"
_LISTS = ("keywords_en", "cpc", "ipc")


def is_mine(first_line: str) -> bool:
    try:
        plain = json.loads(first_line)
    except ValueError:
        return False
    return isinstance(plain, dict) and {"id", "title"} <= plain.keys()


def read(path: Path) -> Iterator[Located]:
    for row, line in lines(path):
        if line.strip():
            yield _record(row, line)


def _record(row: int, line: str) -> Located:
    located = Located(row, {})
    try:
        plain = json.loads(line)
        if not isinstance(plain, dict):
            raise ValueError("it is not an object { … }")
    except (ValueError, RecursionError) as error:
        located.wrong("line", Problem.NOT_A_RECORD, line, detail=str(error))
        return located
    number = plain.get("id")
    fields = document_fields(number if isinstance(number, str) else "")
    located.columns = {
        fields: "id",
        "title_zh": "title",
        "abstract_zh": "abstract",
        "keywords": "keywords_en",
    }
    for name in plain.keys() & set(_LISTS):
        if plain[name] is not None and not isinstance(plain[name], list):
            located.wrong(name, Problem.NOT_TEXT, plain[name])
    located.said = {
        **document_said(number),
        "title_zh": plain.get("title"),
        "abstract_zh": plain.get("abstract"),
        "keywords": plain.get("keywords_en"),
        "cpc": plain.get("cpc"),
        "ipc": plain.get("ipc"),
        "source": SOURCE,
    }
    return located


def document_fields(number: str) -> str:
    """The field a Chinese document number belongs in, by its kind code."""
    return "publication_number" if "A" in number.upper()[-2:] else "grant_number"


def document_said(number: Any) -> dict[str, Any]:
    """What a Chinese document number says: kind, the number in its field, status unknown."""
    field = document_fields(number if isinstance(number, str) else "")
    kind = "patent_application" if field == "publication_number" else "patent"
    return {"kind": kind, field: number, "legal_status": "unknown"}
