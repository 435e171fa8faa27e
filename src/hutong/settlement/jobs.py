"""
Reactions of the books: what is owed, released or returned follows from what was decided.

Each looks before it acts, because it may be told twice; each leaves alone what has moved on.
"""

from typing import Any
from uuid import UUID

from hutong.deals import queries as deals
from hutong.deals.rules import Side, Status
from hutong.documents import access
from hutong.documents.queries import DocumentView
from hutong.journal.queries import Recorded
from hutong.kit.actor import READ, SYSTEM, Actor
from hutong.kit.ids import subject, subject_id
from hutong.kit.refusal import Refused
from hutong.listings import queries as listings
from hutong.rulebook import queries as rulebook
from hutong.settlement import actions, notices, queries
from hutong.settlement.events import PAYOUT_STATUS
from hutong.settlement.rules import PayableStatus, Purpose

PROCEEDS_TOLD = tuple(notices.PROCEEDS)
WAITING = (PayableStatus.OPEN, PayableStatus.HELD)


def ask_deposit(entry: Recorded) -> None:
    """listings.IntentQualified: the buyer is told what deposit to pay, under which reference."""
    intent = UUID(entry.facts["intent"])
    if queries.payable_for(subject("intent", intent)) is not None:
        return
    payable = actions.issue_payable(
        actor=SYSTEM,
        now=entry.at,
        subject=subject("intent", intent),
        purpose=Purpose.DEPOSIT,
        payer=UUID(_private(entry)["party"]),
        listing=UUID(entry.facts["listing"]),
        amount_fen=entry.facts["deposit_fen"],
    )
    if listings.intent(intent).status.value in {"withdrawn", "refused", "lapsed"}:
        actions.release_deposit(actor=SYSTEM, now=entry.at, intent=intent)
    else:
        notices.asked(payable, now=entry.at)


def ask_fee(entry: Recorded) -> None:
    """rights.FeeDue: the applicant is told what the registration costs, under which reference."""
    about = subject("right_application", UUID(entry.facts["application"]))
    if queries.payable_for(about) is not None:
        return
    payable = actions.issue_payable(
        actor=SYSTEM,
        now=entry.at,
        subject=about,
        purpose=Purpose.FEE,
        payer=UUID(_private(entry)["payer"]),
        listing=None,
        amount_fen=entry.facts["amount_fen"],
        currency=entry.facts["currency"],
    )
    notices.asked(payable, now=entry.at)


def cancel_fee(entry: Recorded) -> None:
    """rights.FeeCancelled: the application ended unpaid; nothing is asked for any more."""
    application = UUID(entry.facts["application"])
    if queries.payable_for(subject("right_application", application)) is not None:
        actions.cancel_fee(actor=SYSTEM, now=entry.at, application=application)


def refund_fee(entry: Recorded) -> None:
    """rights.FeeRefundDue: what the rulebook gives back of a rejected application's fee goes back."""
    actions.refund_fee(
        actor=SYSTEM,
        now=entry.at,
        application=UUID(entry.facts["application"]),
        amount_fen=entry.facts["amount_fen"],
    )


def release_withdrawn(entry: Recorded) -> None:
    """listings.IntentWithdrawn, listings.IntentRefused: the deposit goes back, if there is one."""
    _release(UUID(entry.facts["intent"]), entry)


def release_after_cut_off(entry: Recorded) -> None:
    """listings.CutOff: whoever is not among the chosen gets the deposit back at once."""
    if entry.facts["outcome"] == "extended":
        return
    chosen = {UUID(one["intent"]) for one in _private(entry)["intents"]}
    _release_all(UUID(entry.facts["listing"]), entry, keep=chosen)


def release_after_closing(entry: Recorded) -> None:
    """listings.Closed otherwise than by a sale: every deposit goes back."""
    if entry.facts["ending"] != "sold":
        _release_all(UUID(entry.facts["listing"]), entry, keep=set())


def release_losers(entry: Recorded) -> None:
    """auctions.Closed: losers at once; the runner-up too, unless the rulebook says otherwise."""
    hidden = _private(entry)
    keep = set()
    if entry.facts["outcome"] == "sold":
        keep.add(UUID(hidden["winner_intent"]))
        if hidden["runner_up_intent"] and _holds_runner_up(UUID(entry.facts["listing"])):
            keep.add(UUID(hidden["runner_up_intent"]))
    _release_all(UUID(entry.facts["listing"]), entry, keep=keep)


