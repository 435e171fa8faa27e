"""
What can be wrong with a record, said so that a person can mend it (TE-5).

A `Fault` says where (row and column), what stands there, what is wrong, and how to mend it. The
sentences are English here; doors translate them.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from hutong.kit.refusal import N_
from hutong.technologies.numbers import Fault as NumberFault


class problem(NamedTuple):
    code: str
    wrong: str
    mend: str


class Problem(Enum):
    value: problem

    EMPTY = problem("empty", N_("Nothing stands here."), N_("Fill it in."))
    NO_TITLE = problem(
        "no_title", N_("There is no title."), N_("Give a Chinese or an English title, or both.")
    )
    TOO_LONG = problem(
        "too_long", N_("It has {length} characters; at most {limit} fit."), N_("Shorten it.")
    )
    TOO_MANY = problem(
        "too_many", N_("It has {length} items; at most {limit} fit."), N_("Keep the main ones.")
    )
    NOT_TEXT = problem("not_text", N_("This is not text."), N_("Write it as text."))
    CONTROL_CHARACTER = problem(
        "control_character",
        N_("It holds a character that cannot be shown ({character})."),
        N_("Remove that character."),
    )
    GARBLED = problem(
        "garbled",
        N_("The text was garbled by a wrong encoding."),
        N_("It probably reads: {expected}"),
    )
    NOT_ONE_OF = problem(
        "not_one_of", N_("This is not a known value."), N_("Use one of: {choices}.")
    )
    NOT_A_DATE = problem(
        "not_a_date", N_("This is not a date."), N_("Write year-month-day, as in 2031-05-29.")
    )
    CENTURY_OFF = problem(
        "century_off",
        N_("The year {year} cannot be right for an expiry; it is a century off."),
        N_("It is probably {expected}."),
    )
    DATE_NOT_CREDIBLE = problem(
        "date_not_credible", N_("The year {year} cannot be right."), N_("Correct the year.")
    )
    NOT_AN_IPC = problem(
        "not_an_ipc", N_("“{symbol}” is not a class of the IPC."), N_("Write it as in G06F16/33.")
    )
    NOT_A_CPC = problem(
        "not_a_cpc", N_("“{symbol}” is not a class of the CPC."), N_("Write it as in G06F16/3329.")
    )
    NOT_AN_INDUSTRY = problem(
        "not_an_industry",
        N_("This is not a code of GB/T 4754."),
        N_("Write the section letter and digits, as in C3913."),
    )
    NOT_A_TRL = problem(
        "not_a_trl", N_("This is not a readiness level."), N_("Write a number from 1 to 9.")
    )
    NOT_A_LINK = problem(
        "not_a_link", N_("This is not a web address."), N_("Write it with https:// in front.")
    )
    NOT_YES_OR_NO = problem(
        "not_yes_or_no", N_("This is neither yes nor no."), N_("Write 是 or 否.")
    )
    NUMBER_EMPTY = problem(
        "number_empty", N_("There is no number."), N_("Give the number the office assigned.")
    )
    NUMBER_MALFORMED = problem(
        "number_malformed",
        N_("This is not a number of this sort."),
        N_("Copy it from the office's paper."),
    )
    NO_CHECK_DIGIT = problem(
        "no_check_digit", N_("The check digit is missing."), N_("It would be {expected}.")
    )
    WRONG_CHECK_DIGIT = problem(
        "wrong_check_digit",
        N_("The check digit does not fit: a digit is mistyped."),
        N_("Compare it with the office's paper; with these digits it would be {expected}."),
    )
    NO_KIND_CODE = problem(
        "no_kind_code",
        N_("The letter at the end is missing."),
        N_("Add A for a publication; B, C, U, Y or S for a grant."),
    )
    WRONG_KIND_CODE = problem(
        "wrong_kind_code",
        N_("The letter at the end does not fit the number."),
        N_("1… takes A, B or C; 2… takes U or Y; 3… takes S or D."),
    )
    WRONG_YEAR = problem(
        "wrong_year",
        N_("The number's year cannot be right."),
        N_("Compare it with the office's paper."),
    )
    WRONG_TYPE = problem(
        "wrong_type",
        N_("The digit that tells the type of right cannot be right."),
        N_(
            "It is 1, 2, 3, 8 or 9 in an application number; 1, 2 or 3 begins a publication number."
        ),
    )
    WRONG_COLUMN = problem(
        "wrong_column",
        N_("This number is of another sort: {role}."),
        N_("Move it to the column “{role}”."),
    )
    NUMBER_MISSING = problem(
        "number_missing",
        N_("This kind of right needs one of these: {choices}."),
        N_("Give the number, or enter it as an achievement or know-how."),
    )
    NUMBER_NOT_FOR_KIND = problem(
        "number_not_for_kind",
        N_("This kind has no such number."),
        N_("Remove it, or correct the kind."),
    )
    NUMBER_REPEATED = problem(
        "number_repeated",
        N_("The same right stands in row {rows}."),
        N_("Keep one row for one right; correct the number in the others."),
    )
    REFERENCE_REPEATED = problem(
        "reference_repeated", N_("The same record stands in row {rows}."), N_("Keep one of them.")
    )
    NUMBER_TAKEN = problem(
        "number_taken",
        N_("This right is here already, entered by another party."),
        N_("Leave it out, or ask the registrar."),
    )
    NUMBERS_DISAGREE = problem(
        "numbers_disagree",
        N_("The numbers of this row belong to two technologies that are here already."),
        N_("Compare the numbers; ask the registrar if they are right."),
    )
    IS_REGISTERED = problem(
        "is_registered",
        N_("Its rights are registered; the file says otherwise about {fields}."),
        N_("Leave it out, or have the register corrected first."),
    )
    STATUS_NOT_FOR_KIND = problem(
        "status_not_for_kind",
        N_("This kind of right cannot have this legal status."),
        N_("Correct the legal status or the kind."),
    )
    UNKNOWN_STATUS = problem(
        "unknown_status",
        N_("The status “{status}” has no known meaning."),
        N_("Use one of: {choices}."),
    )
    FORMULA = problem(
        "formula",
        N_("A formula stands here; its result is not the file's own."),
        N_("Paste it as a value."),
    )
    CELL_ERROR = problem(
        "cell_error", N_("The cell shows an error."), N_("Write the value itself.")
    )
    MERGED = problem(
        "merged", N_("Cells are merged here ({cells})."), N_("Unmerge them: one record, one row.")
    )
    EXTRA_VALUE = problem(
        "extra_value",
        N_("A value stands where no column is."),
        N_("Remove it, or quote the field."),
    )
    NOT_A_RECORD = problem(
        "not_a_record", N_("This line is not a record: {detail}."), N_("Correct it.")
    )
    BUNDLE_IN_FILE = problem(
        "bundle_in_file",
        N_("A bundle cannot enter as a record."),
        N_("Enter its parts, then make the bundle from them."),
    )


OF_NUMBER = {
    NumberFault.EMPTY: Problem.NUMBER_EMPTY,
    NumberFault.MALFORMED: Problem.NUMBER_MALFORMED,
    NumberFault.NO_CHECK_DIGIT: Problem.NO_CHECK_DIGIT,
    NumberFault.WRONG_CHECK_DIGIT: Problem.WRONG_CHECK_DIGIT,
    NumberFault.NO_KIND_CODE: Problem.NO_KIND_CODE,
    NumberFault.WRONG_KIND_CODE: Problem.WRONG_KIND_CODE,
    NumberFault.WRONG_YEAR: Problem.WRONG_YEAR,
    NumberFault.WRONG_TYPE: Problem.WRONG_TYPE,
}

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of one field of a record; `Fault` adds where in the file that is."""

    field: str
    problem: Problem
    value: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def wrong(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.problem.value.wrong).format_map(self.facts)

    def mend(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.problem.value.mend).format_map(self.facts)

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        return {
            "field": self.field,
            "value": self.value,
            "code": self.problem.value.code,
            "wrong": self.wrong(translate),
            "mend": self.mend(translate),
            "facts": self.facts,
        }


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding with its place: `row` counts as the file's own program does, from 1."""

    row: int
    column: str
    finding: Finding

    def kept(self) -> dict[str, Any]:
        """The fault to be kept and told later, in whatever language (`told`)."""
        return {"row": self.row, "column": self.column, **self.finding.as_json()}

    def as_json(self, translate: Callable[[str], str] = str) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.finding.value,
            "code": self.finding.problem.value.code,
            "wrong": self.finding.wrong(translate),
            "mend": self.finding.mend(translate),
        }

    def __str__(self) -> str:
        shown = f" “{self.finding.value}”" if self.finding.value else ""
        return f"row {self.row}, {self.column}{shown}: {self.finding.wrong()} {self.finding.mend()}"


def retold(fault: dict[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """A fault of `Finding.as_json` in the reader's language."""
    problem = next(p for p in Problem if p.value.code == fault["code"])
    finding = Finding(fault["field"], problem, fault["value"], fault["facts"])
    return finding.as_json(translate)


def told(kept: dict[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """A fault of `Fault.kept` in the reader's language."""
    return {"row": kept["row"], "column": kept["column"], **retold(kept, translate)}


def shown(value: object) -> str:
    """A value as a fault shows it: one line, cut to what helps to find it."""
    text = " ".join(str(value).encode("utf-8", "replace").decode().split()).replace("\x00", "␀")
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
