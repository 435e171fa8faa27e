"""Signatures between venues: what was signed, by whom, when, and in answer to what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.network.messages import evidence, rules, signing
from hutong.network.messages.rules import Refusal
from hutong.network.messages.signing import Reply, Request, SignatureInvalid
from hutong.network.messages.tests.test_rules import MESSAGE
from hutong.transparency.signers import Ed25519Signer

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def new_signer():
    return Ed25519Signer(Ed25519PrivateKey.generate())


SENDER, RECEIVER, STRANGER = new_signer(), new_signer(), new_signer()
KEYS = {"SZTE": [SENDER.public_key], "SHTE": [RECEIVER.public_key]}


def keys(venue):
    return KEYS.get(venue, [])


def signed():
    return signing.sign_request(MESSAGE, SENDER, NOW)


def checked(request, *, sender="SZTE", now=NOW, keys=keys):
    return signing.verify_request(request, sender=sender, keys=keys, now=now)


def refused_with(reason, request, **given):
    with pytest.raises(Refused) as caught:
        checked(request, **given)
    assert caught.value.reason is reason


def test_a_signed_message_is_known_by_its_venue():
    assert checked(signed()).venue == "SZTE"
    assert checked(signed()).created == NOW


def test_any_key_of_the_venue_will_do():
    assert checked(signed(), keys=lambda venue: [STRANGER.public_key, SENDER.public_key])


def test_a_strangers_signature_does_not_hold():
    refused_with(Refusal.UNSIGNED, signing.sign_request(MESSAGE, STRANGER, NOW))


def test_a_key_that_was_given_up_does_not_hold():
    refused_with(Refusal.UNSIGNED, signed(), keys=lambda venue: [STRANGER.public_key])


def test_one_venue_cannot_sign_for_another():
    refused_with(Refusal.UNSIGNED, signed(), sender="SHTE")


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
def test_a_signature_of_another_time_is_stale(seconds):
    refused_with(Refusal.STALE, signed(), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 0, 299])
def test_clocks_may_differ_by_minutes(seconds):
    assert checked(signed(), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hutong-to", "GZTE"),
        ("hutong-from", "GZTE"),
        ("hutong-message-id", "01890000-0000-7000-8000-000000000009"),
        ("content-type", "text/plain"),
        ("content-digest", "sha-256=:" + "A" * 43 + "=:"),
    ],
)
def test_no_header_that_is_covered_can_be_changed(name, value):
    request = signed()
    request.headers[name] = value
    refused_with(Refusal.UNSIGNED, request)


@pytest.mark.parametrize("name", sorted(signed().headers))
def test_no_header_that_is_covered_can_be_left_out(name):
    request = signed()
    del request.headers[name]
    refused_with(Refusal.UNSIGNED, request)


def test_the_body_and_the_path_cannot_be_changed():
    refused_with(Refusal.UNSIGNED, replace(signed(), body=MESSAGE.raw.replace(b"3", b"4")))
    refused_with(Refusal.UNSIGNED, replace(signed(), path="/network/held"))
    refused_with(Refusal.UNSIGNED, replace(signed(), method="PUT"))


def test_a_signature_that_covers_less_does_not_hold():
    covers = tuple(c for c in signing.REQUEST_COVERS if c != "hutong-to")
    request = signed()
    del request.headers["content-digest"]
    request = signing.sign_post(request, "SZTE", SENDER, NOW, signing.REQUEST_TAG, covers)
    refused_with(Refusal.UNSIGNED, request)


def test_a_signature_for_another_purpose_does_not_hold():
    request = signed()
    request = signing.sign_post(request, "SZTE", SENDER, NOW, "hutong-held/1")
    refused_with(Refusal.UNSIGNED, request)


@pytest.mark.parametrize("name", ["signature", "signature-input"])
@settings(max_examples=60)
@given(value=st.text(st.characters(codec="latin-1"), max_size=200))
def test_hostile_signature_headers_are_refused_and_nothing_else(name, value):
    request = signed()
    request.headers[name] = value
    refused_with(Refusal.UNSIGNED, request)


@settings(max_examples=60)
@given(position=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_no_byte_of_the_signature_input_can_be_changed(position, flip):
    request = signed()
    value = bytearray(request.headers["signature-input"].encode())
    value[position % len(value)] ^= flip
    request.headers["signature-input"] = value.decode("latin-1")
    if request.headers["signature-input"].startswith("hutong="):
        refused_with(Refusal.UNSIGNED, request)


# -- replies -----------------------------------------------------------------------------------------------


def replied(request, status=200, body=b'{"answer":{}}', signer=RECEIVER):
    return signing.sign_reply(request, status, body, venue="SHTE", signer=signer, now=NOW)


def test_a_reply_is_known_by_its_venue():
    assert signing.verify_reply(replied(signed()), venue="SHTE", keys=keys).venue == "SHTE"


def test_a_reply_to_another_request_does_not_hold():
    first, second = signed(), signed()
    reply = replace(replied(first), request=second)
    with pytest.raises(SignatureInvalid):
        signing.verify_reply(reply, venue="SHTE", keys=keys)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda reply: replace(reply, status_code=422),
        lambda reply: replace(reply, body=b'{"answer":{"granted":true}}'),
        lambda reply: replace(reply, headers={}),
        lambda reply: replied(reply.request, signer=STRANGER),
        lambda reply: signing.sign_reply(
            Request({}, b""), 200, reply.body, venue="SHTE", signer=RECEIVER, now=NOW
        ),
    ],
)
def test_a_spoilt_reply_does_not_hold(spoil):
    reply = spoil(replied(signed()))
    with pytest.raises(SignatureInvalid):
        signing.verify_reply(reply, venue="SHTE", keys=keys)


def test_a_reply_to_what_was_not_signed_stands_by_itself():
    reply = replied(Request({}, b""), 401)
    assert signing.verify_post  # the door answers strangers too
    assert '"@status"' in reply.headers["signature-input"]


# -- evidence ------------------------------------------------------------------------------------------------


def test_what_is_kept_of_a_request_proves_it_later():
    first, headers, body = evidence.read(signed().kept)
    assert first == f"POST {rules.PATH}"
    assert checked(Request(headers, body)).venue == "SZTE"


def test_what_is_kept_of_a_reply_proves_it_with_the_request():
    request = signed()
    first, headers, body = evidence.read(replied(request).kept)
    _, asked, said = evidence.read(request.kept)
    again = Reply(int(first), body, Request(asked, said), headers)
    assert signing.verify_reply(again, venue="SHTE", keys=keys)
