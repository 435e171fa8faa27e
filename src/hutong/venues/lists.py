"""
The documents of membership, as they are signed and sent (docs/network.md, "Membership").

    description   who a venue is and the keys it signs with
    application   a description, signed by the venue it describes: "let me in"
    change        one step from list n to list n+1
    approval      a member's signature on the digest of a change
    list          the change made, the approvals it had, and the digest of all members after it

Every document is canonical JSON (RFC 8785) with its `format`; a digest or signature covers exactly
those bytes. A reader that meets a field it does not know refuses the document: who does not
understand all of a list must not act on it. Pure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from cryptography import x509

from hutong.kit.canonical import canonical, digest_of
from hutong.kit.moments import iso, parse_iso
from hutong.transparency import multikey
from hutong.transparency.note import COSIGNATURE, ED25519, NoteInvalid, Signer, VerifierKey

LIST: Final = "hutong-network/1"
CHANGE: Final = "hutong-change/1"
APPROVAL: Final = "hutong-approval/1"
APPLICATION: Final = "hutong-application/1"

MAX_KEYS: Final = 16
MAX_TEXT: Final = 2_000
MAX_MEMBERS: Final = 10_000
CODE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,15}")
REGION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{2,3}")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_T = TypeVar("_T")


class DocumentInvalid(ValueError):
    """The document is not what it says it is. The message names the field."""


class State(StrEnum):
    MEMBER = "member"
    SUSPENDED = "suspended"
    LEFT = "left"


class Kind(StrEnum):
    FOUND = "found"  # of the genesis list alone
    ADMIT = "admit"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    LEAVE = "leave"
    REKEY = "rekey"
    RELOCATE = "relocate"
    REGISTRAR = "registrar"
    RENEW = "renew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Who a venue is. Of each kind of keys the first is in use; keys are written as in
    `/.well-known/hutong.json`."""

    code: str
    name_zh: str
    name_en: str
    region: str
    url: str
    log_origin: str
    log_keys: tuple[str, ...]
    witness_keys: tuple[str, ...]
    message_keys: tuple[str, ...]
    credential_keys: tuple[str, ...]
    certificate_authorities: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in DESCRIBED}

    @classmethod
    def read(cls, data: Any, where: str = "member") -> "Description":
        """Read a description. Raises DocumentInvalid."""
        return cls(**_described(_exactly(data, DESCRIBED, where), where))


