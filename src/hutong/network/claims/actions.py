"""
Claims: asked and settled at the venue that wants a number, entered and told by the registrar (NE-5).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hutong.journal import queries as journal
from hutong.journal.actions import Recording, action, nothing_changed, record, record_many
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.network.claims import queries, rules
from hutong.network.claims.models import BookClaim, ClaimTerm, Holding, OwnClaim
from hutong.network.claims.rules import Asked, Entered, Refusal, Status
from hutong.network.claims.together import send, together
from hutong.network.messages.rules import Answer, Message, Undecided
from hutong.network.mirrors import queries as mirrors
from hutong.rights import queries as rights
from hutong.technologies import queries as register
from hutong.technologies.queries import TechnologyView
from hutong.technologies.rules import STATUTORY
from hutong.transparency import merkle
from hutong.transparency import queries as log
from hutong.transparency.merkle import EMPTY_ROOT, Hash
from hutong.venues import queries as venues
from hutong.venues.lists import State
from hutong.venues.states import Standing

AT_ONCE = 200
CHANNEL = "hutong_held"

# -- the claimant ---------------------------------------------------------------------------------------


@action(power=None)
def ask(
    *, actor: Actor, now: datetime, number: str, technology: UUID, about: str
) -> queries.OwnView:
    """Claim a number for a technology that somebody here wants registered.

    What was claimed for the same and is not over is not claimed twice. Raises Refused
    (NUMBER_UNFIT, TAKEN by another technology of our own).
    """
    digest = rules.number_digest(number)
    live = OwnClaim.objects.select_for_update().filter(number=digest, status__in=rules.STANDING)
    row = live.first()
    if row is not None:
        if row.technology != technology or row.status in (Status.RELEASING, Status.MOVING):
            raise Refused(Refusal.TAKEN, venue=row.holder or venues.my_code())
        row.about, row.wanted = about, True
        row.save(update_fields=["about", "wanted"])
        nothing_changed()
        return queries.own_view(row)
    row = OwnClaim.objects.create(
        id=new_id(), technology=technology, text=number, number=digest, about=about, asked_at=now
    )
    _ask(row, now)
    return queries.own_view(row)


@action(power=None)
def ask_many(
    *, actor: Actor, now: datetime, numbers: Mapping[UUID, str], about: str
) -> dict[UUID, str]:
    """Claim numbers, technology by technology, for one thing that somebody wants: as `ask` of each,
    but asked of the database, the journal and the registrar together.

    Returns what could not be asked for: to whom it belongs, or nothing where it is no number.
    """
    nothing_changed()
    lost: dict[UUID, str] = {}
    digests: dict[UUID, str] = {}
    for technology, number in numbers.items():
        try:
            digests[technology] = rules.number_digest(number)
        except Refused:
            lost[technology] = ""
    rows = OwnClaim.objects.select_for_update().filter(
        number__in=digests.values(), status__in=rules.STANDING
    )
    standing = {row.number: row for row in rows}
    fresh: list[OwnClaim] = []
    for technology, digest in digests.items():
        row = standing.get(digest)
        if row is None:
            row = OwnClaim(
                id=new_id(),
                technology=technology,
                text=numbers[technology],
                number=digest,
                about=about,
                asked_at=now,
            )
            standing[digest] = row
            fresh.append(row)
        elif row.technology != technology or row.status in (Status.RELEASING, Status.MOVING):
            lost[technology] = row.holder or venues.my_code()
        elif row not in fresh:
            row.about, row.wanted = about, True
            row.save(update_fields=["about", "wanted"])
    _ask_many(fresh, now)
    return lost


@action(power=None)
def enrol(*, actor: Actor, now: datetime, technologies: Collection[UUID] | None = None) -> int:
    """Claim the numbers of what is registered here already, as a venue does that joins (NE-5).

    `technologies`: of these only. Whose number another holds is found so, for both to settle.
    Returns how many were asked for.
    """
    nothing_changed()
    here = rights.registered_here() if technologies is None else list(technologies)
    claimed = set(
        OwnClaim.objects.exclude(status=Status.RELEASED).values_list("technology", flat=True)
    )
    fresh = [one for one in here if one not in claimed]
    asked = 0
    with together(now):
        for at in range(0, len(fresh), AT_ONCE):
            for found in register.technologies(fresh[at : at + AT_ONCE]).values():
                asked += _enrol(found, now)
    return asked


def _enrol(found: TechnologyView, now: datetime) -> bool:
    text = found.numbers.get("application") or found.numbers.get("registration")
    if found.kind not in STATUTORY or not text:
        return False
    try:
        ask(
            actor=SYSTEM,
            now=now,
            number=rules.normalised(text),
            technology=found.id,
            about=subject("technology", found.id),
        )
    except Refused:
        return False  # no number that could be claimed, or another technology's here
    return True


@action(power=None)
def move(*, actor: Actor, now: datetime, technology: UUID, to: str) -> queries.OwnView | None:
    """Have the claim of a technology written over to the venue that takes custody of it (NE-8).

    None where no number of it is claimed. What comes of it is told by ClaimPassedOn or MoveRefused.
    """
    row = OwnClaim.objects.select_for_update().filter(
        technology=technology, status__in=rules.STANDING
    )
    found = row.first()
    if found is None:
        nothing_changed()
        return None
    if found.status != Status.FINAL:
        raise Refused(Refusal.NOT_CLAIMED)
    found.status, found.holder, found.term = Status.MOVING.value, to, -1
    found.save()
    record(
        _of(found),
        rules.MoveAsked(claim=found.id, number=found.number, technology=technology, to=to),
    )
    _ask(found, now)
    return queries.own_view(found)


@action(power=None)
def take_up(
    *, actor: Actor, now: datetime, claim: UUID, number: str, technology: UUID, about: str
) -> None:
    """Ask for a claim that another venue had written over to us, under its own id (NE-8)."""
    digest = rules.number_digest(number)
    row = OwnClaim.objects.select_for_update().filter(id=claim).first()
    if row is not None and row.status in rules.STANDING:
        nothing_changed()
        return
    if OwnClaim.objects.filter(number=digest, status__in=rules.STANDING).exists():
        raise Refused(Refusal.TAKEN, venue=venues.my_code())
    row = row or OwnClaim(id=claim, technology=technology, text=number, number=digest)
    row.about, row.asked_at, row.settled_at = about, now, None
    row.status, row.holder, row.wanted = Status.ASKED.value, "", True
    row.save()
    _ask(row, now)


@action(power=None)
def release(
    *, actor: Actor, now: datetime, about: str, technologies: Collection[UUID] | None = None
) -> int:
    """Give back what was claimed for something that will not be registered. Returns how many.

    `technologies`: only what was claimed for these. What is not final yet is given back when it is.
    """
    rows = OwnClaim.objects.select_for_update().filter(about=about)
    if technologies is not None:
        rows = rows.filter(technology__in=technologies)
    asked = rows.filter(status=Status.ASKED).update(wanted=False)
    final = list(rows.filter(status=Status.FINAL))
    for row in final:
        _release(row, now)
    if not final:
        nothing_changed()
    return asked + len(final)


def _release(row: OwnClaim, now: datetime) -> None:
    row.status, row.wanted, row.term = Status.RELEASING.value, False, -1
    row.save()
    record(
        subject("claim", row.id),
        rules.ReleaseAsked(claim=row.id, number=row.number, technology=row.technology),
    )
    _ask(row, now)


@action(power=None)
def follow(*, actor: Actor, now: datetime) -> int:
    """Ask again, in the term in force, what was asked in another. Returns how many."""
    office = queries.office()
    if office is None or (office.ours and not (office.open and not withheld())):
        nothing_changed()
        return 0
    under_way = OwnClaim.objects.filter(status__in=[s.value for s in rules.UNDER_WAY])
    rows = under_way.exclude(term=office.term).select_for_update(skip_locked=True)
    found = list(rows.order_by("asked_at", "id")[:AT_ONCE])
    with together(now):
        done = sum(_ask(row, now) for row in found)
    if not done:
        nothing_changed()
    return done


def withheld() -> bool:
    """Whether we have voted for another registrar: then nothing is entered, final or said held."""
    return venues.withholds_from() is not None


def _ask(row: OwnClaim, now: datetime) -> bool:
    """Ask the registrar: by message, or ourselves where we are it. False: not now."""
    office = queries.office()
    if office is None or (office.ours and not office.open):
        row.save()
        record(_of(row), _asked(row, office))
        return False
    row.term, row.registrar = office.term, office.registrar
    kind, body = KIND[Status(row.status)], {"claim": str(row.id), "term": row.term}
    if row.status == Status.ASKED:
        registered = row.about == subject("technology", row.technology)
        body |= {"number": row.text, "technology": str(row.technology), "registered": registered}
    elif row.status == Status.MOVING:
        body |= {"to": row.holder}
    row.save()
    record(_of(row), _asked(row, office))
    if not office.ours:
        send(to=office.registrar, about=_line(row.number), kind=kind, body=body, now=now)
        return True
    try:
        with transaction.atomic():
            ENTER[kind](body=body, venue=venues.my_code())
    except (Undecided, Refused) as why:
        _on_refusal(row, why.reason.code if isinstance(why, Refused) else "", now)
        return False
    return True


def _ask_many(rows: list[OwnClaim], now: datetime) -> None:
    """Ask for fresh claims in one go; where we are the registrar they are entered at once."""
    office = queries.office()
    not_now = office is None or (office.ours and not office.open)
    for row in rows:
        if office is not None and not not_now:
            row.term, row.registrar = office.term, office.registrar
    OwnClaim.objects.bulk_create(rows)
    record_many([Recording(_of(row), _asked(row, office), SYSTEM, now) for row in rows])
    if office is None or not_now or not rows:
        return
    bodies = [
        {
            "claim": str(row.id),
            "term": row.term,
            "number": row.text,
            "technology": str(row.technology),
            "registered": False,
        }
        for row in rows
    ]
    if not office.ours:
        with together(now):
            for row, body in zip(rows, bodies, strict=True):
                about, kind = _line(row.number), KIND[Status.ASKED]
                send(to=office.registrar, about=about, kind=kind, body=body, now=now)
        return
    try:
        with transaction.atomic():
            refused = enter_claims(bodies=bodies, venue=venues.my_code(), now=now)
    except Undecided:
        for row in rows:
            _on_refusal(row, "", now)
        return
    for row, why in zip(rows, refused, strict=True):
        if why is not None:
            _on_refusal(row, why.reason.code, now)


def _asked(row: OwnClaim, office: queries.Office | None) -> Event:
    return rules.ClaimAsked(
        claim=row.id,
        number=row.number,
        technology=row.technology,
        registrar=office.registrar if office else "",
        term=row.term,
    )


def _of(row: OwnClaim) -> str:
    return subject("claim", row.id)


def _line(number: str) -> str:
    return "claim:" + number.removeprefix("sha256:")


def on_answer(message: Message, answer: Answer, now: datetime) -> None:
    """The registrar has entered what we asked, or will not: what is final it tells by itself."""
    row = OwnClaim.objects.select_for_update().filter(id=message.uuid("claim")).first()
    if row is not None and answer.refused is not None and row.term == message.body.get("term"):
        _on_refusal(row, answer.refused, now)


def _on_refusal(row: OwnClaim, code: str, now: datetime) -> None:
    """Of another term: asked again. A release of what nobody knows has happened."""
    if code == Refusal.NOT_CLAIMED.code and row.status == Status.RELEASING:
        row.status, row.settled_at = Status.RELEASED.value, now
    elif code in FINAL_SAY and row.status == Status.MOVING:
        to, row.status, row.holder = row.holder, Status.FINAL.value, ""
        record(
            _of(row),
            rules.MoveRefused(
                claim=row.id, number=row.number, technology=row.technology, to=to, why=code
            ),
        )
    else:
        row.term = -1
    row.save()


@action(power=None)
def settle(
    *,
    actor: Actor,
    now: datetime,
    claim: UUID,
    term: int,
    outcome: Entered,
    holder: str,
) -> None:
    """Take in what became final, when it is the answer to what we asked last."""
    row = OwnClaim.objects.select_for_update().filter(id=claim).first()
    if row is None or row.term != term or Status(row.status) not in rules.UNDER_WAY:
        nothing_changed()
        return
    asked, moving = row.status == Status.ASKED, row.status == Status.MOVING
    if asked and outcome is Entered.GRANTED:
        row.status = Status.FINAL.value
        told: Event = rules.ClaimFinal(
            claim=row.id, number=row.number, technology=row.technology, term=term
        )
    elif asked and outcome is Entered.REFUSED and holder:
        row.status, row.holder = Status.LOST.value, holder
        told = rules.ClaimLost(
            claim=row.id,
            number=row.number,
            technology=row.technology,
            venue_holding=holder,
            term=term,
        )
    elif moving and outcome is Entered.MOVED and holder == row.holder:
        row.status = Status.MOVED.value
        told = rules.ClaimPassedOn(
            claim=row.id, number=row.number, technology=row.technology, to=holder
        )
    elif row.status == Status.RELEASING and outcome is Entered.RELEASED:
        row.status = Status.RELEASED.value
        told = rules.ClaimGivenBack(claim=row.id, number=row.number, technology=row.technology)
    else:
        nothing_changed()
        return
    row.settled_at = now
    row.save()
    record(_of(row), told)
    if row.status == Status.FINAL and not row.wanted:
        _release(row, now)


def on_final(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.final`, from the registrar we asked."""
    row = OwnClaim.objects.filter(id=message.uuid("claim")).first()
    if row is not None and row.registrar == message.sender:
        try:
            outcome = Entered(message.text("outcome"))
        except ValueError as error:
            raise Refused(Refusal.NOT_CLAIMED) from error
        holder = message.body.get("holder")
        settle(
            actor=SYSTEM,
            now=now,
            claim=row.id,
            term=message.whole("term"),
            outcome=outcome,
            holder=holder if isinstance(holder, str) else "",
        )
    return {}


