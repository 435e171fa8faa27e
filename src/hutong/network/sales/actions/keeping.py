"""
At a part's home venue: the contract its seller accepts, what the lead venue stands for, and right
against money in one transaction (NE-3, DL-2, SE-5).
"""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q

from hutong.deals import queries as deals
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.canonical import digest
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.joint import contents_of
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.rules import What
from hutong.network.projects.actions.contributing import release
from hutong.network.projects.actions.telling import is_here, part_subject
from hutong.network.projects.models import Contribution
from hutong.network.projects.rules import ContributionStatus
from hutong.network.sales import buyers, rules
from hutong.network.sales.actions.saving import (
    free_rights,
    let_go,
    locked,
    locked_or_none,
    rights_of,
    sale_of,
    save,
    say,
)
from hutong.network.sales.actions.telling import READY
from hutong.network.sales.models import PartSale
from hutong.network.sales.rules import LIVE, Refusal, Status
from hutong.network.trade import actions as trade
from hutong.rights import queries as titles
from hutong.rulebook import queries as rulebook
from hutong.settlement import actions as settlement
from hutong.technologies import queries as technologies


@action(power=None)
def take_award(
    *,
    actor: Actor,
    now: datetime,
    lead: str,
    project: UUID,
    part: UUID,
    deal: UUID,
    number: str,
    price_fen: int,
    amount_fen: int,
    currency: str,
    contents: str,
    contract: str,
    contract_digest: str,
    sign_by: datetime,
    buyer: Mapping[str, Any] | UUID,
    rulebook_version: int | None = None,
) -> None:
    """The project is sold: here is the contract for the part's seller to accept.

    Refused when the part is not listed with that venue, or its sale is over; when the deal's id is
    another venue's, or one of our own deals; when the part earns another share than was told, less
    than its seller asks, or in another currency; when the contract names other rights than the
    bundle holds.
    """
    listed = (
        Contribution.objects.select_for_update(of=("self",))
        .filter(id=part, invitation=project, invitation__lead=lead)
        .first()
    )
    if listed is None:
        raise Refused(Refusal.UNKNOWN_PART)
    known = PartSale.objects.filter(part=part).first()
    if known is not None and (known.deal, known.contract_digest) == (deal, contract_digest):
        rules.need(known.state(), *LIVE)
        nothing_changed()
        return
    if known is not None or listed.status != ContributionStatus.LISTED.value:
        raise Refused(Refusal.UNKNOWN_PART)
    if _is_anothers(deal, lead):
        raise Refused(Refusal.OTHERS_DEAL)
    if currency != CNY:
        raise Refused(Refusal.OTHER_CURRENCY, currency=currency)
    if digest(contract.encode()) != contract_digest:
        raise Refused(Refusal.OTHER_CONTRACT)
    buyer = buyer if isinstance(buyer, UUID) else buyers.known(buyer, now)
    if buyer == listed.seller:
        raise Refused(Refusal.BUYS_ITS_OWN)
    assert listed.share is not None, "what is listed has its share"
    rules.check_award(
        price_fen=price_fen,
        share=listed.share,
        amount_fen=amount_fen,
        asked_fen=listed.asked_fen,
        contents=contents,
        own_contents=contents_of(rights_of(listed.bundle)),
    )
    row = PartSale.objects.create(
        part=listed,
        deal=deal,
        lead=lead,
        number=number,
        buyer=buyer,
        price_fen=price_fen,
        amount_fen=amount_fen,
        currency=currency,
        contract=contract,
        contract_digest=contract_digest,
        sign_by=sign_by,
        rulebook_version=rulebook_version or rulebook.in_force(now).version,
        awarded_at=now,
        changed_at=now,
    )
    record(
        part_subject(part),
        rules.SaleAwarded(
            part=part,
            deal=deal,
            lead_venue=lead,
            number=number,
            contract_digest=contract_digest,
            amount_fen=row.amount_fen,
        ),
    )


def _is_anothers(deal: UUID, lead: str) -> bool:
    """Whether a deal's id is one of our own deals, or that of another venue's sale here, or of a deal
    of which a part has moved: no contract comes after that."""
    if is_here(lead):
        return False
    others = PartSale.objects.filter(~Q(lead=lead) | Q(status=Status.MOVED.value), deal=deal)
    return bool(deals.deals([deal])) or others.exclude(status=Status.ENDED.value).exists()


