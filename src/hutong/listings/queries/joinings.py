"""
Who must join the offer of an exclusive or sole licence, and who has (RR-1).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.kit.actor import READ, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings.models import Joining, Listing
from hutong.listings.offers import LicenceMode
from hutong.listings.queries.listings import ListingView, view
from hutong.rights import queries as rights

TOGETHER = frozenset({LicenceMode.EXCLUSIVE.value, LicenceMode.SOLE.value})


@dataclass(frozen=True, kw_only=True)
class JoiningView:
    party: UUID
    asked_at: datetime
    joined_at: datetime | None
    declined_at: datetime | None
    declined_because: str

    @property
    def status(self) -> str:
        if self.joined_at is not None:
            return "joined"
        return "declined" if self.declined_at is not None else "asked"


def joinings(listing: UUID) -> list[JoiningView]:
    """Co-owners asked to join a listing, in the order of their ids; the caller decides who sees it."""
    return [_view(row) for row in Joining.objects.filter(listing=listing).order_by("party")]


def to_join(listing: UUID, actor: Actor) -> tuple[ListingView, JoiningView]:
    """An offer the actor's party was asked to join, as its draft stands."""
    asked = Joining.objects.filter(listing=listing, party=actor.party).select_related("listing")
    row = asked.first() if actor.party is not None and actor.has(READ) else None
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="listing")
    return view(row.listing), _view(row)


def co_owners_of(listing: UUID) -> frozenset[UUID]:
    """Who must join a listing beside its seller; nobody, where one owner suffices."""
    row = Listing.objects.prefetch_related("offered").get_or_refuse(listing, "listing")
    return needed_for(row)


def joined_by(listing: UUID) -> frozenset[UUID]:
    """Who has joined a listing: they grant the licence with its seller."""
    rows = Joining.objects.filter(listing=listing, joined_at__isnull=False)
    return frozenset(rows.values_list("party", flat=True))


def needed_for(row: Listing) -> frozenset[UUID]:
    if row.licence_mode not in TOGETHER:
        return frozenset()
    singles = [o.technology for o in row.offered.all() if o.right]
    holders = rights.holders_of(singles)
    return holders - {row.seller} if row.seller in holders else frozenset()


def missing_from(row: Listing) -> frozenset[UUID]:
    return needed_for(row) - {j.party for j in row.joinings.all() if j.joined_at is not None}


def _view(row: Joining) -> JoiningView:
    return JoiningView(
        party=row.party,
        asked_at=row.asked_at,
        joined_at=row.joined_at,
        declined_at=row.declined_at,
        declined_because=row.declined_because,
    )
