"""
Reading a record from whatever a form, a workbook or a feed says, or saying what is wrong with it
(TE-1, TE-2, TE-5).

    fields (text, dates, lists, as they came) ── read ──▶ Record | findings

Every door uses this one reading, so a record means the same however it came. Pure.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hutong.technologies import classes
from hutong.technologies.faults import OF_NUMBER, Finding, Problem, shown
from hutong.technologies.numbers import BadNumber, Number, Role
from hutong.technologies.records import NUMBER_ROLES, ROLE_NAMES, Record, key_of_feed, number_of
from hutong.technologies.rules import (
    KIND_NAMES,
    LEGAL_STATUS_NAMES,
    STATUTORY,
    Kind,
    LegalStatus,
)

TITLE_LIMIT, ABSTRACT_LIMIT, ITEM_LIMIT, LIST_LIMIT, LINK_LIMIT = 500, 20_000, 200, 200, 500
EARLIEST, LATEST = (
    date(1985, 4, 1),
    date(2100, 1, 1),
)  # the Patent Law came into force in April 1985

# What a kind cannot be: a granted patent is not pending, a pending one not in force.
_NEVER = {Kind.PATENT: LegalStatus.PENDING, Kind.PATENT_APPLICATION: LegalStatus.IN_FORCE}


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: a record or findings, and which key each number field holds either way."""

    record: Record | None
    findings: tuple[Finding, ...]
    keys: dict[str, str]  # field → key


def read(said: Mapping[str, Any], *, need_number: bool = True, bundle: bool = False) -> Read:
    """Read one record from fields named as `Record`'s, numbers as `application_number` and so on.

    Values may be text, dates, booleans, integers or lists; text lists are divided at `;`, `；`, `|`
    and line ends. An *intended* technology needs no number yet (`need_number=False`); a
    bundle is read only where one is made (`bundle`).
    """
    reading = _Reading(said)
    kind = reading.choice("kind", KIND_NAMES, required=True)
    if kind is Kind.BUNDLE and not bundle:
        reading.wrong("kind", Problem.BUNDLE_IN_FILE)
        kind = None
    texts: dict[str, Any] = {
        "title_zh": reading.text("title_zh", TITLE_LIMIT),
        "title_en": reading.text("title_en", TITLE_LIMIT),
        "abstract_zh": reading.text("abstract_zh", ABSTRACT_LIMIT, lines=True),
        "abstract_en": reading.text("abstract_en", ABSTRACT_LIMIT, lines=True),
        "holder_stated": reading.text("holder_stated", TITLE_LIMIT),
        "source": reading.text("source", ITEM_LIMIT),
        "reference": reading.text("reference", ITEM_LIMIT),
        "link": reading.link("link"),
    }
    titled = texts["title_zh"] or texts["title_en"] or {"title_zh", "title_en"} & reading.bad
    if not titled:
        reading.wrong("title_zh", Problem.NO_TITLE)
    found = reading.numbers(kind, need_number) if kind else []
    rest: dict[str, Any] = {
        "legal_status": reading.legal_status(kind),
        "applied_on": reading.day("applied_on"),
        "expires_on": reading.day("expires_on", expiry=True),
        "ipc": reading.symbols("ipc", Problem.NOT_AN_IPC),
        "cpc": reading.symbols("cpc", Problem.NOT_A_CPC),
        "industry": reading.parsed("industry", classes.industry, Problem.NOT_AN_INDUSTRY) or "",
        "trl": reading.parsed("trl", classes.trl, Problem.NOT_A_TRL),
        "fields": reading.items("fields"),
        "keywords": reading.items("keywords"),
        "inventors": reading.items("inventors"),
        "funding": reading.items("funding"),
        "state_funded": reading.yes_or_no("state_funded"),
    }
    keys = {f"{number.role.value}_number": number.key for number in found if number.key}
    if texts["source"] and texts["reference"]:
        keys["reference"] = key_of_feed(texts["source"], texts["reference"])
    if reading.findings or kind is None:
        return Read(None, tuple(reading.findings), keys)
    record = Record(
        kind=kind,
        numbers={number.role.value: number.text for number in found},
        **texts,
        **rest,
    )
    return Read(record, (), keys)


