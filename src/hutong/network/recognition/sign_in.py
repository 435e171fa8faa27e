"""
Signing in at another venue through one's home venue: the documents and their checks (PA-2, PA-4).

    person at H ─ chooses venue B ─► H keeps (state, nonce, B) in the session
      ─► B /network/sign-in?audience=H&state&nonce     signed in there, confirms what is told
      ─► H /network/signed-in?state&code               the state must be that of this session
    H ─ POST B/network/assertion {code}, signed ─► assertion signed by B, and the party's credential

Only a code travels through the browser: it is of use to H alone, once, for a minute. H asks nobody
but the venue it sent the person to, so that no venue's answer is taken for another's.

Pure.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import canonical
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.moments import iso, parse_iso
from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.parties.membership import MandateRole
from hutong.transparency import multikey
from hutong.transparency.note import Signer, VerifierKey

FORMAT: Final = "hutong-sign-in/1"
HOLDS: Final = timedelta(seconds=60)  # a code, and what is asserted
PENDING: Final = timedelta(minutes=10)  # between leaving for the home venue and coming back
SKEW: Final = timedelta(seconds=300)  # of two venues' clocks
SESSION: Final = timedelta(hours=1)  # at the other venue; then the home venue is asked again
SECRET_BYTES: Final = 32
_FIELDS: Final = frozenset(
    {"format", "id", "issuer", "audience", "nonce", "subject", "role", "party", "second_factor"}
    | {"issued_at", "expires_at", "key", "signature"}
)


class Refusal(Reason):
    NOT_ASKED = reason(
        "sign_in.not_asked",
        "PA-2",
        N_("This sign-in was not begun in this browser, or took too long. Begin again."),
        403,
    )
    CODE_UNKNOWN = reason(
        "sign_in.code_unknown",
        "PA-2",
        N_("The sign-in was used already, has expired, or is not for {venue}. Begin again."),
        403,
    )
    MALFORMED = reason(
        "sign_in.malformed", "PA-2", N_("What {venue} answered is no statement about you."), 403
    )
    FORGED = reason(
        "sign_in.forged", "PA-2", N_("What was said of you is not signed by {venue}."), 403
    )
    OTHER_ISSUER = reason(
        "sign_in.other_issuer", "PA-2", N_("Another exchange than {venue} spoke for you."), 403
    )
    OTHER_AUDIENCE = reason(
        "sign_in.other_audience",
        "PA-2",
        N_("What {venue} said of you is meant for another exchange."),
        403,
    )
    OTHER_SIGN_IN = reason(
        "sign_in.other_sign_in",
        "PA-2",
        N_("What {venue} said of you answers another sign-in. Begin again."),
        403,
    )
    OTHER_PARTY = reason(
        "sign_in.other_party",
        "PA-4",
        N_("The credential {venue} gave is not of the party you act for."),
        403,
    )
    STALE = reason(
        "sign_in.stale",
        "PA-2",
        N_("What {venue} said of you holds no longer. Begin again."),
        403,
    )
    NO_ANSWER = reason(
        "sign_in.no_answer",
        "NE-6",
        N_("{venue} does not answer at present. Try again later."),
        503,
    )
    NOBODY_ACTED_FOR = reason(
        "sign_in.nobody_acted_for",
        "PA-2",
        N_("Choose first whom you act for: a person signs in elsewhere for a party."),
    )
    NO_CREDENTIAL = reason(
        "sign_in.no_credential",
        "PA-4",
        N_(
            "{name} has no credential yet. Ask for it among your certificates; it is made in moments."
        ),
    )
    NOT_ASKED_RIGHT = reason(
        "sign_in.not_asked_right",
        "PA-2",
        N_("The other exchange did not ask as it should. Begin again there."),
        400,
    )


@dataclass(frozen=True, kw_only=True)
class SignInVouched(Event, kind="network.SignInVouched", visibility=Visibility.JOURNALLED):
    """Our person goes to another venue; not logged, for where somebody trades is theirs (LI-4)."""

    to: str
    party: UUID
    role: MandateRole


@dataclass(frozen=True, kw_only=True)
class SignedInFrom(Event, kind="network.SignedInFrom", visibility=Visibility.JOURNALLED):
    """Somebody came from their home venue, which says whom they act for."""

    venue: str
    party: UUID
    person: Private[UUID]
    assertion: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a home venue says of a person: whom they act for, and nothing that names them.

    `subject` is a pseudonym for this audience alone. Moments are real.
    """

    id: UUID
    issuer: str
    audience: str
    nonce: str
    subject: UUID
    role: MandateRole
    party: UUID
    second_factor: bool
    issued_at: datetime
    expires_at: datetime

    def body(self, key: str) -> dict[str, Any]:
        plain = {
            name: iso(value)
            if isinstance(value, datetime)
            else str(value)
            if isinstance(value, UUID)
            else value
            for name, value in asdict(self).items()
        }
        return {**plain, "format": FORMAT, "role": self.role.value, "key": key}

    def signed(self, signer: Signer) -> dict[str, Any]:
        body = self.body(multikey.ed25519(signer.public_key))
        return {**body, "signature": multikey.encode(signer.sign(canonical(body)))}


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def role_told(held: MandateRole) -> MandateRole:
    """What somebody may do elsewhere: an owner acts there and lets nobody else in."""
    return MandateRole.VIEWER if held is MandateRole.VIEWER else MandateRole.AGENT