@action(power=None)
def take_assurance(
    *,
    actor: Actor,
    now: datetime,
    lead: str,
    part: UUID,
    deal: UUID,
    amount_fen: int,
    currency: str,
) -> None:
    """The lead venue holds the part's share of the price for it. Refused beyond what it may stand for
    here (SE-5), and before its seller has accepted."""
    row = sale_of(lead, part, deal, amount_fen)
    events = rules.assure(row.state())
    if not events:
        nothing_changed()
        return
    if currency != row.currency:
        raise Refused(CommonRefusal.INVALID, field="currency", problem=currency)
    if not is_here(lead):
        trade.within_limit(lead, amount_fen, currency, now)
        settlement.assure_part(
            actor=actor, now=now, part=part, venue=lead, amount_fen=amount_fen, currency=currency
        )
    save(row, events, now)
    _see_whether_ready(row, now)


@action(power=None)
def note_step(*, actor: Actor, now: datetime, entry: UUID) -> None:
    """An office entered a transfer (RR-11): where it was the last one missing, the part can move."""
    row = PartSale.objects.filter(entries__contains=[entry]).first()
    nothing_changed()
    if (
        row is not None
    ):  # it may be assured in this moment: its state is looked at once it is locked
        _see_whether_ready(locked(row.part_id), now)


def _see_whether_ready(row: PartSale, now: datetime) -> None:
    steps = {d.entry: d.outside_step for d in titles.disposals_of_deal(row.deal)}
    missing = any(steps.get(one) not in ("not_due", "effective") for one in row.entries)
    events = rules.be_ready(row.state(), steps_missing=missing)
    if events:
        save(row, events, now)
        say(row, READY, {}, now)


@action(power=None)
def move_part(
    *, actor: Actor, now: datetime, lead: str, part: UUID, deal: UUID, amount_fen: int
) -> tuple[UUID, ...]:
    """The lead venue has decided: register entries and the seller's credit in this one transaction
    (DL-2). Returns the entries; told again, it has moved already. Refused while a title does not
    carry it: then nothing has happened, and it may be asked again."""
    row = sale_of(lead, part, deal, amount_fen)
    events = rules.move(row.state(), tuple(row.entries))
    if not events:
        nothing_changed()
        return tuple(row.entries)
    sold = settlement.SoldPart(
        part=part,
        deal=deal,
        number=row.number,
        seller=row.part.seller,
        amount_fen=row.amount_fen,
        currency=row.currency,
        rulebook_version=row.rulebook_version,
        entries=tuple(row.entries),
        parts=_earned_by(row.part.bundle),
        lead_venue="" if is_here(lead) else lead,
    )
    if is_here(lead):
        settlement.note_part_moved(
            actor=actor,
            now=now,
            deal=deal,
            part=part,
            venue=lead,
            amount_fen=amount_fen,
            sold=sold,
        )
    else:
        settlement.settle_part(actor=actor, now=now, sold=sold)
        clearing.note_position(
            actor=SYSTEM,
            now=now,
            venue=lead,
            order=part,
            what=What.PART,
            owed_fen=-row.amount_fen,
            currency=row.currency,
        )
    free_rights(row, actor, now)
    row.part.status = ContributionStatus.SOLD.value
    row.part.save()
    save(row, events, now)
    return tuple(row.entries)


@action(power=None)
def end_sale(*, actor: Actor, now: datetime, lead: str, part: UUID, deal: UUID) -> None:
    """The deal ended, or the part was given up: what was bound for it is free, and the lead venue
    stands for nothing any more. Refused once it has moved."""
    row = locked_or_none(part)
    if row is None or (row.lead, row.deal) != (lead, deal):
        nothing_changed()
        return
    events = rules.end(row.state())
    if not events:
        nothing_changed()
        return
    let_go(row, events, actor=actor, now=now)
    release(row.part, now)


@action(power=None)
def note_withdrawn(*, actor: Actor, now: datetime, part: UUID) -> None:
    """The part was withdrawn before its seller accepted: its sale is over."""
    row = locked_or_none(part)
    if row is None or row.status != Status.AWARDED.value:
        nothing_changed()
        return
    save(row, rules.end(row.state()), now)


def _earned_by(bundle: UUID) -> dict[UUID, Fraction]:
    """What part of the amount each right of a bundle earns, by its stated split (TE-4)."""
    return {one.technology: one.share for one in technologies.technology(bundle).split}
