"""
A co-owner's answer to an offer of another's share (LI-2; Civil Code 305).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.actions.saving import listing_subject
from hutong.listings.events import PreEmptionAnswered
from hutong.listings.models import Preemption
from hutong.listings.queries.preemptions import PreemptionView, view
from hutong.listings.refusals import Refusal


@action(power=ACT)
def answer_pre_emption(
    *, actor: Actor, now: datetime, listing: UUID, exercise: bool
) -> PreemptionView:
    """Answer, once and in the term, whether the party keeps its right to come first."""
    row = (
        Preemption.objects.select_for_update()
        .filter(listing=listing, party=actor.acting_party())
        .first()
    )
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="notice of pre-emption")
    if row.answered_at is not None:
        raise Refused(Refusal.ANSWERED_ALREADY)
    if now >= row.answer_by:
        raise Refused(Refusal.ANSWER_TERM_OVER, ended_at=row.answer_by)
    row.exercised, row.answered_at, row.answered_by = exercise, now, actor.person
    row.save()
    record(
        listing_subject(listing),
        PreEmptionAnswered(listing=listing, exercised=exercise, holder=row.party),
    )
    return view(row)
