"""Keys: made once, opened by passphrase, useless without it, and never mixed up."""

import json
import stat
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from hutong.transparency import multikey
from hutong.transparency.keys import (
    Keyring,
    KeysUnusable,
    open_or_create,
    passphrase_path,
)
from hutong.transparency.note import VerifierKey
from hutong.transparency.venue_keys import KeyFileInvalid, Venue, VenueKeys

VENUE = Venue(
    code="SHTE-DEMO",
    name_zh="上海技术交易所（演示）",
    name_en="Shanghai Technology Exchange (demonstration)",
    origin="shte-demo.example",
)
MADE = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "keys"


def test_an_unattended_start_makes_passphrase_and_keys_and_says_so(directory):
    opened = open_or_create(directory, venue=VENUE, made_at=MADE, environ={})
    assert opened.made == (
        directory.parent / "passphrase",
        directory / "keyring.json",
        directory / "public.json",
    )
    for name in ("keyring.json", "log-signed"):
        assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(passphrase_path(directory).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700

    again = open_or_create(directory, venue=VENUE, made_at=MADE, environ={})
    assert again.made == ()
    assert again.keyring.token_key == opened.keyring.token_key
    assert again.keyring.public() == opened.keyring.public()


def test_the_passphrase_comes_from_the_environment_or_the_file_it_names(directory, tmp_path):
    file = tmp_path / "secret"
    file.write_text("correct horse\n")
    made = open_or_create(
        directory, venue=VENUE, made_at=MADE, environ={"HUTONG_PASSPHRASE": "correct horse"}
    )
    assert passphrase_path(directory) not in made.made
    opened = open_or_create(
        directory, venue=VENUE, made_at=MADE, environ={"HUTONG_PASSPHRASE_FILE": str(file)}
    )
    assert opened.keyring.public() == made.keyring.public()


def test_a_wrong_passphrase_opens_nothing(directory):
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    with pytest.raises(KeysUnusable, match="does not open"):
        Keyring(directory, "wrong")


def test_keys_without_their_passphrase_are_not_made_anew(directory):
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    with pytest.raises(KeysUnusable, match="no passphrase"):
        open_or_create(directory, venue=VENUE, made_at=MADE, environ={})
    with pytest.raises(KeysUnusable, match="exists already"):
        Keyring.create(directory, "right", venue=VENUE, made_at=MADE)


def test_a_named_passphrase_file_that_is_missing_or_empty_is_an_error(directory, tmp_path):
    environ = {"HUTONG_PASSPHRASE_FILE": str(tmp_path / "absent")}
    with pytest.raises(KeysUnusable, match="absent"):
        open_or_create(directory, venue=VENUE, made_at=MADE, environ=environ)
    (tmp_path / "absent").write_text("\n")
    with pytest.raises(KeysUnusable, match="empty"):
        open_or_create(directory, venue=VENUE, made_at=MADE, environ=environ)


def test_a_sealed_key_cannot_stand_in_for_another(directory):
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    path = directory / "keyring.json"
    data = json.loads(path.read_text())
    log, message = data["keys"][:2]
    log["sealed"], message["sealed"] = message["sealed"], log["sealed"]
    path.write_text(json.dumps(data))
    with pytest.raises(KeysUnusable, match="was changed"):
        Keyring(directory, "right")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "hutong-keyring/1"}', "\x00" * 9])
def test_a_damaged_keyring_says_so(directory, text):
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    (directory / "keyring.json").write_text(text)
    with pytest.raises(KeysUnusable, match="keyring"):
        Keyring(directory, "right")


def test_no_private_key_is_readable_in_the_file(directory):
    keyring = Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    text = (directory / "keyring.json").read_text()
    assert keyring.token_key.hex() not in text
    assert "PRIVATE" not in text


def test_opening_takes_one_key_derivation(directory):
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    started = time.perf_counter()
    Keyring(directory, "right")
    assert time.perf_counter() - started < 1


def test_each_key_signs_what_its_public_half_verifies(directory):
    keyring = Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    public = VenueKeys.parse((directory / "public.json").read_bytes())
    assert public == keyring.public()
    assert public.venue == VENUE
    assert public.log[0].name == "shte-demo.example/log"
    assert public.log[0].accepts(keyring.log_signer.sign(b"m"), b"m")
    assert not public.log[0].accepts(keyring.message_signer.sign(b"m"), b"m")
    assert VerifierKey("c", public.credential[0]).accepts(
        keyring.credential_signer.sign(b"m"), b"m"
    )
    signer = keyring.certificate_signer
    signer.certificate.public_key().verify(signer.sign(b"m"), b"m", ec.ECDSA(hashes.SHA256()))
    signer.certificate.verify_directly_issued_by(keyring.authority)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other/1"},
        {"venue": None},
        {"venue": {"code": "X"}},
        {"log": []},
        {"log": ["nonsense"]},
        {"credential": ["z6Mk"]},
        {"message": "z6Mk"},
        {"certificate_authorities": ["-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"]},
    ],
)
def test_a_damaged_key_file_says_what_is_wrong(directory, change):
    keyring = Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    data = json.loads(keyring.public().file()) | change
    with pytest.raises(KeyFileInvalid):
        VenueKeys.parse(json.dumps(data).encode())


def test_nonsense_is_no_key_file():
    for raw in (b"", b"[]", b"\xff", b"[" * 100_000, b" " * 1_000_001):
        with pytest.raises(KeyFileInvalid):
            VenueKeys.parse(raw)


@given(st.binary(max_size=80))
def test_base58_returns_what_went_in(data):
    assert multikey.decode(multikey.encode(data)) == data


@pytest.mark.parametrize("text", ["", "x", "z0", "zO", "mabc", "z" + "1" * 1000])
def test_what_is_not_base58_is_refused(text):
    with pytest.raises(multikey.MultibaseInvalid):
        multikey.decode(text)
