"""
What a file must be before anything is read from it: a size we take, text we can read, a workbook
that is only a workbook.

Pure but for opening the file. Every refusal says what is wrong and how to mend it.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hutong.kit.refusal import Refused
from hutong.technologies.rules import Refusal

MB = 1024 * 1024
WORKBOOK_LIMIT = 40 * MB
UNPACKED_LIMIT = 320 * MB
TEXT_LIMIT = 1024 * MB
LINE_LIMIT = 1 * MB
PARTS_LIMIT = 2_000
READ_BYTES = 1 * MB

# Parts of an .xlsx that can act: macros, ActiveX, embedded files, links that fetch.
_ACTIVE = re.compile(
    r"(vbaProject|vbaData|macrosheets/|activeX/|embeddings/|externalLinks/|attachedToolbars|dialogsheets/)",
    re.IGNORECASE,
)
_MACRO_TYPE = b"macroEnabled"


@dataclass(frozen=True, slots=True)
class File:
    """A file to import: where it lies, what it is called, its size and digest."""

    path: Path
    name: str
    size: int
    digest: str


def take(path: Path, name: str | None = None) -> File:
    """Measure and digest a file. Raises Refused for an empty or a huge one."""
    size = path.stat().st_size
    if size == 0:
        raise Refused(Refusal.FILE_EMPTY)
    if size > TEXT_LIMIT:
        raise _too_large(size, TEXT_LIMIT)
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            sha.update(block)
    return File(path, name or path.name, size, "sha256:" + sha.hexdigest())


def _too_large(size: int, limit: int) -> Refused:
    return Refused(Refusal.FILE_TOO_LARGE, size_mb=-(-size // MB), limit_mb=limit // MB)


# -- text -------------------------------------------------------------------------------------------


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines of a UTF-8 file (a BOM is skipped) with their numbers, without their ends.

    Raises Refused naming line and byte of the first that is not UTF-8.
    """
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LINE_LIMIT + 1):
            number += 1
            if len(raw) > LINE_LIMIT:
                place = f"line {number}"
                raise Refused(Refusal.FILE_BROKEN, place=place, detail="the line does not end")
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            yield number, _decode(raw, number).rstrip("\r\n")


def text(path: Path) -> str:
    """A whole small UTF-8 file."""
    if path.stat().st_size > WORKBOOK_LIMIT:
        raise _too_large(path.stat().st_size, WORKBOOK_LIMIT)
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    return _decode(raw, 1)


def _decode(raw: bytes, number: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = number + raw.count(b"\n", 0, error.start)
        byte = f"0x{raw[error.start]:02X}"
        raise Refused(Refusal.FILE_ENCODING, line=line, byte=byte) from error


# -- workbooks --------------------------------------------------------------------------------------


def is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def check_workbook(file: File) -> None:
    """Refuse what is no plain workbook: too large, packed to burst, with macros, damaged, locked."""
    if file.size > WORKBOOK_LIMIT:
        raise _too_large(file.size, WORKBOOK_LIMIT)
    with file.path.open("rb") as raw:
        start = raw.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(Refusal.FILE_LOCKED)
    if not start.startswith(b"PK\x03\x04"):
        raise Refused(Refusal.FILE_NOT_WORKBOOK)
    try:
        with zipfile.ZipFile(file.path) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Refused(Refusal.FILE_DAMAGED, detail=str(error)) from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    for part in parts:
        if _ACTIVE.search(part.filename):
            raise Refused(Refusal.FILE_HAS_MACROS, part=part.filename)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Refused(Refusal.FILE_NOT_WORKBOOK)
    if len(parts) > PARTS_LIMIT or len(names) != len(parts):
        raise Refused(Refusal.FILE_DAMAGED, detail=f"{len(parts)} parts, {len(names)} names")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused(Refusal.FILE_LOCKED)
    # zipfile never unpacks more of a part than its header says, so the headers may be believed.
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_LIMIT:
        raise Refused(
            Refusal.FILE_EXPANDS, size_mb=-(-unpacked // MB), limit_mb=UNPACKED_LIMIT // MB
        )
    with archive.open("[Content_Types].xml") as types:
        if _MACRO_TYPE in types.read(READ_BYTES):
            raise Refused(Refusal.FILE_HAS_MACROS, part="[Content_Types].xml")


def header_wrong(
    *, missing: Sequence[str] = (), unknown: Sequence[str] = (), doubled: Sequence[str] = ()
) -> Refused:
    """The refusal of a header row, naming at most ten of each."""
    listed = {
        name: ", ".join(columns[:10]) or "–"
        for name, columns in (("missing", missing), ("unknown", unknown), ("doubled", doubled))
    }
    return Refused(Refusal.HEADER_WRONG, **listed)


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(READ_BYTES):
        yield block
