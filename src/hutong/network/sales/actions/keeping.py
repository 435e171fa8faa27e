"""
At a part's home venue: the contract its seller accepts, what the lead venue stands for, and right
against money in one transaction (NE-3, DL-2, SE-5).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor
from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.joint import contents_of
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.rules import What
from hutong.network.projects.actions.contributing import release
from hutong.network.projects.actions.telling import is_here, part_subject, tell
from hutong.network.projects.models import Contribution
from hutong.network.projects.rules import ContributionStatus
from hutong.network.sales import buyers, queries, rules
from hutong.network.sales.actions.telling import ACCEPT, READY
from hutong.network.sales.models import PartSale
from hutong.network.sales.queries import SaleView
from hutong.network.sales.rules import HELD, Refusal, Status
from hutong.network.trade import actions as trade
from hutong.rights import actions as rights
from hutong.rights import queries as titles
from hutong.rulebook import queries as rulebook
from hutong.settlement import actions as settlement
from hutong.technologies import queries as technologies

WHOLE = Fraction(1)


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

    Refused when the part is not listed with that venue, earns another share than was told, or less
    than its seller asks, or when the contract names other rights than the bundle holds.
    """
    listed = (
        Contribution.objects.select_for_update(of=("self",))
        .filter(id=part, invitation=project, invitation__lead=lead)
        .first()
    )
    known = PartSale.objects.filter(part=part, deal=deal).first()
    if known is not None and known.contract_digest == contract_digest:
        nothing_changed()
        return
    if listed is None or listed.status != ContributionStatus.LISTED.value or known is not None:
        raise Refused(Refusal.UNKNOWN_PART)
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
        own_contents=contents_of(_rights_of(listed.bundle)),
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


@action(power=ACT)
def accept_contract(*, actor: Actor, now: datetime, part: UUID, text_digest: str) -> SaleView:
    """Accept the contract for all parts of the party in this deal, by the digest of what was read.

    Their rights are bound for the buyer (RR-7); the lead venue is told. Refused when the digest is
    another text's, or a title does not carry it.
    """
    party = actor.acting_party()
    asked = PartSale.objects.select_related("part").filter(part=part).first()
    if asked is None or asked.part.seller != party:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    together = [row.part_id for row in _of_seller(asked.deal, party, Status.AWARDED)]
    for id in together if part in together else [part]:
        _accept(_locked(id), actor, now, text_digest)
    found = queries.of_part(part)
    assert found is not None, "it was just accepted"
    return found


@action(power=None)
def accept_with_lead(
    *, actor: Actor, now: datetime, deal: UUID, party: UUID, text_digest: str
) -> None:
    """The lead seller accepted the contract: so it did for its other parts in the deal."""
    nothing_changed()
    for row in _of_seller(deal, party, Status.AWARDED):
        _accept(_locked(row.part_id), actor, now, text_digest)


def _of_seller(deal: UUID, seller: UUID, status: Status) -> Collection[PartSale]:
    rows = PartSale.objects.filter(deal=deal, part__seller=seller, status=status.value)
    return list(rows.order_by("part"))


def _accept(row: PartSale, actor: Actor, now: datetime, text_digest: str) -> None:
    assert actor.person is not None, "somebody accepts"
    events = rules.sign(
        row.state(), text_digest=text_digest, person=actor.person, party=row.part.seller
    )
    part = row.part
    if part.status != ContributionStatus.LISTED.value:
        raise Refused(Refusal.UNKNOWN_PART)
    things = _rights_of(part.bundle)
    # What was kept for the project is kept for its deal now, and bound for the buyer.
    rights.end_reservation(actor=actor, now=now, source=part_subject(part.id))
    rights.reserve(actor=actor, now=now, technologies=things, source=subject("deal", row.deal))
    row.entries = [
        rights.prepare_transfer(
            actor=actor,
            now=now,
            deal=row.deal,
            technology=one,
            from_party=part.seller,
            to_party=row.buyer,
            share=WHOLE,
        )
        for one in sorted(things)
    ]
    row.accepted_by, row.accepted_at = actor.person, now
    part.status = ContributionStatus.BOUND.value
    part.save()
    _save(row, events, now)
    _say(row, ACCEPT, {"text_digest": text_digest}, now)


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
    row = _of(lead, part, deal, amount_fen)
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
    _save(row, events, now)
    _see_whether_ready(row, now)


@action(power=None)
def note_step(*, actor: Actor, now: datetime, entry: UUID) -> None:
    """An office entered a transfer (RR-11): where it was the last one missing, the part can move."""
    row = PartSale.objects.filter(entries__contains=[entry], status=Status.ASSURED.value).first()
    nothing_changed()
    if row is not None:
        _see_whether_ready(_locked(row.part_id), now)