def check(
    document: Any, *, venue: str, keys: Mapping[str, bytes], me: str, nonce: str, real_now: datetime
) -> Assertion:
    """Read what `venue` asserts, by its message keys (Multikey → 32 bytes) in the list in force.

    Raises Refused: another format, key, issuer, audience or nonce; over.
    """
    said = _read(document, venue)
    body = {name: value for name, value in document.items() if name != "signature"}
    public = keys.get(document["key"])
    if public is None or not _signed(public, document["signature"], body):
        raise Refused(Refusal.FORGED, venue=venue)
    if said.issuer != venue:
        raise Refused(Refusal.OTHER_ISSUER, venue=venue)
    if said.audience != me:
        raise Refused(Refusal.OTHER_AUDIENCE, venue=venue)
    if not secrets.compare_digest(said.nonce.encode(), nonce.encode()):
        raise Refused(Refusal.OTHER_SIGN_IN, venue=venue)
    if not said.issued_at < said.expires_at <= said.issued_at + HOLDS:
        raise Refused(Refusal.MALFORMED, venue=venue)
    if not said.issued_at - SKEW <= real_now < said.expires_at + SKEW:
        raise Refused(Refusal.STALE, venue=venue)
    return said


def _read(document: Any, venue: str) -> Assertion:
    """All of its fields and no other. Raises Refused."""
    try:
        if not isinstance(document, dict) or document.keys() != _FIELDS:
            raise ValueError("its fields")
        texts = _FIELDS - {"second_factor"}
        if not all(isinstance(document[name], str) for name in texts):
            raise ValueError("its fields")
        if document["format"] != FORMAT or not isinstance(document["second_factor"], bool):
            raise ValueError("its format")
        return Assertion(
            id=UUID(document["id"]),
            issuer=document["issuer"],
            audience=document["audience"],
            nonce=document["nonce"],
            subject=UUID(document["subject"]),
            role=role_told(MandateRole(document["role"])),
            party=UUID(document["party"]),
            second_factor=document["second_factor"],
            issued_at=parse_iso(document["issued_at"]),
            expires_at=parse_iso(document["expires_at"]),
        )
    except ValueError:
        raise Refused(Refusal.MALFORMED, venue=venue) from None


def _signed(public: bytes, signature: str, body: Mapping[str, Any]) -> bool:
    try:
        raw = multikey.decode(signature)
    except multikey.MultibaseInvalid:
        return False
    return VerifierKey("key", public).accepts(raw, canonical(body))
