"""
Where we stand with each other venue: owed, guaranteed, and within which limit (SE-5).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, Sum

from hutong.doors.reading import once
from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.network.clearing import rules
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Statement, Status, What
from hutong.rulebook import queries as rulebook
from hutong.venues import queries as venues


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOfVenue:
    """`owed_fen`: what we owe it, below zero what it owes us; `open_fen`: what of that stands in no
    agreed statement yet; `guaranteed_fen`: what it stands for beside that; `limit_fen`: the most
    that it may owe and guarantee here."""

    venue: str
    currency: str
    owed_fen: int
    open_fen: int
    guaranteed_fen: int
    limit_fen: int

    @property
    def claim_fen(self) -> int:
        """What it owes us."""
        return max(-self.owed_fen, 0)

    @property
    def open_claim_fen(self) -> int:
        return max(-self.open_fen, 0)

    @property
    def free_fen(self) -> int:
        """What of the limit is left."""
        return self.limit_fen - self.claim_fen - self.guaranteed_fen

    @property
    def is_open(self) -> bool:
        return self.open_fen != 0


def accounts(now: datetime) -> list[AccountOfVenue]:
    """One for each other venue of the network, by code, in yuan; one more for each other currency
    in which anything was owed or guaranteed, or may be."""
    return list(_accounts(now))


def _accounts(now: datetime) -> Iterator[AccountOfVenue]:
    limits = rulebook.in_force(now).rules.network
    members = sorted(venues.others(), key=lambda member: member.code)
    owners = {subject("venue", member.code): member.code for member in members}
    found = ledger.accounts_in_all_currencies(owners, (Kind.CLEARING, Kind.GUARANTEE))
    known = {(owners[one.owner], one.currency, one.kind): one.posted_fen for one in found}
    still_open = open_fen()
    used = {(code, currency) for code, currency, _ in (*known, *((*at, None) for at in still_open))}
    agreed = {CNY, *(one.currency for one in limits.currency_exposures)}
    used |= {(member.code, currency) for member in members for currency in agreed}
    used |= {(one.venue, one.currency) for one in limits.exposures if one.venue in owners.values()}
    for code, currency in sorted(used, key=lambda at: (at[0], at[1] != CNY, at[1])):
        yield AccountOfVenue(
            venue=code,
            currency=currency,
            owed_fen=known.get((code, currency, Kind.CLEARING), 0),
            open_fen=still_open.get((code, currency), 0),
            guaranteed_fen=-known.get((code, currency, Kind.GUARANTEE), 0),
            limit_fen=limits.limit_fen(code, currency),
        )


def open_fen() -> dict[tuple[str, str], int]:
    """What we owe each venue, by currency, that stands in no agreed statement yet; below zero what
    it owes us."""
    rows = Position.objects.filter(statement=None).order_by().values("venue", "currency")
    return {
        (row["venue"], row["currency"]): int(row["owed"])
        for row in rows.annotate(owed=Sum("owed_fen"))
    }


def currencies_to_strike(venue: str) -> list[str]:
    """In which something is open between a venue and us, but what is set aside."""
    rows = Position.objects.filter(venue=venue, statement=None, aside_since=None).order_by()
    return sorted(set(rows.values_list("currency", flat=True)))


# -- lines --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One position as an officer reads it; `id` None: we have none such. `owed_fen`: what we owe by
    it, below zero what we are owed; `theirs_fen` likewise, where the other counts it otherwise."""

    id: int | None
    key: str
    order: UUID | None
    what: What | None
    currency: str
    owed_fen: int | None
    theirs_fen: int | None = None
    differs: bool = False
    noted_at: datetime | None = None
    aside_since: datetime | None = None
    aside_by: UUID | None = None
    aside_why: str = ""

    @property
    def claim_fen(self) -> int:
        return max(-(self.owed_fen or 0), 0)

    @property
    def theirs_claim_fen(self) -> int:
        return max(-(self.theirs_fen or 0), 0)


def set_aside() -> list[tuple[str, LineView]]:
    """(venue, line) of what officers left out of statements, longest first."""
    rows = Position.objects.filter(statement=None, aside_since__isnull=False)
    return [(row.venue, _line(row)) for row in rows.order_by("aside_since", "id")]


def lines_of(one: "StatementView") -> list[LineView]:
    """The lines of a statement beside our positions, those that differ first."""
    us = venues.my_code()
    first = rules.between(us, one.venue)[0]
    sign = -1 if us == first else 1  # from what the second owes the first to what we owe
    keys = [key for key, _ in one.lines]
    ours = {row.key: row for row in Position.objects.filter(venue=one.venue, key__in=keys)}
    proposed = dict(one.lines)
    differing = {key: (was, other) for key, was, other in one.differences if key in proposed}
    found = []
    for key, amount in one.lines:
        row = ours.get(key)
        line = _line(row) if row else _line_without(key, one.currency)
        if key in differing:
            was, other = differing[key]
            theirs = other if us == first else was
            line = _replaced(line, None if theirs is None else sign * theirs)
        elif row is None:
            line = _replaced(line, sign * amount)
        found.append(line)
    return sorted(found, key=lambda line: (not line.differs, line.key))


def _line(row: Position) -> LineView:
    order, what = rules.read_key(row.key) or (None, None)
    return LineView(
        id=row.id,
        key=row.key,
        order=order,
        what=what,
        currency=row.currency,
        owed_fen=row.owed_fen,
        noted_at=row.noted_at,
        aside_since=row.aside_since,
        aside_by=row.aside_by,
        aside_why=row.aside_why,
    )


