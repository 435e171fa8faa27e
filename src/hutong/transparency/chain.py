"""
The venue's small X.509 chain for signing documents: venue authority → signing certificate.

The authority signs nothing but signing certificates and the list of those it revoked (RFC 5280),
which stands at an address of its own for as long as its certificates are read; PDF readers and the
verify command trust it by its certificate in the venue's key file. Times are real time, whatever
clock the venue plays.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from asn1crypto import crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hutong.transparency.note import Signer
from hutong.transparency.venue_keys import Venue

AUTHORITY_YEARS: Final = 30
SIGNING_YEARS: Final = 10
LIST_DAYS: Final = 8  # how long a revocation list holds; a fresh one is to be had every hour
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
        .add_extension(_revocations_at(venue, authority), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def key_id(authority: x509.Certificate) -> str:
    """How an authority's key is named in addresses: its subject key identifier, hexadecimal."""
    found = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return found.value.digest.hex()


def revocation_list(
    authority: x509.Certificate,
    signer: Signer,
    revoked: Iterable[tuple[x509.Certificate, datetime]],
    made_at: datetime,
) -> bytes:
    """Make the authority's list (DER) of its certificates that are revoked, each since a moment.

    Certificates of other authorities are passed over. A later list has a higher number.
    """
    issuer = _asn1(authority)
    ours = sorted(
        (certificate.serial_number, since)
        for certificate, since in revoked
        if certificate.issuer == authority.subject and _issued_by(certificate, authority)
    )
    told = {
        "version": "v2",
        "signature": {"algorithm": "sha256_ecdsa"},
        "issuer": issuer.subject,
        "this_update": _time(made_at),
        "next_update": _time(made_at + timedelta(days=LIST_DAYS)),
        "crl_extensions": [
            {
                "extn_id": "authority_key_identifier",
                "extn_value": {"key_identifier": issuer.key_identifier},
            },
            {"extn_id": "crl_number", "extn_value": int(made_at.timestamp())},
        ],
    }
    if ours:
        told["revoked_certificates"] = [
            {
                "user_certificate": serial,
                "revocation_date": _time(min(since, made_at)),
                "crl_entry_extensions": [
                    {"extn_id": "crl_reason", "extn_value": "key_compromise"},
                    {"extn_id": "invalidity_date", "extn_value": since.replace(microsecond=0)},
                ],
            }
            for serial, since in ours
        ]
    body = crl.TbsCertList(told)
    signed = crl.CertificateList(
        {
            "tbs_cert_list": body,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signer.sign(body.dump()),
        }
    )
    return bytes(signed.dump())


def _revocations_at(venue: Venue, authority: x509.Certificate) -> x509.CRLDistributionPoints:
    address = x509.UniformResourceIdentifier(f"{venue.issuer}/log/crl/{key_id(authority)}.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])


def _issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _time(moment: datetime) -> asn1_x509.Time:
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return asn1_x509.Time({"utc_time" if whole.year < 2050 else "general_time": whole})


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
