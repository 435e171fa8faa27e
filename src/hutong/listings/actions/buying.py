"""
The buyer's way (LI-4): apply, be qualified, pay the deposit; or withdraw.

Everything here is sealed in the log until the period ends.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.canonical import digest_of
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import intents
from hutong.listings.actions.saving import intent_subject, locked, locked_intent, save_intent
from hutong.listings.intents import Decision
from hutong.listings.models import Intent, Listing
from hutong.listings.queries.intents import IntentView, view
from hutong.listings.refusals import Refusal
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights.constraints import refusing
from hutong.rulebook import queries as rulebook


@action(power=ACT)
def apply_intent(
    *,
    actor: Actor,
    now: datetime,
    listing: UUID,
    accepts_conditions: bool,
    evidence: Sequence[UUID] = (),
) -> IntentView:
    """Apply to buy on the listing's conditions, as they stand.

    Raises Refused: not verified (PA-3), the seller or an affiliate (AU-3, PA-7), a foreign buyer of
    what may not be exported freely (CB-2), the period over, a live intent already.
    """
    row = locked(listing)
    if row.listed_at is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    party = parties.require_verified(actor.acting_party())
    for document in evidence:
        stored = documents.find(document)
        if stored is None or stored.party != party.id:
            raise Refused(CommonRefusal.NOT_FOUND, what="document")
    id = new_id()
    events = intents.apply(
        row.state(),
        intent=id,
        party=party.id,
        affiliated=parties.are_affiliated(party.id, row.seller),
        domestic=party.jurisdiction == rulebook.in_force(now).rules.venue.region[:2],
        accepts_conditions=accepts_conditions,
        conditions_digest=_conditions_digest(row),
        now=now,
    )
    with refusing({"listings_intent_one_live": lambda _: Refused(Refusal.INTENT_LIVE)}):
        applied = Intent.objects.create(
            id=id,
            listing=row,
            party=party.id,
            applied_by=actor.person,
            deposit_fen=row.deposit_fen,
            conditions_digest=_conditions_digest(row),
            evidence=list(dict.fromkeys(evidence)),
            applied_at=now,
        )
    record(intent_subject(id), *events)
    return view(applied)


@action(power="listings.qualify")
def qualify(
    *, actor: Actor, now: datetime, intent: UUID, decision: Decision, findings: str
) -> IntentView:
    """Qualify a buyer or refuse with the finding; not by whoever applied, nor by anybody of
    the buyer's or the seller's (PA-5, LI-4)."""
    listing, row = locked_intent(intent)
    sides = [
        person
        for party in (row.party, listing.seller)
        for person in parties.people_of(party, ANY_ROLE)
    ]
    require_other_eyes(actor, [row.applied_by, *sides])
    events = intents.qualify(
        listing.state(), row.state(), decision=decision, findings=findings, now=now
    )
    if decision is Decision.QUALIFY:
        parties.require_verified(row.party)
    row.qualified_by, row.qualified_at, row.findings = actor.person, now, findings
    save_intent(row, events, now)
    return view(row)


@action(power=None)
def mark_deposited(*, actor: Actor, now: datetime, intent: UUID) -> IntentView:
    """Note that the deposit is held; called by settlement in its own transaction.

    Raises Refused when it comes after the end, or after the cut-off has decided: the money is then
    not a deposit, and settlement returns it.
    """
    listing, row = locked_intent(intent)
    save_intent(row, intents.mark_deposited(listing.state(), row.state(), now=now), now)
    return view(row)


@action(power=ACT)
def withdraw_intent(*, actor: Actor, now: datetime, intent: UUID) -> IntentView:
    """Take one's intent back while the period runs. A deposit held goes back."""
    listing, row = locked_intent(intent)
    if row.party != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="intent")
    save_intent(row, intents.withdraw(listing.state(), row.state(), now=now), now)
    return view(row)


def _conditions_digest(row: Listing) -> str:
    """What exactly the buyer accepted: offer, price, payment, deposit and conditions."""
    return digest_of(
        {
            "listing": str(row.id),
            "offer_kind": row.offer_kind,
            "share": str(row.share) if row.share else None,
            "price_mode": row.price_mode,
            "price_fen": row.price_fen,
            "deposit_fen": row.deposit_fen,
            "increment_fen": row.increment_fen,
            "payment": row.payment,
            "conditions": row.conditions,
        }
    )
