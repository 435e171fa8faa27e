"""
At the lead venue: what each part's home venue is asked, and what it says (NE-3, DL-1, DL-2).

Of our own other sellers' parts the home venue is this one: it is asked by a call, in the same
transaction, and its refusal is kept as another venue's would be.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hutong.deals import actions as deals_actions
from hutong.deals import parts, queries
from hutong.deals.parts import Asking, PartStatus
from hutong.deals.queries import DealPartView, DealView
from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.moments import iso
from hutong.kit.refusal import Refused
from hutong.listings import queries as listings
from hutong.network.clearing import actions as clearing
from hutong.network.clearing.rules import What
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.picture import Leaf
from hutong.network.projects.actions.telling import is_here, tell
from hutong.network.sales import buyers
from hutong.network.sales.actions import keeping
from hutong.network.sales.actions.telling import ASSURE, AWARD, END, MOVE
from hutong.network.sales.rules import Refusal, SaleEnded, SaleMoved
from hutong.parties import queries as parties
from hutong.settlement import actions as settlement
from hutong.venues import queries as venues


@action(power=None)
def award(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> None:
    """Send the contract to the part's home venue, for its seller to read and accept."""
    _ask(deal, part, Asking.AWARD, now)


@action(power=None)
def assure(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> None:
    """The price is here: tell the part's home venue that its share is held for it."""
    _ask(deal, part, Asking.ASSURE, now)


@action(power=None)
def move(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> None:
    """It is decided: tell the part's home venue to move the right against the money."""
    settlement.lock_price(deal)
    _ask(deal, part, Asking.MOVE, now)


@action(power="settlement.settle")
def ask_again(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> DealView:
    """Ask the part's home venue once more for what it refused."""
    settlement.lock_price(deal)
    found = _part(queries.deal(deal), part)
    what = parts.to_ask_again(
        parts.Part(
            id=found.id,
            deal=deal,
            venue=found.venue,
            amount_fen=found.amount_fen,
            status=found.status,
            refused=bool(found.why),
        )
    )
    _ask(deal, part, what, now)
    return queries.deal(deal)


@action(power="settlement.settle")
def take_from_log(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> DealView:
    """Take what its home venue's log says as its answer, where it was asked to move the part and no
    answer comes. That it moved settles it; that its sale ended is a refusal, and two officers may give
    the part up. Its own signed log decides, not whoever looks; nobody of a side looks (PA-5).

    Refused while what we hold of the log says neither, and where it was rewritten (LO-4).
    """
    settlement.lock_price(deal)
    view = queries.deal(deal)
    found = _part(view, part)
    require_other_eyes(
        actor, [one for side in (view.seller, view.buyer) for one in parties.people_of(side)]
    )
    if found.status is not PartStatus.ASKED or found.why or is_here(found.venue):
        raise Refused(Refusal.NOT_ASKED, status=found.status.value)
    last = next(reversed(_in_log(view, found)), None)
    if last is None:
        raise Refused(Refusal.NOT_IN_LOG, venue=found.venue)
    if last.kind == SaleMoved.kind:
        take_moved(actor=SYSTEM, now=now, venue=found.venue, part=part)
    else:
        why = {"code": Refusal.OUT_OF_STATE.code, "status": "ended", "needed": "ready"}
        take_refusal(actor=SYSTEM, now=now, part=part, what=Asking.MOVE, why=why)
    return queries.deal(deal)


def _in_log(deal: DealView, part: DealPartView) -> list[Leaf]:
    """What its home venue's log says of the part in this deal, from where it was added."""
    joint = listings.listing(deal.listing).joint
    added = next((p.entry_index for p in joint.parts if p.part == part.id), None) if joint else None
    kinds = (SaleMoved.kind, SaleEnded.kind)
    us, about = venues.my_code(), {"part": str(part.id), "deal": str(deal.id)}
    return [
        leaf
        for leaf in mirrors.said(part.venue, part.id, kinds, start=added or 0)
        if about.items() <= leaf.facts.items()
        and leaf.facts.get("lead_venue") == us
        and leaf.facts.get("amount_fen", part.amount_fen) == part.amount_fen
    ]


@action(power="deals.end")
def return_part(*, actor: Actor, now: datetime, deal: UUID, part: UUID) -> DealView:
    """Give up a part that its home venue refused to move, as another officer proposed (PA-5): its
    share goes back to the buyer, its rights are free there."""
    settlement.return_part(actor=actor, now=now, deal=deal, part=part)
    view = queries.deal(deal)
    _end(view, _part(view, part), now)
    return view


@action(power=None)
def end(*, actor: Actor, now: datetime, deal: UUID) -> None:
    """The deal ended before anything moved: tell every part's home venue that was told of it."""
    view = queries.deal(deal)
    for part in view.parts:
        if not part.lead:
            _end(view, part, now)
    nothing_changed()


# -- what a home venue says ---------------------------------------------------------------------------


@action(power=None)
def take_acceptance(
    *, actor: Actor, now: datetime, venue: str, part: UUID, text_digest: str
) -> None:
    """The part's seller accepted the contract there, and its rights are bound."""
    deals_actions.accept_part(
        actor=actor,
        now=now,
        deal=deal_of(part).id,
        part=part,
        venue=venue,
        text_digest=text_digest,
    )


@action(power=None)
def take_ready(*, actor: Actor, now: datetime, venue: str, part: UUID) -> None:
    """The part can move there at once."""
    deals_actions.note_ready(actor=actor, now=now, deal=deal_of(part).id, part=part, venue=venue)


@action(power=None)
def take_moved(*, actor: Actor, now: datetime, venue: str, part: UUID) -> None:
    """Right and money of the part moved there: what was held for it we owe that venue now."""
    deal = deal_of(part)
    found = _part(deal, part)
    settlement.note_part_moved(
        actor=actor,
        now=now,
        deal=deal.id,
        part=part,
        venue=venue,
        amount_fen=found.amount_fen,
    )
    clearing.note_position(
        actor=SYSTEM,
        now=now,
        venue=venue,
        order=part,
        what=What.PART,
        owed_fen=found.amount_fen,
        currency=deal.currency,
    )


@action(power=None)
def take_refusal(
    *, actor: Actor, now: datetime, part: UUID, what: Asking, why: Mapping[str, Any]
) -> None:
    """The part's home venue refused what it was asked: officers look."""
    deal = deal_of(part).id
    deals_actions.note_refused(actor=actor, now=now, deal=deal, part=part, what=what, why=why)


@action(power=None)
def take_leaving(*, actor: Actor, now: datetime, part: UUID, venue: str) -> None:
    """The part was withdrawn at its home venue: what has not been decided cannot be any more."""
    why = {"code": "listings.part_left", "venue": venue}
    deals_actions.note_left(actor=actor, now=now, deal=deal_of(part).id, part=part, why=why)


def deal_of(part: UUID) -> DealView:
    """Raises Refused (UNKNOWN_PART)."""
    found = queries.of_part(part)
    if found is None:
        raise Refused(parts.Refusal.UNKNOWN_PART)
    return found


# -- asking ---------------------------------------------------------------------------------------------


def _ask(deal: UUID, part: UUID, what: Asking, now: datetime) -> None:
    """Ask once; by a message, or here by a call."""
    if not deals_actions.note_asked(actor=SYSTEM, now=now, deal=deal, part=part, what=what):
        nothing_changed()
        return
    view = queries.deal(deal)
    found = _part(view, part)
    if is_here(found.venue):
        try:
            with transaction.atomic():
                _HERE[what](view, found, now)
        except Refused as refused:
            why = {"code": refused.reason.code}
            why |= {name: str(value) for name, value in refused.facts.items()}
            deals_actions.note_refused(
                actor=SYSTEM, now=now, deal=deal, part=part, what=what, why=why
            )
        return
    _TELL[what](view, found, now)


def _tell_award(deal: DealView, part: DealPartView, now: datetime) -> None:
    contract = queries.contract_text(deal.id).decode()
    body = {
        "part": str(part.id),
        "deal": str(deal.id),
        "number": deal.number,
        "price_fen": deal.price_fen,
        "amount_fen": part.amount_fen,
        "currency": deal.currency,
        "contents": part.contents,
        "contract": contract,
        "contract_digest": deal.contract_digest,
        "sign_by": iso(deal.sign_by),
        "buyer": buyers.told(deal, to=part.venue),
    }
    tell(part.venue, AWARD, project_of(deal), body, now)


def _award_here(deal: DealView, part: DealPartView, now: datetime) -> None:
    keeping.take_award(
        actor=SYSTEM,
        now=now,
        lead=part.venue,
        project=project_of(deal),
        part=part.id,
        deal=deal.id,
        number=deal.number,
        price_fen=deal.price_fen,
        amount_fen=part.amount_fen,
        currency=deal.currency,
        contents=part.contents,
        contract=queries.contract_text(deal.id).decode(),
        contract_digest=deal.contract_digest,
        sign_by=deal.sign_by,
        buyer=deal.buyer,
        rulebook_version=deal.rulebook_version,
    )


def _tell_assurance(deal: DealView, part: DealPartView, now: datetime) -> None:
    body = {
        "part": str(part.id),
        "deal": str(deal.id),
        "amount_fen": part.amount_fen,
        "currency": deal.currency,
    }
    tell(part.venue, ASSURE, project_of(deal), body, now)


def _assure_here(deal: DealView, part: DealPartView, now: datetime) -> None:
    keeping.take_assurance(
        actor=SYSTEM,
        now=now,
        lead=part.venue,
        part=part.id,
        deal=deal.id,
        amount_fen=part.amount_fen,
        currency=deal.currency,
    )


def _tell_moving(deal: DealView, part: DealPartView, now: datetime) -> None:
    body = {"part": str(part.id), "deal": str(deal.id), "amount_fen": part.amount_fen}
    tell(part.venue, MOVE, project_of(deal), body, now)


def _move_here(deal: DealView, part: DealPartView, now: datetime) -> None:
    keeping.move_part(
        actor=SYSTEM,
        now=now,
        lead=part.venue,
        part=part.id,
        deal=deal.id,
        amount_fen=part.amount_fen,
    )


_Way = Callable[[DealView, DealPartView, datetime], None]
_TELL: dict[Asking, _Way] = {
    Asking.AWARD: _tell_award,
    Asking.ASSURE: _tell_assurance,
    Asking.MOVE: _tell_moving,
}
_HERE: dict[Asking, _Way] = {
    Asking.AWARD: _award_here,
    Asking.ASSURE: _assure_here,
    Asking.MOVE: _move_here,
}


def _end(deal: DealView, part: DealPartView, now: datetime) -> None:
    if part.status is PartStatus.MOVED:
        return
    if is_here(part.venue):
        keeping.end_sale(actor=SYSTEM, now=now, lead=part.venue, part=part.id, deal=deal.id)
        return
    body = {"part": str(part.id), "deal": str(deal.id)}
    tell(part.venue, END, project_of(deal), body, now)


def project_of(deal: DealView) -> UUID:
    joint = listings.listing(deal.listing).joint
    assert joint is not None, "a deal with parts sells a joint project"
    return joint.project


def _part(deal: DealView, part: UUID) -> DealPartView:
    found = next((one for one in deal.parts if one.id == part and not one.lead), None)
    if found is None:
        raise Refused(parts.Refusal.UNKNOWN_PART)
    return found
