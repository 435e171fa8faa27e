"""
What a party has in the register besides shares: licences held and given, pledges and pre-emptions.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from hutong.rights.acts import EntryKind, Mode
from hutong.rights.models import Grant, Restriction

MOST = 200


@dataclass(frozen=True, kw_only=True)
class UseView:
    """A licence of a party's; `given`: by it, else to it. `ends_on` None: ended before it began."""

    entry: UUID
    number: str
    technology: UUID
    mode: Mode
    long_term: bool
    other: UUID
    given: bool
    starts_on: date | None
    ends_on: date | None
    sublicensable: bool


@dataclass(frozen=True, kw_only=True)
class SecuredView:
    """A restriction in force that protects a party."""

    entry: UUID
    number: str
    technology: UUID
    kind: EntryKind
    rank: int | None


def uses_of(party: UUID) -> list[UseView]:
    """Licences a party holds or has given, newest first."""
    rows = Grant.objects.filter(Q(licensee=party) | Q(licensor=party)).select_related("entry")
    return [_use(row, party) for row in rows.order_by("-line")[:MOST]]


def secured_by(party: UUID) -> list[SecuredView]:
    """Pledges and pre-emptions in force for a party, newest first."""
    rows = Restriction.objects.filter(party=party, live=True).select_related("entry")
    return [
        SecuredView(
            entry=row.entry_id,
            number=row.entry.number,
            technology=row.technology,
            kind=EntryKind(row.kind),
            rank=row.rank,
        )
        for row in rows.order_by("-entry_id")[:MOST]
    ]


def _use(row: Grant, party: UUID) -> UseView:
    given = row.licensor == party
    term = row.in_force
    return UseView(
        entry=row.entry_id,
        number=row.entry.number,
        technology=row.technology,
        mode=Mode(row.mode),
        long_term=row.long_term,
        other=row.licensee if given else row.licensor,
        given=given,
        starts_on=None if term.isempty else term.lower,
        ends_on=None if term.isempty else date.fromordinal(term.upper.toordinal() - 1),
        sublicensable=row.sublicensable,
    )
