"""
Right against money, part by part: a joint project of several venues (NE-3, DL-2, SE-5).

    at the lead venue    the whole price in escrow → the lead seller's share, by the decision itself
                           → each other part's share: owed to its home venue, or to its seller here
                           → what is left when all parts are over: the fee, and what goes back
    at a home venue      the lead venue's guarantee → escrow of the part
                           → register entries, the seller's credit, the lead venue's debt: one step
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from hutong.deals import actions as deals_actions
from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Kind, Leg
from hutong.rights import actions as rights
from hutong.settlement import events, queries
from hutong.settlement.actions.abroad import clearing, give_back
from hutong.settlement.actions.payables import (
    ISSUE,
    account,
    customer,
    escrow,
    locked_for,
    move,
    venues,
)
from hutong.settlement.actions.pledged import Sold, obey_pledges
from hutong.settlement.models import PartSettlement, Payable, Settlement
from hutong.settlement.queries import DealMoney
from hutong.settlement.refusals import Refusal
from hutong.settlement.rules import PayableStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldPart:
    """A part of a joint project as it is settled here. `lead_venue`: whose price it is, empty for our
    own escrow. `parts`: what part of the amount each right earns."""

    part: UUID
    deal: UUID
    number: str
    seller: UUID
    amount_fen: int
    currency: str
    rulebook_version: int
    entries: tuple[UUID, ...]
    parts: Mapping[UUID, Fraction]
    lead_venue: str = ""

    @property
    def about(self) -> str:
        return part_subject(self.part) if self.lead_venue else subject("deal", self.deal)


def part_subject(part: UUID) -> str:
    return subject("project_part", part)


# -- at the lead venue ----------------------------------------------------------------------------------


def begin_joint(deal: UUID, *, actor: Actor, now: datetime) -> DealMoney:
    """Decide that right and money move: the lead seller's part does at once. Refused before every
    part can (DL-2)."""
    view = deals_actions.begin_moving(actor=actor, now=now, deal=deal)
    lead = view.lead_part
    assert lead is not None, "a joint project has its lead part"
    settle_part(
        actor=actor,
        now=now,
        sold=SoldPart(
            part=lead.id,
            deal=deal,
            number=view.number,
            seller=view.seller,
            amount_fen=lead.amount_fen,
            currency=view.currency,
            rulebook_version=view.rulebook_version,
            entries=view.transfer_entries,
            parts=deals.parts_of_price(deal),
        ),
    )
    return queries.money_of(deal)


def lock_price(deal: UUID) -> None:
    """Take the price's row before the deal's, as everywhere, where a part is going to move."""
    Payable.objects.select_for_update().filter(subject=subject("deal", deal)).first()


@action(power=ISSUE)
def note_part_moved(
    *,
    actor: Actor,
    now: datetime,
    deal: UUID,
    part: UUID,
    venue: str,
    amount_fen: int,
    sold: SoldPart | None = None,
) -> None:
    """A part moved at its home venue: its share, held until now, is what we owe that venue.

    `sold`: of a seller of ours, whose part moves here and now. With the last part the deal is done.
    """
    locked_for(subject("deal", deal))  # before the deal, as everywhere
    if sold is not None:
        settle_part(actor=actor, now=now, sold=sold)
    if not deals_actions.note_moved(actor=actor, now=now, deal=deal, part=part):
        nothing_changed()
        return
    if sold is None:
        _remit(deal, part, venue, amount_fen, actor=actor, now=now)
    _finish(deal, actor=actor, now=now)


@action(power="deals.end")
def return_part(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> None:
    """Give up a part that its home venue refused to move, as another officer proposed (PA-5)."""
    locked_for(subject("deal", deal))
    deals_actions.confirm_return(actor=actor, now=now, deal=deal, part=part)
    _finish(deal, actor=actor, now=now)


def _remit(
    deal: UUID, part: UUID, venue: str, amount_fen: int, *, actor: Actor, now: datetime
) -> None:
    currency = deals.deal(deal).currency
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"part:{part}",
        purpose="remit",
        about=subject("deal", deal),
        legs=[
            Leg(escrow(deal, currency, actor=actor, now=now), -amount_fen),
            Leg(clearing(venue, currency, actor=actor, now=now), amount_fen),
        ],
    )
    record(
        subject("deal", deal),
        events.PartRemitted(
            deal=deal, part=part, amount_fen=amount_fen, venue=venue, transfer=transfer
        ),
    )


def _finish(deal: UUID, *, actor: Actor, now: datetime) -> None:
    """When every part has moved or was given up: the fee on what moved, and to the buyer what of the
    price did not; nothing while a part is under way."""
    row = locked_for(subject("deal", deal))
    view = deals.deal(deal)
    if row.status != PayableStatus.PAID.value or not all(part.is_over for part in view.parts):
        return
    lead = PartSettlement.objects.get(part=view.lead_part.id)  # type: ignore[union-attr]
    moved = sum(p.amount_fen for p in view.parts if p.status is PartStatus.MOVED)
    fee = queries.fee_of(moved, view.rulebook_version).buyer_fen
    back = row.amount_fen - moved - fee
    transfer = lead.transfer
    if fee or back:
        legs = [
            Leg(escrow(deal, row.currency, actor=actor, now=now), -(fee + back)),
            Leg(venues(Kind.VENUE_FEES, row.currency, actor=actor, now=now), fee),
            Leg(customer(row.payer, row.currency, actor=actor, now=now), back),
        ]
        transfer = ledger.transfer(
            actor=actor,
            now=now,
            key=f"settle:{deal}",
            purpose="settle",
            about=row.subject,
            legs=[leg for leg in legs if leg.amount_fen],
        )
    give_back(row, back, Kind.CLEARING, "parts", actor=actor, now=now)
    deals_actions.mark_right_moved(actor=actor, now=now, deal=deal)
    Settlement.objects.create(
        deal=deal,
        price_fen=moved,
        seller_fee_fen=lead.seller_fee_fen,
        buyer_fee_fen=fee,
        transfer=transfer,
        settled_by=None,
        at=now,
    )
    move(row, PayableStatus.SETTLED, now)
    if back:
        record(
            row.subject,
            events.PartsReturned(deal=deal, amount_fen=back, payer=row.payer, transfer=transfer),
        )
    record(
        row.subject,
        events.Settled(
            deal=deal,
            number=view.number,
            amount_fen=moved,
            entries=(),  # each part's stand in its own entry: settlement.PartSettled
            seller=view.seller,
            buyer=view.buyer,
            seller_fee_fen=lead.seller_fee_fen,
            buyer_fee_fen=fee,
            transfer=transfer,
            parts={},
        ),
    )


# -- at a part's home venue --------------------------------------------------------------------------------


@action(power=ISSUE)
def assure_part(
    *, actor: Actor, now: datetime, part: UUID, venue: str, amount_fen: int, currency: str
) -> None:
    """The lead venue holds the part's share of the price and stands for it (SE-5)."""
    transfer = _between(part, venue, amount_fen, currency, "assure", actor=actor, now=now)
    record(
        part_subject(part),
        events.PartAssured(part=part, amount_fen=amount_fen, venue=venue, transfer=transfer),
    )


