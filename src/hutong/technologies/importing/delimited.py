"""
Delimited text: rows with the line they begin at, columns by their header, whatever the delimiter.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from hutong.kit.refusal import Refused
from hutong.technologies.importing.files import LINE_LIMIT, header_wrong, lines
from hutong.technologies.rules import Refusal


def header_of(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def rows(
    path: Path, delimiter: str, columns: Sequence[str]
) -> Iterator[tuple[int, dict[str, str], list[str]]]:
    """(line it begins at, column → value, values beyond the last column) of each row with content.

    Raises Refused when the header is another, or a quoted field never ends.
    """
    csv.field_size_limit(LINE_LIMIT)
    source = _Lines(path)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if header != list(columns):
            missing = [name for name in columns if name not in header]
            unknown = [name for name in header if name not in columns]
            raise header_wrong(missing=missing, unknown=unknown or header)
        begin = source.number + 1
        for values in reader:
            if any(value.strip() for value in values):
                padded = [*values, *[""] * (len(header) - len(values))]
                named = dict(zip(header, padded, strict=False))
                yield begin, named, [v for v in values[len(header) :] if v.strip()]
            begin = source.number + 1
    except csv.Error as error:
        place = f"line {source.number}"
        raise Refused(Refusal.FILE_BROKEN, place=place, detail=str(error)) from error


class _Lines:
    """Lines for the csv reader, counting them."""

    def __init__(self, path: Path) -> None:
        self.source = lines(path)
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self.source)
        return line + "\n"
