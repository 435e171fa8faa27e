"""
Where we stand with each other venue: owed, guaranteed, and within which limit (SE-5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Status
from hutong.rulebook import queries as rulebook
from hutong.venues import queries as venues


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOfVenue:
    """`owed_fen`: what we owe it, below zero what it owes us; `guaranteed_fen`: what it stands for
    beside that; `limit_fen`: the most that it may owe and guarantee here."""

    venue: str
    currency: str
    owed_fen: int
    guaranteed_fen: int
    limit_fen: int

    @property
    def claim_fen(self) -> int:
        """What it owes us."""
        return max(-self.owed_fen, 0)

    @property
    def free_fen(self) -> int:
        """What of the limit is left."""
        return self.limit_fen - self.claim_fen - self.guaranteed_fen


def accounts(now: datetime, currency: str = CNY) -> list[AccountOfVenue]:
    """One for each other venue of the network, by code."""
    return list(_accounts(now, currency))


def _accounts(now: datetime, currency: str) -> Iterator[AccountOfVenue]:
    limits = rulebook.in_force(now).rules.network
    members = sorted(venues.others(), key=lambda member: member.code)
    owners = [subject("venue", member.code) for member in members]
    known = ledger.accounts(owners, (Kind.CLEARING, Kind.GUARANTEE), currency)
    for member, owner in zip(members, owners, strict=True):
        clearing = known.get((owner, Kind.CLEARING))
        guarantee = known.get((owner, Kind.GUARANTEE))
        yield AccountOfVenue(
            venue=member.code,
            currency=currency,
            owed_fen=clearing.posted_fen if clearing else 0,
            guaranteed_fen=-guarantee.posted_fen if guarantee else 0,
            limit_fen=limits.limit_fen(member.code),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement between another venue and us; `owed_fen`: what we owe by it, or are owed."""

    id: int
    venue: str
    number: int
    currency: str
    digest: str
    lines: tuple[tuple[str, int], ...]
    owed_fen: int
    status: Status
    differences: tuple[tuple[str, int | None, int | None], ...]
    struck_at: datetime
    changed_at: datetime
    bank_reference: str
    entered_by: UUID | None

    @property
    def is_ours_to_pay(self) -> bool:
        return self.owed_fen > 0

    @property
    def claim_fen(self) -> int:
        """What we are owed by it."""
        return max(-self.owed_fen, 0)


def statements(venue: str | None = None) -> QuerySet[ClearingStatement]:
    """For paging; each becomes a `StatementView` by `view`."""
    rows = ClearingStatement.objects.all()
    return rows.filter(venue=venue) if venue else rows


def to_do() -> list[StatementView]:
    """Statements that wait for an officer: disputed, to be paid, to be looked for at the bank."""
    rows = ClearingStatement.objects.filter(
        status__in=[Status.DISPUTED.value, Status.AGREED.value, Status.PAID.value]
    ).order_by("struck_at", "id")
    found = [view(row) for row in rows]
    return [
        one
        for one in found
        if one.status is Status.DISPUTED
        or (one.status is Status.AGREED and one.is_ours_to_pay)
        or (one.status is Status.PAID and not one.is_ours_to_pay)
    ]


def statement(id: int) -> StatementView:
    row = ClearingStatement.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    return view(row)


def open_fen(currency: str = CNY) -> dict[str, int]:
    """What we owe each venue that stands in no agreed statement yet; below zero what it owes us."""
    rows = Position.objects.filter(currency=currency, statement=None).order_by()
    return {r["venue"]: int(r["s"]) for r in rows.values("venue").annotate(s=Sum("owed_fen"))}


def view(row: ClearingStatement) -> StatementView:
    return StatementView(
        id=row.id,
        venue=row.venue,
        number=row.number,
        currency=row.currency,
        digest=row.digest,
        lines=tuple((key, amount) for key, amount in row.lines),
        owed_fen=row.owed_fen,
        status=Status(row.status),
        differences=tuple((key, theirs, ours) for key, theirs, ours in row.differences),
        struck_at=row.struck_at,
        changed_at=row.changed_at,
        bank_reference=row.bank_reference,
        entered_by=row.entered_by,
    )


def audit() -> Iterator[Discrepancy]:
    """Positions against the ledger: what we owe each venue is what was noted, less what was paid."""
    for venue, currency in sorted(set(Position.objects.values_list("venue", "currency"))):
        noted = Position.objects.filter(venue=venue, currency=currency)
        expected = int(noted.aggregate(s=Sum("owed_fen"))["s"] or 0)
        for row in ClearingStatement.objects.filter(venue=venue, currency=currency):
            ours, status = row.owed_fen > 0, Status(row.status)
            if status is Status.SETTLED or (ours and status is Status.PAID):
                expected -= row.owed_fen
        account = ledger.account(subject("venue", venue), Kind.CLEARING, currency)
        found = account.posted_fen if account else 0
        if found != expected:
            place = f"network.clearing {venue} {currency}"
            yield Discrepancy(place, str(expected), str(found))
