"""
Who countersigned a certificate; and whether a file is genuine, whichever member's it is (CE-2).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from hutong.certificates import bounded, verification
from hutong.certificates import queries as certificates
from hutong.certificates.queries import CertificateView
from hutong.certificates.report import Outcome, Report, Step, StepName
from hutong.certificates.verification.countersigned import with_countersignatures
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest_of
from hutong.kit.refusal import N_
from hutong.network.countersigning.models import Countersignature, CountersignatureRefused
from hutong.network.countersigning.rules import CertificateCountersigned, CountersignatureTaken
from hutong.network.mirrors import queries as mirrors
from hutong.network.recognition.credentials import keys_of
from hutong.venues import queries as venues
from hutong.venues.lists import Member

OPERATE: Final = "network.operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersignatureView:
    """Who stands for a certificate beside its issuer; `url` of the venue, "" when it is unknown."""

    number: str
    issuer: str
    venue: str
    name_zh: str
    name_en: str
    url: str
    log_index: int
    at: datetime
    file: dict[str, Any]


def of_certificate(number: str) -> list[CountersignatureView]:
    """The countersignatures of a certificate, ours or another venue's, oldest first."""
    return of_certificates([number])


def of_certificates(numbers: Collection[str]) -> list[CountersignatureView]:
    """The same of several certificates."""
    rows = Countersignature.objects.filter(number__in=numbers, file__isnull=False)
    found = list(rows.order_by("id")) if numbers else []
    members = {one.code: one for one in venues.every_venue()} if found else {}
    return [_view(row, members.get(row.venue)) for row in found]


def _view(row: Countersignature, member: Member | None) -> CountersignatureView:
    return CountersignatureView(
        number=row.number,
        issuer=row.issuer,
        venue=row.venue,
        name_zh=member.name_zh if member else row.venue,
        name_en=member.name_en if member else row.venue,
        url=member.url if member else "",
        log_index=row.log_index,
        at=row.at,
        file=row.file,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedView:
    """What the other venue of a deal refused; `given`: to keep our countersignature, else to give its
    own. `why`: {"code", …facts}. Asked again, it waits for the answer."""

    number: str
    venue: str
    order: UUID
    given: bool
    why: dict[str, Any]
    refused_at: datetime
    again_at: datetime | None


def refused(actor: Actor, *, most: int = 200) -> list[RefusedView]:
    """Countersignatures that were refused, those to ask again first. Needs `network.operate`."""
    actor.need(OPERATE)
    rows = CountersignatureRefused.objects.order_by(F("again_at").desc(nulls_first=True), "-id")
    return [
        RefusedView(**{name: getattr(row, name) for name in RefusedView.__slots__})
        for row in rows[:most]
    ]


def latest(actor: Actor, *, most: int = 100) -> list[CountersignatureView]:
    """Countersignatures, ours and others', latest first. Needs `network.operate`."""
    actor.need(OPERATE)
    rows = Countersignature.objects.filter(file__isnull=False).order_by("-id")[:most]
    members = {one.code: one for one in venues.every_venue()}
    return [_view(row, members.get(row.venue)) for row in rows]


def verify(data: bytes, *, now: datetime) -> Report:
    """Verify a certificate of this venue, or of a member by its keys in the list in force; with who
    countersigned it. Nothing is kept."""
    report = certificates.verify(data, now=now)
    if member := _issued_elsewhere(report):
        report = _of_member(data, member)
    told = [one.file for one in of_certificate(report.number)] if report.content else []
    known = [keys_of(one) for one in venues.every_venue()] if told else []
    return with_countersignatures(report, told, known)


def _issued_elsewhere(report: Report) -> Member | None:
    """The member that a certificate names as its issuer, when that is not this venue."""
    for step in report.failures():
        if step.name is StepName.ISSUER and "named" in step.facts:
            log = f"{step.facts['named']}/log"
            others = (one for one in venues.every_venue() if one.code != venues.my_code())
            return next((one for one in others if one.log_origin == log), None)
    return None


def _of_member(data: bytes, member: Member) -> Report:
    """Verified by a member's keys, standing as our copy of its log has it."""
    report = bounded.verify(data, keys_of(member), witnesses=certificates.witnesses())
    mirror = mirrors.mirror(member.code)
    if report.content is None or mirror is None:
        return report
    facts = {"venue": member.code}
    if mirrors.void_certificates(member.code, [report.number]):
        text = N_("Revoked, suspended or superseded, as the log of {venue} is known here.")
        told = Step(StepName.REVOCATION, Outcome.FAILED, text, facts)
    elif mirrors.certificate(member.code, report.number) is None:
        return report
    else:
        text = N_("Not revoked, as the log of {venue} is known here.")
        told = Step(StepName.REVOCATION, Outcome.OK, text, facts)
    steps = [told if step.name is StepName.REVOCATION else step for step in report.steps]
    return verification.Report(
        form=report.form, steps=tuple(steps), number=report.number, content=report.content
    )


def audit() -> Iterator[Discrepancy]:
    """Countersignatures that the journal does not tell of, and those told of that are not kept."""
    us = venues.my_code()
    told = {
        (entry.facts["number"], us if mine else entry.facts["venue"]): entry.facts["digest"]
        for mine, kind in ((True, CertificateCountersigned), (False, CountersignatureTaken))
        for entry in journal.of_kinds((kind.kind,))
    }
    for row in Countersignature.objects.order_by("id"):
        place = f"network.countersignature {row.number} {row.venue}"
        expected, found = told.pop((row.number, row.venue), "none"), digest_of(row.statement)
        if expected != found:
            yield Discrepancy(place, expected, found)
    for number, venue in told:
        yield Discrepancy(f"network.countersignature {number} {venue}", "a row", "none")


__all__ = [
    "CertificateView",
    "CountersignatureView",
    "RefusedView",
    "audit",
    "latest",
    "of_certificate",
    "of_certificates",
    "refused",
    "verify",
]
