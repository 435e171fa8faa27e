"""
At the home venue of a part: the seller's mandate, the officer's examination, the rights reserved for
the project, and what the lead venue says of it (NE-3, TE-4, LI-2).
"""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor, require_other_eyes
from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects import events, queries, rules
from hutong.network.projects.actions.telling import (
    OFFICE,
    WITHDRAW,
    is_here,
    part_subject,
    tell,
)
from hutong.network.projects.models import Contribution, Invitation
from hutong.network.projects.queries import ContributionView
from hutong.network.projects.rules import (
    PART_BOUND,
    PART_LIVE,
    TAKEN_OUT,
    WITHDRAWABLE,
    ContributionStatus,
    InvitationStatus,
    Refusal,
)
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import actions as rights
from hutong.rights import queries as titles
from hutong.technologies import queries as technologies
from hutong.technologies.queries import TechnologyView

WHOLE = Fraction(1)


@action(power=ACT)
def give_mandate(
    *, actor: Actor, now: datetime, project: UUID, bundle: UUID, asked_fen: int
) -> ContributionView:
    """Let a bundle of the party's be sold in the project, for at least `asked_fen`.

    The party is verified (PA-3) and may dispose of the whole of every right in the bundle (RR-10);
    all may be listed (TE-2). Raises Refused naming what does not hold.
    """
    invitation = _joined(project, now)
    party = parties.require_verified(actor.acting_party())
    if not 1 <= asked_fen <= MAX_AMOUNT:
        raise Refused(Refusal.ASKED_OUT_OF_RANGE)
    known = technologies.technologies([bundle]).get(bundle)
    if known is None or known.party != party.id:
        raise Refused(CommonRefusal.NOT_FOUND, what="bundle")
    found = _sellable(bundle, party.id, now)
    row = Contribution(
        invitation=invitation,
        seller=party.id,
        bundle=bundle,
        technologies=len(found.parts),
        asked_fen=asked_fen,
        mandated_by=actor.person,
        mandated_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(Refusal.ALREADY_A_PART) from None
    record(
        part_subject(row.id),
        events.Mandated(
            part=row.id,
            project=project,
            lead_venue=invitation.lead,
            bundle=bundle,
            seller=party.id,
            asked_fen=asked_fen,
        ),
    )
    return queries.contribution(row.id)


@action(power=OFFICE)
def add_part(*, actor: Actor, now: datetime, part: UUID, findings: str) -> ContributionView:
    """Add a part to the project: an entry in our log, and its rights reserved for it.

    By an officer who is nobody of the seller's (PA-5). Title and reservation are checked again.
    """
    row = _locked(part, ContributionStatus.MANDATED)
    invitation = _joined(row.invitation_id, now)
    require_other_eyes(actor, [row.mandated_by, *parties.people_of(row.seller, ANY_ROLE)])
    seller = parties.require_verified(row.seller)
    found = _sellable(row.bundle, row.seller, now)
    rights.reserve(actor=actor, now=now, technologies=found.parts, source=part_subject(row.id))
    row.status, row.added_at = ContributionStatus.ADDED.value, now
    row.examined_by, row.findings = actor.person, rules.need_words(findings)
    row.save()
    record(
        part_subject(row.id),
        events.PartAdded(
            part=row.id,
            project=invitation.id,
            lead_venue=invitation.lead,
            bundle=row.bundle,
            technologies=row.technologies,
            text={
                "title_zh": found.title_zh,
                "title_en": found.title_en,
                "seller_zh": seller.name_zh,
                "seller_en": seller.name_en,
            },
            seller=row.seller,
            asked_fen=row.asked_fen,
            findings=row.findings,
        ),
    )
    return queries.contribution(part)


@action(power=OFFICE)
def return_part(*, actor: Actor, now: datetime, part: UUID, findings: str) -> ContributionView:
    """Return a mandate to its seller, with findings."""
    row = _locked(part, ContributionStatus.MANDATED)
    require_other_eyes(actor, [row.mandated_by, *parties.people_of(row.seller, ANY_ROLE)])
    row.status, row.examined_by = ContributionStatus.RETURNED.value, actor.person
    row.findings = rules.need_words(findings)
    row.save()
    record(part_subject(row.id), events.Returned(part=row.id, findings=row.findings))
    return queries.contribution(part)


@action(power=None)
def withdraw_part(*, actor: Actor, now: datetime, part: UUID, reason: str) -> ContributionView:
    """Take a part out of the project: by its seller until the whole is listed, later by an officer
    here for a cause.

    Its rights are free at once; the lead venue is told, and a listing that stood on it stands still.
    """
    row = Contribution.objects.select_for_update().filter(id=part).first()
    if row is None or not (actor.has(OFFICE) or actor.party == row.seller):
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    actor.need(OFFICE if actor.has(OFFICE) else ACT)
    was = ContributionStatus(row.status)
    rules.need_part(was, *sorted(TAKEN_OUT if actor.has(OFFICE) else WITHDRAWABLE))
    take_out(row, rules.need_words(reason), now)
    return queries.contribution(part)


def take_out(row: Contribution, reason: str, now: datetime) -> None:
    """Take a live part out of its project: its rights are free, and the lead venue is told."""
    was = ContributionStatus(row.status)
    if was not in PART_LIVE:
        return
    row.status, row.reason = ContributionStatus.WITHDRAWN.value, reason
    row.save()
    invitation = row.invitation
    record(
        part_subject(row.id),
        events.PartWithdrawn(
            part=row.id, project=invitation.id, lead_venue=invitation.lead, reason=row.reason
        ),
    )
    if was is not ContributionStatus.MANDATED:
        _free(row, now)
        if not is_here(invitation.lead):
            tell(invitation.lead, WITHDRAW, invitation.id, {"part": str(row.id)}, now)


@action(power=None)
def note_answer(*, actor: Actor, now: datetime, part: UUID, why: Mapping[str, Any]) -> None:
    """What the lead venue said of a part of ours; `why` is its refusal, empty where it took it."""
    row = Contribution.objects.select_for_update().filter(id=part).first()
    if row is None or row.status != ContributionStatus.ADDED.value:
        nothing_changed()
        return
    if why:
        row.status, row.why = ContributionStatus.REFUSED.value, dict(why)
        _free(row, now)
    else:
        row.status = ContributionStatus.TAKEN.value
    row.save()
    code = str(why.get("code", ""))
    record(part_subject(part), events.PartAnswered(part=part, taken=not why, why=code))


@action(power=None)
def note_listed(
    *,
    actor: Actor,
    now: datetime,
    lead: str,
    project: UUID,
    listing: UUID,
    number: str,
    shares: Mapping[UUID, Fraction],
) -> None:
    """The lead venue has the whole on its board, with our parts' shares of the price.

    A part on the board was taken, though its answer to us is still on the way.
    """
    nothing_changed()
    rows = Contribution.objects.select_for_update(of=("self",)).filter(
        invitation__id=project,
        invitation__lead=lead,
        status__in=[ContributionStatus.ADDED.value, ContributionStatus.TAKEN.value],
    )
    for row in rows.order_by("id"):
        share = shares.get(row.id)
        if share is None:
            continue
        row.status, row.listing, row.listing_number = "listed", listing, number[:40]
        row.numerator, row.denominator = share.numerator, share.denominator
        row.save()
        told = events.PartListed(
            part=row.id, listing=listing, number=row.listing_number, share=share
        )
        record(part_subject(row.id), told)


@action(power=None)
def note_bound(*, actor: Actor, now: datetime, part: UUID, deal: UUID) -> None:
    """The lead seller accepted the contract; its rights are bound, and it stays in the project."""
    row = Contribution.objects.select_for_update().filter(id=part).first()
    if row is None or row.status != ContributionStatus.LISTED.value:
        nothing_changed()
        return
    row.status = ContributionStatus.BOUND.value
    row.save()
    record(part_subject(part), events.PartBound(part=part, deal=deal))


@action(power=None)
def note_sold(*, actor: Actor, now: datetime, part: UUID, deal: UUID) -> None:
    """The lead seller's part moved with the decision of the lead venue."""
    row = Contribution.objects.select_for_update().filter(id=part).first()
    # Listed: what was accepted before such parts were bound.
    if row is None or row.status not in (ContributionStatus.BOUND, ContributionStatus.LISTED):
        nothing_changed()
        return
    row.status = ContributionStatus.SOLD.value
    row.save()
    record(part_subject(part), events.PartSold(part=part, deal=deal))


def release(row: Contribution, now: datetime) -> None:
    """Free a live part of a project that is over."""
    if row.status not in PART_LIVE:
        return
    bound = row.status in PART_BOUND
    row.status = ContributionStatus.RELEASED.value
    row.save()
    invitation = row.invitation
    record(
        part_subject(row.id),
        events.PartReleased(part=row.id, project=invitation.id, lead_venue=invitation.lead),
    )
    if bound:
        _free(row, now)


def _free(row: Contribution, now: datetime) -> None:
    rights.end_reservation(actor=SYSTEM, now=now, source=part_subject(row.id))


def _sellable(bundle: UUID, seller: UUID, now: datetime) -> TechnologyView:
    found = technologies.require_listable(bundle, now)
    if not found.parts:
        raise Refused(Refusal.NOT_A_BUNDLE)
    titles.require_disposable(found.parts, by=seller, share=WHOLE)
    return found


def _joined(project: UUID, now: datetime) -> Invitation:
    row = Invitation.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="project")
    if row.status != InvitationStatus.JOINED.value:
        raise Refused(Refusal.NOT_JOINED)
    if now > row.parts_by:
        raise Refused(Refusal.CLOSED_FOR_PARTS, parts_by=row.parts_by)
    return row


def _locked(part: UUID, *needed: ContributionStatus) -> Contribution:
    row = Contribution.objects.select_for_update().filter(id=part).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    rules.need_part(ContributionStatus(row.status), *needed)
    return row
