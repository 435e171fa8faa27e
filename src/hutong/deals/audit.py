"""
Do the deals still follow from the journal, and the contracts from their digests?
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from uuid import UUID

from hutong.deals import parts
from hutong.deals.models import Acceptance, Contract, Deal
from hutong.deals.parts import Part
from hutong.deals.rules import (
    STATUS_BY_KIND,
    ContractAccepted,
    ContractRefused,
    Defaulted,
    Opened,
    SigningPostponed,
    Terminated,
)
from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest
from hutong.kit.event import KINDS as KINDS_OF_EVENTS
from hutong.kit.event import Event, field_marks
from hutong.kit.moments import iso

PART_EVENTS = {
    event.kind
    for event in (
        *(parts.PartAsked, parts.PartRefused, parts.PartAccepted, parts.PartReady),
        *(parts.MovingBegun, parts.PartMoved, parts.PartReturnProposed, parts.PartReturned),
        *(Defaulted, Terminated),
    )
}
KINDS = (
    *dict.fromkeys([*STATUS_BY_KIND, *sorted(PART_EVENTS)]),
    *(ContractAccepted.kind, SigningPostponed.kind, parts.PartsNamed.kind, ContractRefused.kind),
)


def audit() -> Iterator[Discrepancy]:
    """Name each deal, contract and acceptance that differs from what was recorded."""
    histories: dict[UUID, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(KINDS):
        histories[UUID(entry.facts["deal"])].append(entry)
    rows = Deal.objects.prefetch_related("acceptances", "parts").order_by("id")
    for row in rows.iterator(chunk_size=500):
        yield from _deal(row, histories.pop(row.id, []))
    for id in histories:
        yield Discrepancy(f"deals.deal {id}", "the deal", "none")
    for contract in Contract.objects.order_by("deal_id").iterator(chunk_size=200):
        found = digest(bytes(contract.text))
        if found != contract.digest:
            yield Discrepancy(f"deals.contract {contract.deal_id} text", contract.digest, found)


def _deal(row: Deal, history: list[Recorded]) -> Iterator[Discrepancy]:
    place = f"deals.deal {row.id}"
    opened = next((e for e in history if e.kind == Opened.kind), None)
    if opened is None:
        yield Discrepancy(place, "an entry of its opening", "none")
        return
    postponed = [e.facts["sign_by"] for e in history if e.kind == SigningPostponed.kind]
    yield from _terms(place, row, opened, postponed)
    yield from _parts(row, history)
    statuses = [STATUS_BY_KIND[e.kind].value for e in history if e.kind in STATUS_BY_KIND]
    yield from _compare(place, "status", statuses[-1], row.status)
    unread = next((e.facts["why"] for e in history if e.kind == ContractRefused.kind), None)
    yield from _compare(place, "contract refused", unread, row.contract_refused.get("code"))
    text = Contract.objects.filter(deal=row).values_list("digest", flat=True).first()
    yield from _compare(place, "contract digest", opened.facts["contract_digest"], text)
    recorded = {e.facts["side"]: e for e in history if e.kind == ContractAccepted.kind}
    for acceptance in row.acceptances.all():
        entry = recorded.pop(acceptance.side, None)
        yield from _acceptance(place, acceptance, entry)
    for side in recorded:
        yield Discrepancy(f"{place} acceptance {side}", "an acceptance", "none")


def _parts(row: Deal, history: list[Recorded]) -> Iterator[Discrepancy]:
    """Each part of a joint project, by the entries of its deal."""
    named = next((e for e in history if e.kind == parts.PartsNamed.kind), None)
    told = {UUID(p[1]): p for p in named.facts["parts"]} if named else {}
    for part in row.parts.all():
        place = f"deals.part {part.id}"
        terms = told.pop(part.id, None)
        found = [
            *(part.venue, str(part.id), str(part.bundle), part.technologies),
            *(part.contents, str_of(part.share), part.amount_fen),
        ]
        yield from _compare(place, "terms", terms, found)
        lead = named is not None and named.facts["lead_part"] == str(part.id)
        begun = Part(
            id=part.id, deal=row.id, venue=part.venue, amount_fen=part.amount_fen, lead=lead
        )
        state = parts.evolve(begun, [_event(e) for e in history if e.kind in PART_EVENTS])
        yield from _compare(place, "state", state, part.state())
    for id in told:
        yield Discrepancy(f"deals.part {id}", "the part", "none")
    if sum(part.amount_fen for part in row.parts.all()) not in (0, row.price_fen):
        yield Discrepancy(f"deals.deal {row.id} split", str(row.price_fen), "another sum")
    begun_at = next((e for e in history if e.kind == parts.MovingBegun.kind), None)
    moving = iso(begun_at.at) if begun_at else None
    yield from _compare(
        f"deals.deal {row.id}", "moving", moving, iso(row.moving_at) if row.moving_at else None
    )


def str_of(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"


def _event(entry: Recorded) -> Event:
    """An event with what of it is in clear; the rest means nothing to a part's state."""
    kind = KINDS_OF_EVENTS[entry.kind]
    facts = {name: entry.facts.get(name) for name in field_marks(kind)}
    for name in ("part", "deal"):
        if facts.get(name) is not None:
            facts[name] = UUID(facts[name])
    return kind(**facts)


def _terms(place: str, row: Deal, opened: Recorded, postponed: list[str]) -> Iterator[Discrepancy]:
    found = {
        "number": row.number,
        "listing": str(row.listing),
        "how": row.how,
        "source": row.source,
        "technologies": [str(t) for t in row.technologies],
        "share": f"{row.share.numerator}/{row.share.denominator}",
        "price_fen": row.price_fen,
        "currency": row.currency,
        "contract_digest": row.contract_digest,
        "sign_by": iso(row.sign_by),
        "rulebook_version": row.rulebook_version,
    }
    told = {**opened.facts, **({"sign_by": postponed[-1]} if postponed else {})}
    for name, value in found.items():
        yield from _compare(place, name, told[name], value)
    if opened.private is None:
        return
    hidden = {
        "seller": str(row.seller),
        "buyer": str(row.buyer),
        "intent": str(row.intent) if row.intent else None,
    }
    for name, value in hidden.items():
        yield from _compare(place, name, opened.private[name], value)


def _acceptance(
    place: str, acceptance: Acceptance, entry: Recorded | None
) -> Iterator[Discrepancy]:
    place = f"{place} acceptance {acceptance.side}"
    if entry is None:
        yield Discrepancy(place, "an entry in the journal", "none")
        return
    yield from _compare(place, "digest", entry.facts["contract_digest"], acceptance.digest)
    yield from _compare(place, "at", iso(entry.at), iso(acceptance.at))
    if entry.private is not None:
        yield from _compare(place, "person", entry.private["person"], str(acceptance.person))
        yield from _compare(place, "party", entry.private["party"], str(acceptance.party))


def _compare(place: str, name: str, expected: object, found: object) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(f"{place} {name}", str(expected), str(found))