@action(power=ISSUE)
def free_part(
    *, actor: Actor, now: datetime, part: UUID, venue: str, amount_fen: int, currency: str
) -> None:
    """The sale ended without this part: the lead venue stands for it no longer."""
    transfer = _between(part, venue, -amount_fen, currency, "free", actor=actor, now=now)
    record(
        part_subject(part),
        events.PartFreed(part=part, amount_fen=amount_fen, venue=venue, transfer=transfer),
    )


def _between(
    part: UUID,
    venue: str,
    amount_fen: int,
    currency: str,
    what: str,
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Between what the lead venue stands for and the part's escrow."""
    owner = subject("venue", venue)
    return ledger.transfer(
        actor=actor,
        now=now,
        key=f"{what}:{part}",
        purpose=what,
        about=part_subject(part),
        legs=[
            Leg(account(owner, Kind.GUARANTEE, currency, actor, now), -amount_fen),
            Leg(account(part_subject(part), Kind.ESCROW, currency, actor, now), amount_fen),
        ],
    )


@action(power=None)
def settle_part(*, actor: Actor, now: datetime, sold: SoldPart) -> None:
    """Move right and money of one part together: all of it happens, or none (DL-2).

    Every register entry takes effect, the seller gets the part's share less this venue's fee, the
    lead venue owes what it stood for. Refused while a title does not carry it, or an outside step is
    missing (RR-11).
    """
    if PartSettlement.objects.filter(part=sold.part).exists():
        raise Refused(Refusal.ALREADY_SETTLED)
    for entry in sold.entries:
        rights.effect_disposal(actor=actor, now=now, entry=entry)
    fee = queries.fee_of(sold.amount_fen, sold.rulebook_version).seller_fen
    legs = [
        Leg(customer(sold.seller, sold.currency, actor=actor, now=now), sold.amount_fen - fee),
        Leg(venues(Kind.VENUE_FEES, sold.currency, actor=actor, now=now), fee),
    ]
    if sold.lead_venue:
        owner = subject("venue", sold.lead_venue)
        legs += [
            Leg(
                account(part_subject(sold.part), Kind.ESCROW, sold.currency, actor, now),
                -sold.amount_fen,
            ),
            Leg(account(owner, Kind.GUARANTEE, sold.currency, actor, now), sold.amount_fen),
            Leg(clearing(sold.lead_venue, sold.currency, actor=actor, now=now), -sold.amount_fen),
        ]
    else:
        legs.append(Leg(escrow(sold.deal, sold.currency, actor=actor, now=now), -sold.amount_fen))
    transfer = ledger.transfer(
        actor=actor,
        now=now,
        key=f"settle-part:{sold.part}",
        purpose="settle",
        about=sold.about,
        legs=[leg for leg in legs if leg.amount_fen],
    )
    proceeds = Sold(
        deal=sold.deal,
        seller=sold.seller,
        currency=sold.currency,
        entries=sold.entries,
        parts=sold.parts,
    )
    obey_pledges(proceeds, sold.amount_fen - fee, actor=actor, now=now)
    PartSettlement.objects.create(
        part=sold.part,
        deal=sold.deal,
        lead_venue=sold.lead_venue,
        amount_fen=sold.amount_fen,
        seller_fee_fen=fee,
        transfer=transfer,
        at=now,
    )
    record(
        sold.about,
        events.PartSettled(
            deal=sold.deal,
            part=sold.part,
            number=sold.number,
            amount_fen=sold.amount_fen,
            entries=sold.entries,
            seller=sold.seller,
            seller_fee_fen=fee,
            transfer=transfer,
            parts={str(right): share for right, share in sold.parts.items()},
        ),
    )
