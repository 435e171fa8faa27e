"""
Do the deals still follow from the journal, and the contracts from their digests?
"""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from hutong.deals.models import Acceptance, Contract, Deal
from hutong.deals.rules import STATUS_BY_KIND, ContractAccepted, Opened, SigningPostponed
from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.canonical import digest
from hutong.kit.moments import iso

KINDS = (*STATUS_BY_KIND, ContractAccepted.kind, SigningPostponed.kind)


def audit() -> Iterator[Discrepancy]:
    """Name each deal, contract and acceptance that differs from what was recorded."""
    histories: dict[UUID, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(KINDS):
        histories[UUID(entry.facts["deal"])].append(entry)
    rows = Deal.objects.prefetch_related("acceptances").order_by("id")
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
    statuses = [STATUS_BY_KIND[e.kind].value for e in history if e.kind in STATUS_BY_KIND]
    yield from _compare(place, "status", statuses[-1], row.status)
    text = Contract.objects.filter(deal=row).values_list("digest", flat=True).first()
    yield from _compare(place, "contract digest", opened.facts["contract_digest"], text)
    recorded = {e.facts["side"]: e for e in history if e.kind == ContractAccepted.kind}
    for acceptance in row.acceptances.all():
        entry = recorded.pop(acceptance.side, None)
        yield from _acceptance(place, acceptance, entry)
    for side in recorded:
        yield Discrepancy(f"{place} acceptance {side}", "an acceptance", "none")


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
