"""
What can be asked of claims: ours, the book of a registrar, what is final, and what was voted on.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.event import Event
from hutong.network.claims import rules
from hutong.network.claims.models import BookClaim, ClaimTerm, Holding, OwnClaim
from hutong.network.claims.rules import Basis, Book, Claim, Entered, Roll, Status, Vote
from hutong.network.mirrors import queries as mirrors
from hutong.transparency import merkle
from hutong.transparency import queries as log
from hutong.venues import chain
from hutong.venues import queries as venues
from hutong.venues.lists import Held, Kind, SignedList

STAND_STILL = 0x4855_544F_4E47_0021


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """A claim of ours."""

    id: UUID
    technology: UUID
    number: str
    about: str
    status: Status
    registrar: str
    holder: str
    asked_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who keeps the claims, and whether it is us. `open`: the book of the term is begun."""

    term: int
    registrar: str
    ours: bool
    open: bool


def office() -> Office | None:
    """Who keeps the claims; None where there is no network."""
    network = venues.network()
    if network is None:
        return None
    ours = network.registrar == venues.my_code()
    term = term_in_force()
    return Office(
        term=term,
        registrar=network.registrar,
        ours=ours,
        open=ours and ClaimTerm.objects.filter(term=term).exists(),
    )


def term_in_force() -> int:
    return len(replacements())


def own(*statuses: Status, about: str | None = None, limit: int = 500) -> list[OwnView]:
    """Our claims, latest first."""
    rows = OwnClaim.objects.order_by("-asked_at", "id")
    if statuses:
        rows = rows.filter(status__in=statuses)
    if about is not None:
        rows = rows.filter(about=about)
    return [own_view(row) for row in rows[:limit]]


def any_to_do() -> bool:
    """Whether a claim of ours is to be asked again, or one of our book to be told."""
    term = term_in_force()
    under_way = OwnClaim.objects.filter(status__in=[s.value for s in rules.UNDER_WAY])
    untold = BookClaim.objects.filter(term=term, told=False)
    return under_way.exclude(term=term).exists() or untold.exists()


def of_technology(technology: UUID) -> OwnView | None:
    """Our claim of a technology's number that stands, or is under way."""
    rows = OwnClaim.objects.filter(technology=technology, status__in=rules.STANDING)
    row = rows.first()
    return own_view(row) if row else None


def of_claim(id: UUID) -> OwnView | None:
    """A claim of ours, by its id."""
    row = OwnClaim.objects.filter(id=id).first()
    return own_view(row) if row else None


def own_view(row: OwnClaim) -> OwnView:
    return OwnView(
        id=row.id,
        technology=row.technology,
        number=row.text,
        about=row.about,
        status=Status(row.status),
        registrar=row.registrar,
        holder=row.holder,
        asked_at=row.asked_at,
        settled_at=row.settled_at,
    )


# -- the chain of lists, as claims see it ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """The members in good standing by one list, and who keeps the claims."""

    version: int
    registrar: str
    members: frozenset[str]


def steps() -> tuple[Step, ...]:
    """The lists of our network, oldest first."""
    network = venues.network()
    return _chain(network.digest)[0] if network else ()


def replacements() -> tuple[Basis, ...]:
    """The terms that ended by a vote, latest first, each with what its voters held."""
    network = venues.network()
    return _chain(network.digest)[1] if network else ()


@lru_cache(maxsize=4)
def _chain(digest: str) -> tuple[tuple[Step, ...], tuple[Basis, ...]]:
    told = [SignedList.read(one) for one in reversed(venues.latest_lists(limit=100_000))]
    found: list[Step] = []
    bases: list[Basis] = []
    roll = chain.open_genesis(told[0])
    found.append(_step(roll))
    for signed in told[1:]:
        if signed.list.change.kind is Kind.REGISTRAR:
            votes = [
                Vote(venue=one.venue, size=one.held.size, root=bytes.fromhex(one.held.root))
                for one in signed.list.approvals
                if one.held is not None
            ]
            members = {member.code for member in roll.good}
            bases.append(rules.basis(len(bases), roll.registrar, votes, members))
        roll = chain.follow(roll, signed)
        found.append(_step(roll))
    return tuple(found), tuple(reversed(bases))


def _step(roll: chain.Roll) -> Step:
    return Step(roll.version, roll.registrar, frozenset(member.code for member in roll.good))


# -- what is final ------------------------------------------------------------------------------------


