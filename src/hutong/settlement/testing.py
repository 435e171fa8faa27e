"""
Builders for other areas' tests: money that came in through the bank, by real actions.

    funded(firm.id, 5_000_000)             available in its account
    deposited(intent)                      its deposit received and held
    paid_deal(now=…)                       signed, deposit applied, the rest received
    settled_deal(now=…)                    … outside steps recorded, right against money
    held_proceeds(seller=…, …)             a pledged right sold, its price held for the pledgee
"""

import secrets
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hutong.deals import queries as deals
from hutong.deals.queries import DealView
from hutong.deals.testing import DEPOSIT, NOTICE, PRICE, agreed_deal, listed, signed_deal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.ledger.testing import account_with
from hutong.listings.queries import IntentView
from hutong.listings.testing import open_listing, qualified_intent
from hutong.parties.queries import PartyView
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, staff, verified_party
from hutong.rights import actions as register
from hutong.rights import queries as rights
from hutong.rights.acts import Proceeds
from hutong.rights.testing import outside_step, pledged, registered_technology
from hutong.settlement import actions, queries
from hutong.settlement.queries import DealMoney, PayableView, ProceedsView, ReceiptView
from hutong.settlement.rules import Purpose


def funded(party: UUID, amount_fen: int, *, now: datetime = NINE_IN_SHANGHAI) -> UUID:
    """Make an amount available to the party. Returns its account."""
    return account_with(actor=SYSTEM, now=now, owner=subject("party", party), amount_fen=amount_fen)


def received(
    text: str, amount_fen: int, *, now: datetime, bank_reference: str | None = None
) -> ReceiptView:
    """A bank line recorded by an officer; `text` is what came with the money."""
    return actions.record_receipt(
        actor=staff("settlement", now=now),
        now=now,
        reference=text,
        amount_fen=amount_fen,
        bank_reference=bank_reference or f"B{secrets.token_hex(8)}",
        value_date=local_date(now),
        payer_name="某付款人",
    )


def asked_deposit(intent: IntentView, *, now: datetime | None = None) -> PayableView:
    """What the buyer was asked to pay as deposit."""
    return actions.issue_payable(
        actor=SYSTEM,
        now=now or intent.applied_at,
        subject=subject("intent", intent.id),
        purpose=Purpose.DEPOSIT,
        payer=intent.party,
        listing=intent.listing,
        amount_fen=intent.deposit_fen,
    )


def deposited(intent: IntentView, *, now: datetime | None = None) -> PayableView:
    """The deposit of an intent, received in full and held."""
    asked = asked_deposit(intent, now=now)
    received(asked.reference, asked.amount_fen, now=now or intent.applied_at)
    return queries.payable(asked.id)


def deal_with_deposit(
    *,
    now: datetime = NINE_IN_SHANGHAI,
    seller: PartyView | None = None,
    buyer: PartyView | None = None,
    **terms: Any,
) -> DealView:
    """An agreed deal whose buyer has its deposit held."""
    seller = seller or verified_party("上海某大学")
    buyer = buyer or verified_party("某科技公司", kind="enterprise")
    intent = qualified_intent(listed(seller, now=now, **terms), buyer, now=now + NOTICE)
    deposited(intent)
    return agreed_deal(intent=intent)


def priced_deal(deal: DealView | None = None, **how: Any) -> DealView:
    """A signed deal: the deposit is part of the price, the rest is asked for."""
    deal = signed_deal(deal or deal_with_deposit(**how))
    actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id)
    return deals.deal(deal.id)


def paid_deal(deal: DealView | None = None, **how: Any) -> DealView:
    """A deal whose whole price is in escrow."""
    deal = priced_deal(deal, **how)
    asked = queries.payable_for(subject("deal", deal.id))
    assert asked is not None
    if asked.missing_fen:
        received(asked.reference, asked.missing_fen, now=deal.opened_at)
    return deals.deal(deal.id)


def with_outside_steps(deal: DealView) -> DealView:
    """The deal after the office's entries of its transfers were recorded."""
    for disposal in rights.disposals_of_deal(deal.id):
        if disposal.outside_step == "missing":
            on = local_date(deal.opened_at)
            outside_step(disposal.entry, now=deal.opened_at, effective_on=on)
    return deal


def settled_deal(deal: DealView | None = None, **how: Any) -> tuple[DealView, DealMoney]:
    """A deal whose right and money have moved."""
    deal = with_outside_steps(paid_deal(deal, **how))
    money = actions.settle(
        actor=staff("settlement", now=deal.opened_at), now=deal.opened_at, deal=deal.id
    )
    return deals.deal(deal.id), money


def held_proceeds(
    *, seller: PartyView, buyer: PartyView, pledgee: PartyView, now: datetime, **how: Any
) -> ProceedsView:
    """A pledged patent, registered 16 days before `now`, sold with consent: its price is held.

    `debt_due_on` of the pledge, titles of the technology and of the listing in `how`.
    """
    titles = {"title_zh": how.get("title_zh", "一种电池隔膜"), "title_en": how.get("title_en", "")}
    patent = registered_technology(seller, now=now - NOTICE, **titles)
    pledge = pledged(patent.id, seller, pledgee, now=now, debt_due_on=how.get("debt_due_on"))
    register.consent_to_disposals(
        actor=member_of(pledgee),
        now=now,
        restriction=pledge,
        kinds=["transfer"],
        until=date(2099, 12, 31),
        proceeds=Proceeds.DEPOSIT,
    )
    terms = {"price_mode": "fixed", "price_fen": PRICE, "deposit_fen": DEPOSIT, **titles}
    intent = qualified_intent(open_listing(seller, [patent.id], now=now, **terms), buyer, now=now)
    deposited(intent)
    deal, _ = settled_deal(agreed_deal(intent=intent))
    return queries.proceeds_of_deal(deal.id)[0]
