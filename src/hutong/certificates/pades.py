"""
Signing a PDF so that any reader can check it: PAdES B-B with the venue's certificate chain.

    B-B     the venue's signature; the time is the venue's word
    B-T     with the timestamp of an RFC 3161 authority, where one is configured
    B-LT    and, where its certificate is configured too, all that validation needs, inside

The signature certifies the document: nothing may be added afterwards, and what B-LT adds lies in the
signed revision itself. Reading back never fetches anything and never decompresses without a bound.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from asn1crypto import algos, cms, crl, pem
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hutong.kit.canonical import digest
from hutong.kit.refusal import N_
from hutong.transparency.signers import CertificateSigner

FIELD: Final = "VenueSignature"
ATTACHMENT: Final = "certificate.json"  # the credential; the page template attaches it
_DER_SIGNATURE_BYTES: Final = 72  # the longest an ECDSA P-256 signature gets
_SIGNED_BYTES: Final = 768  # attributes, signature and all else of a signature but the chain
MAX_ATTACHMENT_BYTES: Final = 4_000_000


class TimestampUnavailable(Exception):
    """The configured timestamp authority gave no timestamp. The message says why."""


class PdfInvalid(ValueError):
    """The file is not a PDF this reads, or lacks what a certificate has. The message says what."""


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """Where timestamps come from.

    `roots` (PEM) are the certificates its chain leads to, `lists` (DER) their revocation lists.
    """

    url: str
    roots: tuple[str, ...] = ()
    lists: tuple[bytes, ...] = ()
    seconds: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampFacts:
    """What the timestamp on the signature says."""

    at: datetime
    authority: str
    intact: bool
    trusted: bool  # its chain leads to an authority the reader named


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What the PDF's signature says."""

    intact: bool  # digest and signature fit the bytes
    untouched: bool  # the signature covers the whole file
    trusted: bool  # the chain leads to a trusted authority
    signer: str
    certificate: str  # SHA-256 of the signing certificate, as the key file's history names it
    signed_at: datetime | None
    timestamp: TimestampFacts | None = None


class _Hand(signers.Signer):
    """Lets pyHanko sign with whatever holds the venue's key."""

    def __init__(self, hand: CertificateSigner) -> None:
        self._hand = hand
        certificate, authority = (_asn1(c) for c in (hand.certificate, hand.authority))
        registry = SimpleCertificateStore()
        registry.register(authority)  # pyHanko adds the signer's own
        super().__init__(
            signing_cert=certificate,
            cert_registry=registry,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        return bytes(_DER_SIGNATURE_BYTES) if dry_run else self._hand.sign(data)

    async def signed_attrs(self, *what: Any, **more: Any) -> cms.CMSAttributes:
        """As pyHanko's, in one piece: it would write and copy them part by part, again and again."""
        return cms.CMSAttributes.load((await super().signed_attrs(*what, **more)).dump())


def sign(
    pdf: bytes,
    *,
    hand: CertificateSigner,
    reason: str,
    location: str,
    timestamps: TimestampAuthority | TimeStamper | None = None,
    revocation_lists: Sequence[bytes] = (),
) -> bytes:
    """Certify a PDF, no changes allowed afterwards: B-B, or B-T and B-LT with `timestamps`.

    `revocation_lists` (DER) of the venue's authorities go into a B-LT. Raises TimestampUnavailable
    when the timestamp authority does not answer.
    """
    stamper, roots = _stamper(timestamps)
    long_term = bool(stamper and roots)
    lists = [*revocation_lists, *getattr(timestamps, "lists", ())]
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=long_term,
        validation_context=ValidationContext(
            trust_roots=[_asn1(hand.authority), *map(_from_pem, roots)],
            crls=[crl.CertificateList.load(der) for der in lists],
            allow_fetching=False,
        )
        if long_term
        else None,
        dss_settings=DSSContentSettings(
            include_vri=False,
            placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE,
        ),
    )
    signer = signers.PdfSigner(metadata, signer=_Hand(hand), timestamper=stamper)
    try:
        out: BytesIO = signer.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)),
            bytes_reserved=None if stamper else _hex_digits(hand),
        )
    except (TimestampRequestError, OSError) as error:
        raise TimestampUnavailable(f"the timestamp authority does not answer: {error}") from error
    return out.getvalue()


