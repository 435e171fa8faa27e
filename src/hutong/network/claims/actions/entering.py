"""
The registrar's book: what is asked of it is entered in our log, first come, first granted (NE-5).

Begun with the claims of the term before; entered here, told when it is final (telling.py).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import Recording, action, nothing_changed, record, record_many
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.claims import queries, rules
from hutong.network.claims.models import BookClaim, ClaimTerm
from hutong.network.claims.rules import Asked, Entered, Refusal
from hutong.network.messages.rules import Message, Undecided
from hutong.venues import queries as venues
from hutong.venues.states import Standing


def on_claim(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.claim`: first come, first granted."""
    _entering(actor=SYSTEM, now=now, kind=message.kind, body=message.body, venue=message.sender)
    return {"entered": True}


def on_release(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.release`: the number is free for others."""
    _entering(actor=SYSTEM, now=now, kind=message.kind, body=message.body, venue=message.sender)
    return {"entered": True}


def on_move(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.move`: the number is the other venue's, with the custody of its technology (NE-8)."""
    _entering(actor=SYSTEM, now=now, kind=message.kind, body=message.body, venue=message.sender)
    return {"entered": True}


@action(power=None)
def _entering(
    *, actor: Actor, now: datetime, kind: str, body: Mapping[str, Any], venue: str
) -> None:
    nothing_changed()  # asked again: nothing new may be entered
    ENTER[kind](body=body, venue=venue)


def enter_claim(*, body: Mapping[str, Any], venue: str) -> None:
    """Grant or refuse, in our log. Raises Undecided, Refused."""
    asked = Asked.read(body, venue)
    term = _open_term(asked.term)
    found = rules.claim(
        asked,
        of_id=queries.of_id(term.term, asked.id),
        of_number=queries.of_number(term.term, asked.number),
    )
    for event in found:
        (entry,) = record(subject("claim", asked.id), event)
        refused = isinstance(event, rules.ClaimRefused)
        BookClaim.objects.create(
            term=term,
            claim=asked.id,
            number=asked.number,
            technology=asked.technology,
            venue=venue,
            entered=Entered.REFUSED if refused else Entered.GRANTED,
            holder=event.venue_holding if isinstance(event, rules.ClaimRefused) else "",
            registered=refused and body.get("registered") is True,
            entry=entry,
        )
    if not found:
        BookClaim.objects.filter(term=term, claim=asked.id).update(told=False)


def enter_claims(
    *, bodies: Sequence[Mapping[str, Any]], venue: str, now: datetime
) -> list[Refused | None]:
    """Grant or refuse several, in their order, each as `enter_claim` does; returns each one's answer.

    Raises Undecided, of all.
    """
    answers: list[Refused | None] = [None] * len(bodies)
    asked: dict[int, Asked] = {}
    open_now: dict[int, ClaimTerm | Refused] = {}
    for place, body in enumerate(bodies):
        try:
            one = Asked.read(body, venue)
            if one.term not in open_now:
                open_now[one.term] = _opened(one.term)
            if isinstance(found := open_now[one.term], Refused):
                raise found
            asked[place] = one
        except Refused as why:
            answers[place] = why
    term = next((one for one in open_now.values() if isinstance(one, ClaimTerm)), None)
    if term is None:
        return answers
    by_id, by_number = queries.in_book(
        term.term, [one.id for one in asked.values()], [one.number for one in asked.values()]
    )
    rows: list[BookClaim] = []
    recordings: list[Recording] = []
    again: list[UUID] = []
    for place, one in asked.items():
        try:
            events = rules.claim(one, of_id=by_id.get(one.id), of_number=by_number.get(one.number))
        except Refused as why:
            answers[place] = why
            continue
        if not events:
            again.append(one.id)
        for event in events:
            holder = event.venue_holding if isinstance(event, rules.ClaimRefused) else ""
            row = BookClaim(
                term=term,
                claim=one.id,
                number=one.number,
                technology=one.technology,
                venue=venue,
                entered=Entered.REFUSED if holder else Entered.GRANTED,
                holder=holder,
                registered=bool(holder) and bodies[place].get("registered") is True,
                entry=0,
            )
            rows.append(row)
            recordings.append(Recording(subject("claim", one.id), event, SYSTEM, now))
            by_id[one.id] = queries.claim_of(row)
            if not holder:
                by_number[one.number] = by_id[one.id]
    for row, entry in zip(rows, record_many(recordings) if recordings else [], strict=True):
        row.entry = entry
    BookClaim.objects.bulk_create(rows)
    BookClaim.objects.filter(term=term, claim__in=again).update(told=False)
    return answers


def _opened(term: int) -> ClaimTerm | Refused:
    try:
        return _open_term(term)
    except Refused as why:
        return why


def enter_release(*, body: Mapping[str, Any], venue: str) -> None:
    try:
        id, given = UUID(str(body["claim"])), int(body["term"])
    except (KeyError, ValueError, TypeError) as error:
        raise Refused(Refusal.NOT_CLAIMED) from error
    term = _open_term(given)
    found = rules.release(venue, term=term.term, of_id=queries.of_id(term.term, id))
    for event in found:
        (entry,) = record(subject("claim", id), event)
        BookClaim.objects.filter(term=term, claim=id).update(
            entered=Entered.RELEASED, entry=entry, told=False
        )
    if not found:
        BookClaim.objects.filter(term=term, claim=id).update(told=False)


def enter_move(*, body: Mapping[str, Any], venue: str) -> None:
    """Write a claim over to another member. Raises Undecided, Refused."""
    try:
        id, given, to = UUID(str(body["claim"])), int(body["term"]), str(body["to"])
    except (KeyError, ValueError, TypeError) as error:
        raise Refused(Refusal.NOT_CLAIMED) from error
    term = _open_term(given)
    if venues.standing(to) is not Standing.GOOD:
        raise Undecided(f"{to} is not in good standing")
    found = rules.move(venue, to, term=term.term, of_id=queries.of_id(term.term, id))
    row = BookClaim.objects.filter(term=term, claim=id)
    for event in found:
        (entry,) = record(subject("claim", id), event)
        row.update(venue=to, moved_from=venue, entry=entry)
    row.update(told=False)


@action(power=None)
def award(*, actor: Actor, now: datetime, claim: UUID, holding: UUID) -> None:
    """As registrar, give a number to the claim that was refused, as was decided (NE-5).

    Raises Undecided where the book is not ours to write in, Refused.
    """
    nothing_changed()
    office = queries.office()
    term = _open_term(office.term if office else 0)
    to, of = queries.of_id(term.term, claim), queries.of_id(term.term, holding)
    if to is None or of is None:
        raise Refused(Refusal.NOT_CLAIMED)
    for event in rules.award(to=to, of=of, term=term.term):
        released = isinstance(event, rules.ClaimReleased)
        (entry,) = record(subject("claim", of.id if released else to.id), event)
        entered = Entered.RELEASED if released else Entered.GRANTED
        BookClaim.objects.filter(term=term, claim=of.id if released else to.id).update(
            entered=entered, holder="", entry=entry, told=False
        )


def withheld() -> bool:
    """Whether we have voted for another registrar: then nothing is entered, final or said held."""
    return venues.withholds_from() is not None


def _open_term(asked: int) -> ClaimTerm:
    """The term of our book, locked: claims are entered one after another."""
    office = queries.office()
    if office is None:
        raise Undecided("there is no network here")
    if not office.ours or withheld():
        if asked < office.term:
            raise Refused(Refusal.OTHER_TERM, term=office.term)
        raise Undecided(f"claims are kept by {office.registrar}")
    row = ClaimTerm.objects.select_for_update().filter(term=office.term).first()
    rules.in_term(asked, term=row.term if row else None, own=office.term)
    assert row is not None
    return row


@action(power=None)
def open_term(*, actor: Actor, now: datetime) -> bool:
    """Begin the book of a term in which we are the registrar, with the claims of the one before.

    Returns whether it was begun now. Raises Undecided while the log it is taken from is not here.
    """
    office = queries.office()
    if office is None or not office.ours or office.open:
        nothing_changed()
        return False
    bases = queries.replacements()
    folded: dict[int, rules.Book] = {}

    def opened(basis: rules.Basis) -> bool | None:
        events = queries.events(basis)
        if events is None:
            return None
        book = rules.folded(events, basis.term)
        if book is not None:
            folded[basis.term] = book
        return book is not None

    basis = rules.to_take_over(bases, opened)
    taken = folded[basis.term].live() if basis else []
    first, *adopted = rules.open_term(office.term, basis=basis, claims=taken)
    name = subject("term", office.term)
    (entry,) = record(name, first)
    version = venues.network().version  # type: ignore[union-attr]
    term = ClaimTerm.objects.create(term=office.term, entry=entry, version=version)
    rest = iter(taken)
    for event in adopted:
        assert isinstance(event, rules.ClaimsAdopted)
        (entry,) = record(name, event)
        BookClaim.objects.bulk_create(
            [
                BookClaim(
                    term=term,
                    claim=claim.id,
                    number=claim.number,
                    technology=claim.technology,
                    venue=claim.venue,
                    entered=Entered.GRANTED,
                    moved_from=claim.moved_from,
                    entry=entry,
                    told=True,
                )
                for claim, _ in zip(rest, event.claims, strict=False)
            ]
        )
    return True


ENTER = {"claims.claim": enter_claim, "claims.release": enter_release, "claims.move": enter_move}
