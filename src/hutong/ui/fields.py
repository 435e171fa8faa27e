"""
Form fields in the trade's units: yuan typed, fen kept; shares exact.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hutong.kit.money import MAX_AMOUNT

# Without exponents: 1e999999999 is short to write, and an integer no machine holds.
_SHARE = re.compile(
    r"(?P<number>[0-9]{1,13}(?:/[0-9]{1,13}|\.[0-9]{1,12})?) ?(?P<percent>%)?", re.ASCII
)


class YuanField(forms.Field):
    """An amount in yuan (grouping commas and a currency sign are fine); cleaned to integer fen."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        self.allow_zero = options.pop("allow_zero", False)
        super().__init__(**options)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> int | None:
        text = (
            str(value or "")
            .strip()
            .lstrip("¥￥")
            .replace(",", "")
            .replace("，", "")
            .replace(" ", "")
        )
        if not text:
            return None
        try:
            fen = Decimal(text) * 100
        except InvalidOperation:
            raise forms.ValidationError(
                _("Write an amount in yuan, such as 1,280,000.50.")
            ) from None
        if not fen.is_finite() or fen != fen.to_integral_value():
            raise forms.ValidationError(_("An amount has at most two decimals."))
        if fen < 0 or fen > MAX_AMOUNT or (fen == 0 and not self.allow_zero):
            raise forms.ValidationError(_("The amount must be above zero."))
        return int(fen)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            yuan, fen = divmod(value, 100)
            return f"{yuan}.{fen:02d}" if fen else str(yuan)
        return value


class ShareField(forms.Field):
    """An exact share: 1/3, 50%, 0.25 or 1; cleaned to a Fraction in (0, 1]."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Fraction | None:
        text = unicodedata.normalize("NFKC", str(value or "")[:60]).strip()
        if not text:
            return None
        written = _SHARE.fullmatch(text)
        if written is None:
            raise forms.ValidationError(_("Write a share, such as 1/3 or 50%."))
        try:
            parsed = Fraction(written["number"]) / (100 if written["percent"] else 1)
        except ZeroDivisionError:
            raise forms.ValidationError(_("Write a share, such as 1/3 or 50%.")) from None
        if not 0 < parsed <= 1:
            raise forms.ValidationError(_("A share is more than nothing and at most the whole."))
        return parsed


class DayField(forms.DateField):
    """A day, picked or typed as year-month-day in every language."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **options)


def uploaded(file: Any) -> dict[str, Any]:
    """An uploaded file as what storing a document takes: name, media type, data."""
    return {
        "name": file.name,
        "media_type": file.content_type or "application/octet-stream",
        "data": file.file,
    }


class FilesField(forms.FileField):
    """Several files at once; cleaned to a list."""

    class Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            return [] if not self.required else super().clean(None, initial)
        return [super(FilesField, self).clean(one, initial) for one in given]
