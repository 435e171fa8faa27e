"""
Co-owners join the offer of an exclusive or sole licence, which they grant only together (RR-1, RR-4;
Patent Law art. 14).

    asked → joined | declined        each for the terms as they stand; revised terms are asked anew
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import rules
from hutong.listings.actions.saving import listing_subject, locked, locked_own
from hutong.listings.events import CoOwnerDeclined, CoOwnerJoined, JoiningAsked
from hutong.listings.models import Joining, Listing
from hutong.listings.queries.joinings import JoiningView, joinings, missing_from, needed_for
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Status
from hutong.parties import queries as parties

MAX_REASON = 400


@action(power=ACT)
def ask_co_owners(*, actor: Actor, now: datetime, listing: UUID) -> list[JoiningView]:
    """Ask every co-owner of the rights on offer to join a draft on its terms; who was asked stays
    asked, who declined is asked again."""
    row = locked_own(actor, listing)
    rules.require_status(row.state(), Status.DRAFT)
    needed = needed_for(row)
    if not needed:
        raise Refused(Refusal.NOBODY_TO_JOIN)
    known = {j.party: j for j in row.joinings.all()}
    asked = [p for p in sorted(needed) if p not in known or known[p].declined_at is not None]
    if not asked:
        nothing_changed()
        return joinings(row.id)
    row.joinings.filter(party__in=asked).delete()
    Joining.objects.bulk_create(Joining(listing=row, party=p, asked_at=now) for p in asked)
    record(
        listing_subject(row.id),
        *(JoiningAsked(listing=row.id, holder=party) for party in asked),
    )
    return joinings(row.id)


@action(power=ACT)
def join_offer(*, actor: Actor, now: datetime, listing: UUID) -> JoiningView:
    """Join a co-owner's offer for the actor's party, on its terms as they stand."""
    row, mine = _asked(actor, listing)
    mine.joined_at, mine.joined_by = now, actor.person
    mine.save()
    record(listing_subject(row.id), CoOwnerJoined(listing=row.id, holder=mine.party))
    return _mine(row, mine.party)


@action(power=ACT)
def decline_offer(*, actor: Actor, now: datetime, listing: UUID, reason: str) -> JoiningView:
    """Decline to join, with a reason: the offer cannot be submitted without it."""
    row, mine = _asked(actor, listing)
    if not reason.strip():
        raise Refused(Refusal.WORDS_MISSING, what="reason")
    if len(reason) > MAX_REASON:
        raise Refused(CommonRefusal.TOO_LARGE, what="reason", limit=MAX_REASON)
    mine.declined_at, mine.declined_because = now, reason.strip()
    mine.save()
    event = CoOwnerDeclined(listing=row.id, holder=mine.party, reason=mine.declined_because)
    record(listing_subject(row.id), event)
    return _mine(row, mine.party)


def require_joined(row: Listing) -> frozenset[UUID]:
    """Who has joined; refuse an exclusive or sole licence while a co-owner has not, by name."""
    if missing := missing_from(row):
        known = parties.parties(missing)
        names = sorted(known[party].name if party in known else str(party) for party in missing)
        raise Refused(Refusal.CO_OWNERS_NOT_JOINED, names="、".join(names), parties=sorted(missing))
    return frozenset(j.party for j in row.joinings.all() if j.joined_at is not None)


def _asked(actor: Actor, listing: UUID) -> tuple[Listing, Joining]:
    row = locked(listing)
    mine = row.joinings.select_for_update().filter(party=actor.acting_party()).first()
    if mine is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    rules.require_status(row.state(), Status.DRAFT)
    if mine.joined_at is not None or mine.declined_at is not None:
        raise Refused(Refusal.ANSWERED_ALREADY)
    return row, mine


def _mine(row: Listing, party: UUID) -> JoiningView:
    return next(one for one in joinings(row.id) if one.party == party)
