"""
What may be stored: names, sizes, and files that are what they say they are.

Pure. The true type comes from the first bytes and, for packed formats, from the names inside.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
CSV = "text/csv"
JSON = "application/json"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

EXTENSIONS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    PNG: ("png",),
    JPEG: ("jpg", "jpeg"),
    TEXT: ("txt", "md", "log"),
    CSV: ("csv",),
    JSON: ("json",),
    ZIP: ("zip",),
    XLSX: ("xlsx",),
    DOCX: ("docx",),
}
_VAGUE = frozenset(
    (
        "",
        "application/octet-stream",
        "application/vnd.ms-excel",
        "application/x-zip-compressed",
        "image/jpg",
    )
)
_PACKED_PART = {XLSX: "xl/workbook.xml", DOCX: "word/document.xml"}
_MACROS = re.compile(r"(^|/)vbaProject\.bin$|\.(bin|vbs|exe|dll)$|(^|/)macrosheets/", re.IGNORECASE)

NAME_LENGTH = 200
HEAD_BYTES = 4096
JSON_CHECKED_BYTES = 4 * 1024 * 1024


class Access(StrEnum):
    PUBLIC = "public"
    QUALIFIED = "qualified"
    SECRET = "secret"


class Refusal(Reason):
    TOO_LARGE = reason(
        "documents.too_large", "", N_("“{name}” is larger than {limit_mib} MiB."), 413
    )
    EMPTY = reason("documents.empty", "", N_("“{name}” is empty."), 422)
    NAME_INVALID = reason(
        "documents.name_invalid",
        "",
        N_("A file name has 1 to 200 characters and an extension such as .pdf."),
        422,
    )
    TYPE_NOT_ALLOWED = reason(
        "documents.type_not_allowed",
        "",
        N_("“{name}” is of type {media_type}; allowed are {allowed}."),
        422,
    )
    MISTYPED = reason(
        "documents.mistyped",
        "",
        N_("“{name}” says it is {media_type}, and its content is not."),
        422,
    )
    EXTENSION = reason(
        "documents.extension",
        "",
        N_("“{name}” is declared as {media_type}, whose names end in .{extensions}."),
        422,
    )
    MACROS = reason(
        "documents.macros",
        "",
        N_("“{name}” holds macros or programs ({part}); save it without."),
        422,
    )
    LOST = reason(
        "documents.lost",
        "",
        N_("The bytes of “{name}” are missing from the store; tell the venue."),
        410,
    )
    STORE_AWAY = reason(
        "documents.store_away",
        "",
        N_("The store of documents does not answer; try again later."),
        503,
    )
    BROKEN = reason("documents.broken", "", N_("“{name}” is damaged: {problem}."), 422)


@dataclass(frozen=True, kw_only=True)
class Stored(Event, kind="documents.Stored", visibility=Visibility.JOURNALLED):
    document: UUID
    owner: str
    digest: str
    size: int
    access: Access


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Event, kind="documents.AccessChanged", visibility=Visibility.JOURNALLED):
    document: UUID
    access: Access


@dataclass(frozen=True, kw_only=True)
class Removed(Event, kind="documents.Removed", visibility=Visibility.JOURNALLED):
    document: UUID


def clean_name(name: str) -> str:
    """Reduce an uploaded name to a plain one: no folders, no control characters, composed form."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, extension = name.rpartition(".")
    if not stem.strip() or not dot or not extension or len(name) > NAME_LENGTH:
        raise Refused(Refusal.NAME_INVALID)
    return name


def check_declared(name: str, media_type: str, allowed: Collection[str]) -> None:
    """Refuse a type the rulebook does not list, and a name that belongs to another type."""
    if media_type not in allowed or media_type not in EXTENSIONS:
        raise Refused(
            Refusal.TYPE_NOT_ALLOWED,
            name=name,
            media_type=media_type[:100],
            allowed=", ".join(sorted(set(allowed) & EXTENSIONS.keys())),
        )
    if name.rpartition(".")[2].lower() not in EXTENSIONS[media_type]:
        extensions = ", .".join(EXTENSIONS[media_type])
        raise Refused(Refusal.EXTENSION, name=name, media_type=media_type, extensions=extensions)


def declared_type(name: str, media_type: str) -> str:
    """The type an upload declares, without parameters and in its one name.

    What a browser calls by an old name, or by none, is taken by the extension.
    """
    media_type = media_type.partition(";")[0].strip().lower()
    return media_type_of(name) if media_type in _VAGUE else media_type


def media_type_of(name: str) -> str:
    """The type a name stands for, or application/octet-stream."""
    extension = name.rpartition(".")[2].lower()
    for media_type, extensions in EXTENSIONS.items():
        if extension in extensions:
            return media_type
    return "application/octet-stream"


def check_head(name: str, media_type: str, head: bytes) -> None:
    """Refuse content whose first bytes (up to HEAD_BYTES) are not those of its declared type."""
    if not _HEADS[media_type](head):
        raise Refused(Refusal.MISTYPED, name=name, media_type=media_type)


def check_packed(name: str, media_type: str, parts: Collection[str]) -> None:
    """Check the names inside a packed office file: the right kind, and no macros."""
    needed = _PACKED_PART.get(media_type)
    if needed is None:
        return
    if needed not in parts:
        raise Refused(Refusal.MISTYPED, name=name, media_type=media_type)
    for part in sorted(parts):
        if _MACROS.search(part) and not part.startswith(("xl/printerSettings/", "docProps/")):
            raise Refused(Refusal.MACROS, name=name, part=part)


def check_json(name: str, data: bytes) -> None:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(Refusal.MISTYPED, name=name, media_type=JSON) from None


def is_packed(media_type: str) -> bool:
    return media_type in (ZIP, XLSX, DOCX)


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_text(head: bytes) -> bool:
    """Text in UTF-8 or GB 18030 (what office programs in China write), without control bytes."""
    if any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head) or b"\x7f" in head:
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    for cut in range(4 if len(head) >= HEAD_BYTES else 1):  # a character may be cut at the end
        try:
            head[: len(head) - cut].decode(encoding)
            return True
        except UnicodeDecodeError:
            continue
    return False


_HEADS: dict[str, Callable[[bytes], bool]] = {
    PDF: _starts(b"%PDF-"),
    PNG: _starts(b"\x89PNG\r\n\x1a\n"),
    JPEG: _starts(b"\xff\xd8\xff"),
    ZIP: _starts(b"PK\x03\x04", b"PK\x05\x06"),
    XLSX: _starts(b"PK\x03\x04"),
    DOCX: _starts(b"PK\x03\x04"),
    TEXT: _is_text,
    CSV: _is_text,
    JSON: _is_text,
}
