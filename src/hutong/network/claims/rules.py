"""
Network claims: the rules and nothing but the rules (NE-5).

    registrar    claim ──► granted (first come) | refused (another's)      an entry of its log
                              └─ the entry held by a majority ──► final: the claimant is told

    member       holds the registrar's log and says so (held), until it votes for another registrar;
                 from then on it acknowledges nothing more of that term, whatever becomes of the vote

    replacement  votes of a majority, each with what it holds ──► the largest ──► taken over ──► open

Why no claim has two winners: a grant is final when a majority holds it; a replacement has the votes
of a majority; the two share a member, which held the grant before it voted (after, it acknowledges
nothing). Logs only grow, so the largest log among the votes has every final grant, and the next
registrar begins with all it finds there. A refusal is an entry too, final like a grant: a registrar
that was replaced and does not know it can refuse nobody for good. What is not final is asked again
in the new term; what was asked in an old term is not granted in a new one.

The members change one step at a time, and each list of members is an entry of the registrar's log:
a list decides what is final only from when its own entry is final by the list before it, and the
next changes who counts only when a majority of the list's own members hold it too. A member votes
over the latest list it knows, and acknowledges none that it does not know.

Pure: no database, no clock, no network. tests/network/simulation.py drives these functions under a
scheduler of loss, delay, repetition, crashes and partitions.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import digest
from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason
from hutong.network.messages.rules import Undecided

ADOPTED_AT_ONCE: Final = 150  # claims in one entry; a leaf has at most 65,535 bytes
MAX_NUMBER: Final = 60


class Status(StrEnum):
    """Of a claim this venue made."""

    ASKED = "asked"
    FINAL = "final"
    LOST = "lost"
    RELEASING = "releasing"
    RELEASED = "released"
    MOVING = "moving"  # to the venue that takes custody (NE-8)
    MOVED = "moved"


UNDER_WAY: Final = frozenset({Status.ASKED, Status.RELEASING, Status.MOVING})
STANDING: Final = UNDER_WAY | {Status.FINAL}  # one of these there is of a number


class Entered(StrEnum):
    """What the registrar's log says of a claim."""

    GRANTED = "granted"
    REFUSED = "refused"
    RELEASED = "released"
    MOVED = "moved"  # told to whom it was before; in the book it stands as granted to the next


class Refusal(Reason):
    TAKEN = reason(
        "claims.taken", "NE-5", N_("This number is registered, or being registered, at {venue}.")
    )
    NUMBER_UNFIT = reason(
        "claims.number_unfit", "NE-5", N_("That is not a normalised number of a right."), 422
    )
    ID_REUSED = reason(
        "claims.id_reused", "NE-5", N_("This claim's id stands for another claim."), 422
    )
    NOT_HOLDER = reason("claims.not_holder", "NE-5", N_("The claim is {venue}'s."), 422)
    OTHER_TERM = reason(
        "claims.other_term", "NE-5", N_("The term of claims is {term} now: ask its registrar."), 422
    )
    FORKED = reason(
        "claims.forked", "LO-3", N_("At size {size} the registrar's log has another root."), 422
    )
    NO_MAJORITY = reason(
        "claims.no_majority",
        "NE-5",
        N_("The votes are not those of a majority: {votes} of {members}."),
    )
    VOTES_FORK = reason(
        "claims.votes_fork",
        "LO-3",
        N_("Two voters hold different logs of one size ({size}): {one} and {other}."),
    )
    ROOT_DIFFERS = reason(
        "claims.root_differs",
        "LO-3",
        N_("The entries given do not make the log that was voted on."),
    )
    NOT_CLAIMED = reason(
        "claims.not_claimed", "NE-5", N_("There is no claim of this venue for it.")
    )


# -- entries of the registrar's log ------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TermOpened(Event, kind="network.TermOpened"):
    """From here on this log is the record of claims, with those that are adopted next.

    `basis_…`: the log they were taken from, at the size the votes named; none in the first term.
    """

    term: int
    basis_log: str | None
    basis_size: int
    basis_root: bytes
    claims: int


