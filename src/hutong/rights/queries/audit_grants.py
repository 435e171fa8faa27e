"""
Do grants, restrictions and filings stand where their entries and events lead (RR-8)?

The tables say where each grant and restriction stands now, for the indexes that exclude conflicts;
what is true is the replay. A row that differs, one too many or one too few is named.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.rights import register
from hutong.rights.acts import Pledge
from hutong.rights.grant_events import (
    Filed,
    FilingApproved,
    FilingEnded,
    FilingEntered,
    FilingSubmitted,
)
from hutong.rights.grant_words import FilingStatus
from hutong.rights.grants import GrantInForce
from hutong.rights.models import Filing, Grant, Restriction
from hutong.rights.queries.rivals import slot_of, term_of
from hutong.rights.scope import Term

FILING_LEADS_TO: dict[str, str] = {
    Filed.kind: FilingStatus.AGREEING,
    FilingSubmitted.kind: FilingStatus.SUBMITTED,
    FilingApproved.kind: FilingStatus.APPROVED,
    FilingEntered.kind: FilingStatus.ENTERED,
}


class Standing:
    """The rows of grants and restrictions, to be compared title by title; what is left is too many."""

    def __init__(self) -> None:
        rows = Grant.objects.select_related("under", "ended_by").order_by("line")
        self.grants: dict[UUID, dict[UUID, Grant]] = {}
        for row in rows.iterator(chunk_size=5_000):
            self.grants.setdefault(row.technology, {})[row.entry_id] = row
        self.restrictions: dict[UUID, dict[UUID, Restriction]] = {}
        for row in Restriction.objects.filter(live=True):
            self.restrictions.setdefault(row.technology, {})[row.entry_id] = row

    def compare(self, technology: UUID, state: register.TitleState) -> Iterator[Discrepancy]:
        rows = self.grants.pop(technology, {})
        by_name = {name: row for row in rows.values() for name in (row.entry_id, *row.names)}
        for grant in state.grants:
            row = rows.pop(grant.entry, None)
            place = f"rights.grant {grant.entry} ({grant.number})"
            if row is None:
                yield Discrepancy(place, "a row", "none")
                continue
            for what, expected, found in _fields(grant, row, state, by_name):
                if expected != found:
                    yield Discrepancy(f"{place} {what}", str(expected), str(found))
        for row in rows.values():
            if not row.in_force.isempty:
                yield Discrepancy(f"rights.grant {row.entry_id}", "a grant in the register", "none")
        yield from self._restrictions(technology, state)

    def _restrictions(self, technology: UUID, state: register.TitleState) -> Iterator[Discrepancy]:
        live = self.restrictions.pop(technology, {})
        standing = () if state.closed_by else state.restrictions
        for one in standing:
            place = f"rights.restriction {one.entry} ({one.number})"
            row = live.pop(one.entry, None)
            rank = one.act.rank if isinstance(one.act, Pledge) else None
            if row is None:
                yield Discrepancy(place, "a live row", "none")
            elif row.rank != rank or row.kind != register.kind_of(one.act).value:
                yield Discrepancy(f"{place} rank", str(rank), str(row.rank))
        for id in live:
            yield Discrepancy(f"rights.restriction {id}", "released", "live")

    def forget(self, technology: UUID) -> None:
        """Leave out a title whose replay ended in an error that was named."""
        self.grants.pop(technology, None)
        self.restrictions.pop(technology, None)

    def left(self) -> Iterator[Discrepancy]:
        for technology in {*self.grants, *self.restrictions}:
            yield Discrepancy(f"rights.grant of {technology}", "register entries", "none")


def _fields(
    grant: GrantInForce, row: Grant, state: register.TitleState, by_name: dict[UUID, Grant]
) -> Iterator[tuple[str, Any, Any]]:
    act, scope = grant.act, grant.act.scope
    term = grant.term
    if term is not None and state.closed_on is not None:
        term = term.until(state.closed_on)
    under = by_name.get(act.parent) if act.parent else None
    accepted = [by_name[name] for name in act.accepted if name in by_name]
    yield "mode", act.mode.value, row.mode
    yield "licensor", act.licensor, row.licensor
    yield "licensee", act.licensee, row.licensee
    yield "sublicensable", act.sublicensable, row.sublicensable
    yield "names", sorted(grant.names), sorted(row.names)
    yield "under", under.line if under else None, row.under_id
    yield "depth", grant.depth, row.depth
    yield "territory", scope.territory.spans, row.territory
    yield "ipc", scope.field.ipc_spans, row.ipc
    yield "industry", scope.field.industry_spans, row.industry
    yield "slot", slot_of(act, row.line, accepted), row.slot
    yield "in_force", _words(term), _words(term_of(row.in_force))


def _words(term: Term | None) -> str:
    return str(term) if term else "never"


def audit_filings() -> Iterator[Discrepancy]:
    """Compare where each filing stands with its events."""
    expected: dict[str, str] = {}
    for event in journal.of_kinds([*FILING_LEADS_TO, FilingEnded.kind]):
        leads_to = FILING_LEADS_TO.get(event.kind) or event.facts["ending"]
        expected[event.facts["filing"]] = leads_to
    for id, number, status in Filing.objects.values_list("id", "number", "status"):
        should = expected.pop(str(id), "")
        if status != should:
            place = f"rights.filing {id} ({number}) status"
            yield Discrepancy(place, should or "an event", status)
    for id in expected:
        yield Discrepancy(f"rights.filing {id}", "a row", "none")