def _hex_digits(hand: CertificateSigner) -> int:
    """Room for a signature without timestamp; pyHanko would sign twice to find out."""
    certificate, authority = _asn1(hand.certificate), _asn1(hand.authority)
    named = len(certificate.issuer.dump())
    return 2 * (len(certificate.dump()) + len(authority.dump()) + named + _SIGNED_BYTES)


def _stamper(
    given: TimestampAuthority | TimeStamper | None,
) -> tuple[TimeStamper | None, tuple[str, ...]]:
    if isinstance(given, TimestampAuthority):
        return _at(given.url, given.seconds), given.roots
    return given, ()


@lru_cache(maxsize=4)
def _at(url: str, seconds: int) -> TimeStamper:
    """Kept, because it asks once how large a timestamp gets."""
    return HTTPTimeStamper(url, timeout=seconds)


def open_pdf(pdf: bytes) -> PdfFileReader:
    """Read a PDF's structure. Raises PdfInvalid."""
    try:
        reader = PdfFileReader(BytesIO(pdf))
        if reader.encrypted:
            raise PdfInvalid(N_("the PDF is encrypted"))
        reader.root  # noqa: B018  reading the catalogue proves that there is one
    except PdfInvalid:
        raise
    except Exception as error:  # pyHanko raises of all kinds on broken files
        raise PdfInvalid(N_("the PDF is damaged")) from error
    return reader


def attachment(reader: PdfFileReader, name: str) -> bytes:
    """Return the one attached file called `name`. Raises PdfInvalid."""
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
        found = [names[i + 1] for i in range(0, len(names), 2) if str(names[i]) == name]
    except Exception as error:  # a hostile name tree fails in many ways
        raise PdfInvalid(N_("the PDF has no attached files")) from error
    if len(found) != 1:
        raise PdfInvalid(N_("the PDF does not have one credential attached"))
    try:
        return _decoded(found[0]["/EF"]["/F"])
    except PdfInvalid:
        raise
    except Exception as error:
        raise PdfInvalid(N_("the attached credential cannot be read")) from error


def check_signature(
    reader: PdfFileReader, authorities: Sequence[str], timestamp_authorities: Sequence[str] = ()
) -> SignatureFacts:
    """Check the PDF's only signature against trusted authorities (PEM). Raises PdfInvalid.

    The chain is checked at the signing time the signature claims; a timestamp against those who
    are trusted to give the time.
    """
    try:
        signatures = reader.embedded_signatures
    except Exception as error:
        raise PdfInvalid(N_("its signature cannot be read")) from error
    if len(signatures) != 1:
        raise PdfInvalid(N_("the PDF does not have exactly one signature"))
    embedded = signatures[0]
    try:
        roots = [_from_pem(text) for text in authorities]
        context = ValidationContext(
            trust_roots=roots,
            allow_fetching=False,
            moment=embedded.self_reported_timestamp,
        )
        time_roots = [_from_pem(text) for text in timestamp_authorities]
        status = validate_pdf_signature(
            embedded,
            context,
            ts_validation_context=ValidationContext(
                trust_roots=time_roots,
                allow_fetching=False,
                moment=embedded.self_reported_timestamp,
            ),
        )
        spotless = _is_spotless(reader, embedded, roots if status.trusted else None)
    except Exception as error:
        raise PdfInvalid(N_("its signature cannot be read")) from error
    intact = bool(status.intact and status.valid)
    return SignatureFacts(
        intact=intact and spotless,
        untouched=status.coverage is SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok),
        # pyHanko follows no chain of a broken signature; whose it claims to be is still worth saying
        trusted=bool(status.trusted) if intact else _issued(status.signing_cert, authorities),
        signer=_name(status.signing_cert),
        certificate=digest(status.signing_cert.dump()),
        signed_at=embedded.self_reported_timestamp,
        timestamp=_timestamp(status.timestamp_validity),
    )


