"""
The register: entries that are never edited, and the title that follows from them (RR-8, RR-10).

    title(on a date, as known at a moment) = replay of the entries
        known by that moment, effective by that date, not corrected by an entry known by then

A correction stands in the place of what it corrects, and what referred to that refers to it.
Pure. Each entry is one act (`acts`); grants of use are decided in `grants`, the rest here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from hutong.kit.refusal import Refused
from hutong.rights import grants as use
from hutong.rights.acts import (
    GRANTS,
    MOVES_HOLDINGS,
    Act,
    Cancellation,
    Consent,
    Empowerment,
    EntryKind,
    FirstRegistration,
    Freeze,
    Licence,
    Lift,
    Origin,
    Pledge,
    PreEmption,
    Redistribution,
    Release,
    StateFunding,
    StruckOut,
    Surrender,
    Termination,
    Transfer,
    kind_of,
)
from hutong.rights.acts_written import act_facts, act_from
from hutong.rights.burdens import (
    FreezeInForce,
    RestrictionInForce,
    released,
    require_consentable,
    require_consents,
    require_pledgeable,
    require_unfrozen,
)
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grants import GrantInForce, Grants
from hutong.rights.refusals import Refusal
from hutong.rights.shares import WHOLE, Holdings, Power, require_share

__all__ = [
    "EVER",
    "MOVES_HOLDINGS",
    "Act",
    "Disposal",
    "Entry",
    "EntryKind",
    "FirstRegistration",
    "Freeze",
    "FreezeInForce",
    "GrantInForce",
    "History",
    "Lift",
    "RestrictionInForce",
    "TitleState",
    "Transfer",
    "act_facts",
    "act_from",
    "after",
    "append",
    "kind_of",
    "pre_emption_holders",
    "replay",
    "require_disposable",
    "require_grantable",
    "standing",
]

EVER = date.max
NOTHING: frozenset[UUID] = frozenset()


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
class TitleState:
    """What stands registered: exact holdings (None: nobody yet), grants of use, restrictions.

    `closed_by` is the number of the entry that cancelled the registration.
    """

    holdings: Holdings | None = None
    freezes: tuple[FreezeInForce, ...] = ()
    restrictions: tuple[RestrictionInForce, ...] = ()
    consents: tuple[Consent, ...] = ()
    grants: Grants = field(default_factory=Grants)
    closed_by: str = ""
    closed_on: date | None = None

    @property
    def registered(self) -> bool:
        return self.holdings is not None

    def held(self) -> Holdings:
        """The holdings. Refuses where nobody is registered, and where the title was closed."""
        if self.holdings is None:
            raise Refused(Refusal.NOT_REGISTERED)
        if self.closed_by:
            raise Refused(GrantRefusal.TITLE_CLOSED, entry=self.closed_by)
        return self.holdings


def standing(entries: Iterable[Entry], *, on: date, known_at: datetime) -> list[Entry]:
    """Return the entries that count, in the order in which they took effect."""
    known = {entry.id: entry for entry in entries if entry.known_at <= known_at}
    corrected = {entry.corrects for entry in known.values()}
    counting = [e for e in known.values() if e.id not in corrected and e.effective_on <= on]
    return sorted(counting, key=lambda e: (e.effective_on, _place(e, known), e.sequence))


def _place(entry: Entry, known: Mapping[UUID, Entry]) -> int:
    return min(
        (known[name].sequence for name in _corrected(entry, known) if name in known),
        default=entry.sequence,
    )


def _corrected(entry: Entry, known: Mapping[UUID, Entry]) -> frozenset[UUID]:
    """The ids of the entries in whose place this one stands, back to the first."""
    names: set[UUID] = set()
    wanted = entry.corrects
    while wanted is not None and wanted not in names:
        names.add(wanted)
        wanted = known[wanted].corrects if wanted in known else None
    return frozenset(names)


def after(state: TitleState, entry: Entry, names: frozenset[UUID] = NOTHING) -> TitleState:
    """Return the title after one more entry, which also stands for the entries `names`.

    Refuses what the title does not carry.
    """
    act, on = entry.act, entry.effective_on
    match act:
        case FirstRegistration(holdings=holdings):
            if state.registered:
                raise Refused(Refusal.ALREADY_REGISTERED, technology=entry.technology)
            return replace(state, holdings=holdings)
        case Transfer(giver=giver, taker=taker, share=share):
            held = _disposable(state, "transfer", on=on, taker=taker, abroad=act.abroad)
            return replace(state, holdings=held.transfer(giver, taker, share))
        case Redistribution(holdings=holdings, joined=joined):
            held = _disposable(state, "redistribution", on=on)
            use.require_all_join(held, joined)
            use.require_all_join(holdings, joined)
            return replace(state, holdings=holdings)
        case Empowerment(giver=giver, shares=shares):
            held = _disposable(state, "empowerment", on=on)
            for taker, share in shares:
                held = held.transfer(giver, taker, share)
            return replace(state, holdings=held)
        case Licence():
            return replace(state, grants=_granted(state, entry, act, names))
        case Surrender(grant=grant, licensee=licensee):
            found = state.grants.get(grant)
            if found is not None and found.act.licensee != licensee:
                raise Refused(GrantRefusal.NOT_LICENSEE, entry=found.number)
            ended = use.ended(state.grants, grant, on=on, by=entry.number)
            return replace(state, grants=state.grants.put(ended))
        case Termination(grant=grant):
            ended = use.ended(state.grants, grant, on=on, by=entry.number)
            return replace(state, grants=state.grants.put(ended))
        case Freeze(authority=authority, paper=paper):
            state.held()
            freeze = FreezeInForce(
                entry=entry.id,
                number=entry.number,
                authority=authority,
                paper=paper,
                names=names,
            )
            return replace(state, freezes=(*state.freezes, freeze))
        case Lift(freeze=lifted):
            left = tuple(f for f in state.freezes if not f.known_as(lifted))
            if len(left) == len(state.freezes):
                raise Refused(Refusal.NOT_FROZEN)
            return replace(state, freezes=left)
        case Pledge():
            held = state.held()
            require_unfrozen(state.freezes)
            require_pledgeable(act, held, state.restrictions)
            return _restricted(state, entry, act, names)
        case PreEmption() | StateFunding():
            state.held()
            return _restricted(state, entry, act, names)
        case Consent():
            require_consentable(act, state.restrictions, on=on)
            return replace(state, consents=(*state.consents, act))
        case Release():
            return replace(state, restrictions=released(act, state.restrictions))
        case Cancellation():
            state.held()
            return replace(state, closed_by=entry.number, closed_on=on)
        case StruckOut():
            if not names:
                raise Refused(GrantRefusal.CORRECTION_MISSING)
            return state


def _disposable(
    state: TitleState, kind: str, *, on: date, taker: UUID | None = None, abroad: bool = False
) -> Holdings:
    """The holdings, where nothing forbids to dispose of them so on that day (RR-6)."""
    held = state.held()
    require_unfrozen(state.freezes)
    require_consents(
        state.restrictions, state.consents, kind=kind, on=on, taker=taker, abroad=abroad
    )
    return held


def _granted(state: TitleState, entry: Entry, act: Licence, names: frozenset[UUID]) -> Grants:
    parent = require_grantable(state, act, on=entry.effective_on, names=names)
    return state.grants.put(
        GrantInForce(
            entry=entry.id,
            number=entry.number,
            order=entry.sequence,
            act=act,
            term=act.scope.term,
            under=parent.order if parent else use.NO_PARENT,
            depth=parent.depth + 1 if parent else 0,
            names=names,
        )
    )


def require_grantable(
    state: TitleState, act: Licence, *, on: date, names: frozenset[UUID] = NOTHING
) -> GrantInForce | None:
    """Refuse a grant that is not possible, with the first reason why; return its parent (RR-4).

    A freeze and a pledge bind the owner: what a licensee sublicenses is the licensee's own.
    """
    if act.licensor == act.licensee:
        raise Refused(Refusal.SAME_PARTY)
    held = state.held()
    use.require_long_enough(act)
    parent = use.require_grantor(act, held, state.grants)
    if parent is None:
        require_unfrozen(state.freezes)
        require_consents(
            state.restrictions,
            state.consents,
            kind=act.mode.value,
            on=on,
            taker=act.licensee,
            abroad=act.abroad and act.closed,
        )
    use.require_no_rival(act, state.grants, parent, names)
    return parent


def _restricted(
    state: TitleState,
    entry: Entry,
    act: Pledge | PreEmption | StateFunding,
    names: frozenset[UUID],
) -> TitleState:
    one = RestrictionInForce(
        entry=entry.id, number=entry.number, since=entry.effective_on, act=act, names=names
    )
    return replace(state, restrictions=(*state.restrictions, one))


def replay(entries: Iterable[Entry], *, on: date, known_at: datetime) -> TitleState:
    """Return the title as at `on`, as known at `known_at` (RR-8)."""
    known = {entry.id: entry for entry in entries}
    state = TitleState()
    for entry in standing(known.values(), on=on, known_at=known_at):
        state = after(state, entry, _corrected(entry, known))
    return state


class History:
    """The entries of one title as they are written, and where their replay stands.

    What takes effect after all that stands is one step; anything else is replayed.
    """

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.known = {entry.id: entry for entry in entries}
        self._corrected_already = {e.corrects for e in entries if e.corrects}
        self.last_on = max((e.effective_on for e in entries), default=date.min)
        self.state = TitleState()
        if entries:
            latest = max(entry.known_at for entry in entries)
            self.state = replay(entries, on=EVER, known_at=latest)

    def write(self, new: Entry) -> TitleState:
        """Return the title with `new` written, at the end of time.

        Refuses an entry the title does not carry on its own date, and one that leaves a later entry
        without ground: a transfer that takes effect before another must not take away what that
        gave.
        """
        if new.corrects is not None:
            self._require_correctable(new, new.corrects)
        if new.corrects is None and new.effective_on >= self.last_on:
            state = after(self.state, new)
        else:
            state = self._replayed(new)
        self.known[new.id] = new
        if new.corrects is not None:
            self._corrected_already.add(new.corrects)
        self.last_on = max(self.last_on, new.effective_on)
        self.state = state
        return state

    def _replayed(self, new: Entry) -> TitleState:
        known = {**self.known, new.id: new}
        state, written = TitleState(), False
        for entry in standing(known.values(), on=EVER, known_at=new.known_at):
            try:
                state = after(state, entry, _corrected(entry, known))
            except Refused as refused:
                if entry.id == new.id or (not written and new.corrects is None):
                    raise
                raise Refused(
                    Refusal.OUT_OF_ORDER, effective_on=new.effective_on, entry=entry.number
                ) from refused
            written = written or entry.id == new.id
        return state

    def _require_correctable(self, new: Entry, wrong: UUID) -> None:
        corrected = self.known.get(wrong)
        if corrected is None or wrong in self._corrected_already:
            number = corrected.number if corrected else str(wrong)
            raise Refused(GrantRefusal.NOT_CORRECTABLE, entry=number)
        same = new.kind is corrected.kind or {new.kind, corrected.kind} <= GRANTS
        if corrected.kind is EntryKind.STRUCK_OUT or not (same or new.kind is EntryKind.STRUCK_OUT):
            raise Refused(GrantRefusal.NOT_CORRECTABLE, entry=corrected.number)


def append(entries: Sequence[Entry], new: Entry) -> TitleState:
    """Return the title with `new` written, at the end of time; refuse as `History.write` does."""
    return History(entries).write(new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """A disposal somebody thinks of: `share` of the whole, from `giver`, to `taker` if known.

    `on` is the day of a consent that may be needed (None: any day it was given for).
    """

    giver: UUID
    share: Fraction
    taker: UUID | None = None
    abroad: bool = False
    on: date | None = None


def require_disposable(state: TitleState, disposal: Disposal, *, pending: bool) -> None:
    """Refuse a disposal that is not possible now, with the first reason why (RR-10)."""
    require_share(disposal.share)
    held = state.held()
    if disposal.giver == disposal.taker:
        raise Refused(Refusal.SAME_PARTY)
    held_of = {p: held[p].get(disposal.giver, Fraction(0)) for p in Power}
    for power, part in held_of.items():
        if part == 0:
            raise Refused(Refusal.HOLDS_NOTHING, power=power)
    if disposal.share == WHOLE and held_of[Power.DISPOSAL] != WHOLE:
        raise Refused(Refusal.OTHERS_MUST_JOIN, held=held_of[Power.DISPOSAL])
    for power, part in held_of.items():
        if disposal.share > part:
            raise Refused(Refusal.HOLDS_LESS, power=power, held=part, share=disposal.share)
    require_unfrozen(state.freezes)
    require_consents(
        state.restrictions,
        state.consents,
        kind="transfer",
        on=disposal.on,
        taker=disposal.taker,
        abroad=disposal.abroad,
    )
    if pending:
        raise Refused(Refusal.DISPOSAL_PENDING)


def pre_emption_holders(state: TitleState, seller: UUID) -> dict[UUID, str]:
    """Who has the first refusal of a share, and by which origin: whoever is registered with it, and
    co-owners other than the seller (Civil Code 305)."""
    if state.holdings is None:
        return {}
    noted = [r.act for r in state.restrictions if isinstance(r.act, PreEmption)]
    found = {act.holder: act.origin for act in noted}
    found |= dict.fromkeys(state.holdings.ownership, Origin.CO_OWNER.value)
    return {party: found[party] for party in sorted(found) if party != seller}
