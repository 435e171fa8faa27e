"""
The parts of a deal over a joint project, as the lead venue counts them (NE-3, DL-1, DL-2).

    named → offered → accepted → assured → ready → due → asked → moved
               ↑↓                  ↑↓                      ↑↓ └─► returned (its share goes back)
             refused             refused                 refused
    before the venue has decided that right and money move, the deal may end: ended

Up to that decision all parts go together: the contract is signed when every seller has accepted it,
the price is paid as one, and nothing moves before every part's home venue says that its part can
move. From it on each part moves for itself: its register entries at its home venue against its share
of the price. One that can move no more is returned: its share goes back, the others stand.

The lead seller's own part is moved by the decision itself. Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from hutong.deals.rules import Defaulted, Terminated
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason


class PartStatus(StrEnum):
    NAMED = "named"  # in the contract; its home venue is to be told
    OFFERED = "offered"  # the contract is there; its seller reads it
    ACCEPTED = "accepted"  # its seller accepted it, its rights are bound
    ASSURED = "assured"  # the price is in; its home venue was told that its share is held
    READY = "ready"  # its home venue can move it at once
    DUE = "due"  # decided: right and money move; its home venue is to be told
    ASKED = "asked"  # it was told
    MOVED = "moved"
    RETURNED = "returned"  # it could move no more: its share went back to the buyer
    ENDED = "ended"  # the deal ended before anything moved


class Asking(StrEnum):
    """What a home venue is asked, one after the other; asked again where it refused."""

    AWARD = "award"
    ASSURE = "assure"
    MOVE = "move"


OVER: Final = frozenset({PartStatus.MOVED, PartStatus.RETURNED, PartStatus.ENDED})
ASKED_FROM: Final[Mapping[Asking, PartStatus]] = {
    Asking.AWARD: PartStatus.NAMED,
    Asking.ASSURE: PartStatus.ACCEPTED,
    Asking.MOVE: PartStatus.DUE,
}
ASKED_TO: Final[Mapping[Asking, PartStatus]] = {
    Asking.AWARD: PartStatus.OFFERED,
    Asking.ASSURE: PartStatus.ASSURED,
    Asking.MOVE: PartStatus.ASKED,
}


BEFORE_DECISION: Final = frozenset(
    {
        *(PartStatus.NAMED, PartStatus.OFFERED, PartStatus.ACCEPTED),
        *(PartStatus.ASSURED, PartStatus.READY),
    }
)


class Refusal(Reason):
    UNKNOWN_PART = reason(
        "deals.unknown_part", "NE-3", N_("No part of this number is in the deal."), 422
    )
    PART_OUT_OF_STATE = reason(
        "deals.part_out_of_state", "DL-2", N_("The part is {status}; this needs {needed}.")
    )
    NOT_REFUSED = reason(
        "deals.part_not_refused",
        "DL-2",
        N_("Its home venue has not refused; its answer comes, or it moves."),
    )
    NOT_READY = reason(
        "deals.parts_not_ready",
        "DL-2",
        N_("Parts cannot move yet ({venues}): nothing moves before every part can."),
    )
    LEFT = reason(
        "deals.part_left",
        "NE-3",
        N_("A part has left the project ({venues}): it cannot be sold as it was offered."),
    )
    NO_RETURN_PROPOSED = reason(
        "deals.no_return_proposed", "PA-5", N_("Nobody has proposed to give this part up.")
    )


# -- what happens to a part ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PartsNamed(Event, kind="deals.PartsNamed"):
    """Each part by its home venue, id, bundle, number and digest of its technologies, share and
    amount of the price."""

    deal: UUID
    parts: tuple[tuple[str, UUID, UUID, int, str, Fraction, int], ...]
    lead_part: UUID


@dataclass(frozen=True, kw_only=True)
class PartAsked(Event, kind="deals.PartAsked", visibility=Visibility.JOURNALLED):
    deal: UUID
    part: UUID
    what: Asking


@dataclass(frozen=True, kw_only=True)
class PartRefused(Event, kind="deals.PartRefused", visibility=Visibility.JOURNALLED):
    """Its home venue refused what it was asked last, and may be asked again; or the part has left the
    project."""

    deal: UUID
    part: UUID
    why: str


@dataclass(frozen=True, kw_only=True)
class PartAccepted(Event, kind="deals.PartAccepted"):
    """A part's seller accepted exactly these bytes, at the part's home venue."""

    deal: UUID
    part: UUID
    venue: str
    contract_digest: str


@dataclass(frozen=True, kw_only=True)
class PartReady(Event, kind="deals.PartReady", visibility=Visibility.JOURNALLED):
    deal: UUID
    part: UUID


@dataclass(frozen=True, kw_only=True)
class MovingBegun(Event, kind="deals.MovingBegun"):
    """Every part can move: right and money move now, part by part."""

    deal: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class PartMoved(Event, kind="deals.PartMoved"):
    """Register entries at its home venue, against its share of the price."""

    deal: UUID
    part: UUID
    venue: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class PartReturnProposed(Event, kind="deals.PartReturnProposed", visibility=Visibility.JOURNALLED):
    """One officer means to give the part up; another confirms (PA-5)."""

    deal: UUID
    part: UUID
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class PartReturned(Event, kind="deals.PartReturned"):
    """The part cannot move any more: its share goes back to the buyer."""

    deal: UUID
    part: UUID
    venue: str
    amount_fen: int
    reason: Private[str]


# -- the part -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a deal. `refused`: its home venue refused what it was asked last."""

    id: UUID
    deal: UUID
    venue: str
    amount_fen: int
    lead: bool = False
    status: PartStatus = PartStatus.NAMED
    refused: bool = False
    return_proposed: bool = False

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def awaits_signature(self) -> bool:
        return self.status in (PartStatus.NAMED, PartStatus.OFFERED)

    @property
    def keeps_unsigned(self) -> bool:
        """Whether the contract cannot be signed for it: the lead seller signs as a side of the deal."""
        return self.refused or (self.awaits_signature and not self.lead)