DESCRIBED: Final = tuple(f.name for f in fields(Description))
KEYS: Final = tuple(name for name in DESCRIBED if name.endswith(("_keys", "_authorities")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Description):
    """A venue in the list, with its state since a moment (real time)."""

    state: State
    since: datetime

    @property
    def description(self) -> Description:
        return Description(**{name: getattr(self, name) for name in DESCRIBED})

    def as_json(self) -> dict[str, Any]:
        described = Description.as_json(self)
        return described | {"state": self.state.value, "since": iso(self.since)}

    @classmethod
    def read(cls, data: Any, where: str = "member") -> "Member":
        """Read a member as a list tells it. Raises DocumentInvalid."""
        told = _exactly(data, (*DESCRIBED, "state", "since"), where)
        return cls(
            **_described(told, where),
            state=_one_of(State, told, "state", where),
            since=_moment(told, "since", where),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step. `network` is the anchor; in the genesis, whose digest it is, None."""

    id: UUID
    network: str | None
    kind: Kind
    venue: str
    details: Mapping[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "format": CHANGE,
            "id": str(self.id),
            "network": self.network,
            "kind": self.kind.value,
            "venue": self.venue,
            "details": dict(self.details),
            "reason": self.reason,
            "proposed_by": self.proposed_by,
            "proposed_at": iso(self.proposed_at),
        }

    @property
    def digest(self) -> str:
        return digest_of(self.as_json())

    @classmethod
    def read(cls, data: Any) -> "Change":
        """Read a change; its details are judged with the list it is to change (rules.py)."""
        told = _document(data, CHANGE, cls, "change")
        details = told["details"]
        if not isinstance(details, dict):
            raise DocumentInvalid("change.details: must be an object")
        return cls(
            id=_id(told, "id", "change"),
            network=None if told["network"] is None else _digest(told, "network", "change"),
            kind=_one_of(Kind, told, "kind", "change"),
            venue=_matching(CODE, told, "venue", "change"),
            details=details,
            reason=_text(told, "reason", "change", least=0),
            proposed_by=_matching(CODE, told, "proposed_by", "change"),
            proposed_at=_moment(told, "proposed_at", "change"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The largest state of a log that a venue holds, copied and verified."""

    origin: str
    size: int
    root: str

    def as_json(self) -> dict[str, Any]:
        return {"origin": self.origin, "size": self.size, "root": self.root}

    @classmethod
    def read(cls, data: Any) -> "Held":
        told = _exactly(data, ("origin", "size", "root"), "held")
        size, root = told["size"], _text(told, "root", "held")
        if type(size) is not int or not 0 <= size < 2**53:
            raise DocumentInvalid("held.size: must be a size")
        if not re.fullmatch(r"[0-9a-f]{64}", root):
            raise DocumentInvalid("held.root: must be 64 hexadecimal digits")
        return cls(origin=_text(told, "origin", "held"), size=size, root=root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """That a member wants a change. `held` stands in the votes that replace a registrar."""

    change: str
    venue: str
    at: datetime
    held: Held | None
    key: str
    signature: str

    def body(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": APPROVAL,
            "change": self.change,
            "venue": self.venue,
            "at": iso(self.at),
            "held": self.held.as_json() if self.held else None,
            "key": self.key,
        }

    def as_json(self) -> dict[str, Any]:
        return self.body() | {"signature": self.signature}

    def signed_by(self, keys: Sequence[str]) -> bool:
        return self.key in keys and verified(self.key, self.signature, self.body())

    @classmethod
    def read(cls, data: Any) -> "Approval":
        """Read an approval; whether it is one is asked with the member's keys."""
        told = _document(data, APPROVAL, cls, "approval")
        return cls(
            change=_digest(told, "change", "approval"),
            venue=_matching(CODE, told, "venue", "approval"),
            at=_moment(told, "at", "approval"),
            held=None if told["held"] is None else Held.read(told["held"]),
            key=_multikey(told["key"], "approval.key"),
            signature=_text(told, "signature", "approval"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A member's signature on a list."""

    venue: str
    key: str
    signature: str

    def as_json(self) -> dict[str, Any]:
        return {"venue": self.venue, "key": self.key, "signature": self.signature}

    @classmethod
    def read(cls, data: Any) -> "Signature":
        told = _exactly(data, ("venue", "key", "signature"), "signature")
        return cls(
            venue=_matching(CODE, told, "venue", "signature"),
            key=_multikey(told["key"], "signature.key"),
            signature=_text(told, "signature", "signature"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A membership list: the change made to the list before, and the digest of what came of it.

    `members` is the digest of the canonical JSON array of all members by code. Times are real.
    """

    network: str
    version: int
    previous: str | None
    issued_at: datetime
    expires_at: datetime
    registrar: str
    members: str
    change: Change
    approvals: tuple[Approval, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": LIST,
            "network": self.network,
            "version": self.version,
            "previous": self.previous,
            "issued_at": iso(self.issued_at),
            "expires_at": iso(self.expires_at),
            "registrar": self.registrar,
            "members": self.members,
            "change": self.change.as_json(),
            "approvals": [approval.as_json() for approval in self.approvals],
        }

    @property
    def digest(self) -> str:
        return digest_of(self.as_json())

    @classmethod
    def read(cls, data: Any) -> "List":
        told = _document(data, LIST, cls, "list")
        version, approvals = told["version"], told["approvals"]
        if type(version) is not int or not 0 <= version < 2**31:
            raise DocumentInvalid("list.version: must be a number from 0 on")
        if not isinstance(approvals, list) or len(approvals) > MAX_MEMBERS:
            raise DocumentInvalid("list.approvals: must be a list")
        return cls(
            network=_text(told, "network", "list"),
            version=version,
            previous=None if told["previous"] is None else _digest(told, "previous", "list"),
            issued_at=_moment(told, "issued_at", "list"),
            expires_at=_moment(told, "expires_at", "list"),
            registrar=_matching(CODE, told, "registrar", "list"),
            members=_digest(told, "members", "list"),
            change=Change.read(told["change"]),
            approvals=tuple(Approval.read(one) for one in approvals),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedList:
    """A list with the signatures beside it, as it is published."""

    list: List
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> str:
        return self.list.digest

    def as_json(self) -> dict[str, Any]:
        return {
            "list": self.list.as_json(),
            "signatures": [signature.as_json() for signature in self.signatures],
        }

    def signed_by(self, venue: str, keys: Sequence[str]) -> bool:
        """Whether one of `keys` signed for `venue`."""
        body = self.list.as_json()
        return any(
            one.venue == venue and one.key in keys and verified(one.key, one.signature, body)
            for one in self.signatures
        )

    @classmethod
    def read(cls, data: Any) -> "SignedList":
        """Read a list as a venue publishes it. Raises DocumentInvalid."""
        told = _exactly(data, ("list", "signatures"), "signed list")
        signatures = told["signatures"]
        if not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_MEMBERS:
            raise DocumentInvalid("signatures: must be a list with at least one")
        return cls(
            list=List.read(told["list"]),
            signatures=tuple(Signature.read(one) for one in signatures),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A venue's own wish to be a member of the network `network` (its anchor)."""

    network: str
    member: Description
    at: datetime
    key: str
    signature: str

    def body(self) -> dict[str, Any]:
        return {
            "format": APPLICATION,
            "network": self.network,
            "member": self.member.as_json(),
            "at": iso(self.at),
            "key": self.key,
        }

    def as_json(self) -> dict[str, Any]:
        return self.body() | {"signature": self.signature}

    @property
    def is_signed(self) -> bool:
        """Whether the venue described signed it, with the message key it describes."""
        return self.key in self.member.message_keys and verified(
            self.key, self.signature, self.body()
        )

    @classmethod
    def read(cls, data: Any) -> "Application":
        told = _document(data, APPLICATION, cls, "application")
        return cls(
            network=_digest(told, "network", "application"),
            member=Description.read(told["member"], "application.member"),
            at=_moment(told, "at", "application"),
            key=_multikey(told["key"], "application.key"),
            signature=_text(told, "signature", "application"),
        )


# -- signing -------------------------------------------------------------------------------------


def key_of(signer: Signer) -> str:
    return multikey.ed25519(signer.public_key)


def approve(
    change: Change, *, venue: str, at: datetime, signer: Signer, held: Held | None = None
) -> Approval:
    unsigned = Approval(
        change=change.digest, venue=venue, at=at, held=held, key=key_of(signer), signature=""
    )
    signature = _sign(signer, unsigned.body())
    return Approval(**{**_fields(unsigned), "signature": signature})


def apply_for(network: str, member: Description, *, at: datetime, signer: Signer) -> Application:
    unsigned = Application(network=network, member=member, at=at, key=key_of(signer), signature="")
    signature = _sign(signer, unsigned.body())
    return Application(**{**_fields(unsigned), "signature": signature})


def sign(list: List, *, venue: str, signer: Signer) -> Signature:
    return Signature(venue=venue, key=key_of(signer), signature=_sign(signer, list.as_json()))


def verified(key: str, signature: str, body: Mapping[str, Any]) -> bool:
    """Whether the key (Multikey) made the signature (multibase) of the body's canonical JSON."""
    try:
        public, raw = multikey.read_ed25519(key), multikey.decode(signature)
    except multikey.MultibaseInvalid:
        return False
    return VerifierKey("key", public).accepts(raw, canonical(body))


def _sign(signer: Signer, body: Mapping[str, Any]) -> str:
    return multikey.encode(signer.sign(canonical(body)))


def _fields(document: Any) -> dict[str, Any]:
    return {f.name: getattr(document, f.name) for f in fields(document)}


# -- reading -------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _exactly(data: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise DocumentInvalid(f"{where}: must be an object")
    if missing := sorted(set(names) - data.keys()):
        raise DocumentInvalid(f"{where}: {', '.join(missing)} missing")
    if unknown := sorted(data.keys() - set(names)):
        raise DocumentInvalid(f"{where}: {', '.join(unknown)[:100]} unknown")
    return data


def _document(data: Any, format: str, kind: type, where: str) -> dict[str, Any]:
    told = _exactly(data, ("format", *(f.name for f in fields(kind))), where)
    if told["format"] != format:
        raise DocumentInvalid(f"{where}.format: must be {format}")
    return told


def _text(told: Mapping[str, Any], name: str, where: str, *, least: int = 1) -> str:
    value = told[name]
    if not isinstance(value, str) or not least <= len(value) <= MAX_TEXT or "\0" in value:
        raise DocumentInvalid(f"{where}.{name}: must be text of {least} to {MAX_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise DocumentInvalid(f"{where}.{name}: is not Unicode text") from error
    return value


def _matching(pattern: re.Pattern[str], told: Mapping[str, Any], name: str, where: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise DocumentInvalid(f"{where}.{name}: is not written as it should be")
    return value


def _digest(told: Mapping[str, Any], name: str, where: str) -> str:
    return _matching(DIGEST, told, name, where)


def _moment(told: Mapping[str, Any], name: str, where: str) -> datetime:
    value = told[name]
    try:
        moment = parse_iso(value)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise DocumentInvalid(f"{where}.{name}: is not a moment") from error
    if iso(moment) != value:
        raise DocumentInvalid(f"{where}.{name}: must be UTC with microseconds, ending in Z")
    return moment


def _id(told: Mapping[str, Any], name: str, where: str) -> UUID:
    try:
        found = UUID(told[name])
    except (ValueError, TypeError, AttributeError) as error:
        raise DocumentInvalid(f"{where}.{name}: is not a UUID") from error
    if str(found) != told[name]:
        raise DocumentInvalid(f"{where}.{name}: is not a UUID in its one form")
    return found


_E = TypeVar("_E", bound=StrEnum)


def _one_of(kinds: type[_E], told: Mapping[str, Any], name: str, where: str) -> _E:
    try:
        return kinds(told[name])
    except ValueError as error:
        raise DocumentInvalid(f"{where}.{name}: is none of {', '.join(kinds)}") from error


def _described(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    origin = _text(told, "log_origin", where)
    return {
        "code": _matching(CODE, told, "code", where),
        "name_zh": _text(told, "name_zh", where),
        "name_en": _text(told, "name_en", where),
        "region": _matching(REGION, told, "region", where),
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


def _multikey(value: Any, where: str) -> str:
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