# -- the registrar -------------------------------------------------------------------------------------------


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


@action(power=None)
def take_award(*, actor: Actor, now: datetime, claim: UUID) -> None:
    """Ask again for a number that was refused and is awarded to us now."""
    row = OwnClaim.objects.select_for_update().filter(id=claim, status=Status.LOST).first()
    taken = OwnClaim.objects.filter(status__in=rules.STANDING)
    if row is None or taken.filter(number=row.number).exists():
        nothing_changed()
        return
    row.status, row.holder, row.settled_at = Status.ASKED.value, "", None
    _ask(row, now)


@action(power=None)
def yield_to(*, actor: Actor, now: datetime, claim: UUID, holder: str) -> None:
    """Our number is awarded to another venue."""
    row = OwnClaim.objects.select_for_update().filter(id=claim, status=Status.FINAL).first()
    if row is None:
        nothing_changed()
        return
    row.status, row.holder, row.settled_at = Status.LOST.value, holder, now
    row.save()
    record(
        _of(row),
        rules.ClaimLost(
            claim=row.id,
            number=row.number,
            technology=row.technology,
            venue_holding=holder,
            term=row.term,
        ),
    )


KIND = {
    Status.ASKED: "claims.claim",
    Status.RELEASING: "claims.release",
    Status.MOVING: "claims.move",
}
ENTER = {"claims.claim": enter_claim, "claims.release": enter_release, "claims.move": enter_move}
FINAL_SAY = {Refusal.NOT_CLAIMED.code, Refusal.NOT_HOLDER.code}


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


