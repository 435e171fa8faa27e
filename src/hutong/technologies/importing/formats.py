"""
The formats a file of technologies may have, and telling which one it has.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from hutong.kit.refusal import Refused
from hutong.technologies.importing import (
    cn_patents,
    cn_titles,
    nasa_patents,
    nasa_techport,
    template,
)
from hutong.technologies.importing.files import File, is_zip, lines
from hutong.technologies.importing.located import Located
from hutong.technologies.rules import Refusal

AUTO = "auto"


class Format(StrEnum):
    TEMPLATE = "template"
    CN_PATENTS = "cn-patents"
    CN_TITLES = "cn-titles"
    NASA_TECHPORT = "nasa-techport"
    NASA_PATENTS = "nasa-patents"

    @property
    def source(self) -> str:
        """The source its records are entered with; the template is the party's own word."""
        return "" if self is Format.TEMPLATE else self.value


KNOWN = ", ".join(Format)
_BY_LINE = {
    Format.CN_PATENTS: cn_patents,
    Format.CN_TITLES: cn_titles,
    Format.NASA_PATENTS: nasa_patents,
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def format_of(file: File, asked: str = AUTO) -> Format:
    """The format asked for, or the one its beginning shows. Raises Refused when none is known."""
    if asked != AUTO:
        try:
            return Format(asked)
        except ValueError:
            raise Refused(Refusal.FORMAT_UNKNOWN, format=asked, known=KNOWN) from None
    if _is_office(file.path):
        return Format.TEMPLATE
    _, first = next(lines(file.path), (0, ""))
    for format, reader in _BY_LINE.items():
        if reader.is_mine(first):
            return format
    if nasa_techport.is_mine(_start(file.path)):
        return Format.NASA_TECHPORT
    raise _unknown(first)


def read(file: File, format: Format) -> Iterator[Located]:
    """The records of a file, streamed, each with its place. Raises Refused for the file as a whole."""
    if format is Format.TEMPLATE:
        return template.read(file)
    if _is_office(file.path):
        raise _unknown("PK")
    if format is Format.NASA_TECHPORT:
        return nasa_techport.read(file.path)
    return _BY_LINE[format].read(file.path)


def _unknown(beginning: str) -> Refused:
    shown = "".join(c if c.isprintable() else "·" for c in beginning[:60])
    return Refused(Refusal.FILE_UNKNOWN, beginning=shown, known=KNOWN)


def _is_office(path: Path) -> bool:
    with path.open("rb") as file:
        return is_zip(path) or file.read(4) == _OLD_OFFICE


def _start(path: Path) -> str:
    return "\n".join(line for (_, line), _ in zip(lines(path), range(60), strict=False))
