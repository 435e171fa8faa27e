"""
Do the books still follow from the journal?

Each transfer, hold and end of a hold was written down privately in the journal when it was made;
each account counts its postings and carries its balance along. So a single changed figure shows
twice, and is named.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.moments import iso
from hutong.ledger.models import Account, Balance, Hold, HoldEnded, Posting, Transfer
from hutong.ledger.rules import Kind

BATCH = 500


@dataclass
class _Sum:
    """What the postings and open holds of one account come to."""

    posted: int = 0
    entries: int = 0
    held: int = 0


@dataclass
class _Books:
    sums: dict[UUID, _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    currencies: dict[UUID, str] = field(default_factory=dict)


def audit() -> Iterator[Discrepancy]:
    """Name every account, transfer, posting, hold and balance that is not as it was recorded."""
    books = _Books()
    yield from _accounts(books)
    yield from _transfers()
    yield from _running(books)
    yield from _holds(books)
    yield from _balances(books)


def _accounts(books: _Books) -> Iterator[Discrepancy]:
    recorded = {e.facts["account"]: e for e in journal.of_kinds(["ledger.AccountOpened"])}
    for row in Account.objects.order_by("id").iterator(chunk_size=1000):
        books.currencies[row.id] = row.currency
        place = f"ledger.account {row.id}"
        entry = recorded.pop(str(row.id), None)
        if entry is None:
            yield Discrepancy(place, "an entry of its opening", "none")
            continue
        yield from _compare(place, "kind", entry.facts["account_kind"], row.kind)
        yield from _compare(place, "currency", entry.facts["currency"], row.currency)
        if entry.private is not None:
            yield from _compare(place, "owner", entry.private["owner"], row.owner)
    for id in recorded:
        yield Discrepancy(f"ledger.account {id}", "the account", "none")


def _transfers() -> Iterator[Discrepancy]:
    """Journal against rows, transfer by transfer."""
    unknown = set(Transfer.objects.values_list("id", flat=True))
    entries = journal.of_kinds(["ledger.Transferred"])
    while part := list(islice(entries, BATCH)):
        ids = [UUID(entry.facts["transfer"]) for entry in part]
        rows = Transfer.objects.prefetch_related("postings").in_bulk(ids)
        unknown.difference_update(ids)
        for id, entry in zip(ids, part, strict=True):
            yield from _transfer(f"ledger.transfer {id}", entry, rows.get(id))
    for id in sorted(unknown):
        yield Discrepancy(f"ledger.transfer {id}", "an entry in the journal", "none")


def _transfer(place: str, entry: Recorded, row: Transfer | None) -> Iterator[Discrepancy]:
    if row is None:
        yield Discrepancy(place, "the transfer", "none")
        return
    yield from _compare(place, "purpose", entry.facts["purpose"], row.purpose)
    yield from _compare(place, "at", iso(entry.at), iso(row.at))
    if entry.private is not None:  # an erased payload leaves the running balances as witness
        yield from _compare(place, "key", entry.private["key"], row.key)
        yield from _compare(place, "about", entry.private["about"], row.about)
        yield from _postings(place, entry.private["postings"], list(row.postings.all()))


def _postings(
    place: str, recorded: list[dict[str, Any]], rows: list[Posting]
) -> Iterator[Discrepancy]:
    found = {str(row.account_id): row for row in rows}
    for fact in recorded:
        row = found.pop(fact["account"], None)
        if row is None:
            yield Discrepancy(f"{place} posting on {fact['account']}", "a posting", "none")
            continue
        for name in ("amount_fen", "number", "balance_fen"):
            yield from _compare(f"ledger.posting {row.id}", name, fact[name], getattr(row, name))
    for row in found.values():
        yield Discrepancy(f"ledger.posting {row.id}", "no such posting", f"{row.amount_fen} fen")


def _running(books: _Books) -> Iterator[Discrepancy]:
    """Each account's postings count up by one and carry the balance along; all sum to zero."""
    rows = Posting.objects.order_by("account_id", "number")
    sums: dict[str, int] = defaultdict(int)
    for row in rows.iterator(chunk_size=2000):
        so_far = books.sums[row.account_id]
        place = f"ledger.posting {row.id}"
        yield from _compare(place, "number", so_far.entries + 1, row.number)
        yield from _compare(place, "balance_fen", so_far.posted + row.amount_fen, row.balance_fen)
        so_far.entries += 1
        so_far.posted += row.amount_fen
        sums[books.currencies.get(row.account_id, "?")] += row.amount_fen
    for currency, total in sums.items():
        yield from _compare("ledger", f"sum of all postings in {currency}", 0, total)


def _holds(books: _Books) -> Iterator[Discrepancy]:
    placed = _by_hold("ledger.HoldPlaced")
    ended = _by_hold("ledger.HoldEnded")
    rows = Hold.objects.select_related("ended").order_by("id")
    for row in rows.iterator(chunk_size=1000):
        place = f"ledger.hold {row.id}"
        entry = placed.pop(str(row.id), None)
        if entry is None:
            yield Discrepancy(place, "an entry of its placing", "none")
        else:
            yield from _hold(place, entry, row)
        end: HoldEnded | None = getattr(row, "ended", None)
        last = ended.pop(str(row.id), None)
        if end is None:
            books.sums[row.account_id].held += row.amount_fen
        yield from _compare(
            place, "end", last.facts["end"] if last else None, end.end if end else None
        )
        if last and end and last.private is not None:
            yield from _compare(place, "end amount_fen", last.private["amount_fen"], end.amount_fen)
            transfer = str(end.transfer_id) if end.transfer_id else None
            yield from _compare(place, "end transfer", last.private["transfer"], transfer)
    for id in sorted(placed.keys() | ended.keys()):
        yield Discrepancy(f"ledger.hold {id}", "the hold", "none")


def _hold(place: str, entry: Recorded, row: Hold) -> Iterator[Discrepancy]:
    yield from _compare(place, "purpose", entry.facts["purpose"], row.purpose)
    if entry.private is None:
        return
    expires = iso(row.expires_at) if row.expires_at else None
    found = {
        "key": row.key,
        "about": row.about,
        "account": str(row.account_id),
        "amount_fen": row.amount_fen,
        "expires_at": expires,
    }
    for name, value in found.items():
        yield from _compare(place, name, entry.private[name], value)


def _by_hold(kind: str) -> dict[str, Recorded]:
    return {e.facts["hold"]: e for e in journal.of_kinds([kind])}


def _balances(books: _Books) -> Iterator[Discrepancy]:
    for row in Balance.objects.select_related("account").order_by("account_id"):
        place = f"ledger.balance {row.account_id}"
        expected = books.sums[row.account_id]
        yield from _compare(place, "posted_fen", expected.posted, row.posted_fen)
        yield from _compare(place, "held_fen", expected.held, row.held_fen)
        yield from _compare(place, "entries", expected.entries, row.entries)
        allowed = Kind(row.account.kind).may_go_below_zero
        yield from _compare(place, "may_go_below_zero", allowed, row.may_go_below_zero)
    for id in sorted(books.currencies.keys() - set(Balance.objects.values_list("pk", flat=True))):
        yield Discrepancy(f"ledger.balance {id}", "a balance", "none")


def _compare(place: str, name: str, expected: object, found: object) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(f"{place} {name}", str(expected), str(found))
