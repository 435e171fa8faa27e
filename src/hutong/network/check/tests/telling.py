"""For tests: what a log on paper tells of every part of the protocol, an entry of each kind."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hutong.certificates.verification import countersigned
from hutong.kit.canonical import canonical, digest_of
from hutong.kit.ids import new_id
from hutong.kit.moments import iso
from hutong.venues.testing import PaperVenue

Entry = dict[str, Any]
AT = datetime(2026, 1, 5, tzinfo=UTC)
NUMBER = "SZTE-JY-2022-000001"


def digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class Telling:
    """`me` keeps the book, leads a project, gave and took custody, countersigned for `other`."""

    def __init__(self, me: PaperVenue, other: PaperVenue) -> None:
        self.me, self.other = me.code, other.code
        self.template = {
            "format": "hutong-procedures/1",
            "venue": me.code,
            "template": str(new_id()),
            "version": 1,
            "rulebook_version": 1,
            "name_zh": "挂牌程序",
            "name_en": "Listing",
            "note": "",
            "parts": {"listings": {"period_days": 20}},
        }
        blob = canonical({"salt": "0" * 32, "value": self.template})
        self.text = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        self.texts = {self.text: blob}
        self.statement = countersigned.state(
            venue=me.code,
            issuer=other.code,
            number=NUMBER,
            digest=digest("content"),
            at=AT,
            signer=me.credential,
        )

    def countersigned(self, entries: list[bytes]) -> Iterator[tuple[str, Any, int]]:
        """(certificate's number, statement, index of its entry)."""
        for index, entry in enumerate(entries):
            if b'"network.CertificateCountersigned"' in entry:
                yield NUMBER, self.statement, index

    def entries(self) -> Iterator[Entry]:
        claim, move, project = str(new_id()), str(new_id()), str(new_id())
        booked = {"term": 0, "claim": claim, "number": digest("CN1"), "venue": self.me}
        moved = {"move": move, "technology": str(new_id()), "peer": self.other}
        yield _entry("network.ClaimGranted", **booked, technology=str(new_id()))
        yield _entry("network.ClaimReleased", **booked)
        yield _entry("network.ClaimGranted", **booked, technology=str(new_id()))
        yield _entry(
            "network.CustodyEnded", **moved, entries=1, chapter=digest("chapter"), claim=claim
        )
        yield _entry(
            "network.DuplicateDecided",
            claim=claim,
            number=digest("CN1"),
            upheld=self.me,
            against=self.other,
            reasons=digest("reasons"),
        )
        parts = [[self.me, str(new_id()), "1/3"], [self.other, str(new_id()), "2/3"]]
        yield _entry(
            "network.ProjectComposed",
            project=project,
            lead_part=parts[0][1],
            technologies=2,
            parts=parts,
        )
        yield _entry(
            "network.ProcedurePublished",
            template=self.template["template"],
            template_version=1,
            rulebook_version=1,
            digest=digest_of(self.template),
            text=self.text,
        )
        yield _entry(
            "network.OrderSettled",
            order=str(new_id()),
            venue=self.other,
            certificates=[NUMBER],
        )
        yield _entry(
            "network.CertificateCountersigned",
            number=NUMBER,
            venue=self.other,
            content_digest=digest("content"),
            digest=digest_of(self.statement),
        )
        yield _entry(
            "network.StatementAgreed",
            venue=self.other,
            currency="CNY",
            number=1,
            digest=digest("statement"),
        )


def _entry(kind: str, **facts: Any) -> Entry:
    return {
        "format": "hutong/2",
        "kind": kind,
        "version": 1,
        "at": iso(AT),
        "subject": "thing:1",
        "facts": facts,
        "private": {},
        "by": digest("by"),
    }