_DIVIDERS = re.compile(r"[;；|\n]+")
_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})日?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# UTF-8 read as Windows-1252: a lead byte shown as Â, Ã, â … followed by what its tail became.
_GARBLED = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]+"
)
_YES = {"是", "yes", "y", "true", "1"}
_NO = {"否", "no", "n", "false", "0"}


class _Reading:
    """The reading of one record: values by field, and what was found wrong on the way."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.findings: list[Finding] = []
        self.bad: set[str] = set()

    def wrong(self, field: str, problem: Problem, value: Any = None, **facts: Any) -> None:
        value = self.said.get(field) if value is None else value
        self.bad.add(field)
        self.findings.append(Finding(field, problem, shown("" if value is None else value), facts))

    def raw(self, field: str) -> str:
        value = self.said.get(field)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool | int | float | date):
            return str(value)
        self.wrong(field, Problem.NOT_TEXT)
        return ""

    def text(self, field: str, limit: int, *, lines: bool = False) -> str:
        text = self.raw(field)
        if not text:
            return ""
        if match := _CONTROL.search(text):
            self.wrong(field, Problem.CONTROL_CHARACTER, character=f"U+{ord(match[0]):04X}")
            return ""
        if _GARBLED.search(text) and (mended := _ungarbled(text)):
            self.wrong(field, Problem.GARBLED, expected=mended)
            return ""
        text = unicodedata.normalize("NFC", text)
        if not lines:
            text = " ".join(text.split())
        if len(text) > limit:
            self.wrong(field, Problem.TOO_LONG, length=len(text), limit=limit)
            return ""
        return text

    def items(self, field: str) -> tuple[str, ...]:
        value = self.said.get(field)
        if value is None or value == "":
            return ()
        if isinstance(value, list | tuple):
            parts = [part for part in value if isinstance(part, str)]
            if len(parts) != len(value):
                self.wrong(field, Problem.NOT_TEXT)
                return ()
        else:
            parts = _DIVIDERS.split(self.raw(field))
        parts = [" ".join(part.split()) for part in parts]
        parts = list(dict.fromkeys(part for part in parts if part))
        if len(parts) > LIST_LIMIT:
            self.wrong(field, Problem.TOO_MANY, length=len(parts), limit=LIST_LIMIT)
            return ()
        for part in parts:
            if len(part) > ITEM_LIMIT:
                self.wrong(field, Problem.TOO_LONG, part, length=len(part), limit=ITEM_LIMIT)
                return ()
            if match := _CONTROL.search(part):
                self.wrong(
                    field, Problem.CONTROL_CHARACTER, part, character=f"U+{ord(match[0]):04X}"
                )
                return ()
        return tuple(parts)

    def symbols(self, field: str, problem: Problem) -> tuple[str, ...]:
        read: list[str] = []
        for item in self.items(field):
            for part in item.split(","):
                if not part.strip():
                    continue
                symbol = classes.symbol(part, cpc=field == "cpc")
                if symbol is None:
                    self.wrong(field, problem, symbol=shown(part))
                else:
                    read.append(symbol)
        return tuple(dict.fromkeys(read))

    def choice(
        self, field: str, names: Mapping[Any, tuple[str, str]], *, required: bool = False
    ) -> Any:
        """The member a text names: by its value, its Chinese or its English name."""
        text = self.raw(field)
        if not text:
            if required and field not in self.bad:
                self.wrong(field, Problem.EMPTY)
            return None
        sought = text.casefold().replace(" ", "_").replace("-", "_")
        for member, (zh, en) in names.items():
            if text == zh or sought in (
                member.value,
                en.casefold().replace(" ", "_").replace("-", "_"),
            ):
                return member
        choices = ", ".join(f"{zh} ({member.value})" for member, (zh, _) in names.items())
        self.wrong(field, Problem.NOT_ONE_OF, choices=choices)
        return None

    def legal_status(self, kind: Kind | None) -> LegalStatus | None:
        status = self.choice("legal_status", LEGAL_STATUS_NAMES)
        if kind in STATUTORY:
            if status is not None and _NEVER.get(kind) is status:
                self.wrong("legal_status", Problem.STATUS_NOT_FOR_KIND)
            return status or LegalStatus.UNKNOWN
        if kind is not None and status is not None:
            self.wrong("legal_status", Problem.STATUS_NOT_FOR_KIND)
        return None

    def day(self, field: str, *, expiry: bool = False) -> date | None:
        value = self.said.get(field)
        if isinstance(value, datetime):
            value = value.date()
        if not isinstance(value, date):
            text = self.raw(field)
            if not text:
                return None
            match = _DATE.fullmatch(text.removesuffix(" 00:00:00"))
            try:
                value = date(int(match[1]), int(match[2]), int(match[3])) if match else None
            except ValueError:
                value = None
            if value is None:
                self.wrong(field, Problem.NOT_A_DATE)
                return None
        if EARLIEST <= value <= LATEST:
            return value
        if expiry and 1900 <= value.year < EARLIEST.year:
            # One day more than a year has: 29 February a century on may not exist.
            expected = f"{value.year + 100}-{value.month:02}-{value.day:02}"
            self.wrong(field, Problem.CENTURY_OFF, year=value.year, expected=expected)
        else:
            self.wrong(field, Problem.DATE_NOT_CREDIBLE, year=value.year)
        return None

    def parsed(self, field: str, parse: Callable[[str], Any], problem: Problem) -> Any:
        text = self.raw(field)
        if not text:
            return None
        value = parse(text)
        if value is None:
            self.wrong(field, problem)
        return value

    def yes_or_no(self, field: str) -> bool | None:
        text = self.raw(field).casefold()
        if not text:
            return None
        if text in _YES or text in _NO:
            return text in _YES
        self.wrong(field, Problem.NOT_YES_OR_NO)
        return None

    def link(self, field: str) -> str:
        text = self.text(field, LINK_LIMIT)
        if text and not re.fullmatch(r"https?://[^\s/?#<>\"]+[^\s<>\"]*", text):
            self.wrong(field, Problem.NOT_A_LINK)
            return ""
        return text

    def numbers(self, kind: Kind, needed: bool) -> list[Number]:
        allowed = NUMBER_ROLES.get(kind, ())
        found: dict[Role, Number] = {}
        for role in Role:
            field = f"{role.value}_number"
            text = self.raw(field)
            if not text:
                continue
            if role not in allowed:
                self.wrong(field, Problem.NUMBER_NOT_FOR_KIND)
                continue
            try:
                number = number_of(kind, role, text)
            except BadNumber as bad:
                self.wrong(field, OF_NUMBER[bad.fault], expected=bad.expected)
                continue
            if number.role is not role:
                self.wrong(field, Problem.WRONG_COLUMN, role=ROLE_NAMES[number.role])
                continue
            found[role] = number
        fields = {f"{role.value}_number" for role in allowed}
        if needed and kind in STATUTORY and not found and not fields & self.bad:
            field = f"{allowed[0].value}_number"
            problem = Problem.NUMBER_EMPTY if field in self.said else Problem.NUMBER_MISSING
            self.wrong(field, problem, choices=", ".join(ROLE_NAMES[role] for role in allowed))
        return list(found.values())


def _ungarbled(text: str) -> str | None:
    """The text before UTF-8 was read as Windows-1252, or None when it was not."""
    try:
        mended = text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
    return mended if mended != text else None
