"""
How an application looks, whom it names, whose agreement it needs, and what it costs.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.rights import rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.empowerment import File, must_consent
from hutong.rights.models import (
    Application,
    Fee,
    holdings_of,
)
from hutong.rights.queries.empowerments import file_of
from hutong.rights.shares import WHOLE, Holdings
from hutong.rulebook import queries as rulebook


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """A technology of an application. `holder` holds it alone, in a joint application; what is set
    aside is the officers' working note."""

    technology: UUID
    excepted_because: str
    holder: UUID | None = None
    set_aside_because: str = ""


@dataclass(frozen=True, kw_only=True)
class FeeView:
    """`refund_fen`: what went back on rejection; `rejection_refund_bp`: the rulebook's part of it."""

    payer: UUID
    amount_fen: int
    currency: str
    status: str  # due, paid, cancelled
    due_since: datetime
    refund_fen: int
    rejection_refund_bp: int


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """`holdings` of every technology once registered; None where each is held by its own seller."""

    id: UUID
    kind: ApplicationKind
    number: str
    status: rules.Status
    bundle: UUID | None
    applicant: UUID
    holdings: Holdings | None
    empowerment: File | None
    items: tuple[ItemView, ...]
    evidence: tuple[UUID, ...]
    consents_missing: frozenset[UUID]
    consents_given: frozenset[UUID]
    fee: FeeView | None
    drafted_at: datetime
    submitted_at: datetime | None
    checks: Mapping[str, bool]
    findings: str
    notice_opened_at: datetime | None
    ends_at: datetime | None
    stopped_at: datetime | None
    open_objections: int
    ended_at: datetime | None
    ended_because: str

    @property
    def technologies(self) -> tuple[UUID, ...]:
        return tuple(item.technology for item in self.items)

    @property
    def sellers(self) -> dict[UUID, int]:
        """In a joint application: each seller, and how many technologies it brings."""
        return dict(Counter(i.holder for i in self.items if i.holder and not i.excepted_because))

    @property
    def parties(self) -> frozenset[UUID]:
        """Everybody the application names."""
        held = self.holdings.parties() if self.holdings else frozenset()
        people = self.empowerment.people() if self.empowerment else frozenset()
        return frozenset({self.applicant, *self.sellers}) | held | people


def view(row: Application) -> ApplicationView:
    return ApplicationView(
        id=row.id,
        kind=ApplicationKind(row.kind),
        number=row.number,
        status=rules.Status(row.status),
        bundle=row.bundle,
        applicant=row.applicant,
        holdings=claimed_by(row),
        empowerment=file_of(row),
        items=tuple(
            ItemView(
                technology=item.technology,
                excepted_because=item.excepted_because,
                holder=item.holder,
                set_aside_because=item.set_aside_because,
            )
            for item in sorted(row.items.all(), key=lambda item: item.position)
        ),
        evidence=tuple(e.document for e in sorted(row.evidence.all(), key=lambda e: e.id)),
        consents_missing=consents_missing(row),
        consents_given=frozenset(c.party for c in row.consents.all()),
        fee=_fee_view(fee_of(row)),
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        checks=dict(row.checks),
        findings=row.findings,
        notice_opened_at=row.notice_opened_at,
        ends_at=row.ends_at,
        stopped_at=row.stopped_at,
        open_objections=sum(o.status == "open" for o in row.objections.all()),
        ended_at=row.ended_at,
        ended_because=row.ended_because,
    )


def claimed_by(row: Application) -> Holdings | None:
    """Who will hold every technology of the application; None where each has its own seller."""
    claims = row.claims.all()
    return holdings_of(claims) if claims else None


def holdings_by_technology(row: Application) -> dict[UUID, Holdings]:
    """Who will hold what of each technology that is still in the application."""
    shared = claimed_by(row)
    return {
        item.technology: shared or Holdings.of([(item.holder, WHOLE)])
        for item in row.items.all()
        if not item.excepted_because
    }


def named_in(row: Application) -> frozenset[UUID]:
    """Parties that will hold something by this application, and its applicant."""
    shared = claimed_by(row)
    held = shared.parties() if shared else frozenset()
    return held | {i.holder for i in row.items.all() if i.holder} | {row.applicant}


def consents_needed(row: Application) -> frozenset[UUID]:
    """Whose agreement it needs: other sellers of the bundle; of an empowerment the co-owners and
    whoever is empowered. For ordinary applications the evidence holds the holders' agreement."""
    if row.kind == ApplicationKind.EMPOWERMENT:
        file = file_of(row)
        return must_consent(
            applicant=row.applicant, holders=named_in(row), grant=file.grant if file else None
        )
    return named_in(row) - {row.applicant} if row.bundle else frozenset()


def consents_missing(row: Application) -> frozenset[UUID]:
    return consents_needed(row) - {consent.party for consent in row.consents.all()}


def fee_of(row: Application) -> Fee | None:
    return getattr(row, "fee", None)


def _fee_view(fee: Fee | None) -> FeeView | None:
    if fee is None:
        return None
    return FeeView(
        payer=fee.payer,
        amount_fen=fee.amount_fen,
        currency=fee.currency,
        status=fee.status,
        due_since=fee.due_since,
        refund_fen=fee.refund_fen,
        rejection_refund_bp=_refund_bp(fee.application),
    )


def _refund_bp(row: Application) -> int:
    assert row.rulebook_version is not None, "a fee falls due on submission"
    return rulebook.version(row.rulebook_version).rights.rejection_refund_bp
