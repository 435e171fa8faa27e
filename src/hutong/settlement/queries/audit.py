"""
Does what the money is for still follow from the journal, and agree with the ledger?
"""

from collections import defaultdict
from collections.abc import Iterator

from hutong.journal import queries as journal
from hutong.journal.queries import Recorded
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.settlement.events import (
    PAYABLE_STATUS,
    PAYOUT_STATUS,
    ClaimRefused,
    PartRemitted,
    PartSettled,
    PayableIssued,
    PayoutRequested,
    ProceedsClaimed,
    ProceedsHeld,
    ProceedsPaid,
    ProceedsPrepaid,
    ProceedsReleased,
    ReceiptCleared,
    ReceiptMatched,
    ReceiptRecorded,
    ReceiptReturned,
    ReceiptUndone,
    Settled,
)
from hutong.settlement.models import (
    PartSettlement,
    Payable,
    Payout,
    PledgedProceeds,
    Receipt,
    Settlement,
)
from hutong.settlement.pledged import Standing
from hutong.settlement.rules import PayableStatus, Purpose

RECEIPT_KINDS = (
    ReceiptRecorded.kind,
    ReceiptMatched.kind,
    ReceiptReturned.kind,
    ReceiptCleared.kind,
    ReceiptUndone.kind,
)
RECEIPT_ENDS = {
    ReceiptReturned.kind: "returned",
    ReceiptCleared.kind: "cleared",
    ReceiptUndone.kind: "undone",
}


def audit() -> Iterator[Discrepancy]:
    """Name each payable, receipt, payout and settlement that differs from what was recorded."""
    yield from _payables()
    yield from _receipts()
    yield from _payouts()
    yield from _settlements()
    yield from _parts()
    yield from _pledged()


