"""
Whether a file is genuine, and whether the certificate still stands (CE-2).
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max

from hutong.certificates import bounded, credential, pem, status_list, verification
from hutong.certificates.models import Certificate
from hutong.certificates.queries.register import written
from hutong.certificates.rules import Purpose
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries as transparency
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.cosigning.rules import PeerKind, PeerStatus
from hutong.transparency.note import VerifierKey


def verify(data: bytes, *, now: datetime) -> verification.Report:
    """Verify a file against this venue's keys, and say how it stands as of `now` (venue time).

    Runs in a process of its own with little memory and time. Nothing is kept.
    """
    report = bounded.verify(
        data,
        transparency.public_keys(),
        authorities=pem.certificates_in(settings.TIMESTAMP_AUTHORITIES),
        witnesses=witnesses(),
    )
    return verification.with_standing(report, standing(report.number, now=now))


def witnesses() -> list[VerifierKey]:
    """The keys of the witnesses this venue's officers have accepted (LO-3)."""
    return [
        VerifierKey.parse(key)
        for peer in cosigning.peers()
        if peer.kind is PeerKind.WITNESS and peer.status is PeerStatus.ACCEPTED
        for key in peer.keys
    ]


def standing(number: str, *, now: datetime) -> verification.Standing | None:
    """How the register of this venue has a certificate; None when it has none of this number."""
    row = Certificate.objects.filter(number=written(number)).first() if number else None
    if row is None:
        return None
    return verification.Standing(
        as_of=local_date(now).isoformat(),
        revoked_on=row.revoked_on.isoformat() if row.revoked_on else "",
        suspended_on=row.suspended_on.isoformat() if row.suspended_on else "",
        superseded_by=row.superseded_by,
    )


def signed_status_list(purpose: Purpose, number: int, *, real_now: datetime) -> dict[str, Any]:
    """One status list, signed now: who is revoked or suspended among its 131,072 certificates."""
    last = Certificate.objects.aggregate(last=Max("status_index"))["last"] or 0
    if number > last // status_list.BITS:
        raise Refused(CommonRefusal.NOT_FOUND, what="status list")
    first = number * status_list.BITS
    rows = Certificate.objects.filter(
        status_index__gte=first, status_index__lt=first + status_list.BITS
    )
    if purpose is Purpose.REVOCATION:
        rows = rows.filter(status="revoked")
    else:
        rows = rows.filter(suspended_on__isnull=False)
    places = [index - first for index in rows.values_list("status_index", flat=True)]
    keyring = transparency.keyring()
    unsigned = status_list.build(keyring.venue.issuer, purpose, number, places, as_of=real_now)
    return credential.sign(
        unsigned,
        signer=keyring.credential_signer,
        issuer=keyring.venue.issuer,
        created=real_now,
    )
