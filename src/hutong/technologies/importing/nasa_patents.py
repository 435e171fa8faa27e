"""
NASA's patent portfolio: Center;Status;Case Number;Application SN;Title;Patent Expiration Date.

An issued patent with an expiry is in force until then; one without is of unknown status. Whatever
the list leaves open is a fault, not a guess: an empty serial number, a status nobody explains, one
serial number on several cases, an expiry of 1931.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hutong.technologies.faults import Problem
from hutong.technologies.importing.delimited import header_of, rows
from hutong.technologies.importing.located import Located

SOURCE = "nasa-patents"
COLUMNS = (
    "Center",
    "Status",
    "Case Number",
    "Application SN",
    "Title",
    "Patent Expiration Date",
)
_STATUSES = {"Issued": "patent", "Application": "patent_application"}
_NAMES = {
    "kind": "Status",
    "legal_status": "Status",
    "holder_stated": "Center",
    "reference": "Case Number",
    "application_number": "Application SN",
    "title_zh": "Title",
    "title_en": "Title",
    "expires_on": "Patent Expiration Date",
}


def is_mine(first_line: str) -> bool:
    return header_of(first_line, ";") == list(COLUMNS)


def read(path: Path) -> Iterator[Located]:
    for line, row, beyond in rows(path, ";", COLUMNS):
        located = Located(line, _said(row), _NAMES, {"expires_on": row["Patent Expiration Date"]})
        status = row["Status"].strip()
        if status and status not in _STATUSES:
            located.wrong(
                "kind", Problem.UNKNOWN_STATUS, status, status=status, choices=", ".join(_STATUSES)
            )
        if beyond:
            located.wrong("title_en", Problem.EXTRA_VALUE, beyond[0])
        yield located


def _said(row: dict[str, str]) -> dict[str, Any]:
    status, expires_on = row["Status"].strip(), _day(row["Patent Expiration Date"].strip())
    issued = status == "Issued"
    return {
        # An unknown status is a fault already; the rest of the row is still read and checked.
        "kind": _STATUSES.get(status, "patent_application" if status else None),
        "legal_status": ("in_force" if expires_on else "unknown") if issued else "pending",
        "application_number": row["Application SN"],
        "title_en": row["Title"],
        "expires_on": expires_on,
        "holder_stated": row["Center"],
        "state_funded": True,
        "source": SOURCE,
        "reference": row["Case Number"],
    }


def _day(text: str) -> date | str:
    """`06/16/2024` or `10 March 2015`; anything else goes on as it is, to be found wrong."""
    for form in ("%m/%d/%Y", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    return text
