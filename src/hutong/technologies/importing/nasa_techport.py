"""
NASA TechPort projects: a JSON list of objects with id, title, description, benefits, readiness.

Achievements without statutory numbers: the project's id at TechPort names them (TE-6).
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hutong.kit.refusal import Refused
from hutong.technologies.faults import Problem
from hutong.technologies.importing.files import text
from hutong.technologies.importing.located import Located
from hutong.technologies.rules import Refusal

SOURCE = "nasa-techport"
_NAMES = {
    "reference": "id",
    "title_zh": "title",
    "title_en": "title",
    "abstract_en": "description",
    "trl": "technologyMaturityCurrent",
    "fields": "primaryTas",
    "holder_stated": "leadOrganization",
    "link": "website",
    "funding": "responsibleProgram",
}


def is_mine(start: str) -> bool:
    return start.lstrip().startswith("[") and '"technologyMaturity' in start


def read(path: Path) -> Iterator[Located]:
    """`row` is the place in the list, from 1."""
    try:
        plain = json.loads(text(path))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refused(Refusal.FILE_BROKEN, place=f"line {line}", detail=str(error)) from error
    if not isinstance(plain, list):
        raise Refused(Refusal.FILE_BROKEN, place="line 1", detail="not a list of projects")
    for row, project in enumerate(plain, start=1):
        yield _record(row, project)


def _record(row: int, project: Any) -> Located:
    located = Located(row, {}, _NAMES)
    if not isinstance(project, dict):
        located.wrong("line", Problem.NOT_A_RECORD, project, detail="it is not an object { … }")
        return located
    lead = project.get("leadOrganization")
    areas = project.get("primaryTas")
    if not project.get("id"):
        located.wrong("reference", Problem.EMPTY)
    located.said = {
        "kind": "achievement",
        "title_en": project.get("title"),
        "abstract_en": _abstract(project),
        "trl": project.get("technologyMaturityCurrent"),
        "fields": [a["title"] for a in areas if isinstance(a, dict) and a.get("title")]
        if isinstance(areas, list)
        else areas,
        "holder_stated": lead.get("name") if isinstance(lead, dict) else lead,
        "funding": project.get("responsibleProgram"),
        "state_funded": True,
        "link": project.get("website"),
        "source": SOURCE,
        "reference": project.get("id"),
    }
    return located


def _abstract(project: dict[str, Any]) -> Any:
    parts = [project.get("description"), project.get("benefits")]
    if any(part is not None and not isinstance(part, str) for part in parts):
        return parts
    return "\n\n".join(_plain(part) for part in parts if part)


def _plain(text: str) -> str:
    """Text without the HTML tags and entities that some projects carry."""
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)).strip()
