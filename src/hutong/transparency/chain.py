"""
The venue's small X.509 chain for signing documents: venue authority → signing certificate.

The authority signs nothing but signing certificates; PDF readers and the verify command trust it
by its certificate in the venue's key file. Times are real time, whatever clock the venue plays.
"""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hutong.transparency.venue_keys import Venue

AUTHORITY_YEARS: Final = 30
SIGNING_YEARS: Final = 10
_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_YEAR: Final = timedelta(days=365)
_SLACK: Final = timedelta(hours=1)  # clocks of readers differ
_NAME_LIMIT: Final = 64  # X.520 upper bound of a common or organisation name


def make_authority(
    venue: Venue, key: ec.EllipticCurvePrivateKey, made_at: datetime
) -> x509.Certificate:
    """Make the authority's own certificate."""
    name = _name(venue, "Certificate Authority")
    return (
        _builder(name, name, key.public_key())
        .not_valid_before(made_at - _SLACK)
        .not_valid_after(made_at + AUTHORITY_YEARS * _YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def issue(
    venue: Venue,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    signing_key: ec.EllipticCurvePublicKey,
    made_at: datetime,
) -> x509.Certificate:
    """Make a signing certificate under the authority."""
    return (
        _builder(_name(venue, "Certificates"), authority.subject, signing_key)
        .not_valid_before(made_at - _SLACK)
        .not_valid_after(made_at + SIGNING_YEARS * _YEAR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(signing_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
    )


def _name(venue: Venue, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, venue.name_zh[:_NAME_LIMIT]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{venue.code} {role}"[:_NAME_LIMIT]),
        ]
    )


def _usage(**used: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: used.get(name, False) for name in names})