@action(power=None)
def tell(*, actor: Actor, now: datetime) -> int:
    """Tell claimants what has become final. Returns how many."""
    office = queries.office()
    waiting = BookClaim.objects.none()
    here: list[str] = []
    if office is not None and office.open and not withheld():
        here = [venue.code for venue in venues.every_venue() if venue.state is not State.LEFT]
        waiting = BookClaim.objects.filter(term=office.term, told=False, venue__in=here)
    rows = list(waiting.select_for_update(skip_locked=True).order_by("entry")[:AT_ONCE])
    final = queries.final() if rows else 0
    told = 0
    with together(now):
        for row in rows:
            index = journal.log_index_of(row.entry)
            if index is None or index >= final:
                break
            BookClaim.objects.filter(id=row.id).update(told=True)
            if row.moved_from in here:
                _tell(row, now, row.moved_from, Entered.MOVED, row.venue)
            _tell(row, now, row.venue, Entered(row.entered), row.holder)
            if row.entered == Entered.REFUSED and row.registered:
                _find_duplicate(row)
            told += 1
    if not told:
        nothing_changed()
    return told


def _find_duplicate(row: BookClaim) -> None:
    """Enter that two venues have registered one right; once, while the other's claim stands."""
    holding = queries.of_number(row.term_id, row.number)
    BookClaim.objects.filter(id=row.id).update(registered=False)
    if holding is None or holding.id == row.claim:
        return
    record(
        subject("claim", row.claim),
        rules.DuplicateFound(
            claim=row.claim,
            number=row.number,
            technology=row.technology,
            venue=row.venue,
            claim_holding=holding.id,
            technology_holding=holding.technology,
            venue_holding=holding.venue,
        ),
    )


