"""
What an officer answers before an application may go into public notice: one list per kind (RR-7).

Pure data. Every question is answered with yes or no; one no is a rejection, or an item left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hutong.kit.refusal import N_, Refused
from hutong.rights.refusals import Refusal


class ApplicationKind(StrEnum):
    """What is applied for with examination and public notice (RR-7)."""

    FIRST_REGISTRATION = "first_registration"
    EMPOWERMENT = "empowerment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    code: str
    question: str  # English msgid
    rule: str


CHECKLISTS: Final[dict[ApplicationKind, tuple[Check, ...]]] = {
    ApplicationKind.FIRST_REGISTRATION: (
        Check(
            code="identity",
            question=N_("Applicant and holders are who they say they are."),
            rule="PA-3",
        ),
        Check(
            code="ownership",
            question=N_("The evidence carries the shares claimed, from the inventors on."),
            rule="RR-1",
        ),
        Check(
            code="validity",
            question=N_("Numbers and legal status agree with the office's records."),
            rule="TE-2",
        ),
        Check(
            code="uniqueness",
            question=N_("The same right is registered nowhere else in the network."),
            rule="TE-3",
        ),
        Check(
            code="restrictions",
            question=N_(
                "Pledges, freezes, licences and funding duties known elsewhere are stated."
            ),
            rule="RR-6",
        ),
    ),
    ApplicationKind.EMPOWERMENT: (
        Check(
            code="holding",
            question=N_("The institution holds what it gives, and nothing stands against it."),
            rule="RR-3",
        ),
        Check(
            code="contributors",
            question=N_("Those empowered made the technology or contributed to it importantly."),
            rule="RR-9",
        ),
        Check(
            code="publicity",
            question=N_("The internal publicity ran its days, and what was objected was answered."),
            rule="RR-9",
        ),
        Check(
            code="decision",
            question=N_("The collective decision was taken by the body entitled to take it."),
            rule="RR-9",
        ),
        Check(
            code="price",
            question=N_("The basis of the price is stated and proven."),
            rule="RR-9",
        ),
        Check(
            code="income",
            question=N_("The income plan keeps the floor and names all important contributors."),
            rule="RR-9",
        ),
    ),
}


def require_all_yes(kind: ApplicationKind, checks: Mapping[str, bool]) -> None:
    """Refuse acceptance before every question of the kind's list is answered with yes."""
    known = {check.code for check in CHECKLISTS[kind]}
    for code in sorted(checks):
        if code not in known:
            raise Refused(Refusal.CHECK_UNKNOWN, check=code)
    for check in CHECKLISTS[kind]:
        if not checks.get(check.code, False):
            raise Refused(Refusal.CHECK_FAILED, check=check.code)


def all_yes(kind: ApplicationKind = ApplicationKind.FIRST_REGISTRATION) -> dict[str, bool]:
    return {check.code: True for check in CHECKLISTS[kind]}