def final() -> int:
    """How many entries of our log are final, while we are the registrar and the term is open."""
    term, held = _holdings()
    return rules.final_size(held, _rolls(term)) if term is not None else 0


def _holdings() -> tuple[ClaimTerm | None, dict[str, int]]:
    """The term we keep the book of, and how much of our log each member holds, we ourselves too."""
    term = ClaimTerm.objects.filter(term=term_in_force()).first()
    signed = log.checkpoint()
    if term is None or signed is None:
        return None, {}
    held = dict(Holding.objects.filter(term=term.term).values_list("venue", "size"))
    held[venues.my_code()] = signed.size
    return term, held


def lists_are_final() -> bool:
    """Whether all our lists of members are final, while we are the registrar (`Grounds`)."""
    term, held = _holdings()
    return term is not None and rules.are_final(held, _rolls(term))


def lack_the_list() -> list[str]:
    """As registrar: the members that have not said that they hold the latest list."""
    term, held = _holdings()
    if term is None:
        return []
    last = _rolls(term)[-1]
    return sorted(one for one in last.members if held.get(one, 0) <= last.index)


def holds(held: Held) -> bool:
    """Whether we hold a log up to where a vote says (`Grounds`): only then can we take it over."""
    root, code = bytes.fromhex(held.root), _code_of(held.origin)
    if code is None:
        return False
    root_at = _roots(code)
    vote = Vote(venue="", size=held.size, root=root)
    return bool(rules.backed([vote], root_at))


def _code_of(origin: str) -> str | None:
    return next((one.code for one in venues.every_venue() if one.log_origin == origin), None)


def _roots(code: str) -> Callable[[int], bytes | None]:
    """The root of a venue's log at a size, as far as it is here."""
    if code == venues.my_code():
        signed, nodes = log.checkpoint(), log.node_reader()
        size = signed.size if signed else 0
    else:
        mirror = mirrors.mirror(code)
        if mirror is None:
            return lambda at: None if at else merkle.EMPTY_ROOT
        size, nodes = mirror.held_size, mirrors.nodes(mirror.id)
    return lambda at: merkle.root(at, nodes) if at <= size else None


def _rolls(term: ClaimTerm) -> list[Roll]:
    by_version = {step.version: step.members for step in steps()}
    found = [Roll(-1, by_version[term.version])]
    for entry in journal.of_kinds(["venues.ListAdopted"]):
        version = entry.facts["list_version"]
        if entry.id > term.entry and version > term.version and version in by_version:
            index = entry.log_index if entry.log_index is not None else 2**62
            found.append(Roll(index, by_version[version]))
    return found


def held_by() -> dict[str, int]:
    """How much of our log each member says it holds in this term."""
    rows = Holding.objects.filter(term=term_in_force()).order_by("venue")
    return dict(rows.values_list("venue", "size"))


# -- the book ---------------------------------------------------------------------------------------------


def of_id(term: int, claim: UUID) -> Claim | None:
    row = BookClaim.objects.filter(term=term, claim=claim).first()
    return claim_of(row) if row else None


def of_number(term: int, number: str) -> Claim | None:
    row = BookClaim.objects.filter(term=term, number=number, entered=Entered.GRANTED).first()
    return claim_of(row) if row else None


def in_book(
    term: int, claims: Iterable[UUID], numbers: Iterable[str]
) -> tuple[dict[UUID, Claim], dict[str, Claim]]:
    """What the book has under these ids, and which claims stand of these numbers."""
    rows = BookClaim.objects.filter(term=term)
    by_id = {row.claim: claim_of(row) for row in rows.filter(claim__in=list(claims))}
    granted = rows.filter(number__in=list(numbers), entered=Entered.GRANTED)
    return by_id, {row.number: claim_of(row) for row in granted}


def claim_of(row: BookClaim) -> Claim:
    return Claim(
        id=row.claim,
        number=row.number,
        technology=row.technology,
        venue=row.venue,
        index=row.entry,
        entered=Entered(row.entered),
        holder=row.holder,
        moved_from=row.moved_from,
    )


def book_counts() -> dict[str, int]:
    """How many claims stand in our book, by venue."""
    rows = BookClaim.objects.filter(term=term_in_force(), entered=Entered.GRANTED)
    counts: dict[str, int] = {}
    for venue in rows.values_list("venue", flat=True):
        counts[venue] = counts.get(venue, 0) + 1
    return dict(sorted(counts.items()))


