"""
The public half of a venue's keys: the file with which anyone verifies what the venue signed.

    {"format": "hutong-venue-keys/1",
     "venue": {"code", "name_zh", "name_en", "origin"},
     "log": ["<verifier key>"], "witness": ["<verifier key>"],
     "credential": ["z6Mk…"], "message": ["z6Mk…"],
     "certificate_authorities": ["-----BEGIN CERTIFICATE-----…"],
     "history": [{"purpose", "key", "used_from", "used_until", "compromised_from"}]}

Lists, because keys are rotated and old certificates must still verify; the first is in use. The
history says when each was used. A key declared *compromised* as of a moment stands in the history
alone, so that nobody trusts it by mistake: it proves nothing by itself any more, and what it signed
counts only where the log shows that it was there before (docs/log-and-keys.md). Signing
certificates and authorities are named in the history by their SHA-256.
Pure: bytes in, bytes out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509

from hutong.kit.moments import iso, parse_iso
from hutong.transparency import multikey
from hutong.transparency.note import NoteInvalid, VerifierKey

FORMAT: Final = "hutong-venue-keys/1"
MAX_BYTES: Final = 1_000_000


class KeyFileInvalid(ValueError):
    """The file is not a venue's public keys. The message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Who signs. `origin` is a stable name without scheme, e.g. `shte-demo.example`."""

    code: str
    name_zh: str
    name_en: str
    origin: str

    @property
    def log_origin(self) -> str:
        """The log's origin line, and the name of its key."""
        return f"{self.origin}/log"

    @property
    def witness_name(self) -> str:
        """The name of the key with which the venue cosigns others' checkpoints."""
        return f"{self.origin}/witness"

    @property
    def issuer(self) -> str:
        """The venue as the issuer of credentials."""
        return f"https://{self.origin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLife:
    """When a key was in use, in real time; `key` is written as in its list."""

    purpose: str
    key: str
    used_from: datetime
    used_until: datetime | None = None
    compromised_from: datetime | None = None

    def as_json(self) -> dict[str, str | None]:
        until, compromised = self.used_until, self.compromised_from
        return {
            "purpose": self.purpose,
            "key": self.key,
            "used_from": iso(self.used_from),
            "used_until": iso(until) if until else None,
            "compromised_from": iso(compromised) if compromised else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueKeys:
    """A venue and every public key it signs or signed with; the first of each is in use."""

    venue: Venue
    log: tuple[VerifierKey, ...]
    credential: tuple[bytes, ...]
    message: tuple[bytes, ...]
    certificate_authorities: tuple[str, ...]  # PEM
    witness: tuple[VerifierKey, ...] = ()
    history: tuple[KeyLife, ...] = ()

    def life_of(self, key: str) -> KeyLife | None:
        """When a key (written as in its list) was used; None where the file does not say."""
        return next((life for life in self.history if life.key == key), None)

    def every_log_key(self) -> tuple[VerifierKey, ...]:
        """The log's keys, with those nobody should trust alone any more: for reading the past."""
        former = (VerifierKey.parse(life.key) for life in self.compromised("log"))
        return (*self.log, *former)

    def compromised(self, purpose: str) -> tuple[KeyLife, ...]:
        """The keys of a purpose that were declared compromised; none of the lists has them."""
        return tuple(
            life for life in self.history if life.purpose == purpose and life.compromised_from
        )

    def as_json(self) -> dict[str, Any]:
        """The keys as plain JSON data."""
        return {
            "format": FORMAT,
            "venue": {
                "code": self.venue.code,
                "name_zh": self.venue.name_zh,
                "name_en": self.venue.name_en,
                "origin": self.venue.origin,
            },
            "log": [key.text() for key in self.log],
            "witness": [key.text() for key in self.witness],
            "credential": [multikey.ed25519(key) for key in self.credential],
            "message": [multikey.ed25519(key) for key in self.message],
            "certificate_authorities": list(self.certificate_authorities),
            "history": [life.as_json() for life in self.history],
        }

    def file(self) -> bytes:
        """Write the key file."""
        return json.dumps(self.as_json(), ensure_ascii=False, indent=2).encode() + b"\n"

    @classmethod
    def parse(cls, raw: bytes) -> "VenueKeys":
        """Read a key file. Raises KeyFileInvalid."""
        data = _json_object(raw)
        if data.get("format") != FORMAT:
            raise KeyFileInvalid(f"this is not a key file ({FORMAT}) of a venue")
        venue = data.get("venue")
        if not isinstance(venue, dict):
            raise KeyFileInvalid("venue: missing")
        try:
            keys = cls(
                venue=Venue(**{name: _text(venue, name) for name in Venue.__slots__}),
                log=tuple(VerifierKey.parse(text) for text in _texts(data, "log")),
                credential=tuple(map(multikey.read_ed25519, _texts(data, "credential"))),
                message=tuple(map(multikey.read_ed25519, _texts(data, "message"))),
                certificate_authorities=tuple(
                    map(_certificate, _texts(data, "certificate_authorities"))
                ),
                witness=tuple(VerifierKey.parse(text) for text in _texts(data, "witness", least=0)),
                history=tuple(map(_life, _list(data, "history"))),
            )
            keys.every_log_key()
            for life in keys.compromised("credential"):
                multikey.read_ed25519(life.key)
        except (NoteInvalid, multikey.MultibaseInvalid) as error:
            raise KeyFileInvalid(str(error)) from error
        return keys


def _json_object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise KeyFileInvalid(f"a key file is smaller than {MAX_BYTES} bytes")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise KeyFileInvalid("the key file is not JSON") from error
    if not isinstance(data, dict):
        raise KeyFileInvalid("the key file is not a JSON object")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise KeyFileInvalid(f"{name}: missing or not text")
    return value


def _texts(data: Mapping[str, Any], name: str, *, least: int = 1) -> list[str]:
    values = _list(data, name)
    if len(values) < least or not all(isinstance(v, str) for v in values):
        raise KeyFileInvalid(f"{name}: must be a list of texts with at least {least}")
    return values


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    values = data.get(name, [])
    if not isinstance(values, list):
        raise KeyFileInvalid(f"{name}: must be a list")
    return values


def _life(told: Any) -> KeyLife:
    if not isinstance(told, dict):
        raise KeyFileInvalid("history: must be a list of objects")
    used_from = _moment(told, "used_from")
    if used_from is None:
        raise KeyFileInvalid("history: used_from: missing")
    return KeyLife(
        purpose=_text(told, "purpose"),
        key=_text(told, "key"),
        used_from=used_from,
        used_until=_moment(told, "used_until"),
        compromised_from=_moment(told, "compromised_from"),
    )


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    if told.get(name) is None:
        return None
    try:
        return parse_iso(_text(told, name))
    except (ValueError, OverflowError) as error:
        raise KeyFileInvalid(f"history: {name}: not a moment with its zone") from error


def _certificate(pem: str) -> str:
    try:
        x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise KeyFileInvalid("certificate_authorities: not a PEM certificate") from error
    return pem
