"""What is believed of an assertion (PA-2): by that venue, for us, for this sign-in, now, once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.refusal import Refused
from hutong.network.recognition.sign_in import Assertion, Refusal, check, role_told
from hutong.parties.membership import MandateRole
from hutong.transparency import multikey
from hutong.transparency.signers import Ed25519Signer

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY, OTHER = (Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(2))
SAID = Assertion(
    id=uuid4(),
    issuer="SZTE",
    audience="SHTE",
    nonce="n" * 43,
    subject=UUID(int=7),
    role=MandateRole.AGENT,
    party=UUID(int=8),
    second_factor=True,
    issued_at=AT,
    expires_at=AT + timedelta(seconds=60),
)


def checked(document, real_now=AT, **asked):
    told = {"venue": "SZTE", "me": "SHTE", "nonce": SAID.nonce, **asked}
    keys = {multikey.ed25519(KEY.public_key): KEY.public_key}
    return check(document, keys=keys, real_now=real_now, **told)


def test_an_assertion_is_read_as_it_was_said():
    assert checked(SAID.signed(KEY)) == SAID


def test_nobody_is_an_owner_at_another_venue():
    owner = replace(SAID, role=MandateRole.OWNER)
    assert checked(owner.signed(KEY)).role is MandateRole.AGENT
    assert role_told(MandateRole.VIEWER) is MandateRole.VIEWER


def tampered(**fields):
    return {**SAID.signed(KEY), **fields}


WRONG = [
    ("by a key that is not the venue's", SAID.signed(OTHER), {}, Refusal.FORGED),
    ("changed after it was signed", tampered(role="viewer"), {}, Refusal.FORGED),
    ("with a signature that is none", tampered(signature="z0"), {}, Refusal.FORGED),
    ("by another issuer", replace(SAID, issuer="SDTE").signed(KEY), {}, Refusal.OTHER_ISSUER),
    ("for another", replace(SAID, audience="SDTE").signed(KEY), {}, Refusal.OTHER_AUDIENCE),
    ("for another sign-in", SAID.signed(KEY), {"nonce": "m" * 43}, Refusal.OTHER_SIGN_IN),
    (
        "that would hold an hour",
        replace(SAID, expires_at=AT + timedelta(hours=1)).signed(KEY),
        {},
        Refusal.MALFORMED,
    ),
    ("with a field more", tampered(name="某人"), {}, Refusal.MALFORMED),
    ("of another format", tampered(format="hutong-sign-in/2"), {}, Refusal.MALFORMED),
    ("with a role nobody knows", tampered(role="king"), {}, Refusal.MALFORMED),
    ("that is no object", "yes", {}, Refusal.MALFORMED),
    ("of yesterday", SAID.signed(KEY), {"real_now": AT + timedelta(days=1)}, Refusal.STALE),
    ("of tomorrow", SAID.signed(KEY), {"real_now": AT - timedelta(days=1)}, Refusal.STALE),
    (
        "just over, clocks allowed for",
        SAID.signed(KEY),
        {"real_now": AT + timedelta(seconds=360)},
        Refusal.STALE,
    ),
]


@pytest.mark.parametrize(("_what", "document", "asked", "why"), WRONG, ids=[w[0] for w in WRONG])
def test_an_assertion_is_refused(_what, document, asked, why):
    with pytest.raises(Refused) as refused:
        checked(document, **asked)
    assert refused.value.reason is why


def test_clocks_may_differ():
    assert checked(SAID.signed(KEY), real_now=AT - timedelta(seconds=299)) == SAID
    assert checked(SAID.signed(KEY), real_now=AT + timedelta(seconds=359)) == SAID