def ask(part: Part, what: Asking) -> list[Event]:
    """Ask the part's home venue; nothing where it was asked. Again only where it refused."""
    again = part.status is ASKED_TO[what] and part.refused
    if part.status is not ASKED_FROM[what] and not again:
        return []
    return [PartAsked(deal=part.deal, part=part.id, what=what)]


def to_ask_again(part: Part) -> Asking:
    """What its home venue refused, and may be asked once more."""
    what = next((what for what, status in ASKED_TO.items() if status is part.status), None)
    if not part.refused or what is None:
        raise Refused(Refusal.NOT_REFUSED)
    return what


def refuse(part: Part, what: Asking, why: str) -> list[Event]:
    """Its home venue refused what it was asked; a late word about anything else changes nothing."""
    if part.status is not ASKED_TO[what] or part.refused:
        return []
    return [PartRefused(deal=part.deal, part=part.id, why=why)]


def leave(part: Part, why: str) -> list[Event]:
    """The part has left the project. What is decided is decided: then its home venue refuses to move."""
    if part.status not in BEFORE_DECISION or part.refused:
        return []
    return [PartRefused(deal=part.deal, part=part.id, why=why)]


def accept(part: Part, *, contract_digest: str) -> list[Event]:
    """Its seller accepted the contract; heard again it changes nothing."""
    need_there([part] if part.lead and part.refused else [])
    if not part.awaits_signature and part.status is not PartStatus.ENDED:
        return []
    _need(part, PartStatus.NAMED, PartStatus.OFFERED)
    return [
        PartAccepted(
            deal=part.deal, part=part.id, venue=part.venue, contract_digest=contract_digest
        )
    ]


def be_ready(part: Part) -> list[Event]:
    """Its home venue can move it at once; heard late or again it changes nothing."""
    if part.status is not PartStatus.ASSURED:
        return []
    return [PartReady(deal=part.deal, part=part.id)]


def need_there(left: Iterable[Part]) -> None:
    """Refuse to sell a project that parts have left."""
    venues = sorted({one.venue for one in left})
    if venues:
        raise Refused(Refusal.LEFT, venues="、".join(venues))


def check_movable(parts: Collection[Part]) -> None:
    """Refuse to move anything before every part can move (DL-2)."""
    ready = (PartStatus.ACCEPTED, PartStatus.READY)
    need_there(one for one in parts if one.refused and one.status in ready)
    late = sorted(
        {one.venue for one in parts if not one.lead and one.status is not PartStatus.READY}
    )
    if late:
        raise Refused(Refusal.NOT_READY, venues="、".join(late))


def move(part: Part) -> list[Event]:
    """Right and money of the part have moved; heard again it changes nothing."""
    if part.status is PartStatus.MOVED:
        return []
    _need(part, PartStatus.ACCEPTED if part.lead else PartStatus.ASKED)
    return [PartMoved(deal=part.deal, part=part.id, venue=part.venue, amount_fen=part.amount_fen)]


def propose_return(part: Part, *, reason: str) -> list[Event]:
    """Mean to give up a part that its home venue refused to move."""
    _need_refused_move(part)
    return [PartReturnProposed(deal=part.deal, part=part.id, reason=reason)]


def give_back(part: Part, *, reason: str) -> list[Event]:
    """Give the part up. Its home venue has answered that it did not move it, and is asked no more:
    so its share can go back."""
    _need_refused_move(part)
    if not part.return_proposed:
        raise Refused(Refusal.NO_RETURN_PROPOSED)
    return [
        PartReturned(
            deal=part.deal,
            part=part.id,
            venue=part.venue,
            amount_fen=part.amount_fen,
            reason=reason,
        )
    ]


def _need_refused_move(part: Part) -> None:
    _need(part, PartStatus.ASKED)
    if not part.refused:
        raise Refused(Refusal.NOT_REFUSED)


def evolve(part: Part, events: Iterable[Event]) -> Part:
    """The part after what happened to it, or to its deal."""
    for event in events:
        part = _after(part, event)
    return part


def _after(part: Part, event: Event) -> Part:
    if part.is_over:
        return part
    match event:
        case PartAsked(part=part.id, what=what):
            return replace(
                part, status=ASKED_TO[Asking(what)], refused=False, return_proposed=False
            )
        case PartRefused(part=part.id):
            return replace(part, refused=True)
        case PartAccepted(part=part.id):
            return replace(part, status=PartStatus.ACCEPTED, refused=False)
        case PartReady(part=part.id):
            return replace(part, status=PartStatus.READY, refused=False)
        case MovingBegun() if part.status is PartStatus.READY:
            return replace(part, status=PartStatus.DUE)
        case PartReturnProposed(part=part.id):
            return replace(part, return_proposed=True)
        case PartMoved(part=part.id):
            return replace(part, status=PartStatus.MOVED, refused=False, return_proposed=False)
        case PartReturned(part=part.id):
            return replace(part, status=PartStatus.RETURNED)
        case Defaulted() | Terminated():
            return replace(part, status=PartStatus.ENDED, refused=False)
    return part


def _need(part: Part, *needed: PartStatus) -> None:
    if part.status not in needed:
        raise Refused(
            Refusal.PART_OUT_OF_STATE,
            status=part.status.value,
            needed=" / ".join(sorted(one.value for one in needed)),
        )
