"""
Whether certificates are what the journal says, their files what was signed, their numbers gapless.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db.models import Max

from hutong.certificates.content import content_digest
from hutong.certificates.models import Certificate, Counter, Proposal, Reissue, Template
from hutong.certificates.reissues import REACHED
from hutong.certificates.rules import (
    Issued,
    Reissued,
    Rendered,
    Resumed,
    Revoked,
    Status,
    Suspended,
    TemplateAdopted,
)
from hutong.documents import queries as documents
from hutong.documents.storage import Missing
from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused


def audit() -> Iterator[Discrepancy]:
    """Each certificate against the journal, each file against its digest, numbers without gaps."""
    issued = {e.facts["certificate"]: e.facts for e in journal.of_kinds([Issued.kind])}
    made = {
        e.facts["certificate"]: e.facts for e in journal.of_kinds([Rendered.kind, Reissued.kind])
    }
    revoked = {e.facts["certificate"] for e in journal.of_kinds([Revoked.kind])}
    suspended = {
        e.facts["certificate"]: e.facts.get("suspended_on")
        for e in journal.of_kinds([Suspended.kind, Resumed.kind])
    }
    for row in Certificate.objects.order_by("id").iterator(chunk_size=200):
        id = str(row.id)
        facts = issued.pop(id, None)
        if facts is None:
            yield Discrepancy(_place(row), "an entry of its issue", "none")
            continue
        yield from _audit_content(row, facts)
        yield from _audit_status(row, id in made, id in revoked, suspended.get(id))
        if id in made:
            yield from _audit_files(row, made[id])
    for facts in issued.values():
        yield Discrepancy(f"certificates.certificate {facts['number']}", "a row", "none")
    yield from _audit_numbers()
    yield from _audit_superseded()
    yield from _audit_templates()
    yield from _audit_proposals()
    yield from _audit_reissues()


def _audit_superseded() -> Iterator[Discrepancy]:
    """A certificate is superseded by the next of its thread."""
    later: dict[str, str] = {}
    rows = Certificate.objects.exclude(thread="").order_by("-thread_sequence", "id")
    for row in rows.iterator(chunk_size=500):
        expected = later.get(row.thread, "")
        if row.superseded_by != expected:
            yield Discrepancy(f"{_place(row)} superseded_by", expected or "none", row.superseded_by)
        later[row.thread] = row.number


def _audit_templates() -> Iterator[Discrepancy]:
    """Adopted words are those the journal published."""
    told = {e.facts["template"]: e.content for e in journal.of_kinds([TemplateAdopted.kind])}
    for row in Template.objects.filter(status="adopted").order_by("kind", "version"):
        place = f"certificates.template {row.kind} {row.version}"
        published = told.get(str(row.id))
        if published is None:
            yield Discrepancy(place, "an entry of its adoption", "none")
        elif canonical(published["wording"]) != canonical(row.wording):
            yield Discrepancy(f"{place} wording", "as it was adopted", "other words")


def _audit_proposals() -> Iterator[Discrepancy]:
    """What was decided to be issued was issued."""
    for row in Proposal.objects.filter(status="issued").order_by("id").iterator():
        found = Certificate.objects.filter(
            kind=row.kind, source=f"certificate_proposal:{row.id}", number=row.certificate
        )
        if not found.exists():
            place = f"certificates.proposal {row.id}"
            yield Discrepancy(place, f"certificate {row.certificate}", "none")


def _audit_content(row: Certificate, facts: dict[str, Any]) -> Iterator[Discrepancy]:
    try:
        found = content_digest(row.content)
    except (ValueError, TypeError) as error:
        found = f"no content ({error})"
    if found != facts["content_digest"]:
        yield Discrepancy(f"{_place(row)} content", facts["content_digest"], found)
    columns = {
        "number": row.number,
        "certificate_kind": row.kind,
        "source": row.source,
        "issued_on": row.issued_on.isoformat(),
        "content_digest": row.content_digest,
    }
    for name, value in columns.items():
        if facts[name] != value:
            yield Discrepancy(f"{_place(row)} {name}", str(facts[name]), str(value))


def _audit_status(
    row: Certificate, rendered: bool, revoked: bool, suspended: str | None
) -> Iterator[Discrepancy]:
    expected = Status.REVOKED if revoked else Status.RENDERED if rendered else Status.ISSUED
    if row.status != expected.value:
        yield Discrepancy(f"{_place(row)} status", expected.value, row.status)
    stored = row.suspended_on.isoformat() if row.suspended_on else None
    if stored != suspended:
        yield Discrepancy(f"{_place(row)} suspended_on", suspended or "none", stored or "none")


def _audit_files(row: Certificate, facts: dict[str, Any]) -> Iterator[Discrepancy]:
    if row.template_version != facts["template_version"]:
        expected_version = str(facts["template_version"])
        yield Discrepancy(
            f"{_place(row)} template_version", expected_version, str(row.template_version)
        )
    for name, document in (("pdf", row.pdf), ("credential", row.credential)):
        place = f"{_place(row)} {name}"
        expected = facts[f"{name}_digest"]
        if getattr(row, f"{name}_digest") != expected:
            yield Discrepancy(f"{place}_digest", expected, getattr(row, f"{name}_digest"))
        try:
            data = documents.read_bytes(document) if document else b""
            found = "sha256:" + hashlib.sha256(data).hexdigest()
        except (Refused, Missing) as error:
            found = f"no file ({error})"
        if found != expected:
            yield Discrepancy(f"{place} file", expected, found)


def _audit_numbers() -> Iterator[Discrepancy]:
    counted = {(c.kind, c.year): c.last for c in Counter.objects.all()}
    groups = Certificate.objects.values("kind", "year").annotate(last=Max("sequence"))
    for group in groups.order_by("kind", "year"):
        key = (group["kind"], group["year"])
        place = f"certificates.counter {key[0]} {key[1]}"
        given = set(
            Certificate.objects.filter(kind=key[0], year=key[1]).values_list("sequence", flat=True)
        )
        last = counted.pop(key, 0)
        if group["last"] != last:
            yield Discrepancy(place, str(group["last"]), str(last))
        for gap in sorted(set(range(1, group["last"] + 1)) - given)[:10]:
            yield Discrepancy(place, f"a certificate with sequence {gap}", "none")
    for (kind, year), last in counted.items():
        if last:
            yield Discrepancy(f"certificates.counter {kind} {year}", "0", str(last))


def _audit_reissues() -> Iterator[Discrepancy]:
    told: dict[str, tuple[str, int]] = {}
    for entry in journal.of_kinds(list(REACHED)):
        before = told.get(entry.facts["reissue"], ("", 0))
        made = entry.facts.get("made", before[1])
        told[entry.facts["reissue"]] = (REACHED[entry.kind].value, made)
    for row in Reissue.objects.order_by("id"):
        expected, found = told.pop(str(row.id), ("none", 0)), (row.status, row.made)
        if expected != found:
            yield Discrepancy(f"certificates.reissue {row.id}", str(expected), str(found))
    for id in told:
        yield Discrepancy(f"certificates.reissue {id}", "a row", "none")


def _place(row: Certificate) -> str:
    return f"certificates.certificate {row.number}"
