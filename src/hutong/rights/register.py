"""
The register: entries that are never edited, and the title that follows from them (RR-8, RR-10).

    title(on a date, as known at a moment) = replay of the entries
        known by that moment, effective by that date, not corrected by an entry known by then

Pure. Each entry is one act; new kinds of act (grants, pledges …) are new classes here and a new
arm in `after`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.refusal import Refused
from hutong.rights.refusals import Refusal
from hutong.rights.shares import WHOLE, Holdings, Power, require_share

EVER = date.max


class EntryKind(StrEnum):
    FIRST_REGISTRATION = "first_registration"
    TRANSFER = "transfer"
    FREEZE = "freeze"
    LIFT = "lift"


# Acts after which the holdings stand anew; the register keeps the result beside the entry.
MOVES_HOLDINGS = frozenset({EntryKind.FIRST_REGISTRATION, EntryKind.TRANSFER})


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRegistration:
    holdings: Holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`share` of the whole of ownership, disposal and income moves (RR-3)."""

    giver: UUID
    taker: UUID
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """查封/冻结, at once on the paper of a court or authority (RR-6)."""

    authority: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    freeze: UUID
    authority: str
    paper: str


Act = FirstRegistration | Transfer | Freeze | Lift


def kind_of(act: Act) -> EntryKind:
    match act:
        case FirstRegistration():
            return EntryKind.FIRST_REGISTRATION
        case Transfer():
            return EntryKind.TRANSFER
        case Freeze():
            return EntryKind.FREEZE
        case Lift():
            return EntryKind.LIFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the register. `sequence` counts the technology's entries as they were written."""

    id: UUID
    number: str
    technology: UUID
    sequence: int
    act: Act
    effective_on: date
    known_at: datetime
    corrects: UUID | None = None

    @property
    def kind(self) -> EntryKind:
        return kind_of(self.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeInForce:
    entry: UUID
    number: str
    authority: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleState:
    """What stands registered: nobody yet (`holdings` None), or exact holdings and restrictions."""

    holdings: Holdings | None = None
    freezes: tuple[FreezeInForce, ...] = ()

    @property
    def registered(self) -> bool:
        return self.holdings is not None


def standing(entries: Iterable[Entry], *, on: date, known_at: datetime) -> list[Entry]:
    """Return the entries that count, in the order in which they took effect."""
    known = [entry for entry in entries if entry.known_at <= known_at]
    corrected = {entry.corrects for entry in known}
    counting = [e for e in known if e.id not in corrected and e.effective_on <= on]
    return sorted(counting, key=lambda entry: (entry.effective_on, entry.sequence))


def after(state: TitleState, entry: Entry) -> TitleState:
    """Return the title after one more entry. Refuses what the title does not carry."""
    match entry.act:
        case FirstRegistration(holdings=holdings):
            if state.registered:
                raise Refused(Refusal.ALREADY_REGISTERED, technology=entry.technology)
            return replace(state, holdings=holdings)
        case Transfer(giver=giver, taker=taker, share=share):
            if state.holdings is None:
                raise Refused(Refusal.NOT_REGISTERED)
            if state.freezes:
                raise _frozen(state.freezes[0])
            return replace(state, holdings=state.holdings.transfer(giver, taker, share))
        case Freeze(authority=authority, paper=paper):
            if state.holdings is None:
                raise Refused(Refusal.NOT_REGISTERED)
            freeze = FreezeInForce(
                entry=entry.id, number=entry.number, authority=authority, paper=paper
            )
            return replace(state, freezes=(*state.freezes, freeze))
        case Lift(freeze=lifted):
            left = tuple(f for f in state.freezes if f.entry != lifted)
            if len(left) == len(state.freezes):
                raise Refused(Refusal.NOT_FROZEN)
            return replace(state, freezes=left)


def replay(entries: Iterable[Entry], *, on: date, known_at: datetime) -> TitleState:
    """Return the title as at `on`, as known at `known_at` (RR-8)."""
    state = TitleState()
    for entry in standing(entries, on=on, known_at=known_at):
        state = after(state, entry)
    return state


def append(entries: Sequence[Entry], new: Entry) -> TitleState:
    """Return the title with `new` written, at the end of time.

    Refuses an entry the title does not carry on its own date, and one that leaves a later entry
    without ground: a transfer that takes effect before another must not take away what that gave.
    """
    before = standing(entries, on=EVER, known_at=new.known_at)
    later = [e for e in before if e.effective_on > new.effective_on and e.id != new.corrects]
    state = replay([*entries, new], on=new.effective_on, known_at=new.known_at)
    for entry in later:
        try:
            state = after(state, entry)
        except Refused as refused:
            raise Refused(
                Refusal.OUT_OF_ORDER, effective_on=new.effective_on, entry=entry.number
            ) from refused
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """A disposal somebody thinks of: `share` of the whole, from `giver`, to `taker` if known."""

    giver: UUID
    share: Fraction
    taker: UUID | None = None


def require_disposable(state: TitleState, disposal: Disposal, *, pending: bool) -> None:
    """Refuse a disposal that is not possible now, with the first reason why (RR-10)."""
    require_share(disposal.share)
    if state.holdings is None:
        raise Refused(Refusal.NOT_REGISTERED)
    if disposal.giver == disposal.taker:
        raise Refused(Refusal.SAME_PARTY)
    held_of = {p: state.holdings[p].get(disposal.giver, Fraction(0)) for p in Power}
    for power, held in held_of.items():
        if held == 0:
            raise Refused(Refusal.HOLDS_NOTHING, power=power)
    if disposal.share == WHOLE and held_of[Power.DISPOSAL] != WHOLE:
        raise Refused(Refusal.OTHERS_MUST_JOIN, held=held_of[Power.DISPOSAL])
    for power, held in held_of.items():
        if disposal.share > held:
            raise Refused(Refusal.HOLDS_LESS, power=power, held=held, share=disposal.share)
    if state.freezes:
        raise _frozen(state.freezes[0])
    if pending:
        raise Refused(Refusal.DISPOSAL_PENDING)


def pre_emption_holders(state: TitleState, seller: UUID) -> tuple[UUID, ...]:
    """Co-owners other than the seller: each has the first refusal of a share (Civil Code 305)."""
    if state.holdings is None:
        return ()
    return tuple(sorted(party for party in state.holdings.ownership if party != seller))


def _frozen(freeze: FreezeInForce) -> Refused:
    return Refused(
        Refusal.FROZEN, authority=freeze.authority, paper=freeze.paper, entry=freeze.number
    )


def act_facts(act: Act) -> dict[str, Any]:
    """Write an act as plain JSON, for the entry's row and its digest."""
    match act:
        case FirstRegistration():
            return {}  # the holdings stand beside the entry
        case Transfer(giver=giver, taker=taker, share=share):
            return {"giver": str(giver), "taker": str(taker), "share": str(share)}
        case Freeze(authority=authority, paper=paper):
            return {"authority": authority, "paper": paper}
        case Lift(freeze=freeze, authority=authority, paper=paper):
            return {"freeze": str(freeze), "authority": authority, "paper": paper}


def act_from(kind: str, facts: dict[str, Any], holdings: Holdings | None) -> Act:
    """Read what `act_facts` wrote."""
    match EntryKind(kind):
        case EntryKind.FIRST_REGISTRATION:
            assert holdings is not None, "a first registration stands with its holdings"
            return FirstRegistration(holdings=holdings)
        case EntryKind.TRANSFER:
            return Transfer(
                giver=UUID(facts["giver"]),
                taker=UUID(facts["taker"]),
                share=Fraction(facts["share"]),
            )
        case EntryKind.FREEZE:
            return Freeze(authority=facts["authority"], paper=facts["paper"])
        case EntryKind.LIFT:
            return Lift(
                freeze=UUID(facts["freeze"]), authority=facts["authority"], paper=facts["paper"]
            )
