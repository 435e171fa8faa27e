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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import canonical, digest_of
from hutong.kit.moments import iso
from hutong.transparency import multikey
from hutong.transparency.note import Signer, VerifierKey
from hutong.venues.fields import (
    CODE,
    ROOT,
    DocumentInvalid,
    described,
    digest,
    document,
    exactly,
    identity,
    matching,
    moment,
    multikey_of,
    number,
    one_of,
    text,
)

LIST: Final = "hutong-network/1"
CHANGE: Final = "hutong-change/1"
APPROVAL: Final = "hutong-approval/1"
APPLICATION: Final = "hutong-application/1"

MAX_MEMBERS: Final = 10_000


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
        told = {name: getattr(self, name) for name in DESCRIBED}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in told.items()}

    @classmethod
    def read(cls, data: Any, where: str = "member") -> "Description":
        """Read a description. Raises DocumentInvalid."""
        return cls(**described(exactly(data, DESCRIBED, where), where))


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
        told = exactly(data, (*DESCRIBED, "state", "since"), where)
        return cls(
            **described(told, where),
            state=one_of(State, told, "state", where),
            since=moment(told, "since", where),
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
        told = document(data, CHANGE, cls, "change")
        details = told["details"]
        if not isinstance(details, dict):
            raise DocumentInvalid("change.details: must be an object")
        try:
            canonical(details)
        except (ValueError, TypeError, RecursionError) as error:
            raise DocumentInvalid("change.details: cannot be written as canonical JSON") from error
        return cls(
            id=identity(told, "id", "change"),
            network=None if told["network"] is None else digest(told, "network", "change"),
            kind=one_of(Kind, told, "kind", "change"),
            venue=matching(CODE, told, "venue", "change"),
            details=details,
            reason=text(told, "reason", "change", least=0),
            proposed_by=matching(CODE, told, "proposed_by", "change"),
            proposed_at=moment(told, "proposed_at", "change"),
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
        told = exactly(data, ("origin", "size", "root"), "held")
        return cls(
            origin=text(told, "origin", "held"),
            size=number(told, "size", "held"),
            root=matching(ROOT, told, "root", "held"),
        )


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
        told = document(data, APPROVAL, cls, "approval")
        return cls(
            change=digest(told, "change", "approval"),
            venue=matching(CODE, told, "venue", "approval"),
            at=moment(told, "at", "approval"),
            held=None if told["held"] is None else Held.read(told["held"]),
            key=multikey_of(told["key"], "approval.key"),
            signature=text(told, "signature", "approval"),
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
        told = exactly(data, ("venue", "key", "signature"), "signature")
        return cls(
            venue=matching(CODE, told, "venue", "signature"),
            key=multikey_of(told["key"], "signature.key"),
            signature=text(told, "signature", "signature"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A membership list: the change made to the list before, and the digest of what came of it.

    `network` is the anchor, None in the genesis; `term` counts the votes that made a registrar. `members` is the digest of the canonical JSON array of all members by code. Times are real.
    """

    network: str | None
    term: int
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
            "term": self.term,
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

    @property
    def anchor(self) -> str:
        """Of which network it is: the genesis is of its own."""
        return self.network or self.digest

    @classmethod
    def read(cls, data: Any) -> "List":
        told = document(data, LIST, cls, "list")
        approvals = told["approvals"]
        if not isinstance(approvals, list) or len(approvals) > MAX_MEMBERS:
            raise DocumentInvalid("list.approvals: must be a list")
        return cls(
            network=None if told["network"] is None else digest(told, "network", "list"),
            term=number(told, "term", "list"),
            version=number(told, "version", "list"),
            previous=None if told["previous"] is None else digest(told, "previous", "list"),
            issued_at=moment(told, "issued_at", "list"),
            expires_at=moment(told, "expires_at", "list"),
            registrar=matching(CODE, told, "registrar", "list"),
            members=digest(told, "members", "list"),
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
        told = exactly(data, ("list", "signatures"), "signed list")
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
    def digest(self) -> str:
        return digest_of(self.as_json())

    @property
    def is_signed(self) -> bool:
        """Whether the venue described signed it, with the message key it describes."""
        return self.key in self.member.message_keys and verified(
            self.key, self.signature, self.body()
        )

    @classmethod
    def read(cls, data: Any) -> "Application":
        told = document(data, APPLICATION, cls, "application")
        return cls(
            network=digest(told, "network", "application"),
            member=Description.read(told["member"], "application.member"),
            at=moment(told, "at", "application"),
            key=multikey_of(told["key"], "application.key"),
            signature=text(told, "signature", "application"),
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
