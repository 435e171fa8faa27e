"""
What is filed for the register, for whom it concerns: its sides, the registrar, the supervisor.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.kit.actor import Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.acts import FirstRegistration, Redistribution
from hutong.rights.acts_written import act_from
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.models import Agreement, Filing
from hutong.rights.queries.disposals import DisposalView
from hutong.rights.queries.disposals import view as disposal_view
from hutong.rights.shares import ALL_POWERS

ROLES = ("licensor", "licensee", "pledgor", "pledgee", "holder", "by", "giver", "taker")


@dataclass(frozen=True, kw_only=True)
class AgreementView:
    party: UUID
    agreed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FilingView:
    """A filing. `act` is the entry kind it asks for, `facts` its terms as they will be entered;
    `bound` are the rights it keeps for itself, with the office's step where one is due."""

    id: UUID
    number: str
    kind: FilingKind
    status: FilingStatus
    act: str
    facts: dict[str, Any]
    applicant: UUID | None
    technologies: tuple[UUID, ...]
    agreements: tuple[AgreementView, ...]
    evidence: tuple[UUID, ...]
    corrects: UUID | None
    reason: str  # why an entry is to be corrected
    filed_at: datetime
    examined_at: datetime | None
    findings: str
    ended_at: datetime | None
    ended_because: str
    entries: tuple[UUID, ...]
    bound: tuple[DisposalView, ...]

    @property
    def parties(self) -> frozenset[UUID]:
        sides = {agreement.party for agreement in self.agreements}
        return frozenset(sides | ({self.applicant} if self.applicant else set()))

    @property
    def shares(self) -> list[tuple[str, list[tuple[UUID, Fraction]]]]:
        """The shares it leads to, by power, where its terms say some."""
        if "holdings" not in self.facts:
            return []
        held = act_from(self.act, self.facts, None)
        assert isinstance(held, FirstRegistration | Redistribution), "nothing else has holdings"
        return [(power.value, sorted(held.holdings[power].items())) for power in ALL_POWERS]

    @property
    def named(self) -> frozenset[UUID]:
        """Everybody its page speaks of."""
        held = {party for _power, shares in self.shares for party, _share in shares}
        return self.parties | {party for _role, party in self.sides} | held

    @property
    def sides(self) -> tuple[tuple[str, UUID], ...]:
        """Who the terms name: (role, party)."""
        return tuple((role, UUID(self.facts[role])) for role in ROLES if self.facts.get(role))


def filing(id: UUID, actor: Actor | None = None) -> FilingView:
    """One filing; with `actor`, as far as that actor may see it."""
    row = _rows().filter(id=id).first()
    if row is None or (actor is not None and not _seen(actor).filter(id=id).exists()):
        raise Refused(CommonRefusal.NOT_FOUND, what="filing")
    return view(row)


def filings(
    actor: Actor,
    *,
    status: FilingStatus | None = None,
    kind: FilingKind | None = None,
    technology: UUID | None = None,
    to_agree: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of filings, newest first: officers all, a party those it is a side of. `to_agree`:
    those that wait for the actor's party."""
    rows = _seen(actor)
    if status is not None:
        rows = rows.filter(status=status.value)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if technology is not None:
        rows = rows.filter(technologies__contains=[technology])
    if to_agree is not None:
        waits = Exists(_agreements(actor).filter(agreed_at=None)) & Q(status="agreeing")
        rows = rows.filter(waits if to_agree else ~waits)
    return paged(rows, cursor, limit, out=view)


def may_read_filed(actor: Actor, document: UUID) -> bool:
    """Whether a document lies in a filing of which the actor's party is a side."""
    if actor.party is None:
        return False
    return _seen(actor).filter(evidence__contains=[document]).exists()


def sees_all_filings(actor: Actor) -> bool:
    powers = ("rights.examine", "supervise.read")
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in powers)
    )


def view(row: Filing) -> FilingView:
    return FilingView(
        id=row.id,
        number=row.number,
        kind=FilingKind(row.kind),
        status=FilingStatus(row.status),
        act=row.terms["kind"],
        facts=row.terms["facts"],
        applicant=row.applicant,
        technologies=tuple(row.technologies),
        agreements=tuple(
            AgreementView(party=a.party, agreed_at=a.agreed_at)
            for a in sorted(row.agreements.all(), key=lambda a: a.id)
        ),
        evidence=tuple(row.evidence),
        corrects=row.corrects,
        reason=row.terms.get("reason", ""),
        filed_at=row.filed_at,
        examined_at=row.examined_at,
        findings=row.findings,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        entries=tuple(row.entries),
        bound=tuple(
            disposal_view(d)
            for d in sorted(row.disposals.all(), key=lambda d: d.technology)
            if d.status != "cancelled"
        ),
    )


def _rows() -> QuerySet[Filing]:
    return beside(Filing.objects.all(), "agreements", "disposals")


def _agreements(actor: Actor) -> QuerySet[Agreement]:
    return Agreement.objects.filter(filing=OuterRef("pk"), party=actor.acting_party())


def _seen(actor: Actor) -> QuerySet[Filing]:
    rows = _rows()
    if sees_all_filings(actor):
        return rows
    return rows.filter(Q(applicant=actor.acting_party()) | Exists(_agreements(actor)))
