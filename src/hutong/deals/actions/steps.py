"""
The steps of a deal, from the acceptances to its closing, and who is late with one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.deals import parts, queries, rules
from hutong.deals.actions.saving import (
    OPEN,
    PAYMENT_DUE,
    SIGN_DUE,
    is_frozen,
    locked,
    need_all_there,
    save,
    single,
)
from hutong.deals.models import Acceptance, Deal
from hutong.deals.queries import DealView
from hutong.deals.rules import ContractAccepted, Side, Signed
from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, Actor
from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import queries as listings
from hutong.listings.offers import LicenceTerms
from hutong.rights import actions as rights
from hutong.rights.acts import Mode
from hutong.rulebook import queries as rulebook


@action(power=ACT)
def accept_contract(*, actor: Actor, now: datetime, deal: UUID, text_digest: str) -> DealView:
    """Accept the contract for the party acted for, by the digest of the bytes that were read.

    When the second side accepts, the deal is signed and its rights are bound (RR-7). Refused when
    the digest is another text's, or this side has accepted.
    """
    row = locked(deal)
    party = actor.acting_party()
    if row.state().side_of(party) is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    days = rulebook.version(row.rulebook_version).deals.payment_days
    events = rules.accept(
        row.state(),
        party=party,
        person=actor.person,
        text_digest=text_digest,
        pay_by=natural_days_after(now, days).at,
    )
    for event in list(events):
        if isinstance(event, ContractAccepted):
            Acceptance.objects.create(
                deal=row,
                side=event.side.value,
                party=party,
                person=actor.person,
                digest=event.contract_digest,
                door=actor.door.value,
                at=now,
            )
            events += _bind_joint(actor, now, row, event.side)
        if isinstance(event, Signed):
            note_signed(actor, now, row, event)
    return save(row, events, now)


def note_signed(actor: Actor, now: datetime, row: Deal, event: Signed) -> None:
    """The last acceptance is there: the price is due, and the rights are bound."""
    row.pay_by = event.pay_by
    if not row.entries:
        row.entries = _bind(actor, now, row)
    due.cancel(subject=subject("deal", row.id), kind=SIGN_DUE)
    due.schedule(subject=subject("deal", row.id), kind=PAYMENT_DUE, due_at=event.pay_by)


def _bind_joint(actor: Actor, now: datetime, row: Deal, side: Side) -> list[Event]:
    """Of a joint project each seller's rights are bound when it accepts: the lead seller's here, so
    that nothing can fail any more when somebody else's acceptance is the last."""
    need_all_there(row)
    lead = row.parts.filter(lead=True).first()
    if side is not Side.SELLER or lead is None:
        return []
    row.entries = _bind(actor, now, row)
    lead.accepted_at = now
    lead.save()
    return list(parts.accept(lead.state(), contract_digest=row.contract_digest))


@action(power=None)
def note_contract_refused(
    *, actor: Actor, now: datetime, deal: UUID, why: Mapping[str, Any]
) -> None:
    """The exchange through which the buyer came refused the contract: officers look; its member, who
    never saw it, is late with nothing."""
    row = locked(deal)
    events = rules.refuse_contract(row.state(), why=why["code"])
    if not events:
        nothing_changed()
        return
    row.contract_refused = dict(why)
    save(row, events, now)


@action(power=None)
def mark_paid(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Note that the whole price is in escrow; settlement calls this in its own transaction."""
    row = locked(deal)
    events = rules.pay(row.state())
    due.cancel(subject=subject("deal", row.id), kind=PAYMENT_DUE)
    return save(row, events, now)


@action(power=None)
def mark_right_moved(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Note that right and money have moved; settlement calls this in the transaction that moves."""
    row = locked(deal)
    events = rules.move_right(row.state())
    rights.end_reservation(actor=actor, now=now, source=subject("deal", deal))
    return save(row, events, now)


@action(power=OPEN)
def mark_certified(*, actor: Actor, now: datetime, deal: UUID, certificate: str) -> DealView:
    """Note the transaction certificate's number."""
    row = locked(deal)
    events = rules.certify(row.state(), certificate=certificate)
    row.certificate = certificate
    return save(row, events, now)


@action(power=OPEN)
def close(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Close a certified deal."""
    row = locked(deal)
    return save(row, rules.close(row.state()), now)


@action(power=OPEN)
def note_overdue(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Put a deal whose deadline has passed before the officers, who decide what follows.

    Where a freeze keeps the right from being bound, the time to sign is given anew instead (RR-6).
    """
    row = locked(deal)
    days = rulebook.version(row.rulebook_version).deals.contract_sign_days
    events = rules.note_overdue(
        row.state(), now, frozen=is_frozen(row), sign_by=natural_days_after(now, days).at
    )
    if not events:
        nothing_changed()
        return queries.view(row)
    for event in events:
        if isinstance(event, rules.SigningPostponed):
            row.sign_by = event.sign_by
            due.schedule(subject=subject("deal", row.id), kind=SIGN_DUE, due_at=event.sign_by)
        else:
            row.overdue_at = now
    return save(row, events, now)


def _bind(actor: Actor, now: datetime, row: Deal) -> list[UUID]:
    """Bind each right, in order of technologies so that two deals cannot wait for each other."""
    things = sorted(single(row.technologies))
    if row.licence is not None:
        terms = LicenceTerms.read(row.licence)
        joined = listings.joined_by(row.listing)
        return [
            rights.prepare_grant(
                actor=actor,
                now=now,
                deal=row.id,
                technology=technology,
                licensor=row.seller,
                licensee=row.buyer,
                mode=Mode(row.licence_mode),
                scope=terms.scope(local_date(now)),
                sublicensable=terms.sublicensable,
                joined=joined,
            )
            for technology in things
        ]
    return [
        rights.prepare_transfer(
            actor=actor,
            now=now,
            deal=row.id,
            technology=technology,
            from_party=row.seller,
            to_party=row.buyer,
            share=row.share,
        )
        for technology in things
    ]
