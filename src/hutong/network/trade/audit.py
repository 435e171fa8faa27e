"""
Do orders across venues still follow from what was recorded of them?
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.event import KINDS, Event, field_marks
from hutong.network.trade import events, rules
from hutong.network.trade.events import (
    Asked,
    DebtEnded,
    ForeignOrderTaken,
    GuaranteeEnded,
    GuaranteeTaken,
    HomeVenueAsked,
    PriceTaken,
)
from hutong.network.trade.models import ForeignOrder, Order

OF_FOREIGN_ORDERS = tuple(
    event.kind
    for event in (ForeignOrderTaken, GuaranteeTaken, GuaranteeEnded, PriceTaken, DebtEnded)
)
OF_ORDERS = tuple(
    event.kind
    for event in vars(events).values()
    if isinstance(event, type)
    and issubclass(event, Event)
    and event is not Event
    and event.kind not in OF_FOREIGN_ORDERS
)


def audit() -> Iterator[Discrepancy]:
    """Orders here and elsewhere that do not follow from what was recorded of them."""
    told: dict[UUID, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(OF_ORDERS):
        told[UUID(entry.facts["order"])].append(entry)
    for row in Order.objects.order_by("id").iterator(chunk_size=500):
        begun = rules.Order(id=row.id, venue=row.venue)
        state = rules.evolve(begun, [_event(entry) for entry in told.pop(row.id, [])])
        yield from _compare(f"network.order {row.id}", state, row.state())
    for id in told:
        yield Discrepancy(f"network.order {id}", "the order", "none")
    books: dict[UUID, tuple[int, int]] = {}
    for entry in journal.of_kinds(OF_FOREIGN_ORDERS):
        books[UUID(entry.facts["order"])] = _counted(
            books.get(UUID(entry.facts["order"]), (0, 0)), entry
        )
    for foreign in ForeignOrder.objects.order_by("id").iterator(chunk_size=500):
        expected = books.pop(foreign.id, None)
        found = (foreign.guaranteed_fen, foreign.owed_fen)
        yield from _compare(f"network.foreign_order {foreign.id}", expected, found)
    for id in books:
        yield Discrepancy(f"network.foreign_order {id}", "the order", "none")


def _event(entry: Recorded) -> Event:
    """An event of an order with what of it is in clear; the rest means nothing to its state."""
    kind = KINDS[entry.kind]
    facts: dict[str, Any] = {name: entry.facts.get(name) for name in field_marks(kind)}
    if kind is HomeVenueAsked:
        facts["what"] = Asked(facts["what"])
    return kind(**facts)


def _counted(before: tuple[int, int], entry: Recorded) -> tuple[int, int]:
    """What a venue guarantees and owes of an order after an entry."""
    guaranteed, owed = before
    match entry.kind:
        case GuaranteeTaken.kind:
            return entry.facts["amount_fen"], owed
        case GuaranteeEnded.kind:
            return 0, owed + entry.facts["owed_fen"]
        case PriceTaken.kind:
            return guaranteed, owed + entry.facts["amount_fen"]
        case DebtEnded.kind:
            return guaranteed, max(owed - entry.facts["amount_fen"], 0)
    return before


def _compare(place: str, expected: object, found: object) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(place, str(expected), str(found))
