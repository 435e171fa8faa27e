"""
Reactions and timers of auctions: the cut-off opens a lot, bidders are told, doors are woken.

Each looks before it acts, because it may be told twice.
"""

from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from hutong.auctions import actions, queries
from hutong.auctions.actions import Bidder
from hutong.due import queries as due
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject, subject_id
from hutong.kit.money import share_of
from hutong.kit.refusal import N_
from hutong.listings import queries as listings
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.rulebook import queries as rulebook

TEXTS = {
    "auctions.LotOpened": Text(
        "auctions.LotOpened",
        title=N_("Bidding for “{title}” opens {opens_at}"),
        body=N_(
            "You bid under paddle {paddle}. Opening price {opening_fen}, increment {increment_fen}."
            " After the free period every bid restarts the limited period of {seconds} seconds."
        ),
    ),
    "auctions.Resumed": Text(
        "auctions.Resumed",
        title=N_("Bidding for “{title}” goes on"),
        body=N_("The time that was lost is restored: it now ends {ends_at} at the earliest."),
    ),
    "auctions.Won": Text(
        "auctions.Won",
        title=N_("“{title}” is yours at {price_fen}"),
        body=N_("Your paddle {paddle} holds the highest bid. The contract follows."),
    ),
    "auctions.Lost": Text(
        "auctions.Lost",
        title=N_("Bidding for “{title}” is over"),
        body=N_("Another bidder holds the highest bid. The bidding record is public."),
    ),
    "auctions.Unsold": Text(
        "auctions.Unsold",
        title=N_("“{title}” was not sold"),
        body=N_("Nobody bid. The bidding record is public."),
    ),
}
register(*TEXTS.values())


def on_cut_off(entry: Recorded) -> None:
    """listings.CutOff, outcome auction: announce the lot among those qualified (LI-5)."""
    if entry.facts["outcome"] != "auction":
        return
    listing = listings.listing(UUID(entry.facts["listing"]))
    now = _now(entry.at)
    if queries.lot_of_listing(listing.id, now) is not None:
        return
    version = listing.rulebook_version or rulebook.in_force(entry.at).version
    rules = rulebook.version(version).auctions
    opening_fen = entry.facts["price_fen"]
    increment_fen = listing.increment_fen or share_of(opening_fen, rules.increment_bp_default)
    bidders = [
        Bidder(UUID(one["party"]), UUID(one["intent"])) for one in _private(entry)["intents"]
    ]
    # Drawn by lot: the seller knows who deposited when, and must not know whose paddle bids (AU-9).
    SystemRandom().shuffle(bidders)
    actions.open_lot(
        actor=SYSTEM,
        now=now,
        listing=listing.id,
        seller=listing.seller,
        title_zh=listing.title_zh,
        title_en=listing.title_en,
        opening_fen=opening_fen,
        increment_fen=max(1, increment_fen),
        bidders=bidders,
        # Counted from now: a venue that was down must not open a lot half over.
        opens_at=now + timedelta(seconds=rules.opens_after_seconds),
        free_seconds=rules.free_seconds,
        limited_seconds=rules.limited_seconds,
        rulebook_version=version,
    )


def on_opens(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer `auctions.opens`: the bidding begins by the clock; the doors are told to look."""
    actions.announce(UUID(subject_id(subject)))


def tell(entry: Recorded) -> None:
    """auctions.LotOpened, Resumed, Closed: the bidders hear of it, and the seller of the end."""
    lot = queries.lot(UUID(entry.facts["lot"]), entry.at)
    title = lot.title_zh or lot.title_en
    for paddle in queries.bidders_of(lot.id):
        kind = entry.kind
        if kind == "auctions.Closed":
            kind = _ending(entry, paddle.number)
        _notify(
            entry,
            kind,
            paddle.party,
            title=title,
            paddle=paddle.number,
            opens_at=entry.facts.get("opens_at"),
            ends_at=entry.facts.get("ends_at"),
            opening_fen=lot.opening_fen,
            increment_fen=lot.increment_fen,
            price_fen=entry.facts.get("price_fen"),
            seconds=lot.limited_seconds,
        )
    if entry.kind == "auctions.Closed" and entry.facts["outcome"] == "unsold":
        seller = listings.listing(lot.listing).seller
        _notify(entry, "auctions.Unsold", seller, title=title)


def _ending(entry: Recorded, paddle: int) -> str:
    if entry.facts["outcome"] == "unsold":
        return "auctions.Unsold"
    return "auctions.Won" if entry.facts["winner_paddle"] == paddle else "auctions.Lost"


def _notify(entry: Recorded, kind: str, party: UUID, **facts: Any) -> None:
    people = parties.people_of(party)
    if people:
        notify(
            now=entry.at,
            to=people,
            kind=kind,
            facts=facts,
            link=f"/lots/{entry.facts['lot']}",
            subject=subject("lot", entry.facts["lot"]),
        )


def _now(at: datetime) -> datetime:
    """The venue's time now, not before `at`."""
    return max(at, due.venue_now(datetime.now(UTC)))


def _private(entry: Recorded) -> dict[str, Any]:
    if entry.private is None:
        raise LookupError(f"entry {entry.id}: its private part was erased, so nobody can be named")
    return entry.private
