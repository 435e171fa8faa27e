"""
A part's sale as its home venue keeps it (NE-3, DL-1, DL-2).

    awarded ──its seller accepts──→ signed ──the price is held──→ assured ──can move──→ ready ──→ moved
       └───────────────────────────────┴─────────────────────────────┴────────────────────┴─→ ended

Pure. Each word of the lead venue counts in the states it is about; heard late or again it changes
nothing, or is refused. What has moved stays moved; what has ended binds nothing any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

JOURNALLED: Final = Visibility.JOURNALLED


class Status(StrEnum):
    AWARDED = "awarded"  # the contract is here; the seller reads it
    SIGNED = "signed"  # accepted: the rights are bound for the buyer
    ASSURED = "assured"  # the lead venue holds the part's share of the price, and stands for it
    READY = "ready"  # nothing is missing: it moves when the lead venue says so
    MOVED = "moved"
    ENDED = "ended"  # the deal ended, or the part was given up


LIVE: Final = frozenset({Status.AWARDED, Status.SIGNED, Status.ASSURED, Status.READY})
BOUND: Final = frozenset({Status.SIGNED, Status.ASSURED, Status.READY})
HELD: Final = frozenset({Status.ASSURED, Status.READY})  # money of the lead venue's stands for it


class Refusal(Reason):
    UNKNOWN_PART = reason(
        "sales.unknown_part",
        "NE-3",
        N_("No part of this number is listed in a project there."),
        422,
    )
    OTHER_SHARE = reason(
        "sales.other_share",
        "TE-4",
        N_("The part's share of the price is {expected} fen, not {given}."),
        422,
    )
    BELOW_ASKED = reason(
        "sales.below_asked", "TE-4", N_("The part earns less than its seller asks."), 422
    )
    OTHER_CONTENTS = reason(
        "sales.other_contents",
        "NE-3",
        N_("The contract names another list of technologies than the bundle has."),
        422,
    )
    OTHER_CONTRACT = reason(
        "sales.other_contract", "CO-1", N_("The contract's text has another digest."), 422
    )
    OTHER_CURRENCY = reason(
        "sales.other_currency", "TE-4", N_("The part's seller asks CNY, not {currency}."), 422
    )
    OTHERS_DEAL = reason(
        "sales.others_deal", "NE-3", N_("This id is a deal of another venue's."), 422
    )
    BUYER_UNKNOWN = reason(
        "sales.buyer_unknown",
        "PA-4",
        N_("The buyer's credential of {venue} is needed to know it here."),
        422,
    )
    BUYS_ITS_OWN = reason(
        "sales.buys_its_own", "DL-1", N_("The part's seller and the buyer are the same party.")
    )
    NOT_IN_LOG = reason(
        "sales.not_in_log",
        "LO-4",
        N_(
            "What we hold of {venue}'s log does not say that the part moved, nor that its sale ended."
        ),
    )
    NOT_ASKED = reason(
        "sales.not_asked", "DL-2", N_("No answer is awaited for this part: it is {status}.")
    )
    OUT_OF_STATE = reason(
        "sales.out_of_state", "DL-2", N_("The sale of the part is {status}; this needs {needed}.")
    )

    OWN_DEAL = reason(
        "sales.own_deal", "DL-2", N_("The deal is this venue's own; it is ended there.")
    )
    ENDING_PROPOSED = reason(
        "sales.ending_proposed",
        "PA-5",
        N_("Ending this sale is proposed already; another officer confirms or drops it."),
    )
    NO_ENDING_PROPOSED = reason(
        "sales.no_ending_proposed", "PA-5", N_("Nobody has proposed to end this sale.")
    )


# -- what happens -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class SaleAwarded(Event, kind="network.SaleAwarded", visibility=JOURNALLED):
    """The project is sold; the contract is here for the part's seller."""

    part: UUID
    deal: UUID
    lead_venue: str
    number: str
    contract_digest: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class SaleSigned(Event, kind="network.SaleSigned"):
    """The seller's electronic signature over exactly these bytes; the rights are bound (CO-1, RR-7)."""

    part: UUID
    deal: UUID
    lead_venue: str
    contract_digest: str
    person: Private[UUID]
    party: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class SaleAssured(Event, kind="network.SaleAssured", visibility=JOURNALLED):
    part: UUID
    deal: UUID


@dataclass(frozen=True, kw_only=True)
class SaleReady(Event, kind="network.SaleReady", visibility=JOURNALLED):
    part: UUID
    deal: UUID


@dataclass(frozen=True, kw_only=True)
class SaleMoved(Event, kind="network.SaleMoved"):
    """The rights of the part are the buyer's, and its share of the price the seller's."""

    part: UUID
    deal: UUID
    lead_venue: str
    amount_fen: int
    entries: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class SaleEnded(Event, kind="network.SaleEnded"):
    """Without the part: what was bound for it is free."""

    part: UUID
    deal: UUID
    lead_venue: str


