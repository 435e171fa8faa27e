"""Keys in a PKCS#11 token, with SoftHSM; skips, visibly, where the package or the library is absent."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from hutong.transparency import note, rotation
from hutong.transparency.keys import Keyring, KeysUnusable, Purpose
from hutong.transparency.signers import Algorithm, verifies
from hutong.transparency.tests.conftest import MADE, VENUE

pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
LIBRARY = next((path for path in LIBRARIES if Path(path).exists()), None)
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="softhsm2 is not installed")


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A fresh token with a log key and a certificate key in it."""
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    monkeypatch.setenv("HUTONG_PKCS11_PIN", "1234")
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "hutong",
            "--pin",
            "1234",
            "--so-pin",
            "5678",
        ],
        check=True,
        capture_output=True,
    )
    from pkcs11.util.ec import encode_named_curve_parameters as curve

    kinds = [
        ("log-1", pkcs11.KeyType.EC_EDWARDS, "1.3.101.112"),
        ("certificate-1", pkcs11.KeyType.EC, "secp256r1"),
    ]
    with (
        pkcs11.lib(LIBRARY).get_token(token_label="hutong").open(rw=True, user_pin="1234") as open_
    ):
        for label, kind, name in kinds:
            parameters = open_.create_domain_parameters(
                kind, {pkcs11.Attribute.EC_PARAMS: curve(name)}, local=True
            )
            how = (
                {"mechanism": pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN} if label == "log-1" else {}
            )
            parameters.generate_keypair(store=True, label=label, **how)


def test_a_venue_signs_with_keys_that_never_leave_their_token(token, tmp_path):
    directory = tmp_path / "keys"
    Keyring.create(directory, "right", venue=VENUE, made_at=MADE)
    later = MADE + timedelta(days=1)
    for purpose, label in ((Purpose.LOG, "log-1"), (Purpose.CERTIFICATE, "certificate-1")):
        address = f"pkcs11:token=hutong;object={label}?module-path={LIBRARY}"
        new = rotation.prepare(directory, "right", purpose, made_at=later, address=address)
        rotation.put_in_use(directory, "right", new.text, at=later, former_until=later)
    keyring = Keyring(directory, "right")
    text = keyring.checkpoint_signer.sign(1, b"r" * 32, lambda *_: [])
    assert note.open_checkpoint(text, keyring.public().log[0]).size == 1
    signature = keyring.certificate_signer.sign(b"document")
    spki = keyring.certificate_signer.key.public_key
    assert verifies(spki, Algorithm.P256, signature, b"document")
    for address, why in [
        (f"pkcs11:token=hutong;object=none?module-path={LIBRARY}", "none"),
        (f"pkcs11:token=none;object=log-1?module-path={LIBRARY}", "none"),
        ("pkcs11:token=hutong;object=log-1?module-path=/nowhere.so", "not a PKCS#11 library"),
    ]:
        with pytest.raises(KeysUnusable, match=why):
            rotation.prepare(directory, "right", Purpose.LOG, made_at=later, address=address)
