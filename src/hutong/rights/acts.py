"""
The acts a register entry can hold, and how each is written down (RR-1 … RR-9).

    holdings      first registration · transfer · redistribution · empowerment
    use           licence · sublicence · long-term use · surrender · termination
    restrictions  freeze · lift · pledge · consent · pre-emption · state funding · release
    title         cancellation;  striking out, which only corrects

Pure. `facts` are plain JSON: they are stored with the entry and go into its digest.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.rights.scope import Scope
from hutong.rights.shares import Holdings


class EntryKind(StrEnum):
    FIRST_REGISTRATION = "first_registration"
    TRANSFER = "transfer"
    REDISTRIBUTION = "redistribution"
    EMPOWERMENT = "empowerment"
    LICENCE = "licence"
    SUBLICENCE = "sublicence"
    LONG_TERM_USE = "long_term_use"
    SURRENDER = "surrender"
    TERMINATION = "termination"
    FREEZE = "freeze"
    LIFT = "lift"
    PLEDGE = "pledge"
    CONSENT = "consent"
    PRE_EMPTION = "pre_emption"
    STATE_FUNDING = "state_funding"
    RELEASE = "release"
    CANCELLATION = "cancellation"
    STRUCK_OUT = "struck_out"


class Mode(StrEnum):
    """How many may use beside the licensee (RR-2)."""

    EXCLUSIVE = "exclusive"  # 独占: nobody, not even the owner
    SOLE = "sole"  # 排他: the owner
    ORDINARY = "ordinary"  # 普通: anybody


CLOSED = frozenset({Mode.EXCLUSIVE, Mode.SOLE})
_REACH = {Mode.ORDINARY: 0, Mode.SOLE: 1, Mode.EXCLUSIVE: 2}


def reaches_beyond(wanted: Mode, held: Mode) -> bool:
    return _REACH[wanted] > _REACH[held]


class Chapter(StrEnum):
    """Which chapter of a title an entry stands in. Grants may be many; titles are replayed without."""

    TITLE = "title"
    USE = "use"


class Proceeds(StrEnum):
    """What becomes of the price of a pledged right (Civil Code 444)."""

    PREPAY = "prepay"
    DEPOSIT = "deposit"


class Origin(StrEnum):
    """What a pre-emption rests on (AU-8)."""

    CO_OWNER = "co_owner"  # Civil Code 305
    SERVICE_INVENTION = "service_invention"  # 847
    COMMISSIONED = "commissioned"  # 859
    COOPERATIVE = "cooperative"  # 860
    CONTRACT = "contract"


# Holdings -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRegistration:
    holdings: Holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`share` of the whole of ownership, disposal and income moves (RR-3).

    `abroad`: the taker is of another jurisdiction; public funding may forbid it.
    """

    giver: UUID
    taker: UUID
    share: Fraction
    abroad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribution:
    """The holders agree among themselves who holds what: everybody before and after joins."""

    holdings: Holdings
    joined: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empowerment:
    """赋权: an institution gives its inventors shares of ownership, disposal and income (RR-9)."""

    giver: UUID
    shares: tuple[tuple[UUID, Fraction], ...]


# Use ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A grant of use; a sublicence when it derives from a `parent` (RR-2).

    `accepted`: earlier ordinary licences that a new exclusive or sole one leaves standing (RR-4).
    `joined`: holders who agreed beside the licensor. `long_term`: 赋权's long-term use (RR-9).
    """

    licensor: UUID
    licensee: UUID
    mode: Mode
    scope: Scope
    sublicensable: bool = False
    parent: UUID | None = None
    accepted: frozenset[UUID] = frozenset()
    joined: frozenset[UUID] = frozenset()
    abroad: bool = False
    long_term: bool = False

    @property
    def closed(self) -> bool:
        return self.mode in CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrender:
    """The licensee gives a licence back, from the day the entry takes effect."""

    grant: UUID
    licensee: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """A licence ends before its term on the paper of a court, an authority, or both parties."""

    grant: UUID
    authority: str
    paper: str


# Restrictions ---------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """质押 of the whole right for a debt; every holder of disposal joins. Ranks are unique."""

    pledgor: UUID
    pledgee: UUID
    rank: int
    secured_fen: int
    currency: str = "CNY"
    debt_due_on: date | None = None
    joined: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who a restriction protects agrees to disposals of some kinds, until a day (Civil Code 444)."""

    restriction: UUID
    by: UUID | None  # None: the funding authority, on paper
    kinds: frozenset[str]  # entry kinds and licence modes
    until: date
    taker: UUID | None = None
    proceeds: Proceeds = Proceeds.PREPAY


