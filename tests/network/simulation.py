"""
Many venues in one process under a seeded scheduler: loss, delay, repetition, reordering, crashes and
partitions, for the machines of messages and of claims (NE-2, NE-5).

    Simulation(seed).run() ─► History of what was asked and what came of it
                                 └─ check(): linearizable, never two winners, nothing lost

The machines are those of hutong.network.messages.rules and hutong.network.claims.rules; what is
simulated is what stands around them: a disk that survives a crash (what an action wrote in one
transaction, all or nothing), a memory that does not, a network that promises nothing, clocks, and
officers who admit members and replace registrars. Everything follows from the seed.
"""

import heapq
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from hutong.kit.canonical import canonical
from hutong.kit.event import Event
from hutong.kit.refusal import Refused
from hutong.network.claims import rules as claims
from hutong.network.claims.rules import Asked, Basis, Book, Entered, Roll, Status, Undecided, Vote
from hutong.network.messages import rules as messages
from hutong.network.messages.rules import Answer, GoBack, Kept, Later, Message, Verdict
from hutong.transparency.merkle import CompactRange, leaf_hash

AT = datetime(2026, 1, 5, tzinfo=UTC)
EMPTY = CompactRange()


@dataclass(frozen=True)
class Conditions:
    """How bad the world is, and how long it stays so (seconds)."""

    venues: int = 5
    numbers: int = 3
    loss: float = 0.08
    repeat: float = 0.08
    slowest: float = 1.5
    crash: float = 0.004  # at a delivery: before, or between the commit and what follows it
    partings: int = 3  # at most; and so on
    changes: int = 3
    replacements: int = 3
    storm_ends_at: float = 60.0
    ends_at: float = 400.0


