"""
Signatures of messages and of their replies: RFC 9421 with Ed25519, bodies by RFC 9530 digests.

    request   "@method" "@path" "content-digest" "content-type" "hutong-from" "hutong-message-id"
              "hutong-to"; created, keyid, alg, nonce, tag="hutong-message/1"
    reply     "@status" "content-digest" "content-type", and of the request the signature:
              "signature";req;key="hutong"; tag="hutong-reply/1"

A key is named `CODE#z6Mk…`: the venue, and the key as in its description. A reply signs the
signature of the request it answers, so that no answer can be given for another's question. The host
is not covered: who is meant is said by `hutong-to`, whatever proxies stand between.

Pure: keys and the time come in, headers go out.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from hutong.kit.refusal import N_, Refused
from hutong.network.messages import evidence
from hutong.network.messages.rules import PATH, SKEW, Message, Refusal
from hutong.transparency import multikey
from hutong.transparency.note import Signer

CONTENT_TYPE: Final = "application/json"
LABEL: Final = "hutong"
REQUEST_TAG: Final = "hutong-message/1"
REPLY_TAG: Final = "hutong-reply/1"
OF_THE_REQUEST: Final = '"signature";req;key="hutong"'
REQUEST_COVERS: Final = (
    "@method",
    "@path",
    "content-digest",
    "content-type",
    "hutong-from",
    "hutong-message-id",
    "hutong-to",
)
REPLY_COVERS: Final = ("@status", "content-digest", "content-type", OF_THE_REQUEST)

Keys = Callable[[str], list[bytes]]
"""Venue → the public keys (Ed25519, 32 bytes) by which it may sign messages now."""


class SignatureInvalid(ValueError):
    """The signature does not hold. The message says why."""


@dataclass(slots=True)
class Request:
    """A request as RFC 9421 sees it; the host is a stand-in, for it is not covered."""

    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    path: str = PATH

    @property
    def url(self) -> str:
        return f"https://venue.invalid{self.path}"

    @property
    def kept(self) -> bytes:
        first = f"{self.method} {self.path}"
        return evidence.written(first, self.headers, evidence.REQUEST_HEADERS, self.body)


@dataclass(slots=True)
class Reply:
    status_code: int
    body: bytes
    request: Request
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": CONTENT_TYPE})

    @property
    def kept(self) -> bytes:
        first = str(self.status_code)
        return evidence.written(first, self.headers, evidence.REPLY_HEADERS, self.body)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature that holds says."""

    venue: str
    created: datetime


def key_name(venue: str, public: bytes) -> str:
    return f"{venue}#{multikey.ed25519(public)}"


def sign_request(message: Message, signer: Signer, now: datetime) -> Request:
    """The message as a signed request; `now` is real time. A message is signed anew at each try."""
    headers = {
        "content-type": CONTENT_TYPE,
        "hutong-from": message.sender,
        "hutong-message-id": str(message.id),
        "hutong-to": message.recipient,
    }
    return sign_post(Request(headers, message.raw), message.sender, signer, now, REQUEST_TAG)


def sign_post(
    request: Request,
    venue: str,
    signer: Signer,
    now: datetime,
    tag: str,
    covers: tuple[str, ...] = REQUEST_COVERS,
) -> Request:
    """Sign a request between venues; the other doors of the network use this too."""
    request.headers["content-digest"] = ContentDigest.create(request.body)
    _sign(request, venue, signer, now, tag, covers)
    return request


def sign_reply(
    request: Request, status: int, body: bytes, *, venue: str, signer: Signer, now: datetime
) -> Reply:
    """A signed reply; to a request without a readable signature, one that stands by itself."""
    reply = Reply(status, body, request)
    reply.headers["content-digest"] = ContentDigest.create(body)
    try:
        _sign(reply, venue, signer, now, REPLY_TAG, REPLY_COVERS)
    except HTTPMessageSignaturesException:
        _sign(reply, venue, signer, now, REPLY_TAG, REPLY_COVERS[:-1])
    return reply


