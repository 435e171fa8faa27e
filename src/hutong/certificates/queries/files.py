"""
The files of a certificate, and who may open them.

The public register shows number, kind, date, what it is about and whether it stands. The files
name parties, prices and shares: they are open to the parties named, to officers, and to whoever
has the check code printed on the certificate (the QR carries it). The code is derived from a salt
the public log does not give away.
"""

from typing import Any

from hutong.certificates.content import check_code, read_code
from hutong.certificates.queries.register import CertificateView, certificate, row_of, view
from hutong.certificates.rules import Refusal
from hutong.documents import queries as documents
from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused


def may_open(actor: Actor, certificate: CertificateView, code: str = "") -> bool:
    """Whether `actor`, or whoever has `code`, may read the files of a certificate."""
    if is_office(actor):
        return True
    if actor.party in certificate.parties and actor.has(READ):
        return True
    return bool(code) and read_code(code) == check_code(row_of(certificate.number).content)


def is_office(actor: Actor) -> bool:
    """The venue itself, or one of its officers with a second factor."""
    return actor.is_system or (
        actor.second_factor and any(not power.startswith("member.") for power in actor.powers)
    )


def content(actor: Actor, number: str, code: str = "") -> dict[str, Any]:
    """The whole content. Refused as not found for who may not open it."""
    row = row_of(number)
    if not may_open(actor, view(row), code):
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return dict(row.content)


def file(actor: Actor, number: str, form: str, code: str = "") -> tuple[str, bytes]:
    """The bytes of a certificate's file: form `pdf` or `json`. Returns media type and bytes.

    Refused as not found for who may not open it; NOT_READY until it is rendered.
    """
    found = certificate(number)
    if not may_open(actor, found, code):
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    document = found.pdf if form == "pdf" else found.credential
    if document is None:
        raise Refused(Refusal.NOT_READY, number=number)
    return documents.document(document).media_type, documents.read_bytes(document)


def printed_code(number: str) -> str:
    """The check code printed on a certificate; for those who may open it."""
    return check_code(row_of(number).content)
