"""Who stands where: a party's account and statement, a deal's sums, the whole venue (SE-1, DL-2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.deals import queries as deals
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.ledger import queries as ledger
from hutong.ledger.queries import AccountView, StatementLine, Totals
from hutong.ledger.rules import Kind
from hutong.rulebook import queries as rulebook
from hutong.settlement import fees
from hutong.settlement.queries.payables import payable_of_deal
from hutong.settlement.queries.sight import needs_books


@dataclass(frozen=True, slots=True, kw_only=True)
class DealMoney:
    """A deal's sums. `due_fen`: what the buyer pays in all; `in_escrow_fen`: what of it is here.
    `seller_price_fen`: what of the price is this seller's; of a joint project others earn the rest."""

    deal: UUID
    price_fen: int
    seller_price_fen: int
    seller_fee_fen: int
    buyer_fee_fen: int
    currency: str
    in_escrow_fen: int
    reference: str
    settled_at: datetime | None

    @property
    def due_fen(self) -> int:
        return self.price_fen + self.buyer_fee_fen

    @property
    def to_seller_fen(self) -> int:
        return self.seller_price_fen - self.seller_fee_fen


def account_of(party: UUID, currency: str = CNY) -> AccountView | None:
    """A party's account at the venue, or None while no money has come."""
    return ledger.account(subject("party", party), Kind.CUSTOMER, currency)


def statement_of(
    party: UUID, *, currency: str = CNY, after: int = 0, limit: int = 200
) -> list[StatementLine]:
    account = account_of(party, currency)
    return [] if account is None else ledger.statement(account.id, after=after, limit=limit)


def totals(actor: Actor) -> list[Totals]:
    """Balances of the whole venue, for officers of settlement and the supervisor."""
    needs_books(actor)
    return ledger.totals()


def fee_of(price_fen: int, rulebook_version: int) -> fees.Fee:
    """The fee on a price by a version of the rulebook, and who bears it."""
    rules = rulebook.version(rulebook_version).settlement
    bands = [fees.Band(band.up_to_fen, band.bp) for band in rules.fee_bands]
    return fees.split_fee(fees.total_fee(price_fen, bands), rules.fee_payer)


def money_of(deal: UUID) -> DealMoney:
    """What a deal costs whom, and how much of it is here."""
    view = deals.deal(deal)
    fee = fee_of(view.price_fen, view.rulebook_version)
    earned = view.lead_part.amount_fen if view.lead_part else view.price_fen
    escrow = ledger.account(subject("deal", deal), Kind.ESCROW, view.currency)
    asked, settled_at = payable_of_deal(deal)
    return DealMoney(
        deal=deal,
        price_fen=view.price_fen,
        seller_price_fen=earned,
        seller_fee_fen=fee_of(earned, view.rulebook_version).seller_fen,
        buyer_fee_fen=fee.buyer_fen,
        currency=view.currency,
        in_escrow_fen=escrow.posted_fen if escrow else 0,
        reference=asked.reference if asked else "",
        settled_at=settled_at,
    )
