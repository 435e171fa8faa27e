"""
Do the sales of our sellers' parts still follow from what was recorded of them, and the books from both?
"""

from collections import defaultdict
from collections.abc import Iterator

from hutong.deals import queries as deals
from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest
from hutong.kit.ids import subject
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.network.projects.models import Contribution
from hutong.network.projects.rules import ContributionStatus
from hutong.network.sales import rules
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import (
    AFTER,
    BOUND,
    HELD,
    SaleAwarded,
    SaleEndDropped,
    SaleEndProposed,
    SaleSigned,
    Status,
)
from hutong.venues import queries as venues

OF_PART = {
    **dict.fromkeys(BOUND, ContributionStatus.BOUND.value),
    Status.MOVED: ContributionStatus.SOLD.value,
}
PROPOSED = (SaleEndProposed.kind, SaleEndDropped.kind)


def audit() -> Iterator[Discrepancy]:
    told: dict[str, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds((*AFTER, *PROPOSED)):
        told[entry.facts["part"]].append(entry)
    us = venues.my_code()
    for row in PartSale.objects.select_related("part").order_by("part"):
        place = f"network.sale {row.part_id}"
        history = told.pop(str(row.part_id), [])
        awarded = next((one for one in history if one.kind == SaleAwarded.kind), None)
        if awarded is None:
            yield Discrepancy(place, "an entry of its award", "none")
            continue
        for name in ("deal", "number", "contract_digest", "amount_fen"):
            found = getattr(row, name)
            yield from _compare(place, name, awarded.facts[name], _plain(found))
        last = next(one for one in reversed(history) if one.kind in AFTER)
        yield from _compare(place, "status", AFTER[last.kind].value, row.status)
        text = digest(row.contract.encode())
        yield from _compare(place, "contract", row.contract_digest, text)
        signed = any(one.kind == SaleSigned.kind for one in history)
        yield from _compare(place, "accepted", signed, row.accepted_at is not None)
        told_last = [one.kind for one in history if one.kind in PROPOSED][-1:]
        proposed = told_last == [SaleEndProposed.kind]
        yield from _compare(place, "end proposed", proposed, row.ending_by is not None)
        state = rules.Status(row.status)
        if state in OF_PART:
            yield from _compare(place, "part", OF_PART[state], row.part.status)
        if row.lead != us:
            escrow = ledger.account(subject("project_part", row.part_id), Kind.ESCROW, row.currency)
            held = row.amount_fen if state in HELD else 0
            yield from _compare(place, "escrow", held, escrow.posted_fen if escrow else 0)
    yield from _lead_parts()
    for part in told:
        yield Discrepancy(f"network.sale {part}", "the sale", "none")


def _lead_parts() -> Iterator[Discrepancy]:
    """A lead seller's part that a deal of ours has moved did not leave the project."""
    moved = deals.lead_parts_moved()
    out = (ContributionStatus.WITHDRAWN.value, ContributionStatus.RELEASED.value)
    for row in Contribution.objects.filter(id__in=moved, status__in=out).order_by("id"):
        yield Discrepancy(
            f"network.contribution {row.id}", ContributionStatus.SOLD.value, row.status
        )


def _plain(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)


def _compare(place: str, name: str, expected: object, found: object) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(f"{place} {name}", str(expected), str(found))
