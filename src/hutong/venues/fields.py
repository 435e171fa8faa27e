"""
Reading the documents of membership field by field: every fault is named, nothing is let pass.

Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from cryptography import x509

from hutong.kit.moments import iso, parse_iso
from hutong.transparency import multikey
from hutong.transparency.note import COSIGNATURE, ED25519, NoteInvalid, VerifierKey

MAX_KEYS: Final = 16
MAX_TEXT: Final = 2_000
CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}")
REGION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,3}")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
ROOT: Final = re.compile(r"[0-9a-f]{64}")


class DocumentInvalid(ValueError):
    """The document is not what it says it is. The message names the field."""


def exactly(data: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise DocumentInvalid(f"{where}: must be an object")
    if missing := sorted(set(names) - data.keys()):
        raise DocumentInvalid(f"{where}: {', '.join(missing)} missing")
    if unknown := sorted(data.keys() - set(names)):
        raise DocumentInvalid(f"{where}: {', '.join(unknown)[:100]} unknown")
    return data


def document(data: Any, format: str, kind: type, where: str) -> dict[str, Any]:
    told = exactly(data, ("format", *(f.name for f in fields(kind))), where)
    if told["format"] != format:
        raise DocumentInvalid(f"{where}.format: must be {format}")
    return told


def text(told: Mapping[str, Any], name: str, where: str, *, least: int = 1) -> str:
    value = told[name]
    if not isinstance(value, str) or not least <= len(value) <= MAX_TEXT or "\0" in value:
        raise DocumentInvalid(f"{where}.{name}: must be text of {least} to {MAX_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DocumentInvalid(f"{where}.{name}: is not Unicode text") from error
    return value


def matching(pattern: re.Pattern[str], told: Mapping[str, Any], name: str, where: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise DocumentInvalid(f"{where}.{name}: is not written as it should be")
    return value


def number(told: Mapping[str, Any], name: str, where: str) -> int:
    value = told[name]
    if type(value) is not int or not 0 <= value < 2**53:
        raise DocumentInvalid(f"{where}.{name}: must be a whole number from 0 on")
    return value


def digest(told: Mapping[str, Any], name: str, where: str) -> str:
    return matching(DIGEST, told, name, where)


def moment(told: Mapping[str, Any], name: str, where: str) -> datetime:
    value = told[name]
    try:
        moment = parse_iso(value)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise DocumentInvalid(f"{where}.{name}: is not a moment") from error
    if iso(moment) != value:
        raise DocumentInvalid(f"{where}.{name}: must be UTC with microseconds, ending in Z")
    return moment


def identity(told: Mapping[str, Any], name: str, where: str) -> UUID:
    try:
        found = UUID(told[name])
    except (ValueError, TypeError, AttributeError) as error:
        raise DocumentInvalid(f"{where}.{name}: is not a UUID") from error
    if str(found) != told[name]:
        raise DocumentInvalid(f"{where}.{name}: is not a UUID in its one form")
    return found


_E = TypeVar("_E", bound=StrEnum)


def one_of(kinds: type[_E], told: Mapping[str, Any], name: str, where: str) -> _E:
    try:
        return kinds(told[name])
    except ValueError as error:
        raise DocumentInvalid(f"{where}.{name}: is none of {', '.join(kinds)}") from error


def described(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    origin = text(told, "log_origin", where)
    return {
        "code": matching(CODE, told, "code", where),
        "name_zh": text(told, "name_zh", where),
        "name_en": text(told, "name_en", where),
        "region": matching(REGION, told, "region", where),
        "url": address(told["url"], f"{where}.url"),
        "log_origin": origin,
        "log_keys": _keys(told, "log_keys", where, lambda key: _verifier(key, ED25519, origin)),
        "witness_keys": _keys(told, "witness_keys", where, lambda key: _verifier(key, COSIGNATURE)),
        "message_keys": _keys(told, "message_keys", where, _is_multikey),
        "credential_keys": _keys(told, "credential_keys", where, _is_multikey),
        "certificate_authorities": _keys(told, "certificate_authorities", where, _is_certificate),
    }


def _keys(
    told: Mapping[str, Any], name: str, where: str, check: Callable[[str], object]
) -> tuple[str, ...]:
    values = told[name]
    if not isinstance(values, list) or not 0 < len(values) <= MAX_KEYS:
        raise DocumentInvalid(f"{where}.{name}: must be a list of 1 to {MAX_KEYS}")
    if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
        raise DocumentInvalid(f"{where}.{name}: must be different texts")
    for value in values:
        try:
            check(value)
        except (NoteInvalid, multikey.MultibaseInvalid, ValueError) as error:
            raise DocumentInvalid(f"{where}.{name}: {error}") from error
    return tuple(values)


def _verifier(text: str, algorithm: int, name: str | None = None) -> None:
    key = VerifierKey.parse(text)
    if key.text() != text or key.algorithm != algorithm:
        raise DocumentInvalid("is not a verifier key of that kind")
    if name is not None and key.name != name:
        raise DocumentInvalid(f"does not bear the log's name {name}")


def _is_multikey(text: str) -> None:
    multikey.read_ed25519(text)


def multikey_of(value: Any, where: str) -> str:
    try:
        multikey.read_ed25519(value)
    except (multikey.MultibaseInvalid, AttributeError) as error:
        raise DocumentInvalid(f"{where}: is not an Ed25519 Multikey") from error
    return str(value)


def _is_certificate(pem: str) -> None:
    if len(pem) > 10_000:
        raise DocumentInvalid("is larger than a certificate")
    x509.load_pem_x509_certificate(pem.encode())


def address(value: Any, where: str) -> str:
    """Check a venue's address: https (http on loopback only), no path, user, query or fragment."""
    problem = DocumentInvalid(f"{where}: must be an https address of a host, without a path")
    if not isinstance(value, str) or len(value) > 400:
        raise problem
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise problem from error
    here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not (parts.scheme == "https" or (parts.scheme == "http" and here)) or not parts.hostname:
        raise problem
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if value != f"{parts.scheme}://{host}" + (f":{port}" if port is not None else ""):
        raise problem
    return value
