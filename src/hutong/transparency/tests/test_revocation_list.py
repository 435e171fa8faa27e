"""The certificate authority's own list of what it revoked (RFC 5280), as other people read it."""

import subprocess
from datetime import UTC, datetime, timedelta
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from hutong.transparency import chain, rotation
from hutong.transparency.keys import Keyring, Purpose

PASSPHRASE = "tests only"
REASON = x509.oid.CRLEntryExtensionOID.CRL_REASON


def authority(keyring):
    return keyring.in_use(Purpose.AUTHORITY).certificate


def current(keyring, at=None):
    lists = keyring.revocation_lists(at or datetime.now(UTC))
    return x509.load_der_x509_crl(lists[chain.key_id(authority(keyring))])


def compromise(keyring, since):
    """Replace the signing key and declare the former compromised; the keyring, its certificate."""
    directory, former = keyring.directory, keyring.in_use(Purpose.CERTIFICATE)
    made = rotation.prepare(directory, PASSPHRASE, Purpose.CERTIFICATE, made_at=since)
    rotation.put_in_use(directory, PASSPHRASE, made.text, at=since, former_until=since)
    rotation.mark_compromised(directory, PASSPHRASE, former.text, since=since)
    return Keyring(directory, PASSPHRASE), former.certificate


def test_the_list_is_the_authoritys_and_empty_while_nothing_happened(keyring):
    found, issuer = current(keyring), authority(keyring)
    assert found.is_signature_valid(issuer.public_key())
    assert found.issuer == issuer.subject
    assert list(found) == []
    assert found.next_update_utc - found.last_update_utc == timedelta(days=chain.LIST_DAYS)


def test_a_compromised_signing_certificate_stands_on_it_since_that_moment(keyring):
    since = datetime.now(UTC) - timedelta(days=2)
    changed, former = compromise(keyring, since)
    found = current(changed)
    [entry] = list(found)
    assert entry.serial_number == former.serial_number
    assert abs(entry.revocation_date_utc - since) < timedelta(seconds=1)
    reason = entry.extensions.get_extension_for_oid(REASON)
    assert reason.value.reason is x509.ReasonFlags.key_compromise
    held = changed.in_use(Purpose.CERTIFICATE).certificate
    assert found.get_revoked_certificate_by_serial_number(held.serial_number) is None


def test_a_later_list_has_a_higher_number(keyring):
    now = datetime.now(UTC)
    numbers = [
        current(keyring, now + timedelta(hours=hours))
        .extensions.get_extension_for_oid(ExtensionOID.CRL_NUMBER)
        .value.crl_number
        for hours in (0, 1, 25)
    ]
    assert numbers == sorted(set(numbers))


def test_each_authority_has_its_list_and_a_compromised_one_has_none(keyring):
    now = datetime.now(UTC)
    first = authority(keyring)
    made = rotation.prepare(keyring.directory, PASSPHRASE, Purpose.AUTHORITY, made_at=now)
    rotation.put_in_use(keyring.directory, PASSPHRASE, made.text, at=now, former_until=now)
    both = Keyring(keyring.directory, PASSPHRASE)
    lists = both.revocation_lists(now)
    assert set(lists) == {chain.key_id(first), chain.key_id(authority(both))}
    for issuer in (first, authority(both)):
        found = x509.load_der_x509_crl(lists[chain.key_id(issuer)])
        assert found.is_signature_valid(issuer.public_key())
    former = both.of(Purpose.AUTHORITY)[1]
    rotation.mark_compromised(keyring.directory, PASSPHRASE, former.text, since=now)
    left = Keyring(keyring.directory, PASSPHRASE).revocation_lists(now)
    assert set(left) == {chain.key_id(authority(both))}


@pytest.mark.django_db
def test_the_signing_certificate_says_where_the_list_is_and_it_is_there(
    keyring, client, monkeypatch
):
    points = keyring.in_use(Purpose.CERTIFICATE).certificate.extensions.get_extension_for_class(
        x509.CRLDistributionPoints
    )
    [point] = points.value
    [address] = [name.value for name in point.full_name]
    origin = keyring.venue.issuer
    assert address.startswith(f"{origin}/log/crl/")
    monkeypatch.setenv("HUTONG_PASSPHRASE", PASSPHRASE)
    answer = client.get(address.removeprefix(origin))
    assert client.get("/log/crl/00.crl").status_code == 404
    assert answer["Content-Type"] == "application/pkix-crl"
    served = x509.load_der_x509_crl(answer.content)
    assert served.is_signature_valid(authority(keyring).public_key())


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")
def test_openssl_refuses_the_revoked_certificate_and_takes_the_other(keyring, tmp_path):
    changed, former = compromise(keyring, datetime.now(UTC) - timedelta(hours=2))
    files = {
        "authority": authority(changed).public_bytes(Encoding.PEM),
        "list": current(changed).public_bytes(Encoding.PEM),
        "former": former.public_bytes(Encoding.PEM),
        "held": changed.in_use(Purpose.CERTIFICATE).certificate.public_bytes(Encoding.PEM),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    def says(name):
        return subprocess.run(
            ["openssl", "verify", "-crl_check", "-CAfile", "authority", "-CRLfile", "list", name],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    assert says("held").returncode == 0, says("held").stderr
    assert "certificate revoked" in says("former").stderr