def _payables() -> Iterator[Discrepancy]:
    histories: dict[str, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds([*PAYABLE_STATUS, Settled.kind]):
        named = entry.facts.get("payable") or (entry.private or {}).get("payable")
        if named:
            histories[str(named)].append(entry)
        elif entry.kind == Settled.kind:
            asked = Payable.objects.filter(subject=subject("deal", entry.facts["deal"])).first()
            histories[str(asked.id) if asked else entry.facts["deal"]].append(entry)
    for row in Payable.objects.order_by("id").iterator(chunk_size=500):
        yield from _payable(row, histories.pop(str(row.id), []))
    for id in histories:
        yield Discrepancy(f"settlement.payable {id}", "the payable", "none")


def _payable(row: Payable, history: list[Recorded]) -> Iterator[Discrepancy]:
    place = f"settlement.payable {row.id}"
    issued = next((e for e in history if e.kind == PayableIssued.kind), None)
    if issued is None:
        yield Discrepancy(place, "an entry of its issue", "none")
        return
    yield from _compare(place, "subject", issued.subject, row.subject)
    yield from _compare(place, "purpose", issued.facts["purpose"], row.purpose)
    yield from _compare(place, "amount_fen", issued.facts["amount_fen"], row.amount_fen)
    if issued.private is not None:
        yield from _compare(place, "reference", issued.private["reference"], row.reference)
        yield from _compare(place, "payer", issued.private["payer"], str(row.payer))
    # A winner's deposit says with the deal what became of it, so its last word is an earlier status.
    last = [PAYABLE_STATUS.get(e.kind, PayableStatus.SETTLED) for e in history][-1]
    yield from _compare(place, "status", last.value, row.status)
    yield from _compare(place, "covered_fen", _covered(row, history), row.covered_fen)
    if row.hold is not None:
        yield from _hold(place, row)


def _covered(row: Payable, history: list[Recorded]) -> int:
    """What is held or in escrow for it, by what happened last and by the ledger."""
    match PayableStatus(row.status):
        case PayableStatus.HELD | PayableStatus.PAID | PayableStatus.SETTLED:
            return row.amount_fen
        case PayableStatus.APPLIED | PayableStatus.FORFEITED:
            return int(history[-1].facts["amount_fen"])
        case PayableStatus.OPEN if row.purpose == Purpose.PRICE.value:
            escrow = ledger.account(row.subject, Kind.ESCROW, row.currency)
            return escrow.posted_fen if escrow else 0
        case _:
            return 0


def _hold(place: str, row: Payable) -> Iterator[Discrepancy]:
    try:
        hold = ledger.hold(row.hold)
    except Refused:
        yield Discrepancy(f"{place} hold", "a hold in the ledger", "none")
        return
    yield from _compare(place, "hold amount", row.amount_fen, hold.amount_fen)
    stands = row.status == PayableStatus.HELD.value
    yield from _compare(place, "hold", "open" if stands else "ended", _openness(hold.end))


def _openness(end: object) -> str:
    return "open" if end is None else "ended"


def _receipts() -> Iterator[Discrepancy]:
    histories: dict[str, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(RECEIPT_KINDS):
        histories[entry.facts["receipt"]].append(entry)
    for row in Receipt.objects.order_by("id").iterator(chunk_size=500):
        history = histories.pop(str(row.id), [])
        place = f"settlement.receipt {row.id}"
        if not history or history[0].kind != ReceiptRecorded.kind:
            yield Discrepancy(place, "an entry in the journal", "none")
            continue
        yield from _receipt(place, row, history)
    for id in histories:
        yield Discrepancy(f"settlement.receipt {id}", "the receipt", "none")


def _receipt(place: str, row: Receipt, history: list[Recorded]) -> Iterator[Discrepancy]:
    first, last = history[0], history[-1]
    yield from _compare(place, "value_date", first.facts["value_date"], str(row.value_date))
    suspense = last.kind == ReceiptRecorded.kind and last.facts["outcome"] == "suspense"
    status = "suspense" if suspense else RECEIPT_ENDS.get(last.kind, "matched")
    yield from _compare(place, "status", status, row.status)
    if first.private is not None:
        for name in ("amount_fen", "bank_reference"):
            yield from _compare(place, name, first.private[name], getattr(row, name))
        yield from _compare(place, "transfer", first.private["transfer"], str(row.transfer))
    if last.private is not None:
        payable = str(row.payable_id) if row.payable_id else None
        yield from _compare(place, "payable", last.private.get("payable"), payable)


def _payouts() -> Iterator[Discrepancy]:
    histories: dict[str, list[Recorded]] = defaultdict(list)
    for entry in journal.of_kinds(PAYOUT_STATUS):
        histories[entry.facts["payout"]].append(entry)
    for row in Payout.objects.order_by("id").iterator(chunk_size=500):
        history = histories.pop(str(row.id), [])
        place = f"settlement.payout {row.id}"
        if not history or history[0].kind != PayoutRequested.kind:
            yield Discrepancy(place, "an entry of its request", "none")
            continue
        yield from _compare(place, "status", PAYOUT_STATUS[history[-1].kind].value, row.status)
        asked = history[0].private
        if asked is not None:
            yield from _compare(place, "party", asked["party"], str(row.party))
            yield from _compare(place, "amount_fen", asked["amount_fen"], row.amount_fen)
            yield from _compare(place, "account", asked["account"], row.bank_account().as_fact())
    for id in histories:
        yield Discrepancy(f"settlement.payout {id}", "the payout", "none")


def _settlements() -> Iterator[Discrepancy]:
    recorded = {e.facts["deal"]: e for e in journal.of_kinds([Settled.kind])}
    for row in Settlement.objects.order_by("deal"):
        place = f"settlement.settlement {row.deal}"
        entry = recorded.pop(str(row.deal), None)
        if entry is None:
            yield Discrepancy(place, "an entry in the journal", "none")
            continue
        yield from _compare(place, "price_fen", entry.facts["amount_fen"], row.price_fen)
        if entry.private is not None:
            for name in ("seller_fee_fen", "buyer_fee_fen"):
                yield from _compare(place, name, entry.private[name], getattr(row, name))
            yield from _compare(place, "transfer", entry.private["transfer"], str(row.transfer))
        escrow = ledger.account(subject("deal", row.deal), Kind.ESCROW)
        yield from _compare(place, "escrow", 0, escrow.posted_fen if escrow else None)
    for deal in recorded:
        yield Discrepancy(f"settlement.settlement {deal}", "the settlement", "none")


def _parts() -> Iterator[Discrepancy]:
    """Parts of joint projects that moved here; what is in escrow of a deal whose parts are moving."""
    recorded = {e.facts["part"]: e for e in journal.of_kinds([PartSettled.kind])}
    out: dict[str, int] = defaultdict(int)  # of a deal's escrow here
    for row in PartSettlement.objects.order_by("part"):
        place = f"settlement.part {row.part}"
        entry = recorded.pop(str(row.part), None)
        if entry is None:
            yield Discrepancy(place, "an entry in the journal", "none")
            continue
        yield from _compare(place, "amount_fen", entry.facts["amount_fen"], row.amount_fen)
        yield from _compare(place, "deal", entry.facts["deal"], str(row.deal))
        if entry.private is not None:
            fee = entry.private["seller_fee_fen"]
            yield from _compare(place, "seller_fee_fen", fee, row.seller_fee_fen)
            yield from _compare(place, "transfer", entry.private["transfer"], str(row.transfer))
        if not row.lead_venue:
            out[str(row.deal)] += row.amount_fen
    for part in recorded:
        yield Discrepancy(f"settlement.part {part}", "the settlement of the part", "none")
    for entry in journal.of_kinds([PartRemitted.kind]):
        out[entry.facts["deal"]] += entry.facts["amount_fen"]
    for deal, moved in out.items():
        asked = Payable.objects.filter(subject=subject("deal", deal)).first()
        if asked is None or asked.status != PayableStatus.PAID.value:
            continue  # over: then its escrow is empty, as of any settlement
        escrow = ledger.account(subject("deal", deal), Kind.ESCROW, asked.currency)
        held = escrow.posted_fen if escrow else 0
        yield from _compare(f"settlement.deal {deal}", "escrow", asked.amount_fen - moved, held)


def _pledged() -> Iterator[Discrepancy]:
    kinds = {ProceedsPrepaid.kind: "prepaid", ProceedsHeld.kind: "held"}
    recorded = {(e.facts["deal"], e.facts["pledge"]): e for e in journal.of_kinds(list(kinds))}
    after = {
        ProceedsClaimed.kind: Standing.CLAIMED,
        ClaimRefused.kind: Standing.HELD,
        ProceedsPaid.kind: Standing.PAID,
        ProceedsReleased.kind: Standing.RELEASED,
    }
    last = {(e.facts["deal"], e.facts["pledge"]): e for e in journal.of_kinds(list(after))}
    for row in PledgedProceeds.objects.order_by("id"):
        key = (str(row.deal), str(row.pledge))
        place = f"settlement.pledged {row.id}"
        entry = recorded.pop(key, None)
        if entry is None:
            yield Discrepancy(place, "an entry in the journal", "none")
            continue
        yield from _compare(place, "way", kinds[entry.kind], row.way)
        moved = last.get(key)
        expected = after[moved.kind] if moved else Standing(kinds[entry.kind])
        yield from _compare(place, "standing", expected.value, row.standing.value)
        if expected is Standing.PAID and moved is not None and moved.private is not None:
            yield from _compare(place, "paid_fen", moved.private["amount_fen"], row.paid_fen)
        if entry.private is not None:
            yield from _compare(place, "amount_fen", entry.private["amount_fen"], row.amount_fen)
            yield from _compare(place, "pledgee", entry.private["pledgee"], str(row.pledgee))
        if row.hold is not None:
            hold = ledger.hold(row.hold)
            yield from _compare(place, "hold amount", row.amount_fen, hold.amount_fen)
            stands = row.standing in (Standing.HELD, Standing.CLAIMED)
            yield from _compare(place, "hold", "open" if stands else "ended", _openness(hold.end))
    for deal, pledge in recorded:
        yield Discrepancy(f"settlement.pledged {deal} {pledge}", "what the pledgee has", "none")


def _compare(place: str, name: str, expected: object, found: object) -> Iterator[Discrepancy]:
    if expected != found:
        yield Discrepancy(f"{place} {name}", str(expected), str(found))
