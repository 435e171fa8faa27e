"""
What people are told about money: what to pay, what came, what went back.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.kit.ids import subject, subject_id
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.settlement import references
from hutong.settlement.queries import PayableView, PayoutView, ProceedsView, ReceiptView
from hutong.settlement.rules import Outcome, PayoutStatus, Purpose

register(
    Text(
        "settlement.deposit_due",
        title=N_("Pay the deposit of {amount}"),
        body=N_("Transfer it with the reference {reference} before the listing period ends."),
    ),
    Text(
        "settlement.price_due",
        title=N_("Pay the price: {amount} are missing"),
        body=N_("Transfer it with the reference {reference} by {pay_by}."),
    ),
    Text(
        "settlement.fee_due",
        title=N_("Pay the registration fee of {amount}"),
        body=N_("Transfer it with the reference {reference}; acceptance waits for it."),
    ),
    Text(
        "settlement.covered",
        title=N_("{amount} arrived"),
        body=N_("The payment under {reference} is complete."),
    ),
    Text(
        "settlement.short",
        title=N_("{amount} arrived, which is not enough"),
        body=N_(
            "Transfer the rest with the same reference {reference}. Until then it is available to you."
        ),
    ),
    Text(
        "settlement.late",
        title=N_("{amount} arrived too late"),
        body=N_("It is available in your account; you may ask for it back."),
    ),
    Text(
        "settlement.surplus",
        title=N_("{amount} arrived for something already paid"),
        body=N_("It is available in your account; you may ask for it back."),
    ),
    Text(
        "settlement.released",
        title=N_("Your deposit of {amount} is released"),
        body=N_("It is available in your account; you may ask for it back."),
    ),
    Text(
        "settlement.forfeited",
        title=N_("Your deposit of {amount} is forfeited"),
        body=N_("The deal ended by your side's default; the rulebook says what that costs."),
    ),
    Text(
        "settlement.payout_requested",
        title=N_("A payout of {amount} waits for approval"),
        body=N_("Another officer than asked for it must approve it."),
    ),
    Text(
        "settlement.payout_paid",
        title=N_("{amount} were paid out"),
        body=N_("The bank confirmed the payment to {holder}."),
    ),
    Text(
        "settlement.payout_failed",
        title=N_("The payout of {amount} did not go through"),
        body=N_("The money is available in your account again. {reason}"),
    ),
    Text(
        "settlement.fee_refunded",
        title=N_("{amount} of the registration fee went back"),
        body=N_("The application was rejected; the rulebook says what of its fee goes back."),
    ),
    Text(
        "settlement.proceeds_prepaid",
        title=N_("{amount} of a pledged right's price prepaid the debt"),
        body=N_("As the pledgee's recorded consent says; the money is in the pledgee's account."),
    ),
    Text(
        "settlement.proceeds_held",
        title=N_("{amount} of a pledged right's price are held"),
        body=N_("Until the pledge is released, or the debt falls due and is not paid."),
    ),
    Text(
        "settlement.proceeds_released",
        title=N_("{amount} held for a pledge are free"),
        body=N_("The pledge was released; the money is available in the seller's account."),
    ),
    Text(
        "settlement.proceeds_claimed",
        title=N_("The pledgee asks for {amount} held for its pledge"),
        body=N_("It says that the debt fell due unpaid: {reason}"),
    ),
    Text(
        "settlement.proceeds_paid",
        title=N_("{amount} held for a pledge paid the debt that fell due"),
        body=N_("An officer decided so: {reason}"),
    ),
    Text(
        "settlement.claim_refused",
        title=N_("The claim on money held for a pledge was refused"),
        body=N_("It stays held as it was. The reason: {reason}"),
    ),
)
PROCEEDS = {
    "settlement.ProceedsPrepaid": "settlement.proceeds_prepaid",
    "settlement.ProceedsHeld": "settlement.proceeds_held",
    "settlement.ProceedsReleased": "settlement.proceeds_released",
    "settlement.ProceedsClaimed": "settlement.proceeds_claimed",
    "settlement.ProceedsPaid": "settlement.proceeds_paid",
    "settlement.ClaimRefused": "settlement.claim_refused",
}
ACCOUNT = "/my/money"
FOLDERS = {Purpose.DEPOSIT: "intents", Purpose.PRICE: "deals", Purpose.FEE: "rights"}
FOLDERS |= {Purpose.REMITTANCE: "orders"}


def asked(payable: PayableView, *, now: datetime) -> None:
    _tell(f"{payable.purpose.value}_due", payable, payable.missing_fen, now)


def arrived(receipt: ReceiptView, payable: PayableView, *, now: datetime) -> None:
    if receipt.outcome is Outcome.SUSPENSE:
        return  # nobody knows yet whom to tell
    _tell(receipt.outcome.value, payable, receipt.amount_fen, now)


def released(payable: PayableView, *, now: datetime) -> None:
    _tell("released", payable, payable.amount_fen, now)


def forfeited(party: UUID, amount_fen: int, currency: str, *, now: datetime) -> None:
    notify(
        now=now,
        to=parties.people_of(party),
        kind="settlement.forfeited",
        facts={"amount": with_unit(amount_fen, currency)},
        link=ACCOUNT,
    )


def refunded(payable: PayableView, amount_fen: int, *, now: datetime) -> None:
    _tell("fee_refunded", payable, amount_fen, now)


def of_proceeds(
    happened: str, found: ProceedsView, private: dict[str, Any], *, now: datetime
) -> None:
    """Tell both sides of a step of pledged proceeds, and the officers of a claim to decide."""
    kind = PROCEEDS[happened]
    sides = {p for side in (found.seller, found.pledgee) for p in parties.people_of(side)}
    told = [(sorted(sides), f"/my/proceeds/{found.id}")]
    if kind == "settlement.proceeds_claimed":
        officers = parties.officers_with("settlement.approve_payout")
        told.append(([p for p in officers if p not in sides], f"/desk/proceeds/{found.id}"))
    facts = {
        "amount": with_unit(private.get("amount_fen", found.amount_fen), found.currency),
        "reason": next((private[k] for k in ("grounds", "findings", "why") if k in private), ""),
    }
    for people, link in told:
        notify(
            now=now,
            to=people,
            kind=kind,
            facts=facts,
            link=link,
            subject=subject("pledged_proceeds", found.id),
        )


def payout_moved(payout: PayoutView, *, now: datetime) -> None:
    """Tell officers of a request, the party of its end."""
    people = parties.people_of(payout.party)
    asked_for = payout.status is PayoutStatus.REQUESTED
    match payout.status:
        case PayoutStatus.REQUESTED:
            kind = "settlement.payout_requested"
            people = [
                p
                for p in parties.officers_with("settlement.approve_payout")
                if p != payout.requested_by
            ]
        case PayoutStatus.PAID:
            kind = "settlement.payout_paid"
        case PayoutStatus.FAILED | PayoutStatus.REJECTED:
            kind = "settlement.payout_failed"
        case _:
            return
    notify(
        now=now,
        to=people,
        kind=kind,
        facts={
            "amount": with_unit(payout.amount_fen, payout.currency),
            "holder": payout.account.holder,
            "reason": payout.reason,
        },
        link=f"/desk/payouts/{payout.id}" if asked_for else ACCOUNT,
        subject=f"payout:{payout.id}",
    )


def _tell(kind: str, payable: PayableView, amount_fen: int, now: datetime) -> None:
    notify(
        now=now,
        to=parties.people_of(payable.payer),
        kind=f"settlement.{kind}",
        facts={
            "amount": with_unit(amount_fen, payable.currency),
            "reference": references.spaced(payable.reference),
            "pay_by": local_date(payable.pay_by) if payable.pay_by else None,
        },
        link=_page_of(payable),
        subject=payable.subject,
    )


def _page_of(payable: PayableView) -> str:
    """Where its payer sees what the money is for."""
    folder = FOLDERS[payable.purpose]
    return f"/my/{folder}/{subject_id(payable.subject)}"
