"""
The seller's part (LI-1): draft, revise, submit, withdraw.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event
from hutong.kit.ids import new_id
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import offers, rules
from hutong.listings.actions.joining import require_joined
from hutong.listings.actions.saving import listing_subject, locked_own, save
from hutong.listings.events import Drafted, PreEmptionNotified
from hutong.listings.joint import Joint
from hutong.listings.models import Listing, Offered, Preemption, Series
from hutong.listings.offers import Bounds, Scope, Terms
from hutong.listings.queries.listings import ListingView, reserved_among, view
from hutong.listings.refusals import Refusal
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.rights.acts import Mode
from hutong.rights.constraints import refused_over
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import Rulebook
from hutong.technologies import queries as technologies_

LONGEST_FIELDS = 200


@action(power=ACT)
def draft(*, actor: Actor, now: datetime, terms: Terms) -> ListingView:
    """Draft a listing on complete terms; deposit and increment follow the rulebook unless given.

    Titles and rights are checked when it is submitted. Raises Refused naming what does not hold.
    """
    in_force = rulebook.in_force(now).rules
    settled = offers.settled(terms, bounds(in_force))
    row = Listing(
        id=new_id(),
        number=next_number(in_force.venue.code, now),
        seller=actor.acting_party(),
        entered_by=actor.person,
        drafted_at=now,
    )
    row.take_terms(settled)
    offer(row, settled.technologies)
    record(listing_subject(row.id), Drafted(listing=row.id, number=row.number))
    return view(row)


@action(power=ACT)
def draft_joint(*, actor: Actor, now: datetime, terms: Terms, joint: Joint) -> ListingView:
    """Draft the listing of a joint project for its lead seller, as the project's area composed it."""
    in_force = rulebook.in_force(now).rules
    settled = offers.settled(terms, bounds(in_force))
    row = Listing(
        id=new_id(),
        number=next_number(in_force.venue.code, now),
        seller=actor.acting_party(),
        entered_by=actor.person,
        drafted_at=now,
        joint=joint.facts(),
    )
    row.take_terms(settled)
    offer(row, settled.technologies)
    row.size = joint.technologies
    row.save(update_fields=["size"])
    record(listing_subject(row.id), Drafted(listing=row.id, number=row.number))
    return view(row)


@action(power=ACT)
def revise(*, actor: Actor, now: datetime, listing: UUID, terms: Terms) -> ListingView:
    """Replace the terms of a draft."""
    row = locked_own(actor, listing)
    events = rules.revise(row.state())
    if row.joint:
        raise Refused(Refusal.JOINT_FIXED)
    settled = offers.settled(terms, bounds(rulebook.in_force(now).rules))
    row.take_terms(settled)
    row.entered_by = actor.person
    row.offered.all().delete()
    row.joinings.all().delete()  # who joined, joined on other terms
    offer(row, settled.technologies)
    save(row, events, now)
    return view(row)


@action(power=ACT)
def submit(*, actor: Actor, now: datetime, listing: UUID) -> ListingView:
    """Submit a draft for examination.

    The seller is verified (PA-3) and may dispose of the share (RR-10); every technology may be
    listed (TE-2) and none is on exclusive offer already (LI-2). Co-owners are told and have a term
    to answer.
    """
    row = locked_own(actor, listing)
    in_force = rulebook.in_force(now)
    events = rules.submit(row.state(), rulebook_version=in_force.version)
    offers.settled(row.terms(), bounds(in_force.rules))
    require_offerable(row, now)
    _require_told(row)
    row.submitted_by, row.submitted_at = actor.person, now
    row.rulebook_version = in_force.version
    told = _tell_co_owners(row, now, in_force.rules)
    save(row, [*events, *told], now)
    return view(row)


@action(power=ACT)
def withdraw(*, actor: Actor, now: datetime, listing: UUID, reason: str = "") -> ListingView:
    """Withdraw what is not yet listed; ask the venue to withdraw what is."""
    row = locked_own(actor, listing)
    save(row, rules.request_withdrawal(row.state(), reason=reason, now=now), now)
    return view(row)


# -- parts of the above -----------------------------------------------------------------------------