def verify_request(request: Request, *, sender: str, keys: Keys, now: datetime) -> Signed:
    """Check a message's signature, its body and its time. Raises Refused (UNSIGNED, STALE)."""
    return verify_post(request, sender=sender, keys=keys, now=now, tag=REQUEST_TAG)


def verify_post(
    request: Request,
    *,
    sender: str,
    keys: Keys,
    now: datetime,
    tag: str,
    covers: tuple[str, ...] = REQUEST_COVERS,
) -> Signed:
    """The same for any signed request between venues. Raises Refused (UNSIGNED, STALE)."""
    try:
        signed = _verify(request, request.body, sender, keys, tag, covers)
    except SignatureInvalid as error:
        raise Refused(Refusal.UNSIGNED, problem=str(error)) from error
    if abs(signed.created - now) > SKEW:
        raise Refused(Refusal.STALE, signed_at=signed.created, here_at=now)
    return signed


def verify_reply(reply: Reply, *, venue: str, keys: Keys) -> Signed:
    """Check that `venue` gave this reply to this request. Raises SignatureInvalid.

    Its time is not judged: it can only be an answer to the request just sent.
    """
    return _verify(reply, reply.body, venue, keys, REPLY_TAG, REPLY_COVERS)


def _sign(
    what: Request | Reply,
    venue: str,
    signer: Signer,
    now: datetime,
    tag: str,
    covers: tuple[str, ...],
) -> None:
    signing = HTTPMessageSigner(signature_algorithm=ED25519)
    prepared = signing.prepare(
        what,
        key_id=key_name(venue, signer.public_key),
        created=now,
        nonce=secrets.token_urlsafe(16),
        label=LABEL,
        tag=tag,
        covered_component_ids=covers,
        body=what.body,
        use_existing_digest=True,
    )
    signing.apply(what, prepared, signer.sign(prepared.signature_base))
    what.headers = headers_of(what.headers)


class _Resolver(HTTPSignatureKeyResolver):
    """Finds the key a signature names, when it is one of the venue's."""

    def __init__(self, venue: str, keys: Keys) -> None:
        self._venue, self._keys = venue, keys

    def resolve_public_key(self, key_id: str) -> Any:
        venue, _, key = key_id.partition("#")
        if venue != self._venue:
            raise SignatureInvalid(f"{key_id} is no key of {self._venue}")
        for public in self._keys(venue):
            if multikey.ed25519(public) == key:
                return Ed25519PublicKey.from_public_bytes(public)
        raise SignatureInvalid(f"{key_id} is no key of {venue} that we know")


class _Verifier(HTTPMessageVerifier):
    """Times are judged by us: against the clock that is passed in."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        self._parse_integer_timestamp(sig_input.params.get("created"), field_name="created")


def _verify(
    what: Request | Reply,
    body: bytes,
    venue: str,
    keys: Keys,
    tag: str,
    covers: tuple[str, ...],
) -> Signed:
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=_Resolver(venue, keys))
    try:
        found = verifier.verify(
            what, expect_tag=tag, require_components=covers, body=body, max_age=None
        )
    except HTTPMessageSignaturesException as error:
        raise SignatureInvalid(_why(error)) from error
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise SignatureInvalid(N_("its headers cannot be read")) from error
    if len(found) != 1:
        raise SignatureInvalid(N_("there must be one signature"))
    created = datetime.fromtimestamp(int(found[0].parameters["created"]), UTC)
    return Signed(venue, created)


def _why(error: BaseException) -> str:
    inner = error.args[0] if error.args else ""
    return str(inner)[:200] or N_("the bytes are not those that were signed")


def headers_of(given: Mapping[str, str]) -> dict[str, str]:
    """Headers by lower-case names, as both sides of the wire have them."""
    return {name.lower(): value for name, value in given.items()}
