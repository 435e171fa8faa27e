"""
Reading a message's body: each field of its type, or the message is refused with the field's name.

What is not asked for is passed over: fields may be added within a version (docs/network.md).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.kit.moments import iso, parse_iso
from hutong.kit.money import MAX_AMOUNT, MINOR_UNITS
from hutong.kit.refusal import Refused
from hutong.network.messages.rules import Refusal

# Control characters but tab and line ends, and what turns the direction of the signs around it.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

LONGEST_CONTRACT: Final = 700_000  # characters; what is offered in the network stays below it


def is_seen(text: str) -> bool:
    """Whether a text is one line of signs and spaces, none of which hides or turns others."""
    return all(one.isprintable() or unicodedata.category(one) == "Zs" for one in text)


class Body:
    """One body. Every method raises Refused (BODY_UNFIT) naming the field."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def uuid(self, field: str) -> UUID:
        """An id in its one writing: two writings of an id would be two things to whoever compares."""
        value = self.text(field, 36)
        try:
            found = UUID(value)
        except ValueError:
            raise _unfit(field) from None
        if str(found) != value:
            raise _unfit(field)
        return found

    def maybe_uuid(self, field: str) -> UUID | None:
        return None if self._body.get(field) is None else self.uuid(field)

    def text(self, field: str, longest: int) -> str:
        """Words of the other venue, which people here will read: no sign in it hides or turns others."""
        value = self._body.get(field)
        if not isinstance(value, str) or len(value) > longest or _UNSEEN.search(value):
            raise _unfit(field)
        return value

    def line(self, field: str, longest: int) -> str:
        """A text of one line: a number, a reference, a word."""
        value = self.text(field, longest)
        if not is_seen(value):
            raise _unfit(field)
        return value

    def texts(self, field: str, longest: int, most: int) -> list[str]:
        value = self._body.get(field)
        if not isinstance(value, list) or len(value) > most:
            raise _unfit(field)
        if not all(isinstance(one, str) and len(one) <= longest for one in value):
            raise _unfit(field)
        return list(value)

    def flag(self, field: str) -> bool:
        value = self._body.get(field)
        if not isinstance(value, bool):
            raise _unfit(field)
        return value

    def amount_fen(self, field: str, least: int = 1) -> int:
        value = self._body.get(field)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _unfit(field)
        if not least <= value <= MAX_AMOUNT:
            raise _unfit(field)
        return value

    def count(self, field: str) -> int:
        value = self._body.get(field)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            raise _unfit(field)
        return value

    def currency(self, field: str = "currency") -> str:
        value = self.text(field, 3)
        if value not in MINOR_UNITS:
            raise _unfit(field)
        return value

    def moment(self, field: str) -> datetime:
        try:
            return parse_iso(self.text(field, 40))
        except ValueError:
            raise _unfit(field) from None

    def maybe_moment(self, field: str) -> str | None:
        """A moment as it is written canonically, or None where there is none."""
        return None if self._body.get(field) is None else iso(self.moment(field))

    def object(self, field: str) -> dict[str, Any]:
        value = self._body.get(field)
        if not isinstance(value, dict):
            raise _unfit(field)
        return value


def _unfit(field: str) -> Refused:
    return Refused(Refusal.BODY_UNFIT, field=field)