# -- a log of claims, ours or another's --------------------------------------------------------------------


def events(basis: Basis) -> Iterator[tuple[int, Event]] | None:
    """What the log of a term that ended says of claims, up to the size voted on.

    None while we do not hold so much of it. Raises Refused (ROOT_DIFFERS).
    """
    if basis.log == venues.my_code():
        signed = log.checkpoint()
        if basis.size and (signed is None or signed.size < basis.size):
            return None
        _need_root(basis, log.node_reader())
        return _of_leaves(enumerate(journal.leaves(0, basis.size)))
    mirror = mirrors.mirror(basis.log)
    if basis.size == 0:
        return iter(())
    if mirror is None or mirror.held_size < basis.size:
        return None
    _need_root(basis, mirrors.nodes(mirror.id))
    held = mirrors.entries(mirror.id)
    return _of_leaves((index, leaf) for index, leaf in held if index < basis.size)


_HELD_TO_COUNT = re.compile(
    b'"(?:' + "|".join(map(re.escape, [*rules.BOOKED, "venues.ListAdopted"])).encode() + b')"'
)


class ListsSeen:
    """The latest list of members in another's log as far as it was read: each entry is read once.

    `awaited`: up to where an entry was read that counts only once a majority holds it.
    """

    def __init__(self) -> None:
        self._of, self._size, self._latest = ("", ""), 0, (-1, -1)
        self.awaited = 0

    def latest(self, network: str, code: str, size: int) -> tuple[int, int]:
        """Its term and version, among the first `size` entries that we hold; (-1, -1): none.

        Of a registrar that was outvoted once, lists stand there that nobody else adopted: those of
        its earlier term are behind whatever the vote led to.
        """
        if (network, code) != self._of or size < self._size:
            self._of, self._size, self._latest = (network, code), 0, (-1, -1)
            self.awaited = 0
        mirror = mirrors.mirror(code)
        if mirror is None or size == self._size:
            return self._latest
        for index, leaf in mirrors.entries(mirror.id, start=self._size):
            if index >= size:
                break
            if _HELD_TO_COUNT.search(leaf):
                self.awaited = index + 1
            if b'"venues.ListAdopted"' in leaf:
                facts = json.loads(leaf)["facts"]
                if facts["network"] == network:
                    told = int(facts["term"]), int(facts["list_version"])
                    self._latest = max(self._latest, told)
        self._size = size
        return self._latest


def _need_root(basis: Basis, nodes: merkle.NodeReader) -> None:
    if merkle.root(basis.size, nodes) != basis.root:
        raise rules.Refused(rules.Refusal.ROOT_DIFFERS)


def _of_leaves(leaves: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, Event]]:
    for index, leaf in leaves:
        if b'"network.' in leaf:
            told = json.loads(leaf)
            event = rules.read_event(told["kind"], told["facts"])
            if event is not None:
                yield index, event


def stand_still() -> None:
    """Let no acknowledgement of the registrar's log pass until this transaction ends: what a vote
    says we hold must be the most that we ever acknowledged."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STAND_STILL])


# -- audit ----------------------------------------------------------------------------------------------------


def audit() -> Iterator[Discrepancy]:
    """Fold the book of each term we opened from our journal, and compare."""
    terms = {row.entry: row.term for row in ClaimTerm.objects.all()}
    folded: dict[int, Book] = {}
    book = Book()
    kinds = list(rules.BOOKED)
    for entry in journal.of_kinds(kinds):
        event = rules.read_event(entry.kind, entry.facts)
        if isinstance(event, rules.TermOpened):
            book = Book()
            folded[event.term] = book
            if terms.get(entry.id) != event.term:
                yield Discrepancy(f"network.claims term {event.term}", "a term", "none")
        if event is not None:
            book.take(event, entry.id)
    for term, said in folded.items():
        rows = {row.claim: _plain(claim_of(row)) for row in BookClaim.objects.filter(term=term)}
        for id, claim in said.by_id.items():
            if rows.pop(id, None) != _plain(claim):
                yield Discrepancy(f"network.claims {id}", str(_plain(claim)), "another row")
        for id in rows:
            yield Discrepancy(f"network.claims {id}", "nothing", "a row")


def _plain(claim: Claim) -> tuple[Any, ...]:
    return (claim.number, claim.technology, claim.venue, claim.entered, claim.index)