@dataclass(frozen=True, kw_only=True)
class ClaimsAdopted(Event, kind="network.ClaimsAdopted"):
    """Claims of the term before: each [claim, number, technology, venue], and of one that was
    moved [… , the venue before]."""

    term: int
    claims: list[list[str]]


@dataclass(frozen=True, kw_only=True)
class ClaimGranted(Event, kind="network.ClaimGranted"):
    """`number` is the digest of the normalised number, as in `number_digest`."""

    term: int
    claim: UUID
    number: str
    technology: UUID
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimRefused(Event, kind="network.ClaimRefused"):
    """The number is another claim's (`claim_holding`, of `venue_holding`)."""

    term: int
    claim: UUID
    number: str
    technology: UUID
    venue: str
    claim_holding: UUID
    venue_holding: str


@dataclass(frozen=True, kw_only=True)
class ClaimReleased(Event, kind="network.ClaimReleased"):
    term: int
    claim: UUID
    number: str
    venue: str


@dataclass(frozen=True, kw_only=True)
class ClaimMoved(Event, kind="network.ClaimMoved"):
    """Custody moved: from now on the claim is another venue's (NE-8)."""

    term: int
    claim: UUID
    number: str
    from_venue: str
    venue: str


# -- entries of the claimant's journal ------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ClaimAsked(Event, kind="network.ClaimAsked", visibility=Visibility.JOURNALLED):
    claim: UUID
    number: str
    technology: UUID
    registrar: str
    term: int


@dataclass(frozen=True, kw_only=True)
class ClaimFinal(Event, kind="network.ClaimFinal"):
    """The number is ours in the whole network."""

    claim: UUID
    number: str
    technology: UUID
    term: int


@dataclass(frozen=True, kw_only=True)
class ClaimLost(Event, kind="network.ClaimLost"):
    """The number is another's."""

    claim: UUID
    number: str
    technology: UUID
    venue_holding: str
    term: int


@dataclass(frozen=True, kw_only=True)
class ReleaseAsked(Event, kind="network.ReleaseAsked"):
    claim: UUID
    number: str
    technology: UUID


@dataclass(frozen=True, kw_only=True)
class ClaimGivenBack(Event, kind="network.ClaimGivenBack"):
    """The number is free for others."""

    claim: UUID
    number: str
    technology: UUID


@dataclass(frozen=True, kw_only=True)
class MoveAsked(Event, kind="network.MoveAsked"):
    """The registrar is asked to write the claim over to the venue that takes custody (NE-8)."""

    claim: UUID
    number: str
    technology: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class ClaimPassedOn(Event, kind="network.ClaimPassedOn"):
    """The number is the other venue's, finally."""

    claim: UUID
    number: str
    technology: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class MoveRefused(Event, kind="network.MoveRefused"):
    """The registrar will not write it over; the claim is ours as before."""

    claim: UUID
    number: str
    technology: UUID
    to: str
    why: str


@dataclass(frozen=True, kw_only=True)
class DuplicateFound(Event, kind="network.DuplicateFound"):
    """A venue that joined has registered what another's claim stands for: one of them did so
    before they knew of each other. The registrar's officers decide (NE-5, DL-3)."""

    claim: UUID
    number: str
    technology: UUID
    venue: str
    claim_holding: UUID
    technology_holding: UUID
    venue_holding: str


@dataclass(frozen=True, kw_only=True)
class HeldContradicted(Event, kind="network.HeldContradicted"):
    """A member says it holds a log of ours that is not ours: one of us shows two histories."""

    venue: str
    size: int
    root: bytes
    own_root: bytes


