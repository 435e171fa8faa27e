"""
The listing officer's part (LI-2): examine, suspend, resume, terminate.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.calendar import working_days_after
from hutong.kit.event import Event
from hutong.kit.refusal import Refused
from hutong.listings import rules
from hutong.listings.actions.drafting import require_offerable, require_sellable
from hutong.listings.actions.saving import (
    deposited,
    end_intents,
    listing_subject,
    locked,
    locked_intents,
    open_seals,
    save,
)
from hutong.listings.events import JointPartLeft, Listed
from hutong.listings.models import Listing
from hutong.listings.offers import ExportClass, LicenceMode, OfferKind, PriceMode, Scope
from hutong.listings.queries.listings import ListingView, view
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Decision, Status
from hutong.listings.suspensions import Because, Cause, by_cause, in_words
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import actions as rights
from hutong.rights.constraints import refused_over, refusing
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_


@action(power="listings.examine")
def examine(
    *,
    actor: Actor,
    now: datetime,
    listing: UUID,
    decision: Decision,
    checklist: Mapping[str, bool],
    export_class: ExportClass,
    findings: str,
) -> ListingView:
    """Put a submitted listing on the board, or return it to its seller with findings.

    The officer answers each check (title, completeness, pre_emption) and the export class, and is
    not who entered it, nor anybody of the seller's (PA-5). Title and reservation are checked again here. On the board the period
    of the rulebook begins.
    """
    row = locked(listing)
    require_other_eyes(
        actor, [row.entered_by, row.submitted_by, *parties.people_of(row.seller, ANY_ROLE)]
    )
    row.examined_by, row.findings = actor.person, findings
    row.checklist = {**checklist, "export_class": export_class.value}
    if decision is Decision.RETURN:
        save(row, rules.return_to_seller(row.state(), findings=findings), now)
        return view(row)
    rules.require_acceptable(row.state(), checklist=checklist, findings=findings)
    require_offerable(row, now)
    assert row.rulebook_version is not None, "a submitted listing has its rulebook"
    days = rulebook.version(row.rulebook_version).listings.period_working_days
    period = working_days_after(now, days, rulebook.calendar(now))
    row.listed_at, row.period_from, row.period_days = now, now, days
    listed = Listed(
        listing=row.id,
        number=row.number,
        offer_kind=OfferKind(row.offer_kind),
        share=row.share,
        licence_mode=LicenceMode(row.licence_mode) if row.licence_mode else None,
        price_mode=PriceMode(row.price_mode),
        price_fen=row.price_fen,
        deposit_fen=row.deposit_fen,
        increment_fen=row.increment_fen,
        technologies=row.size,
        ends_at=period.at,
        ends_provisional=period.provisional,
        scope=Scope(row.scope),
        export_class=export_class,
        text=_text(row),
        seller=row.seller,
        checklist=dict(row.checklist),
        findings=findings,
    )
    reserve_rights(row, actor, now)
    save(row, [listed], now)
    return view(row)


@action(power="listings.examine")
def suspend(*, actor: Actor, now: datetime, listing: UUID, reason: str) -> ListingView:
    """Stop the period of a listing; what was left is given back when it is resumed."""
    row = locked(listing)
    save(row, rules.suspend(row.state(), because=in_words(reason), now=now), now)
    return view(row)


@action(power="listings.examine")
def suspend_for(*, actor: Actor, now: datetime, listing: UUID, because: Because) -> ListingView:
    """The same, by a cause the venue found itself (RR-6, RR-8, TE-2)."""
    row = locked(listing)
    save(row, rules.suspend(row.state(), because=because, now=now), now)
    return view(row)


@action(power="listings.examine")
def note_part_left(*, actor: Actor, now: datetime, listing: UUID, part: UUID) -> None:
    """A part of a joint project was withdrawn at its venue: the listing says so. In its period it
    stands still, and before it is on the board it cannot be put there."""
    row = locked(listing)
    together = row.together
    left = next((p for p in together.parts if p.part == part), None) if together else None
    if together is None or left is None or left.left:
        nothing_changed()
        return
    row.joint = together.without(part).facts()
    row.save(update_fields=["joint"])
    events: list[Event] = [JointPartLeft(listing=row.id, part=part, venue=left.venue)]
    if row.status == Status.LISTED.value and row.ends_at is not None and now < row.ends_at:
        because = by_cause(Cause.PART_LEFT, venue=left.venue, part=left.title_zh or left.title_en)
        events += rules.suspend(row.state(), because=because, now=now)
    save(row, events, now)


@action(power="listings.examine")
def resume(*, actor: Actor, now: datetime, listing: UUID) -> ListingView:
    """Go on with the time that was left, never shorter. What may not be offered any more cannot."""
    row = locked(listing)
    events = rules.resume(row.state(), now=now)
    if row.together and (left := row.together.left):
        raise Refused(
            Refusal.JOINT_PART_LEFT, venue=left[0].venue, part=left[0].title_zh or left[0].title_en
        )
    require_sellable(row, now)
    save(row, events, now)
    return view(row)


@action(power="listings.examine")
def terminate(*, actor: Actor, now: datetime, listing: UUID, reason: str) -> ListingView:
    """End a live listing, with the reason. Deposits held are named, so that they go back."""
    row = locked(listing)
    rows = locked_intents(row)
    ready = [intent.id for intent in deposited(rows)]
    events = rules.terminate(row.state(), reason=reason, deposited=ready)
    before_cut_off = row.cut_off_at is None
    end_intents(rows, now)
    if before_cut_off:
        open_seals(rows)
    save(row, events, now)
    return view(row)


def reserve_rights(row: Listing, actor: Actor, now: datetime) -> None:
    """Keep the rights for this offer: from other listings, and from the register (LI-2)."""
    if not row.exclusive:
        return
    with refusing({"listings_offered_reserved": partial(refused_over, Refusal.RESERVED)}):
        row.offered.filter(right=True).update(reserved=True)
    if row.together and row.together.reserved_as:  # from its project to its listing
        rights.end_reservation(actor=actor, now=now, source=row.together.reserved_as)
    rights.reserve(
        actor=actor,
        now=now,
        technologies=[o.technology for o in row.offered.all() if o.right],
        source=listing_subject(row.id),
    )


def _text(row: Listing) -> dict[str, Any]:
    """What the log publishes of a listing, erasable: its words, technologies and seller."""
    named = [o.technology for o in sorted(row.offered.all(), key=lambda o: o.position) if o.named]
    found = technologies_.technologies(named)
    seller = parties.party(row.seller)
    joint = {"joint": row.together.public()} if row.together else {}
    return {
        **joint,
        "title_zh": row.title_zh,
        "title_en": row.title_en,
        "conditions": row.conditions,
        "payment": row.payment,
        "seller": {
            "party": str(seller.id),
            "name_zh": seller.name_zh,
            "name_en": seller.name_en,
        },
        "technologies": [
            {
                "technology": str(id),
                "kind": found[id].kind.value,
                "title_zh": found[id].title_zh,
                "title_en": found[id].title_en,
            }
            for id in named
        ],
    }