def bounds(book: Rulebook) -> Bounds:
    return Bounds(
        deposit_bp_default=book.listings.deposit_bp_default,
        deposit_bp_max=book.listings.deposit_bp_max,
        increment_bp_default=book.auctions.increment_bp_default,
    )


def require_offerable(row: Listing, now: datetime) -> None:
    """Refuse what may not be offered now: seller, legal status, title, another live offer."""
    require_sellable(row, now)
    if row.together and (left := row.together.left):
        raise Refused(
            Refusal.JOINT_PART_LEFT, venue=left[0].venue, part=left[0].title_zh or left[0].title_en
        )
    if row.exclusive:
        singles = [offered.technology for offered in row.offered.all() if offered.right]
        for technology in sorted(reserved_among(singles)):
            raise refused_over(Refusal.RESERVED, technology)


def _require_told(row: Listing) -> None:
    """Refuse for other exchanges' members what is too long to tell them when it is sold (NE-4)."""
    if row.scope != Scope.NETWORK.value:
        return
    singles = technologies_.technologies(o.technology for o in row.offered.all() if o.right)
    things: list[tuple[tuple[str, ...], list[str]]] = [
        ((t.title_zh or "", t.title_en or ""), [n for n in t.numbers.values() if n])
        for t in singles.values()
    ]
    for part in row.together.parts if row.together else ():
        words = (part.title_zh, part.title_en, part.seller_zh, part.seller_en)
        things.append((words, [str(part.part), part.contents, str(part.share)]))
    offers.check_told(things, row.conditions)


def require_sellable(row: Listing, now: datetime) -> None:
    """Refuse what cannot be sold as offered: the seller (PA-3), legal status (TE-2), title."""
    parties.require_verified(row.seller)
    offered = sorted(row.offered.all(), key=lambda o: o.position)
    for named in (o.technology for o in offered if o.named):
        technologies_.require_listable(named, now)
    singles = [o.technology for o in offered if o.right]
    if row.share is not None:
        rights.require_disposable(singles, by=row.seller, share=row.share)
    terms = row.terms()
    if terms.licence is not None and terms.licence_mode is not None:
        today = local_date(now)
        joined = require_joined(row)
        rights.require_licensable(
            singles,
            by=row.seller,
            mode=Mode(terms.licence_mode.value),
            scope=terms.licence.scope(today),
            on=today,
            joined=joined,
        )


def offer(row: Listing, named: Sequence[UUID]) -> None:
    """Save the row with its technologies, a bundle's parts beside it, and what the board shows."""
    found = technologies_.technologies(named)
    for technology in named:
        if technology not in found:
            raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    parts = technologies_.technologies(
        part for technology in found.values() for part in technology.parts
    )
    everything = {**found, **parts}
    row.size = len(named)
    row.kinds = sorted({found[id].kind.value for id in named})
    row.fields = _distinct(field for id in everything for field in everything[id].fields)
    row.industries = _distinct(everything[id].industry for id in everything)
    row.save()
    singles = [p for id in named for p in (found[id].parts or (id,))]
    order = dict.fromkeys([*named, *singles])
    Offered.objects.bulk_create(
        Offered(
            listing=row,
            position=position,
            technology=technology,
            named=technology in found,
            right=not everything[technology].parts,
        )
        for position, technology in enumerate(order)
    )


def _distinct(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word})[:LONGEST_FIELDS]


def _tell_co_owners(row: Listing, now: datetime, book: Rulebook) -> list[Event]:
    if row.share is None:
        return []
    singles = [o.technology for o in row.offered.all() if o.right]
    answer_by = natural_days_after(now, book.listings.pre_emption_answer_days).at
    told: list[Event] = []
    for party, (origin, shared) in sorted(rights.pre_emptions(singles, row.seller).items()):
        _, new = Preemption.objects.get_or_create(
            listing=row,
            party=party,
            defaults={
                "origin": origin,
                "technologies": sorted(shared),
                "notified_at": now,
                "answer_by": answer_by,
            },
        )
        if new:
            told.append(
                PreEmptionNotified(listing=row.id, answer_by=answer_by, origin=origin, holder=party)
            )
    return told


def next_number(code: str, now: datetime) -> str:
    year = local_date(now).year
    Series.objects.get_or_create(year=year)
    series = Series.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{code}-LS-{year}-{series.last:06d}"