@dataclass(frozen=True, slots=True, kw_only=True)
class PreEmption:
    """优先购买权 by law or contract; `origin` as in AU-8."""

    holder: UUID
    origin: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFunding:
    """The technology was made with public funds; the duties that follow bind every holder."""

    programme: str
    authority: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A pledge, pre-emption or funding duty ends. `by`: who it protected; None: on paper."""

    restriction: UUID
    by: UUID | None = None
    authority: str = ""
    paper: str = ""


# The title ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """注销: the right has ended (invalidated, given up, expired); the title closes with its grants."""

    authority: str
    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StruckOut:
    """A correction that puts nothing in the place of the entry: it should not have been written."""

    reason: str


Act = (
    FirstRegistration
    | Transfer
    | Redistribution
    | Empowerment
    | Licence
    | Surrender
    | Termination
    | Freeze
    | Lift
    | Pledge
    | Consent
    | PreEmption
    | StateFunding
    | Release
    | Cancellation
    | StruckOut
)
Holding = FirstRegistration | Transfer | Redistribution | Empowerment

_KINDS: dict[type[Any], EntryKind] = {
    FirstRegistration: EntryKind.FIRST_REGISTRATION,
    Transfer: EntryKind.TRANSFER,
    Redistribution: EntryKind.REDISTRIBUTION,
    Empowerment: EntryKind.EMPOWERMENT,
    Surrender: EntryKind.SURRENDER,
    Termination: EntryKind.TERMINATION,
    Freeze: EntryKind.FREEZE,
    Lift: EntryKind.LIFT,
    Pledge: EntryKind.PLEDGE,
    Consent: EntryKind.CONSENT,
    PreEmption: EntryKind.PRE_EMPTION,
    StateFunding: EntryKind.STATE_FUNDING,
    Release: EntryKind.RELEASE,
    Cancellation: EntryKind.CANCELLATION,
    StruckOut: EntryKind.STRUCK_OUT,
}
# Acts after which the holdings stand anew; the register keeps the result beside the entry.
MOVES_HOLDINGS = frozenset(
    {
        EntryKind.FIRST_REGISTRATION,
        EntryKind.TRANSFER,
        EntryKind.REDISTRIBUTION,
        EntryKind.EMPOWERMENT,
    }
)
GRANTS = frozenset({EntryKind.LICENCE, EntryKind.SUBLICENCE, EntryKind.LONG_TERM_USE})
ENDS_GRANTS = frozenset({EntryKind.SURRENDER, EntryKind.TERMINATION})


def kind_of(act: Act) -> EntryKind:
    if isinstance(act, Licence):
        if act.long_term:
            return EntryKind.LONG_TERM_USE
        return EntryKind.LICENCE if act.parent is None else EntryKind.SUBLICENCE
    return _KINDS[type(act)]


def parties_named(act: Act) -> frozenset[UUID]:
    """Whose rights an act speaks of: holders, givers and takers, sides, whom it protects."""
    match act:
        case FirstRegistration(holdings=holdings):
            return holdings.parties()
        case Redistribution(holdings=holdings, joined=joined):
            return holdings.parties() | joined
        case Transfer(giver=giver, taker=taker):
            return frozenset({giver, taker})
        case Empowerment(giver=giver, shares=shares):
            return frozenset({giver, *(party for party, _ in shares)})
        case Licence(licensor=licensor, licensee=licensee, joined=joined):
            return frozenset({licensor, licensee}) | joined
        case Surrender(licensee=licensee):
            return frozenset({licensee})
        case Pledge(pledgor=pledgor, pledgee=pledgee, joined=joined):
            return frozenset({pledgor, pledgee}) | joined
        case PreEmption(holder=holder):
            return frozenset({holder})
        case Consent(by=by, taker=taker):
            return frozenset(party for party in (by, taker) if party is not None)
        case Release(by=by):
            return frozenset({by} if by is not None else ())
    return frozenset()  # what stands on the paper of a court or an authority


def chapter_of(kind: EntryKind) -> Chapter:
    """The chapter of an entry; striking out stands where the entry stood that it corrects."""
    return Chapter.USE if kind in GRANTS | ENDS_GRANTS else Chapter.TITLE