@dataclass(frozen=True, kw_only=True)
class SaleEndProposed(Event, kind="network.SaleEndProposed", visibility=JOURNALLED):
    """One officer here means to end a sale whose lead venue is silent; another confirms (PA-5)."""

    part: UUID
    deal: UUID
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class SaleEndDropped(Event, kind="network.SaleEndDropped", visibility=JOURNALLED):
    """The proposal to end it fell; the sale goes on."""

    part: UUID
    deal: UUID


# -- the sale -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One part's sale. `lead_venue`: who runs the deal. `ending_proposed`: by an officer here."""

    part: UUID
    deal: UUID
    lead_venue: str
    amount_fen: int
    contract_digest: str = ""
    status: Status = Status.AWARDED
    ending_proposed: bool = False


def check_award(
    *,
    price_fen: int,
    share: Fraction,
    amount_fen: int,
    asked_fen: int,
    contents: str,
    own_contents: str,
) -> None:
    """Refuse a contract that gives the part another share, less than is asked, or other rights."""
    expected = int(price_fen * share)
    if amount_fen != expected:
        raise Refused(Refusal.OTHER_SHARE, expected=expected, given=amount_fen)
    if amount_fen < asked_fen:
        raise Refused(Refusal.BELOW_ASKED)
    if contents != own_contents:
        raise Refused(Refusal.OTHER_CONTENTS)


def sign(sale: Sale, *, text_digest: str, person: UUID, party: UUID) -> list[Event]:
    """Accept the contract's exact text for the part's seller."""
    need(sale, Status.AWARDED)
    if text_digest != sale.contract_digest:
        raise Refused(Refusal.OTHER_CONTRACT)
    return [
        SaleSigned(
            part=sale.part,
            deal=sale.deal,
            lead_venue=sale.lead_venue,
            contract_digest=text_digest,
            person=person,
            party=party,
        )
    ]


def assure(sale: Sale) -> list[Event]:
    """The lead venue holds the part's share of the price; heard again it changes nothing."""
    if sale.status in (Status.ASSURED, Status.READY, Status.MOVED):
        return []
    need(sale, Status.SIGNED)
    return [SaleAssured(part=sale.part, deal=sale.deal)]


def be_ready(sale: Sale, *, steps_missing: bool) -> list[Event]:
    """It can move once no office's entry is missing (RR-11); nothing before, or when it is over."""
    if sale.status is not Status.ASSURED or steps_missing:
        return []
    return [SaleReady(part=sale.part, deal=sale.deal)]


def move(sale: Sale, entries: tuple[UUID, ...]) -> list[Event]:
    """The lead venue has decided; heard again it changes nothing. Refused before it is ready."""
    if sale.status is Status.MOVED:
        return []
    need(sale, Status.READY)
    return [
        SaleMoved(
            part=sale.part,
            deal=sale.deal,
            lead_venue=sale.lead_venue,
            amount_fen=sale.amount_fen,
            entries=entries,
        )
    ]


def end(sale: Sale) -> list[Event]:
    """The sale ends without the part. Refused once it has moved."""
    if sale.status is Status.ENDED:
        return []
    need(sale, *LIVE)
    return [SaleEnded(part=sale.part, deal=sale.deal, lead_venue=sale.lead_venue)]


def propose_end(sale: Sale, *, why: str) -> list[Event]:
    """Mean to end a sale that has not moved, though its lead venue did not say so."""
    need(sale, *LIVE)
    if sale.ending_proposed:
        raise Refused(Refusal.ENDING_PROPOSED)
    return [SaleEndProposed(part=sale.part, deal=sale.deal, reason=why)]


def confirm_end(sale: Sale) -> list[Event]:
    """End it, as was proposed. Refused once it has moved."""
    need(sale, *LIVE)
    if not sale.ending_proposed:
        raise Refused(Refusal.NO_ENDING_PROPOSED)
    return end(sale)


def drop_end(sale: Sale) -> list[Event]:
    need(sale, *LIVE)
    if not sale.ending_proposed:
        raise Refused(Refusal.NO_ENDING_PROPOSED)
    return [SaleEndDropped(part=sale.part, deal=sale.deal)]


def evolve(sale: Sale, events: Iterable[Event]) -> Sale:
    for event in events:
        after = AFTER.get(event.kind)
        if after is not None:
            sale = replace(sale, status=after)
    return sale


AFTER: Final = {
    SaleAwarded.kind: Status.AWARDED,
    SaleSigned.kind: Status.SIGNED,
    SaleAssured.kind: Status.ASSURED,
    SaleReady.kind: Status.READY,
    SaleMoved.kind: Status.MOVED,
    SaleEnded.kind: Status.ENDED,
}


def need(sale: Sale, *needed: Status) -> None:
    if sale.status not in needed:
        raise Refused(
            Refusal.OUT_OF_STATE,
            status=sale.status.value,
            needed=" / ".join(sorted(one.value for one in needed)),
        )