def _line_without(key: str, currency: str) -> LineView:
    order, what = rules.read_key(key) or (None, None)
    return LineView(id=None, key=key, order=order, what=what, currency=currency, owed_fen=None)


def _replaced(line: LineView, theirs_fen: int | None) -> LineView:
    return replace(line, theirs_fen=theirs_fen, differs=line.owed_fen != theirs_fen)


# -- statements ---------------------------------------------------------------------------------------


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
    tries: int
    differences: tuple[tuple[str, int | None, int | None], ...]
    struck_at: datetime
    changed_at: datetime
    bank_reference: str
    entered_by: UUID | None
    confirmed_by: UUID | None

    @property
    def is_ours_to_pay(self) -> bool:
        return self.owed_fen > 0

    @property
    def claim_fen(self) -> int:
        """What we are owed by it."""
        return max(-self.owed_fen, 0)

    @property
    def is_officers(self) -> bool:
        """Whether it waits for officers: what is disputed is first struck again by itself."""
        match self.status:
            case Status.DISPUTED:
                return self.tries >= rules.MOST_TRIES
            case Status.AGREED:
                return self.is_ours_to_pay
            case Status.PAID:
                return not self.is_ours_to_pay
        return False


def statements(venue: str | None = None) -> QuerySet[ClearingStatement]:
    """For paging; each becomes a `StatementView` by `view`."""
    rows = ClearingStatement.objects.all()
    return rows.filter(venue=venue) if venue else rows


OFFICERS: Final = (Status.DISPUTED, Status.AGREED, Status.PAID)


def to_do(*wanted: Status) -> list[StatementView]:
    """Statements that wait for an officer: disputed, to be paid, to be looked for at the bank."""

    def ask() -> list[StatementView]:
        rows = ClearingStatement.objects.filter(status__in=[one.value for one in OFFICERS])
        return [view(row) for row in rows.order_by("struck_at", "id")]

    found = once(("network.statements_to_do",), ask)
    return [one for one in found if one.status in wanted and one.is_officers]


def statement(id: int) -> StatementView:
    row = ClearingStatement.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="statement")
    return view(row)


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
        tries=row.tries,
        differences=tuple((key, theirs, ours) for key, theirs, ours in row.differences),
        struck_at=row.struck_at,
        changed_at=row.changed_at,
        bank_reference=row.bank_reference,
        entered_by=row.entered_by,
        confirmed_by=row.confirmed_by,
    )


# -- do the tables follow from the journal and the books? ---------------------------------------------


def audit() -> Iterator[Discrepancy]:
    """Positions and statements against the journal, statements against their lines, and all of it
    against the ledger: what we owe each venue is what was noted, less what was paid."""
    yield from _audit_positions()
    yield from _audit_statements()
    yield from _audit_ledger()


def _audit_positions() -> Iterator[Discrepancy]:
    kept = {(row.venue, row.key): row for row in Position.objects.iterator(chunk_size=2000)}
    aside: set[str] = set()
    kinds = (rules.PositionNoted, rules.PositionSetAside, rules.PositionTakenUp)
    for entry in journal.of_kinds(kind.kind for kind in kinds):
        key = entry.facts["position"]
        if entry.kind == rules.PositionSetAside.kind:
            aside.add(key)
        elif entry.kind == rules.PositionTakenUp.kind:
            aside.discard(key)
        elif entry.private is not None:
            venue, noted = entry.private["venue"], entry.private["owed_fen"]
            row = kept.pop((venue, key), None)
            if row is None or row.owed_fen != noted:
                place = f"network.clearing {venue} {key}"
                yield Discrepancy(place, str(noted), "none" if row is None else str(row.owed_fen))
    for venue, key in kept:
        yield Discrepancy(f"network.clearing {venue} {key}", "none was noted", "a position")
    for row in Position.objects.filter(statement=None):
        if (row.key in aside) is not (row.aside_since is not None):
            place = f"network.clearing {row.venue} {row.key} aside"
            yield Discrepancy(place, str(row.key in aside), str(row.aside_since))


def _audit_statements() -> Iterator[Discrepancy]:
    after: dict[str, Status] = {}
    for entry in journal.of_kinds(rules.AFTER):
        after[entry.subject] = rules.AFTER[entry.kind]
    us = venues.my_code()
    for row in ClearingStatement.objects.order_by("id").iterator(chunk_size=200):
        place = f"network.clearing {row.venue} {row.currency} {row.number}"
        told = after.pop(subject("clearing_statement", row.id), None)
        if told is None or told.value != row.status:
            yield Discrepancy(f"{place} status", told.value if told else "none", row.status)
        struck: Statement = row.statement(*rules.between(us, row.venue))
        if (struck.digest, struck.owed_by(us)) != (row.digest, row.owed_fen):
            yield Discrepancy(place, f"{struck.digest} {struck.owed_by(us)}", row.digest)
        agreed = Status(row.status) not in (Status.PROPOSED, Status.DISPUTED)
        counted = int(row.positions.aggregate(s=Sum("owed_fen"))["s"] or 0)
        if counted != (row.owed_fen if agreed else 0):
            yield Discrepancy(f"{place} positions", str(row.owed_fen), str(counted))
    for about in after:
        yield Discrepancy(f"network.clearing {about}", "a statement", "none")


def _audit_ledger() -> Iterator[Discrepancy]:
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
