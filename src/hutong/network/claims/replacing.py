"""
A registrar is replaced: from which log the next one begins, and with what (NE-5). Pure.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from hutong.kit.event import Event
from hutong.kit.refusal import Refused
from hutong.network.claims.book import ADOPTED_AT_ONCE, Book, Claim
from hutong.network.claims.events import ClaimsAdopted, TermOpened
from hutong.network.claims.finality import majority
from hutong.network.claims.states import Refusal
from hutong.network.messages.rules import Undecided


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


def folded(entries: Iterable[tuple[int, Event]], term: int) -> Book | None:
    """The claims a log says for `term`, from its entries with their indexes; None if not opened."""
    book = Book()
    for index, event in entries:
        if isinstance(event, TermOpened) and event.term > term:
            break
        if isinstance(event, TermOpened) or book.term == term:
            book.take(event, index)
    return book if book.term == term else None
