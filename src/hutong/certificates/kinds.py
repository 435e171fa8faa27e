"""
The kinds of certificate a venue issues, and how they are numbered (CE-1).

    SHTE-DEMO - DJ - 2022 - 000001
    venue       kind year   without gaps within kind and year

Pure. A new kind is one more entry in `KINDS`, and its face one more in `layout`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    RIGHTS_REGISTRATION = "rights_registration"
    TRANSACTION = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """What is common to all certificates of a kind."""

    code: str  # in the number; pinyin initials
    title_zh: str
    title_en: str
    credential_type: str  # in the Verifiable Credential


KINDS: Final[dict[Kind, KindOf]] = {
    Kind.RIGHTS_REGISTRATION: KindOf(
        code="DJ",
        title_zh="技术权益登记证书",
        title_en="Certificate of Technology Rights Registration",
        credential_type="RightsRegistrationCertificate",
    ),
    Kind.TRANSACTION: KindOf(
        code="JY",
        title_zh="技术交易凭证",
        title_en="Certificate of Technology Transaction",
        credential_type="TransactionCertificate",
    ),
}

SEQUENCE_DIGITS: Final = 6


def number(venue_code: str, kind: Kind, issued_on: date, sequence: int) -> str:
    """Write a certificate's number. `sequence` counts from 1 within kind and year."""
    if sequence < 1:
        raise ValueError("numbers begin at 1")
    return f"{venue_code}-{KINDS[kind].code}-{issued_on.year}-{sequence:0{SEQUENCE_DIGITS}d}"
