"""
What in a rulebook is no single figure, as rows of fields: bands of fees, fees of registration, limits
of other venues; and lists of words, one on a line.

A row whose first field is left empty is no row; two empty ones follow those that are there.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.rulebook_words import figure, label
from hutong.kit.money import CNY, MINOR_UNITS
from hutong.ui.fields import YuanField

SPARE = 2
MEDIA_TYPES = "documents.media_types"
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
FEE_BANDS = "settlement.fee_bands"
YUAN, PERCENT, CHOICE, WORD = "yuan", "percent", "choice", "word"
AMOUNT = "amount"  # in the currency of its row
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    name: str  # as in the data
    label: Any
    kind: str
    may_be_empty: bool = False  # then None in the data
    choices: tuple[tuple[str, Any], ...] = ()


_OTHERS = tuple((code, code) for code in MINOR_UNITS if code != CNY)
TABLES: dict[str, tuple[Column, ...]] = {
    "rights.registration_fees": (
        Column(
            "kind",
            _("For"),
            CHOICE,
            choices=(
                ("first_registration", _("first registration")),
                ("empowerment", _("empowerment")),
            ),
        ),
        Column("file_fen", _("An application (yuan)"), YUAN),
        Column("item_fen", _("Each technology (yuan)"), YUAN),
        Column("at_most_fen", _("At most (yuan)"), YUAN, may_be_empty=True),
    ),
    FEE_BANDS: (
        Column("bp", _("Fee (percent)"), PERCENT),
        Column(
            "up_to_fen", _("Of the price up to (yuan); empty: the rest"), YUAN, may_be_empty=True
        ),
    ),
    "network.currency_exposures": (
        Column("currency", _("Currency"), CHOICE, choices=_OTHERS),
        Column("exposure_fen", _("Most a venue may owe and guarantee"), AMOUNT),
    ),
    "network.exposures": (
        Column("venue", _("Code of the venue"), WORD),
        Column("currency", _("Currency"), CHOICE, choices=((CNY, CNY), *_OTHERS)),
        Column("exposure_fen", _("Most it may owe and guarantee"), AMOUNT),
    ),
}


@dataclass(frozen=True)
class Drawn:
    """A table as the page shows it: rows of bound fields."""

    label: str
    rule: str
    rows: list[list[Any]]


def fields(path: str, rows: Sequence[Row]) -> Iterator[tuple[str, forms.Field]]:
    """The fields of a table, those of its rows and the spare ones."""
    for n in range(len(rows) + SPARE):
        row = rows[n] if n < len(rows) else {}
        for column in TABLES[path]:
            value = row.get(column.name)
            if column.kind == AMOUNT and value is not None:
                value = value * 100 // _minor(row.get("currency"))
            yield _name(path, n, column), _field(column, value, n)


def drawn(form: forms.Form, path: str, count: int) -> Drawn:
    rows = [[form[_name(path, n, c)] for c in TABLES[path]] for n in range(count + SPARE)]
    return Drawn(label(path), figure(path).rule, rows)


def typed_rows(form: forms.Form, path: str, count: int) -> list[dict[str, Any]]:
    """The rows as the data has them. Puts an error where a row that was begun lacks something."""
    found = []
    for n in range(count + SPARE):
        names = {column: _name(path, n, column) for column in TABLES[path]}
        typed = {column: form.cleaned_data.get(name) for column, name in names.items()}
        first, *others = TABLES[path]
        if typed[first] in (None, ""):
            if any(typed[c] not in (None, "") for c in others):
                form.add_error(names[first], gettext("Say this, too, or empty the row."))
            continue
        for column in others:
            needed = column.kind in (YUAN, AMOUNT) and not column.may_be_empty
            if needed and typed[column] is None and names[column] not in form.errors:
                typed[column] = 0
            if column.kind == CHOICE and not typed[column]:
                typed[column] = column.choices[0][0]
        currency = next((typed[c] for c in names if c.name == "currency"), None)
        for column in names:
            if column.kind == AMOUNT and typed[column] is not None:
                minor, rest = divmod(typed[column] * _minor(currency), 100)
                typed[column] = minor
                if rest:
                    form.add_error(names[column], gettext("This currency has no smaller unit."))
        found.append({column.name: _stored(column, typed[column]) for column in TABLES[path]})
    if path == FEE_BANDS:
        _check_bands(form, found)
    return found


def _check_bands(form: forms.Form, bands: list[dict[str, Any]]) -> None:
    first = _name(FEE_BANDS, 0, TABLES[FEE_BANDS][1])
    bounds = [band["up_to_fen"] for band in bands]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    if not bounds or bounds[-1] is not None or len(closed) != len(bounds) - 1:
        form.add_error(
            first, gettext("The last band, and only it, is for the rest: leave it empty.")
        )
    elif closed != sorted(set(closed)):
        form.add_error(first, gettext("The bounds must rise from band to band."))


def media_types(text: str) -> list[str]:
    """One on a line. Raises ValidationError for what is none."""
    lines = list(dict.fromkeys(line.strip().lower() for line in text.splitlines() if line.strip()))
    for line in lines:
        if not MEDIA_TYPE.fullmatch(line):
            raise forms.ValidationError(
                _("“%(line)s” is no kind of file, such as application/pdf."), params={"line": line}
            )
    return lines


def _name(path: str, n: int, column: Column) -> str:
    return f"{path.replace('.', '__')}__{n}__{column.name}"


def _minor(currency: Any) -> int:
    """How many of its minor unit are one of a currency."""
    return int(10 ** MINOR_UNITS.get(str(currency), 2))


def _field(column: Column, value: Any, n: int) -> forms.Field:
    options: dict[str, Any] = {"label": column.label, "required": False, "initial": value}
    if column.kind in (YUAN, AMOUNT):
        return YuanField(allow_zero=True, **options)
    if column.kind == PERCENT:
        options["initial"] = None if value is None else Decimal(value) / 100
        return forms.DecimalField(
            min_value=0, max_value=100, decimal_places=2, localize=False, **options
        )
    if column.kind == CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *column.choices], **options)
    return forms.CharField(max_length=16, **options)


def _stored(column: Column, typed: Any) -> Any:
    return int(typed * 100) if column.kind == PERCENT else typed
