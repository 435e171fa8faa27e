"""
Kinds of notice and their words.

    register(Text("listings.qualified", title=N_("…"), body=N_("… {listing} …")))

Pure. Texts are English msgids; facts fill the braces.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Visibility

TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Many:
    """Words for several that wait unread; `{count}` is how many, other facts are the last one's."""

    title: str
    body: str
    link: str


@dataclass(frozen=True, slots=True)
class Text:
    """`mail`: whether this kind goes out by e-mail unless its reader says otherwise. With `many`,
    those that wait unread are one notice: a thousand rights of a bundle are not a thousand."""

    kind: str
    title: str
    body: str
    mail: bool = True
    many: Many | None = None

    def of(self, facts: Mapping[str, Any]) -> "Text | Many":
        """The words for these facts: of one, or of several."""
        return self.many if self.many and facts.get("count", 1) > 1 else self


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


def fill(
    text: str, facts: Mapping[str, Any], write: Callable[[str, Any], Any] = lambda _, v: v
) -> str:
    """Fill the braces; a missing fact shows as an ellipsis rather than nothing at all.

    `write(name, value)` puts a fact into words: money, moments and roles as the reader's language has
    them.
    """
    return text.format_map(_Words({name: write(name, value) for name, value in facts.items()}))


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


_CJK = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef“”"
_BETWEEN_CJK = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")


def tidied(text: str) -> str:
    """One line, without the gaps a fact left out has made: 成交 已确认 is 成交已确认."""
    line = re.sub(r" +(?=[:,.，。：；])", "", " ".join(text.split()))
    line = _BETWEEN_CJK.sub("", line).strip(" :：")
    return line[:1].upper() + line[1:]


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


@dataclass(frozen=True, kw_only=True)
class SiteChosen(Event, kind="notices.SiteChosen", visibility=Visibility.JOURNALLED):
    person: UUID
    notice_kind: str
    site: bool
