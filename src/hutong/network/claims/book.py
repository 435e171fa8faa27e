"""
The registrar's book: what is asked of it, what it decides, and the claims that its log says (NE-5). Pure.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.refusal import Refused
from hutong.network.claims.events import (
    ClaimGranted,
    ClaimMoved,
    ClaimRefused,
    ClaimReleased,
    ClaimsAdopted,
    TermOpened,
)
from hutong.network.claims.states import Entered, Refusal
from hutong.network.messages.rules import Undecided

ADOPTED_AT_ONCE: Final = 150  # claims in one entry; a leaf has at most 65,535 bytes


MAX_NUMBER: Final = 60


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
        one_writing = (str(id), str(technology)) == (body["claim"], body["technology"])
        if not one_writing or type(term) is not int or term < 0:
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