def _tell(row: BookClaim, now: datetime, to: str, outcome: Entered, holder: str) -> None:
    if to == venues.my_code():
        settle(
            actor=SYSTEM,
            now=now,
            claim=row.claim,
            term=row.term_id,
            outcome=outcome,
            holder=holder,
        )
        return
    body = {
        "claim": str(row.claim),
        "term": row.term_id,
        "outcome": outcome.value,
        "holder": holder,
    }
    send(to=to, about=_line(row.number), kind="claims.final", body=body, now=now)


@action(power=None)
def hold(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    venue: str,
    term: int,
    size: int,
    root: Hash,
) -> None:
    """Note how much of our log a member says it holds. Raises Refused (FORKED)."""
    nothing_changed()
    office, signed = queries.office(), log.checkpoint()
    if office is None or not office.ours or office.term != term:
        return
    if signed is None or size > signed.size:
        return
    ours = merkle.root(size, log.node_reader())
    if ours != root:
        record(
            subject("venue", venue),
            rules.HeldContradicted(venue=venue, size=size, root=root, own_root=ours),
        )
        return
    Holding.objects.get_or_create(
        venue=venue, term=term, defaults={"size": size, "told_at": real_now}
    )
    grown = Holding.objects.filter(venue=venue, term=term, size__lte=size)
    if grown.update(size=size, told_at=real_now):
        transaction.on_commit(_wake)


def _wake() -> None:
    """Ring for the keeper: something may have become final."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


@transaction.atomic
def acknowledgement(lists: queries.ListsSeen) -> tuple[int, str, int, Hash] | None:
    """What we may say now: term, registrar, and how much of its log we hold.

    None where we are the registrar ourselves, have voted for another, or hold a list of members
    that we have not adopted yet: whoever votes must know the lists that its word made final.
    """
    queries.stand_still()
    office = queries.office()
    if office is None or office.ours or withheld():
        return None
    size, root = mirrors.held(office.registrar) or (0, EMPTY_ROOT)
    network = venues.network()
    if network is None or lists.latest(network.anchor, office.registrar, size) > network.version:
        return None
    return office.term, office.registrar, size, root
