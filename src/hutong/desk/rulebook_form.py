"""
A rulebook as a form: each figure typed in its unit, with the bounds of the rulebook's own shape.

What is no single figure is rows of fields (`rulebook_tables`), roles are ticked power by power; the
calendar has a page of its own and is kept as it is here.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk import rulebook_tables
from hutong.desk.rulebook_tables import MEDIA_TYPES
from hutong.desk.rulebook_words import FIGURES, PARTS, POWERS, Figure, flat, label, power_word
from hutong.ui.words import ROLES

MEGABYTE = 1024 * 1024
UNIT_WORDS = {
    "days": _("days"),
    "working_days": _("working days"),
    "seconds": _("seconds"),
    "percent": _("percent"),
    "megabytes": _("MB"),
    "years": _("years"),
}


class RulebookForm(forms.Form):
    note = forms.CharField(
        label=_("What it changes, and why"),
        max_length=500,
        help_text=_("Officers read it when they decide, and later beside the version."),
    )

    def __init__(self, data: Mapping[str, Any], posted: Any = None) -> None:
        super().__init__(posted)
        self.parts: list[tuple[str, list[str]]] = []
        for path, value in flat(data):
            known = FIGURES.get(path)
            if known is None or known.unit == "whole":
                continue
            name = _name(path)
            self.fields[name] = _field(path, known, value)
            part = path.partition(".")[0]
            if not self.parts or self.parts[-1][0] != part:
                self.parts.append((part, []))
            self.parts[-1][1].append(name)
        self.counts = {
            path: len(value) for path, value in flat(data) if path in rulebook_tables.TABLES
        }
        for path, value in flat(data):
            if path in rulebook_tables.TABLES:
                self.fields.update(rulebook_tables.fields(path, value))
        if MEDIA_TYPES in dict(flat(data)):
            self.fields[_name(MEDIA_TYPES)] = forms.CharField(
                label=label(MEDIA_TYPES),
                initial="\n".join(dict(flat(data))[MEDIA_TYPES]),
                widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
                help_text=_("One on a line, as a browser names them: application/pdf."),
            )
        powers = list(
            dict.fromkeys([*POWERS, *(p for held in data["roles"].values() for p in held)])
        )
        for role, held in data["roles"].items():
            self.fields[_name(f"roles.{role}")] = forms.MultipleChoiceField(
                label=gettext(ROLES[role]) if role in ROLES else role,
                choices=[(power, power_word(power)) for power in powers],
                initial=list(held),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def chapters(self) -> Iterator[tuple[str, list[Any]]]:
        """The figures part by part, as bound fields."""
        for part, names in self.parts:
            yield gettext(PARTS.get(part, part)), [self[name] for name in names]

    def tables(self) -> list[rulebook_tables.Drawn]:
        return [rulebook_tables.drawn(self, path, n) for path, n in self.counts.items()]

    def lists(self) -> list[Any]:
        return [self[name] for name in (_name(MEDIA_TYPES),) if name in self.fields]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        self.rows = {
            path: rulebook_tables.typed_rows(self, path, n) for path, n in self.counts.items()
        }
        name = _name(MEDIA_TYPES)
        if name in typed:
            try:
                typed[name] = rulebook_tables.media_types(typed[name])
            except forms.ValidationError as fault:
                self.add_error(name, fault)
        return typed

    def roles(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("roles__")]


def data_of(form: RulebookForm, base: Mapping[str, Any]) -> dict[str, Any]:
    """The rulebook the form describes: the base with what was typed."""
    data = deepcopy(dict(base))
    for path, rows in form.rows.items():
        part, _dot, figure = path.partition(".")
        data[part] = {**data[part], figure: rows}
    for path, _value in flat(base):
        name = _name(path)
        if name not in form.cleaned_data:
            continue
        typed = form.cleaned_data[name]
        part, _dot, figure = path.partition(".")
        if part == "roles" or path == MEDIA_TYPES:
            data[part][figure] = list(typed)
        else:
            data[part][figure] = _stored(FIGURES[path].unit, typed)
    return data


def _name(path: str) -> str:
    return path.replace(".", "__")


def _field(path: str, known: Figure, value: Any) -> forms.Field:
    unit = UNIT_WORDS.get(known.unit)
    options: dict[str, Any] = {
        "label": f"{label(path)} ({unit})" if unit else label(path),
        "initial": _typed(known.unit, value),
    }
    match known.unit:
        case "text":
            required = path.startswith("venue.")  # the venue's account may be given later
            return forms.CharField(max_length=200, required=required, **options)
        case "yes_no":
            return forms.BooleanField(required=False, **options)
        case "choice":
            choices = [(code, gettext(word)) for code, word in (known.choices or {}).items()]
            return forms.ChoiceField(choices=choices, **options)
        case "percent":
            return forms.DecimalField(
                min_value=0, max_value=100, decimal_places=2, localize=False, **options
            )
    return forms.IntegerField(min_value=0, **options)


def _typed(unit: str, value: Any) -> Any:
    if unit == "percent":
        return Decimal(value) / 100
    if unit == "megabytes":
        return value // MEGABYTE
    return value


def _stored(unit: str, typed: Any) -> Any:
    if unit == "percent":
        return int(typed * 100)
    if unit == "megabytes":
        return typed * MEGABYTE
    return typed
