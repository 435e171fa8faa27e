"""
The public half of a venue's keys: the file with which anyone verifies what the venue signed.

    {"format": "hutong-venue-keys/1",
     "venue": {"code", "name_zh", "name_en", "origin"},
     "log": ["<verifier key>"], "credential": ["z6Mk…"], "message": ["z6Mk…"],
     "certificate_authorities": ["-----BEGIN CERTIFICATE-----…"]}

Lists, because keys are rotated and old certificates must still verify; the first is in use.
Pure: bytes in, bytes out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography import x509

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
    def issuer(self) -> str:
        """The venue as the issuer of credentials."""
        return f"https://{self.origin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueKeys:
    """A venue and every public key it signs or signed with; the first of each is in use."""

    venue: Venue
    log: tuple[VerifierKey, ...]
    credential: tuple[bytes, ...]
    message: tuple[bytes, ...]
    certificate_authorities: tuple[str, ...]  # PEM

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
            "credential": [multikey.ed25519(key) for key in self.credential],
            "message": [multikey.ed25519(key) for key in self.message],
            "certificate_authorities": list(self.certificate_authorities),
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
            return cls(
                venue=Venue(**{name: _text(venue, name) for name in Venue.__slots__}),
                log=tuple(VerifierKey.parse(text) for text in _texts(data, "log")),
                credential=tuple(map(multikey.read_ed25519, _texts(data, "credential"))),
                message=tuple(map(multikey.read_ed25519, _texts(data, "message"))),
                certificate_authorities=tuple(
                    map(_certificate, _texts(data, "certificate_authorities"))
                ),
            )
        except (NoteInvalid, multikey.MultibaseInvalid) as error:
            raise KeyFileInvalid(str(error)) from error


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


def _texts(data: Mapping[str, Any], name: str) -> list[str]:
    values = data.get(name)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) for v in values):
        raise KeyFileInvalid(f"{name}: must be a list of texts with at least one")
    return values


def _certificate(pem: str) -> str:
    try:
        x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise KeyFileInvalid("certificate_authorities: not a PEM certificate") from error
    return pem