def _timestamp(found: Any) -> TimestampFacts | None:
    if found is None:
        return None
    return TimestampFacts(
        at=found.timestamp,
        authority=_name(found.signing_cert),
        intact=bool(found.intact and found.valid),
        trusted=bool(found.trusted),
    )


def _issued(certificate: asn1_x509.Certificate, authorities: Sequence[str]) -> bool:
    """Whether one of the authorities issued the certificate itself."""
    issued = load_der_x509_certificate(certificate.dump())
    for authority in authorities:
        try:
            issued.verify_directly_issued_by(load_pem_x509_certificate(authority.encode()))
        except (InvalidSignature, ValueError, TypeError):
            continue
        return True
    return False


def _name(certificate: asn1_x509.Certificate) -> str:
    """`Organisation, common name`."""
    parts = certificate.subject.native
    named = [parts.get("organization_name"), parts.get("common_name")]
    return ", ".join(str(name) for name in named if name) or "-"


def _is_spotless(
    reader: PdfFileReader,
    embedded: EmbeddedPdfSignature,
    roots: Sequence[asn1_x509.Certificate] | None,
) -> bool:
    """Whether the signature's own place in the file is as we write it.

    The signature covers all but itself, and formats let that place be written in many ways; we
    write it in one: capital hexadecimal, zeros after it, no unsigned attributes but a timestamp, and
    beside the signer's certificate nothing but a trusted authority's (`roots`; None when it is not
    trusted anyway).
    """
    start, length, end, _ = (int(number) for number in embedded.byte_range)
    reader.stream.seek(start + length)
    place = reader.stream.read(end - start - length)
    signed = cms.ContentInfo.load(bytes.fromhex(place[1:-1].decode("ascii"))).dump()
    written = signed.hex().upper().encode()
    if place != b"<" + written + b"0" * (len(place) - 2 - len(written)) + b">":
        return False
    data = embedded.signed_data
    beside = {c.chosen.dump() for c in data["certificates"]} - {embedded.signer_cert.dump()}
    if roots is not None and not beside <= {root.dump() for root in roots}:
        return False
    beyond = data["signer_infos"][0]["unsigned_attrs"]
    return all(one["type"].native == "signature_time_stamp_token" for one in beyond or ())


def _decoded(stream: generic.StreamObject) -> bytes:
    """Decompress an attachment, bounded; only the one filter we write is known."""
    raw = stream.encoded_data
    filters = stream.get("/Filter")
    if filters is None:
        data = raw
    elif str(_only(filters)) == "/FlateDecode" and "/DecodeParms" not in stream:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(raw, MAX_ATTACHMENT_BYTES + 1)
        if not unpacker.eof and len(data) <= MAX_ATTACHMENT_BYTES:
            raise PdfInvalid(N_("an attached file is cut off"))
    else:
        raise PdfInvalid(N_("an attached file is packed in an unknown way"))
    if len(data) > MAX_ATTACHMENT_BYTES:
        raise PdfInvalid(N_("the attached credential is too large"))
    return data


def _only(filters: Any) -> Any:
    if isinstance(filters, generic.ArrayObject):
        if len(filters) != 1:
            raise PdfInvalid(N_("an attached file is packed more than once"))
        return filters[0]
    return filters


def _asn1(certificate: Any) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _from_pem(text: str) -> asn1_x509.Certificate:
    _, _, der = pem.unarmor(text.encode())
    return asn1_x509.Certificate.load(der)