@dataclass(frozen=True)
class Listing:
    """A list of members. `bases`: the terms that ended, latest first."""

    term: int
    version: int
    registrar: str
    members: frozenset[str]
    bases: tuple[Basis, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        return self.term, self.version


@dataclass(frozen=True)
class ListEntered:
    """The entry by which a registrar changes who the members are."""

    listing: Listing


@dataclass
class Log:
    """A log, or as much of one as a mirror holds."""

    entries: list[Any] = field(default_factory=list)
    trees: list[CompactRange] = field(default_factory=lambda: [EMPTY])

    def append(self, entry: Any) -> int:
        self.entries.append(entry)
        self.trees.append(self.trees[-1].extend([leaf_hash(_leaf(entry))]))
        return len(self.entries) - 1

    def root(self, size: int) -> bytes:
        return self.trees[size].root()

    def __len__(self) -> int:
        return len(self.entries)


def _leaf(entry: Any) -> bytes:
    if isinstance(entry, Event):
        return canonical({"kind": entry.kind, "facts": entry.facts()})
    return repr((entry.listing.rank, sorted(entry.listing.members))).encode()


@dataclass
class Line:
    """What one venue tells another about one subject."""

    sent: list[Message] = field(default_factory=list)
    answered: int = 0  # all before are answered
    tries: int = 0
    next_try: float = 0.0


@dataclass
class Own:
    """A claim of ours."""

    asked: Asked
    text: str
    status: Status = Status.ASKED
    term: int = -1
    to: str = ""  # who takes custody
    taken: bool = False  # it came with custody: what was asked for it, was asked elsewhere


@dataclass
class Disk:
    """What survives a crash."""

    listing: Listing
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    expected: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: dict[UUID, tuple[Kept, int, bytes]] = field(default_factory=dict)
    places: dict[tuple[str, str, int], Kept] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    mirrors: dict[str, Log] = field(default_factory=lambda: defaultdict(Log))
    promised: dict[int, tuple[str, Vote]] = field(default_factory=dict)
    own: dict[UUID, Own] = field(default_factory=dict)
    handled: Counter[UUID] = field(default_factory=Counter)


@dataclass
class Memory:
    """What does not."""

    held: dict[str, int] = field(default_factory=dict)
    told: set[tuple[int, UUID]] = field(default_factory=set)  # term and claim
    book: Book = field(default_factory=Book)
    folded: int = 0
    votes: dict[tuple[int, int], dict[str, Vote]] = field(default_factory=lambda: defaultdict(dict))


class Node:
    """One venue. Its handlers are transactions: they change the disk, then say things."""

    def __init__(self, world: "Simulation", code: str, listing: Listing) -> None:
        self.world, self.code = world, code
        self.disk, self.memory = Disk(listing), Memory()
        self.down_until = 0.0

    # -- time passes

    def tick(self) -> None:
        self._open_term()
        self._follow_claims()
        self._tell_final()
        self._send_lines()
        self._pull()
        self._gossip()
        if self.world.candidate(self):
            self.ask_votes()

    def say(self, to: str, *what: Any) -> None:
        self.world.say(self.code, to, what)

    @property
    def now(self) -> float:
        return self.world.now

    # -- messages: the outbox and the inbox

    def send(self, to: str, subject: str, kind: str, body: dict[str, Any]) -> None:
        line = self.disk.lines.setdefault((to, subject), Line())
        message = Message(
            id=self.world.new_id(),
            sender=self.code,
            recipient=to,
            subject=subject,
            sequence=len(line.sent),
            kind=kind,
            version=1,
            sent_at=AT,
            body=body,
        )
        line.sent.append(message)

    def _send_lines(self) -> None:
        for (to, _), line in self.disk.lines.items():
            if line.answered < len(line.sent) and line.next_try <= self.now:
                self.say(to, "message", line.sent[line.answered].raw)
                line.tries += 1
                pause = messages.pause(line.tries, self.world.random.random()).total_seconds()
                line.next_try = self.now + min(pause, 8.0)

    def on_message(self, source: str, raw: bytes) -> None:
        message = Message.parse(raw)
        assert message.sender == source
        place = (source, message.subject, message.sequence)
        known = self.disk.kept.get(message.id)
        verdict = messages.judge(
            message,
            same_id=known[0] if known else None,
            same_place=self.disk.places.get(place),
            expected=self.disk.expected[source, message.subject],
        )
        if verdict is Verdict.REPEAT:
            assert known is not None
            self.say(source, "reply", message.id, known[1], known[2])
            return
        assert verdict is not Verdict.CONTRADICTION
        if verdict is Verdict.OUT_OF_ORDER:
            expected = self.disk.expected[source, message.subject]
            refused = Refused(messages.Refusal.OUT_OF_ORDER, expected=expected)
            body = messages.refused(message.id, refused, {"expected": expected})
            self.say(source, "reply", message.id, 409, body)
            return
        try:
            answer = HANDLERS[message.kind](self, message)
            status, body = 200, messages.answered(message.id, answer)
        except Undecided:
            self.say(source, "reply", message.id, 503, b"")
            return
        except Refused as refusal:
            status, body = 422, messages.refused(message.id, refusal, {})
        kept = Kept(message.id, message.digest)
        self.disk.kept[message.id] = (kept, status, body)
        self.disk.places[place] = kept
        self.disk.expected[source, message.subject] += 1
        self.disk.handled[message.id] += 1
        self.say(source, "reply", message.id, status, body)

    def on_reply(self, source: str, id: UUID, status: int, raw: bytes) -> None:
        for (to, subject), line in self.disk.lines.items():
            if to != source or line.answered >= len(line.sent):
                continue
            message = line.sent[line.answered]
            if message.id != id:
                continue
            outcome = messages.read_reply(id, message.sequence, status, raw)
            assert not isinstance(outcome, GoBack), f"{source} forgot {subject}"
            if isinstance(outcome, Later):
                return
            line.answered, line.tries, line.next_try = line.answered + 1, 0, 0.0
            self._on_answer(message, outcome)
            return

    def _on_answer(self, message: Message, answer: Answer) -> None:
        """Whom the registrar refuses for its term asks again, when it knows the new one."""
        if answer.refused == claims.Refusal.OTHER_TERM.code:
            own = self.disk.own[UUID(message.body["claim"])]
            if own.term == message.body["term"] == self.disk.listing.term:
                own.term = -1
        elif answer.refused == claims.Refusal.NOT_CLAIMED.code:
            own = self.disk.own[UUID(message.body["claim"])]
            if own.status is Status.RELEASING:  # the registrar before had entered its release
                own.status = Status.RELEASED
                self.world.history.completed(own.asked.id, "released", self.now)
        else:
            assert answer.refused is None, answer

    # -- claims: the claimant

    def wish(self, number: str) -> None:
        """Somebody here wants to register the right of this number."""
        if any(
            own.text == number and own.status is not Status.LOST for own in self.disk.own.values()
        ):
            return
        id = self.world.new_id()
        asked = Asked(
            id=id,
            number=claims.number_digest(number),
            technology=UUID(int=id.int + 1),
            venue=self.code,
            term=-1,
        )
        self.disk.own[id] = Own(asked, number)
        self.world.history.invoked(id, number, self.code, "claim", self.now)

    def unwish(self) -> None:
        for own in self.disk.own.values():
            if own.status is Status.FINAL:
                own.status, own.term = Status.RELEASING, -1
                self.world.history.invoked(own.asked.id, own.text, self.code, "release", self.now)
                return

    def hand_over(self, to: str) -> None:
        """Custody of something registered here goes to another venue (NE-8)."""
        for own in self.disk.own.values():
            if own.status is Status.FINAL and to != self.code:
                own.status, own.term, own.to = Status.MOVING, -1, to
                history = self.world.history
                history.invoked(own.asked.id, own.text, self.code, "move", self.now, to)
                return

    def _follow_claims(self) -> None:
        listing = self.disk.listing
        for own in self.disk.own.values():
            if own.status not in claims.UNDER_WAY or own.term == listing.term:
                continue
            own.term = listing.term
            body = {"claim": str(own.asked.id), "term": own.term}
            if own.status is Status.ASKED:
                body |= {"number": own.text, "technology": str(own.asked.technology)}
                self.send(listing.registrar, f"claim:{own.text}", "claims.claim", body)
            elif own.status is Status.MOVING:
                body |= {"to": own.to}
                self.send(listing.registrar, f"claim:{own.text}", "claims.move", body)
            else:
                self.send(listing.registrar, f"claim:{own.text}", "claims.release", body)

    def on_final(self, message: Message) -> dict[str, Any]:
        own = self.disk.own.get(UUID(message.body["claim"]))
        if own is None:  # custody is on its way here; it is asked for when it came
            return {}
        outcome = Entered(message.body["outcome"])
        if own.term != message.body["term"] or own.status not in claims.UNDER_WAY:
            return {}
        if own.status is Status.ASKED and outcome is Entered.GRANTED:
            own.status = Status.FINAL
            if not own.taken:
                self.world.history.completed(own.asked.id, "final", self.now)
        elif own.status is Status.MOVING and outcome is Entered.MOVED:
            assert message.body["holder"] == own.to
            own.status = Status.MOVED
            self.world.history.completed(own.asked.id, "moved", self.now)
            told = {"claim": str(own.asked.id), "number": own.text}
            told |= {"technology": str(own.asked.technology)}
            self.send(own.to, f"custody:{own.asked.id}", "custody.moved", told)
        elif own.status is Status.ASKED and outcome is Entered.REFUSED:
            own.status = Status.LOST
            self.world.history.completed(own.asked.id, "lost", self.now, message.body["holder"])
        elif own.status is Status.RELEASING and outcome is Entered.RELEASED:
            own.status = Status.RELEASED
            self.world.history.completed(own.asked.id, "released", self.now)
        return {}

    def on_custody(self, message: Message) -> dict[str, Any]:
        """The number is ours, says whose it was: it is asked for under the same claim."""
        id, number = UUID(message.body["claim"]), message.body["number"]
        asked = Asked(
            id=id,
            number=claims.number_digest(number),
            technology=UUID(message.body["technology"]),
            venue=self.code,
            term=-1,
        )
        self.disk.own[id] = Own(asked, number, taken=True)
        return {}

    # -- claims: the registrar

    def _book(self) -> Book:
        """The book, folded from the log; a registrar that was down folds it anew."""
        for index in range(self.memory.folded, len(self.disk.log)):
            entry = self.disk.log.entries[index]
            if isinstance(entry, Event):
                self.memory.book.take(entry, index)
        self.memory.folded = len(self.disk.log)
        return self.memory.book

    def _keeps_claims(self, asked: int) -> Book:
        listing, book = self.disk.listing, self._book()
        if listing.registrar != self.code or listing.term in self.disk.promised:
            if asked < listing.term:
                raise Refused(claims.Refusal.OTHER_TERM, term=listing.term)
            raise Undecided
        claims.in_term(asked, term=book.term, own=listing.term)
        return book

    def on_claim(self, message: Message) -> dict[str, Any]:
        asked = Asked.read(message.body, message.sender)
        book = self._keeps_claims(asked.term)
        of_number = book.by_number.get(asked.number)
        for event in claims.claim(asked, of_id=book.by_id.get(asked.id), of_number=of_number):
            self.disk.log.append(event)
        self._tell_again(asked.id)
        return {"entered": True}

    def on_release(self, message: Message) -> dict[str, Any]:
        id, term = UUID(message.body["claim"]), message.body["term"]
        book = self._keeps_claims(term)
        for event in claims.release(message.sender, term=term, of_id=book.by_id.get(id)):
            self.disk.log.append(event)
        self._tell_again(id)
        return {"entered": True}

    def on_move(self, message: Message) -> dict[str, Any]:
        id, term = UUID(message.body["claim"]), message.body["term"]
        book, to = self._keeps_claims(term), message.body["to"]
        for event in claims.move(message.sender, to, term=term, of_id=book.by_id.get(id)):
            self.disk.log.append(event)
        self._tell_again(id)
        return {"entered": True}

    def _tell_final(self) -> None:
        """Tell claimants what became final. After a crash: all of this term once more."""
        listing, book = self.disk.listing, self._book()
        if listing.registrar != self.code or book.term != listing.term:
            return
        final = self.final()
        for claim in list(book.by_id.values()):
            if claim.index >= final or (listing.term, claim.id) in self.memory.told:
                continue
            self.memory.told.add((listing.term, claim.id))
            body = {
                "claim": str(claim.id),
                "term": listing.term,
                "outcome": claim.entered.value,
                "holder": claim.holder,
            }
            if claim.moved_from:
                passed_on = {"outcome": Entered.MOVED.value, "holder": claim.venue}
                self.send(
                    claim.moved_from, f"claim:{claim.number}", "claims.final", body | passed_on
                )
            self.send(claim.venue, f"claim:{claim.number}", "claims.final", body)

    def _tell_again(self, claim: UUID) -> None:
        """Whoever asks is told, also what was told: it may have come before it asked in this term."""
        self.memory.told.discard((self.disk.listing.term, claim))

    def final(self) -> int:
        return claims.final_size(*self._holdings())

    def _holdings(self) -> tuple[dict[str, int], list[Roll]]:
        """How much of our log each holds, and the lists in it: by both it is known what is final."""
        book = self._book()
        assert book.opened_at is not None
        listing = self.disk.listing
        rolls = [Roll(-1, self._opening_members(book))]
        for index, entry in enumerate(self.disk.log.entries):
            if isinstance(entry, ListEntered) and index > book.opened_at:
                rolls.append(Roll(index, entry.listing.members))
        held = self.memory.held | {self.code: len(self.disk.log)}
        if listing.term in self.disk.promised:
            held[self.code] = self.disk.promised[listing.term][1].size
        return held, rolls

    def _opening_members(self, book: Book) -> frozenset[str]:
        return self.world.openings[book.term]

    def admit_or_remove(self) -> None:
        """An officer's act at the registrar: the members change by one, when the last is final."""
        listing = self.disk.listing
        if listing.registrar != self.code or listing.term in self.disk.promised:
            return
        if self._book().term != listing.term or self.world.settling:
            return
        if not claims.are_final(*self._holdings()):
            return
        outside = sorted(self.world.nodes.keys() - listing.members)
        leaving = sorted(listing.members - {self.code})
        if outside and (len(listing.members) < 4 or self.world.random.random() < 0.6):
            changed = listing.members | {self.world.random.choice(outside)}
        elif len(listing.members) > 3:
            changed = listing.members - {self.world.random.choice(leaving)}
        else:
            return
        made = replace(listing, version=listing.version + 1, members=frozenset(changed))
        self.disk.log.append(ListEntered(made))
        self.disk.listing = made
        for other in sorted(made.members - {self.code}):
            self.say(other, "list", made)

    # -- holding the registrar's log

    def _pull(self) -> None:
        listing = self.disk.listing
        if listing.registrar != self.code:
            mirror = self.disk.mirrors[listing.registrar]
            others = [listing.registrar] * 3 + sorted(listing.members - {self.code})
            self.say(self.world.random.choice(others), "pull", listing.registrar, len(mirror))
            self._acknowledge()
            return
        if self._book().term != listing.term:
            for basis in listing.bases:
                mirror = self._holds(basis.log)
                if len(mirror) < basis.size:
                    others = sorted((listing.members | {basis.log}) - {self.code})
                    self.say(self.world.random.choice(others), "pull", basis.log, len(mirror))

    def _holds(self, code: str) -> Log:
        return self.disk.log if code == self.code else self.disk.mirrors[code]

    def on_pull(self, source: str, code: str, size: int) -> None:
        log = self._holds(code)
        if size < len(log):
            self.say(source, "entries", code, size, log.entries[size : size + 40])

    def on_entries(self, source: str, code: str, start: int, entries: list[Any]) -> None:
        mirror = self.disk.mirrors[code]
        if code == self.code:
            return
        for entry in entries[len(mirror) - start :] if start <= len(mirror) else []:
            mirror.append(entry)
            if isinstance(entry, ListEntered):
                self._learn(entry.listing)
        self._acknowledge()

    def _acknowledge(self) -> None:
        """Say what we hold of the registrar's log, unless we voted for another."""
        listing = self.disk.listing
        if listing.term in self.disk.promised or listing.registrar == self.code:
            return
        mirror = self.disk.mirrors[listing.registrar]
        root = mirror.root(len(mirror))
        self.say(listing.registrar, "held", listing.term, len(mirror), root)

    def on_held(self, source: str, term: int, size: int, root: bytes) -> None:
        listing = self.disk.listing
        if listing.registrar != self.code or listing.term != term or size > len(self.disk.log):
            return
        assert self.disk.log.root(size) == root, "two histories of one log"
        self.memory.held[source] = max(size, self.memory.held.get(source, 0))

    # -- lists and replacements

    def _learn(self, listing: Listing) -> None:
        """Take a later list. After a vote, none of the term that was voted over."""
        ours = self.disk.listing
        if listing.rank > ours.rank and not (
            listing.term == ours.term and ours.term in self.disk.promised
        ):
            if listing.term != ours.term:
                self.memory.held = {}
            self.disk.listing = listing

    def _gossip(self) -> None:
        other = self.world.random.choice(sorted(self.world.nodes))
        self.say(other, "list", self.disk.listing)

    def on_list(self, source: str, listing: Listing) -> None:
        """Lists go from mouth to mouth, before whoever hears of them holds the entry."""
        self._learn(listing)
        if listing.rank < self.disk.listing.rank:
            self.say(source, "list", self.disk.listing)

    def ask_votes(self) -> None:
        listing = self.disk.listing
        if self.code not in listing.members or listing.registrar == self.code:
            return
        for member in sorted(listing.members):
            self.say(member, "vote?", *listing.rank)

    def on_vote_asked(self, source: str, term: int, version: int) -> None:
        listing = self.disk.listing
        if listing.rank != (term, version) or self.code not in listing.members:
            return
        if term not in self.disk.promised:
            log = self._holds(listing.registrar)
            vote = Vote(venue=self.code, size=len(log), root=log.root(len(log)))
            self.disk.promised[term] = (source, vote)
        candidate, vote = self.disk.promised[term]
        if candidate == source:
            self.say(source, "vote", term, version, vote)

    def on_vote(self, source: str, term: int, version: int, vote: Vote) -> None:
        listing = self.disk.listing
        votes = self.memory.votes[term, version]
        votes[source] = vote
        if listing.rank != (term, version):
            return
        backed = claims.backed(votes.values(), self._root_of(listing.registrar))
        try:
            basis = claims.basis(term, listing.registrar, backed, listing.members)
        except Refused as refusal:
            if refusal.reason is not claims.Refusal.NO_MAJORITY:
                raise
            return
        made = Listing(
            term=term + 1,
            version=version + 1,
            registrar=self.code,
            members=listing.members,
            bases=(basis, *listing.bases),
        )
        self.world.note_replacement(made)
        self._learn(made)
        assert self.disk.listing == made

    def _root_of(self, code: str) -> Callable[[int], bytes | None]:
        log = self._holds(code)
        return lambda size: log.root(size) if size <= len(log) else None

    def _open_term(self) -> None:
        listing = self.disk.listing
        if listing.registrar != self.code or self._book().term == listing.term:
            return
        try:
            basis = claims.to_take_over(listing.bases, self._opened)
        except Undecided:
            return
        taken = []
        if basis is not None:
            book = claims.folded(self._events(basis), basis.term)
            assert book is not None
            taken = book.live()
        for event in claims.open_term(listing.term, basis=basis, claims=taken):
            self.disk.log.append(event)

    def _opened(self, basis: Basis) -> bool | None:
        log = self._holds(basis.log)
        if len(log) < basis.size:
            return None
        assert log.root(basis.size) == basis.root
        terms = (e.term for _, e in self._events(basis) if isinstance(e, claims.TermOpened))
        return basis.term in terms

    def _events(self, basis: Basis) -> Iterator[tuple[int, Event]]:
        log = self._holds(basis.log)
        for index in range(basis.size):
            if isinstance(log.entries[index], Event):
                yield index, log.entries[index]


HANDLERS: dict[str, Callable[[Node, Message], dict[str, Any]]] = {
    "claims.claim": Node.on_claim,
    "claims.release": Node.on_release,
    "claims.move": Node.on_move,
    "claims.final": Node.on_final,
    "custody.moved": Node.on_custody,
}
HEARD: dict[str, Callable[..., None]] = {
    "message": Node.on_message,
    "reply": Node.on_reply,
    "pull": Node.on_pull,
    "entries": Node.on_entries,
    "held": Node.on_held,
    "list": Node.on_list,
    "vote?": Node.on_vote_asked,
    "vote": Node.on_vote,
}


# -- what happened, and whether it may have ----------------------------------------------------------


@dataclass
class Operation:
    claim: UUID
    number: str
    venue: str
    what: str  # claim, release, move
    began: float
    ended: float | None = None
    outcome: str | None = None
    holder: str = ""  # of a lost one
    to: str = ""  # of a move


class History:
    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def invoked(
        self, claim: UUID, number: str, venue: str, what: str, at: float, to: str = ""
    ) -> None:
        self.operations.append(Operation(claim, number, venue, what, at, to=to))

    def completed(self, claim: UUID, outcome: str, at: float, holder: str = "") -> None:
        what = {"released": "release", "moved": "move"}.get(outcome, "claim")
        mine = [o for o in self.operations if o.claim == claim and o.what == what]
        (one,) = [o for o in mine if o.ended is None]
        one.ended, one.outcome, one.holder = at, outcome, holder

    def count(self, outcome: str | None) -> int:
        return sum(one.outcome == outcome for one in self.operations)

    def two_winners(self) -> list[str]:
        """Numbers that two claims had at once, by what their claimants were told."""
        found = []
        for number in {one.number for one in self.operations}:
            held = []
            for one in self.operations:
                if one.number == number and one.outcome == "final":
                    let_go = [
                        o.began
                        for o in self.operations
                        if o.claim == one.claim and o.what == "release"
                    ]
                    held.append((one.ended, min(let_go, default=float("inf"))))
            held.sort()
            found += [number for (_, end), (begin, _) in pairwise(held) if begin < end]
        return found

    def is_linearizable(self) -> bool:
        """Whether some order that keeps to time explains every outcome, number by number."""
        numbers = sorted({one.number for one in self.operations})
        return all(
            _explained([one for one in self.operations if one.number == number])
            for number in numbers
        )


Held = tuple[UUID, str] | None  # whose a number is: the claim, and the venue it is at


def _explained(operations: list[Operation]) -> bool:
    """Search for an order (Wing and Gong), remembering what led nowhere."""
    seen: set[tuple[frozenset[int], Held]] = set()

    def search(left: frozenset[int], holder: Held) -> bool:
        if all(operations[n].ended is None for n in left):
            return True
        if (left, holder) in seen:
            return False
        seen.add((left, holder))
        first_end = min(operations[n].ended for n in left if operations[n].ended is not None)
        for n in left:
            one = operations[n]
            if one.began > first_end:
                continue
            rest, mine = left - {n}, (one.claim, one.venue)
            if one.what == "release":
                if holder == mine and search(rest, None):
                    return True
            elif one.what == "move":
                if holder == mine and search(rest, (one.claim, one.to)):
                    return True
            elif one.outcome == "lost":
                if holder is not None and holder[1] == one.holder and search(rest, holder):
                    return True
            elif holder is None and search(rest, mine):
                return True
        return False

    return search(frozenset(range(len(operations))), None)


# -- the world ------------------------------------------------------------------------------------------


class Simulation:
    def __init__(self, seed: int, conditions: Conditions = Conditions()) -> None:
        self.random, self.conditions = random.Random(seed), conditions
        self.now, self.queue, self.serial = 0.0, [], 0  # type: ignore[var-annotated]
        self.history = History()
        codes = [f"V{n}" for n in range(conditions.venues + 2)]
        members = frozenset(codes[: conditions.venues])
        first = Listing(0, 0, codes[0], members)
        self.nodes = {code: Node(self, code, first) for code in codes}
        self.openings = {0: members}
        self.island: frozenset[str] = frozenset()
        self.candidates: dict[str, float] = {}
        self.lost_for_good: str | None = None
        self.replacements, self.crashes = 0, 0
        for event in claims.open_term(0, basis=None, claims=[]):
            self.nodes[codes[0]].disk.log.append(event)
        for code in codes:
            self._later(self.random.random(), self._tick, code)
        self._plan()

    @property
    def settling(self) -> bool:
        return self.now >= self.conditions.storm_ends_at

    def _plan(self) -> None:
        """What people do, and what befalls the network, while the storm lasts."""
        end, pick = self.conditions.storm_ends_at, self.random
        for _ in range(pick.randrange(8, 30)):
            self._later(pick.uniform(0, end), self._wish)
        for _ in range(pick.randrange(0, 8)):
            self._later(pick.uniform(5, end), self._unwish)
        for _ in range(pick.randrange(0, 6)):
            self._later(pick.uniform(5, end), self._hand_over)
        for _ in range(pick.randrange(self.conditions.partings + 1)):
            self._later(pick.uniform(0, end), self._part)
        for _ in range(pick.randrange(self.conditions.changes + 1)):
            self._later(pick.uniform(0, end), self._change_members)
        for _ in range(pick.randrange(self.conditions.replacements + 1)):
            self._later(pick.uniform(5, end), self._begin_replacement)
        if pick.random() < 0.4:
            self._later(pick.uniform(5, end), self._lose_registrar)

    def run(self) -> History:
        while self.queue:
            self.now, _, what, arguments = heapq.heappop(self.queue)
            if self.now > self.conditions.ends_at or self._is_over():
                break
            what(*arguments)
        return self.history

    def _is_over(self) -> bool:
        """Whether nothing is open any more; what is still under way may surprise us until then."""
        if self.now < self.conditions.storm_ends_at + 15:
            return False
        return all(one.ended is not None for one in self.history.operations)

    def _later(self, delay: float, what: Callable[..., None], *arguments: Any) -> None:
        self.serial += 1
        heapq.heappush(self.queue, (self.now + delay, self.serial, what, arguments))

    def new_id(self) -> UUID:
        return UUID(int=self.random.getrandbits(127))

    # -- the network

    def say(self, source: str, to: str, what: tuple[Any, ...]) -> None:
        c = self.conditions
        copies = 1 + (self.random.random() < c.repeat)
        for _ in range(copies):
            if self.settling or self.random.random() >= c.loss:
                delay = self.random.uniform(0.01, 0.05)
                if not self.settling and self.random.random() < 0.2:
                    delay = self.random.uniform(0.05, c.slowest) * self.random.choice((1, 1, 8))
                self._later(delay, self._deliver, source, to, what)

    def _deliver(self, source: str, to: str, what: tuple[Any, ...]) -> None:
        if (source in self.island) != (to in self.island):
            return
        node = self.nodes[to]
        if node.down_until > self.now:
            return
        crashing = not self.settling and self.random.random() < self.conditions.crash
        before = crashing and self.random.random() < 0.5
        if before:
            self._crash(node)
            return
        queued = len(self.queue)
        HEARD[what[0]](node, source, *what[1:])
        if crashing:
            self._unsay(queued, to)
            self._crash(node)

    def _unsay(self, queued: int, source: str) -> None:
        """It committed, and died before a word of it left."""
        latest = sorted(self.queue, key=lambda item: item[1])[queued:]
        dropped = {item[1] for item in latest if item[2] == self._deliver and item[3][0] == source}
        self.queue = [item for item in self.queue if item[1] not in dropped]
        heapq.heapify(self.queue)

    def _crash(self, node: Node) -> None:
        self.crashes += 1
        node.memory = Memory()
        node.down_until = max(node.down_until, self.now + self.random.uniform(0.5, 8))

    def _tick(self, code: str) -> None:
        node = self.nodes[code]
        if node.down_until <= self.now:
            node.tick()
        self._later(self.random.uniform(0.4, 1.6), self._tick, code)

    def _part(self) -> None:
        """Cut some venues off, for a while."""
        codes = sorted(self.nodes)
        self.island = frozenset(self.random.sample(codes, self.random.randrange(1, len(codes))))
        self._later(self.random.uniform(2, 25), self._mend)

    def _mend(self) -> None:
        self.island = frozenset()

    # -- people

    def _wish(self) -> None:
        code = self.random.choice(sorted(self.nodes))
        number = f"CN{self.random.randrange(self.conditions.numbers)}"
        if self.nodes[code].down_until <= self.now:
            self.nodes[code].wish(number)

    def _unwish(self) -> None:
        node = self.nodes[self.random.choice(sorted(self.nodes))]
        if node.down_until <= self.now:
            node.unwish()

    def _hand_over(self) -> None:
        code, to = (self.random.choice(sorted(self.nodes)) for _ in range(2))
        if self.nodes[code].down_until <= self.now:
            self.nodes[code].hand_over(to)

    def _change_members(self) -> None:
        for node in self.nodes.values():
            if node.down_until <= self.now:
                node.admit_or_remove()

    def _lose_registrar(self) -> None:
        """One registrar burns down; its officers vote no more."""
        latest = max((node.disk.listing for node in self.nodes.values()), key=lambda one: one.rank)
        self.lost_for_good = latest.registrar
        self.nodes[latest.registrar].memory = Memory()
        self.nodes[latest.registrar].down_until = float("inf")
        self._later(self.random.uniform(1, 20), self._begin_replacement)

    def _begin_replacement(self) -> None:
        """Officers agree on who shall be registrar; sometimes two groups agree on two."""
        codes = sorted(self.nodes)
        for _ in range(1 if self.random.random() < 0.8 else 2):
            self.candidates[self.random.choice(codes)] = self.now + self.random.uniform(5, 40)

    def candidate(self, node: Node) -> bool:
        if self.candidates.get(node.code, 0.0) <= self.now:
            return self.settling and self._must_go_on(node)
        return True

    def _must_go_on(self, node: Node) -> bool:
        """After the storm: votes begun are finished by whom they are for, and who is lost is
        replaced."""
        listing = node.disk.listing
        promised = node.disk.promised.get(listing.term)
        if promised is not None:
            return promised[0] == node.code
        if listing.registrar != self.lost_for_good:
            return False
        able = sorted(listing.members - {listing.registrar})
        return bool(able) and able[int(self.now / 20) % len(able)] == node.code

    def note_replacement(self, listing: Listing) -> None:
        known = self.openings.get(listing.term)
        assert known is None or known == listing.members, "two registrars of one term"
        if known is None:
            self.replacements += 1
        self.openings[listing.term] = listing.members


def summary(world: Simulation) -> str:
    outcomes = Counter(one.outcome for one in world.history.operations)
    return json.dumps({str(k): v for k, v in outcomes.items()}) + f" {world.replacements} replaced"