# -- the registrar's book ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim in the registrar's book; `index`: the entry of its log that made it so."""

    id: UUID
    number: str
    technology: UUID
    venue: str
    index: int
    entered: Entered = Entered.GRANTED
    holder: str = ""  # of a refused one: whose the number is
    moved_from: str = ""  # whose it was before, who is told when it is final

    @property
    def row(self) -> list[str]:
        before = [self.moved_from] if self.moved_from else []
        return [str(self.id), self.number, str(self.technology), self.venue, *before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a claimant asks: the body of a `claims.claim` message."""

    id: UUID
    number: str  # its digest
    technology: UUID
    venue: str
    term: int

    @classmethod
    def read(cls, body: Mapping[str, Any], venue: str) -> "Asked":
        """Raises Refused (NUMBER_UNFIT)."""
        try:
            number, term = number_digest(body["number"]), body["term"]
            id, technology = UUID(body["claim"]), UUID(body["technology"])
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise Refused(Refusal.NUMBER_UNFIT) from error
        if type(term) is not int or term < 0:
            raise Refused(Refusal.NUMBER_UNFIT)
        return cls(id=id, number=number, technology=technology, venue=venue, term=term)


_NUMBER: Final = re.compile(r"[0-9A-Z][0-9A-Z:./-]*")


def number_digest(number: Any) -> str:
    """How a number stands in the log. Raises Refused (NUMBER_UNFIT) for one not normalised."""
    if not isinstance(number, str) or len(number) > MAX_NUMBER or not _NUMBER.fullmatch(number):
        raise Refused(Refusal.NUMBER_UNFIT)
    return digest(b"hutong-claim/1\n" + number.encode())


def normalised(text: str) -> str:
    """A number as it is claimed: capitals, digits and signs, as every venue writes it."""
    return re.sub(r"[^0-9A-Z:./-]", "", unicodedata.normalize("NFKC", text).upper())


def in_term(asked: int, *, term: int | None, own: int) -> None:
    """Refuse what was asked in another term than the one this registrar keeps.

    `asked`: the claimant's term; `term`: the one our book is open for; `own`: the one we know to be
    in force and to be ours. Raises Undecided, Refused (OTHER_TERM).
    """
    if asked < own:
        raise Refused(Refusal.OTHER_TERM, term=own)
    if asked > own or term != own:
        raise Undecided(f"term {max(asked, own)} is not open here")


def claim(asked: Asked, *, of_id: Claim | None, of_number: Claim | None) -> list[Event]:
    """Grant a number to the first who asks, refuse it to others; nothing new when asked again.

    `of_id`, `of_number`: what the book has under both; `of_number` only a claim that stands.
    Raises Refused (ID_REUSED).
    """
    if of_id is not None:
        same = (of_id.number, of_id.technology, of_id.venue)
        if same != (asked.number, asked.technology, asked.venue):
            raise Refused(Refusal.ID_REUSED)
        return []
    if of_number is not None:
        return [
            ClaimRefused(
                term=asked.term,
                claim=asked.id,
                number=asked.number,
                technology=asked.technology,
                venue=asked.venue,
                claim_holding=of_number.id,
                venue_holding=of_number.venue,
            )
        ]
    return [
        ClaimGranted(
            term=asked.term,
            claim=asked.id,
            number=asked.number,
            technology=asked.technology,
            venue=asked.venue,
        )
    ]


def release(venue: str, *, term: int, of_id: Claim | None) -> list[Event]:
    """Give a number back; nothing new when it was given back. Raises Refused."""
    if of_id is None:
        raise Refused(Refusal.NOT_CLAIMED)
    if of_id.entered is Entered.RELEASED:
        return []
    if of_id.venue != venue:
        raise Refused(Refusal.NOT_HOLDER, venue=of_id.venue)
    return [ClaimReleased(term=term, claim=of_id.id, number=of_id.number, venue=venue)]


def award(*, to: Claim, of: Claim, term: int) -> list[Event]:
    """Give a number that a decision awards to the claim that was refused. Raises Refused."""
    if of.entered is not Entered.GRANTED or of.number != to.number:
        raise Refused(Refusal.NOT_CLAIMED)
    if to.entered is Entered.GRANTED:
        return []
    return [
        ClaimReleased(term=term, claim=of.id, number=of.number, venue=of.venue),
        ClaimGranted(
            term=term, claim=to.id, number=to.number, technology=to.technology, venue=to.venue
        ),
    ]


def move(venue: str, to: str, *, term: int, of_id: Claim | None) -> list[Event]:
    """Give a claim to another venue, with the custody of its technology (NE-8)."""
    if of_id is None or of_id.entered is not Entered.GRANTED:
        raise Refused(Refusal.NOT_CLAIMED)
    if (of_id.venue, of_id.moved_from) == (to, venue):
        return []
    if of_id.venue != venue:
        raise Refused(Refusal.NOT_HOLDER, venue=of_id.venue)
    return [ClaimMoved(term=term, claim=of_id.id, number=of_id.number, from_venue=venue, venue=to)]


@dataclass(slots=True)
class Book:
    """The claims that a registrar's log says: folded from its entries, in order."""

    term: int | None = None
    opened_at: int | None = None  # index of the entry that opened the term
    by_id: dict[UUID, Claim] = field(default_factory=dict)
    by_number: dict[str, Claim] = field(default_factory=dict)

    def take(self, event: Event, index: int) -> None:
        """Fold one entry. Entries that are not about claims are passed over."""
        match event:
            case TermOpened():
                self.term, self.opened_at = event.term, index
                self.by_id, self.by_number = {}, {}
            case ClaimsAdopted():
                for id, number, technology, venue, *before in event.claims:
                    self._put(UUID(id), number, UUID(technology), venue, index, *before)
            case ClaimGranted():
                self._put(event.claim, event.number, event.technology, event.venue, index)
            case ClaimMoved():
                was = self.by_id[event.claim]
                self._put(was.id, was.number, was.technology, event.venue, index, event.from_venue)
            case ClaimRefused():
                self.by_id[event.claim] = Claim(
                    id=event.claim,
                    number=event.number,
                    technology=event.technology,
                    venue=event.venue,
                    index=index,
                    entered=Entered.REFUSED,
                    holder=event.venue_holding,
                )
            case ClaimReleased():
                was = self.by_number.pop(event.number)
                assert was.id == event.claim, f"{event.number} was released by another claim"
                self.by_id[was.id] = replace(was, index=index, entered=Entered.RELEASED)

    def _put(
        self, id: UUID, number: str, technology: UUID, venue: str, index: int, before: str = ""
    ) -> None:
        held = self.by_number.get(number)
        assert held is None or held.id == id, f"{number} has two claims"
        made = Claim(
            id=id,
            number=number,
            technology=technology,
            venue=venue,
            index=index,
            moved_from=before,
        )
        self.by_id[id] = self.by_number[number] = made

    def live(self) -> list[Claim]:
        """The claims that stand, in the order in which they came."""
        return sorted(self.by_number.values(), key=lambda claim: (claim.index, claim.number))


def open_term(
    term: int, *, basis: "Basis | None", claims: Sequence[Claim]
) -> list[TermOpened | ClaimsAdopted]:
    """The entries with which a registrar begins: its term, and the claims it takes over."""
    opened = TermOpened(
        term=term,
        basis_log=basis.log if basis else None,
        basis_size=basis.size if basis else 0,
        basis_root=basis.root if basis else b"",
        claims=len(claims),
    )
    parts = range(0, len(claims), ADOPTED_AT_ONCE)
    adopted = [
        ClaimsAdopted(term=term, claims=[one.row for one in claims[n : n + ADOPTED_AT_ONCE]])
        for n in parts
    ]
    return [opened, *adopted]


# -- what is final -----------------------------------------------------------------------------------------


def majority(members: Collection[str]) -> int:
    return len(members) // 2 + 1


def held_by_majority(held: Mapping[str, int], members: Collection[str]) -> int:
    """How many entries of the registrar's log a majority of `members` hold."""
    sizes = sorted((held.get(member, 0) for member in members), reverse=True)
    return sizes[majority(members) - 1] if sizes else 0


@dataclass(frozen=True, slots=True)
class Roll:
    """The members by one list, and the entry of the registrar's log that says so."""

    index: int
    members: frozenset[str]


def final_size(held: Mapping[str, int], rolls: Sequence[Roll]) -> int:
    """How many entries of the registrar's log are final.

    `rolls`, oldest first: the list by which the term began (index -1), and those entered since. One
    decides what comes after its entry, from when that is final by the one before: else a few could
    change who counts while they are cut off.
    """
    final = 0
    for roll, following in zip_longest(rolls, rolls[1:]):
        here = held_by_majority(held, roll.members)
        if following is None or here <= following.index:
            return max(final, here)
        final = following.index + 1
    return final


def are_final(held: Mapping[str, int], rolls: Sequence[Roll]) -> bool:
    """Whether every list is final, so that the next may change who counts.

    The last one's entry is final by the one before, and a majority of its own members hold it too:
    so whoever votes over it, or over the next, shares a member with all that was final before.
    """
    last = rolls[-1]
    return min(final_size(held, rolls), held_by_majority(held, last.members)) > last.index


# -- a registrar is replaced -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A member's word: it holds so much of the registrar's log, and acknowledges no more of it."""

    venue: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """From where the claims of a term are taken: a log at a size, and who holds it."""

    term: int  # the term that ended
    log: str  # the registrar of that term
    size: int
    root: bytes
    holders: tuple[str, ...]


def backed(votes: Iterable[Vote], root_at: Callable[[int], bytes | None]) -> list[Vote]:
    """The votes on which a candidate may take office: of a log that it holds itself.

    `root_at`: of the old registrar's log as the candidate holds it, None beyond that. Else the
    claims could hang on a venue that voted and then was lost, or that names a log nobody has.
    """
    return [vote for vote in votes if root_at(vote.size) == vote.root]


def basis(term: int, registrar: str, votes: Iterable[Vote], members: Collection[str]) -> Basis:
    """The largest log among the votes that ended a term. Raises NO_MAJORITY, VOTES_FORK."""
    given = {vote.venue: vote for vote in votes if vote.venue in members}
    if len(given) < majority(members):
        raise Refused(Refusal.NO_MAJORITY, votes=len(given), members=len(members))
    largest = max(given.values(), key=lambda vote: (vote.size, vote.venue))
    holders = [vote for vote in given.values() if vote.size == largest.size]
    for vote in holders:
        if vote.root != largest.root:
            raise Refused(Refusal.VOTES_FORK, size=vote.size, one=vote.venue, other=largest.venue)
    return Basis(
        term=term,
        log=registrar,
        size=largest.size,
        root=largest.root,
        holders=tuple(sorted(vote.venue for vote in holders)),
    )


def to_take_over(bases: Sequence[Basis], opened: Callable[[Basis], bool | None]) -> Basis | None:
    """Of the terms that ended, latest first: the one whose log is to be taken over.

    `opened(basis)`: whether the log, at the size voted on, has the entry that opened that term;
    None while it is not known. A term that its registrar did not open before it was replaced had
    nothing final, and its claims are those of the term before it. Raises Undecided.
    """
    for one in bases:
        found = opened(one)
        if found is None:
            raise Undecided(f"the log of {one.log} at {one.size} is not here yet")
        if found:
            return one
    return None


def folded(entries: Iterable[tuple[int, Event]], term: int) -> Book | None:
    """The claims a log says for `term`, from its entries with their indexes; None if not opened."""
    book = Book()
    for index, event in entries:
        if isinstance(event, TermOpened) and event.term > term:
            break
        if isinstance(event, TermOpened) or book.term == term:
            book.take(event, index)
    return book if book.term == term else None


# -- entries read back -------------------------------------------------------------------------------------

BOOKED: Final[Mapping[str, type[Event]]] = {
    event.kind: event
    for event in (
        TermOpened,
        ClaimsAdopted,
        ClaimGranted,
        ClaimRefused,
        ClaimReleased,
        ClaimMoved,
    )
}
_IDS: Final = frozenset({"claim", "technology", "claim_holding"})


def read_event(kind: str, facts: Mapping[str, Any]) -> Event | None:
    """An entry of a registrar's log as it was written; None for one not about claims."""
    event = BOOKED.get(kind)
    if event is None:
        return None
    given: dict[str, Any] = {
        name: UUID(value) if name in _IDS else value for name, value in facts.items()
    }
    if "basis_root" in given:
        given["basis_root"] = bytes.fromhex(given["basis_root"])
    known = {f.name for f in fields(event)}  # type: ignore[arg-type]
    return event(**{name: value for name, value in given.items() if name in known})