def _see_whether_ready(row: PartSale, now: datetime) -> None:
    steps = {d.entry: d.outside_step for d in titles.disposals_of_deal(row.deal)}
    missing = any(steps.get(one) not in ("not_due", "effective") for one in row.entries)
    events = rules.be_ready(row.state(), steps_missing=missing)
    if events:
        _save(row, events, now)
        _say(row, READY, {}, now)


@action(power=None)
def move_part(
    *, actor: Actor, now: datetime, lead: str, part: UUID, deal: UUID, amount_fen: int
) -> tuple[UUID, ...]:
    """The lead venue has decided: register entries and the seller's credit in this one transaction
    (DL-2). Returns the entries; told again, it has moved already. Refused while a title does not
    carry it: then nothing has happened, and it may be asked again."""
    row = _of(lead, part, deal, amount_fen)
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
        _free_rights(row, now)
    row.part.status = ContributionStatus.SOLD.value
    row.part.save()
    _save(row, events, now)
    return tuple(row.entries)


@action(power=None)
def end_sale(*, actor: Actor, now: datetime, lead: str, part: UUID, deal: UUID) -> None:
    """The deal ended, or the part was given up: what was bound for it is free, and the lead venue
    stands for nothing any more. Refused once it has moved."""
    row = _locked_or_none(part)
    if row is None or (row.lead, row.deal) != (lead, deal):
        nothing_changed()
        return
    events = rules.end(row.state())
    if not events:
        nothing_changed()
        return
    was = Status(row.status)
    for entry in row.entries:
        rights.cancel_disposal(actor=actor, now=now, entry=entry, reason="the sale ended")
    _free_rights(row, now)
    if was in HELD and not is_here(lead):
        settlement.free_part(
            actor=actor,
            now=now,
            part=part,
            venue=lead,
            amount_fen=row.amount_fen,
            currency=row.currency,
        )
    _save(row, events, now)
    release(row.part, now)


@action(power=None)
def note_withdrawn(*, actor: Actor, now: datetime, part: UUID) -> None:
    """The part was withdrawn before its seller accepted: its sale is over."""
    row = _locked_or_none(part)
    if row is None or row.status != Status.AWARDED.value:
        nothing_changed()
        return
    _save(row, rules.end(row.state()), now)


def _free_rights(row: PartSale, now: datetime) -> None:
    """Let go of what is kept for the deal, where no other part of it is bound here any more. Of a
    deal of our own that is the deal's to do."""
    if is_here(row.lead):
        return
    others = PartSale.objects.filter(deal=row.deal).exclude(part=row.part_id)
    if not others.filter(status__in=[one.value for one in rules.BOUND]).exists():
        rights.end_reservation(actor=SYSTEM, now=now, source=subject("deal", row.deal))


# -- small things ---------------------------------------------------------------------------------------


def _save(row: PartSale, events: list[Event], now: datetime) -> None:
    row.status = rules.evolve(row.state(), events).status.value
    row.changed_at = now
    row.save()
    record(part_subject(row.part_id), *events)


def _say(row: PartSale, kind: str, body: dict[str, str], now: datetime) -> None:
    """Tell the lead venue; where that is ourselves, the reaction to our entry does (jobs.py)."""
    if not is_here(row.lead):
        tell(row.lead, kind, row.part.invitation_id, {"part": str(row.part_id), **body}, now)


def _of(lead: str, part: UUID, deal: UUID, amount_fen: int) -> PartSale:
    """The sale that a venue speaks of. Raises Refused (UNKNOWN_PART)."""
    row = _locked_or_none(part)
    if row is None or (row.lead, row.deal, row.amount_fen) != (lead, deal, amount_fen):
        raise Refused(Refusal.UNKNOWN_PART)
    return row


def _locked(part: UUID) -> PartSale:
    row = _locked_or_none(part)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    return row


def _locked_or_none(part: UUID) -> PartSale | None:
    """The sale with its part, the part locked first, as everywhere."""
    if Contribution.objects.select_for_update().filter(id=part).first() is None:
        return None
    rows = PartSale.objects.select_for_update(of=("self",)).select_related("part")
    return rows.filter(part=part).first()


def _rights_of(bundle: UUID) -> tuple[UUID, ...]:
    return technologies.technology(bundle).parts


def _earned_by(bundle: UUID) -> dict[UUID, Fraction]:
    """What part of the amount each right of a bundle earns, by its stated split (TE-4)."""
    return {one.technology: one.share for one in technologies.technology(bundle).split}