def ask_price(entry: Recorded) -> None:
    """deals.Signed: the deposit becomes part of the price, the rest is asked for; others are free."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    asked_before = queries.payable_for(subject("deal", deal.id)) is not None
    payable = actions.apply_deposit(actor=SYSTEM, now=entry.at, deal=deal.id)
    _release_all(deal.listing, entry, keep={deal.intent} if deal.intent else set())
    if payable is not None and payable.missing_fen and not asked_before:
        notices.asked(payable, now=entry.at)


def end_deal(entry: Recorded) -> None:
    """deals.Defaulted, deals.Terminated: escrow and deposits go where the rulebook says (AU-11)."""
    deal = deals.deal(UUID(entry.facts["deal"]))
    ended_by_default = deal.status is Status.DEFAULTED
    at_fault = Side(entry.facts["side"]) if ended_by_default else None
    if queries.payable_for(subject("deal", deal.id)) is not None:
        actions.return_price(actor=SYSTEM, now=entry.at, deal=deal.id, at_fault=at_fault)
    if deal.intent is not None and at_fault is Side.BUYER:
        _forfeit(deal, entry)
    _release_all(deal.listing, entry, keep=set())


def _forfeit(deal: deals.DealView, entry: Recorded) -> None:
    assert deal.intent is not None
    deposit = queries.payable_for(subject("intent", deal.intent))
    if deposit is None or deposit.status is not PayableStatus.HELD:
        return
    actions.forfeit_deposit(
        actor=SYSTEM,
        now=entry.at,
        intent=deal.intent,
        deal=deal.id,
        rulebook_version=deal.rulebook_version,
    )


def release_proceeds(entry: Recorded) -> None:
    """rights.Released, rights.Corrected: what was held for a pledge that has ended is free."""
    technology = UUID(entry.facts["technology"])
    actions.release_proceeds(actor=SYSTEM, now=entry.at, technology=technology)


def tell_of_proceeds(entry: Recorded) -> None:
    """Proceeds of a pledged right: pledgee and seller hear of each step, officers of a claim."""
    private = _private(entry)
    deal, pledge = UUID(entry.facts["deal"]), UUID(entry.facts["pledge"])
    for found in queries.proceeds_of_deal(deal):
        if found.pledge == pledge:
            notices.of_proceeds(entry.kind, found, private, now=entry.at)


def tell(entry: Recorded) -> None:
    """Receipts, releases, forfeits, refunds and payouts: whom it concerns gets a notice."""
    match entry.kind:
        case "settlement.FeeRefunded":
            payable = queries.payable_for(entry.subject)
            assert payable is not None, "what was refunded was asked for"
            notices.refunded(payable, entry.facts["amount_fen"], now=entry.at)
        case "settlement.ReceiptRecorded" | "settlement.ReceiptMatched":
            receipt = queries.receipt(UUID(entry.facts["receipt"]))
            if receipt.payable is not None:
                notices.arrived(receipt, queries.payable(receipt.payable), now=entry.at)
        case "settlement.DepositReleased":
            notices.released(queries.payable(UUID(entry.facts["payable"])), now=entry.at)
        case "settlement.DepositForfeited" | "settlement.EscrowForfeited":
            deal = deals.deal(UUID(entry.facts["deal"]))
            amount = entry.facts["amount_fen"]
            notices.forfeited(deal.buyer, amount, deal.currency, now=entry.at)
        case _:
            payout = queries.payout(UUID(entry.facts["payout"]))
            if payout.status is PAYOUT_STATUS[entry.kind]:  # else a later entry tells of it
                notices.payout_moved(payout, now=entry.at)


def _release_all(listing: UUID, entry: Recorded, *, keep: set[UUID]) -> None:
    for deposit in queries.deposits_of_listing(listing, *WAITING):
        intent = UUID(subject_id(deposit.subject))
        if intent not in keep:
            actions.release_deposit(actor=SYSTEM, now=entry.at, intent=intent)


def _release(intent: UUID, entry: Recorded) -> None:
    if queries.payable_for(subject("intent", intent)) is not None:
        actions.release_deposit(actor=SYSTEM, now=entry.at, intent=intent)


def _holds_runner_up(listing: UUID) -> bool:
    version = listings.listing(listing).rulebook_version
    assert version is not None, "what came to an auction was submitted under a rulebook"
    rules = rulebook.version(version)
    return rules.settlement.runner_up_deposit_until_signed


def _private(entry: Recorded) -> dict[str, Any]:
    if entry.private is None:
        raise LookupError(f"entry {entry.id}: its private part was erased, so nobody can be named")
    return entry.private


def _may_read(actor: Actor, document: DocumentView) -> bool:
    """Papers of a claim on pledged proceeds: both sides, and who decides."""
    if access.by_default(actor, document):
        return True
    if not actor.has(READ):
        return False
    proceeds = UUID(subject_id(document.owner))
    try:
        queries.proceeds(proceeds, actor)
    except Refused:
        return False
    return True


access.register("pledged_proceeds", _may_read)
