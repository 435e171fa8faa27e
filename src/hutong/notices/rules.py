"""
Kinds of notice and their words.

    register(Text("listings.qualified", title=N_("…"), body=N_("… {listing} …")))

Pure. Texts are English msgids; facts fill the braces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Visibility
from hutong.kit.moments import SHANGHAI, parse_iso
from hutong.kit.money import with_unit

TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Text:
    """`mail`: whether this kind goes out by e-mail unless its reader says otherwise."""

    kind: str
    title: str
    body: str
    mail: bool = True


TEXTS: dict[str, Text] = {}


def register(*texts: Text) -> None:
    """Make kinds of notice known. The same kind twice with other words is a mistake."""
    for text in texts:
        if TEXTS.setdefault(text.kind, text) != text:
            raise ValueError(f"two texts for notices of kind {text.kind}")


def text_of(kind: str) -> Text:
    """The words of a kind. An unknown one is a mistake of the sender's."""
    try:
        return TEXTS[kind]
    except KeyError:
        raise ValueError(f"no text is registered for notices of kind {kind}") from None


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """Fill the braces; a missing fact shows as an ellipsis rather than nothing at all.

    A fact named `…_fen` is written as money, `…_at` as the venue's local time.
    """
    return text.format_map(_Words({name: _word(name, value) for name, value in facts.items()}))


def _word(name: str, value: Any) -> Any:
    if name.endswith("_fen") and isinstance(value, int):
        return with_unit(value)
    if name.endswith("_at") and isinstance(value, str):
        return f"{parse_iso(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return value


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True, kw_only=True)
class Notified(Event, kind="notices.Notified", visibility=Visibility.JOURNALLED):
    notice_kind: str
    persons: list[UUID]


@dataclass(frozen=True, kw_only=True)
class Read(Event, kind="notices.Read", visibility=Visibility.JOURNALLED):
    person: UUID
    count: int


@dataclass(frozen=True, kw_only=True)
class MailChosen(Event, kind="notices.MailChosen", visibility=Visibility.JOURNALLED):
    person: UUID
    notice_kind: str
    mail: bool
