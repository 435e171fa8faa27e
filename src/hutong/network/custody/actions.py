"""
Custody: wished, proposed and offered at the old venue; taken up, accepted and opened at the new one
(NE-8, PA-5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, SYSTEM, Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.listings import offers
from hutong.network.claims import actions as claims
from hutong.network.custody import queries, rules
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Dossier, Refusal, Status
from hutong.network.messages import actions as messages
from hutong.network.messages.rules import Undecided
from hutong.network.recognition import actions as recognition
from hutong.parties import queries as parties
from hutong.rights import actions as rights
from hutong.rights import queries as register
from hutong.rights.barring import Bar
from hutong.technologies import actions as technologies
from hutong.technologies import queries as known
from hutong.technologies import records
from hutong.venues import queries as venues
from hutong.venues.states import Standing

OPERATE = queries.OPERATE


def _subject(id: UUID) -> str:
    return subject("custody", id)


def _locked(id: UUID, *statuses: Status, direction: Direction | None = None) -> CustodyMove:
    row = CustodyMove.objects.select_for_update().filter(id=id).first()
    if row is None or (direction is not None and row.direction != direction):
        raise Refused(Refusal.NO_MOVE)
    if row.status not in statuses:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=statuses[0].value)
    return row


def _go(row: CustodyMove, status: Status, now: datetime, told: Event) -> None:
    row.status, row.changed_at = status.value, now
    row.save()
    record(_subject(row.id), told)


def _facts(row: CustodyMove) -> dict[str, Any]:
    return {"move": row.id, "technology": row.technology, "peer": row.peer}


def _tell(row: CustodyMove, now: datetime, kind: str, body: Mapping[str, Any]) -> None:
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.peer,
        about=_subject(row.id),
        kind=kind,
        body={"move": str(row.id), **body},
    )


# -- the old venue ----------------------------------------------------------------------------------------


@action(power=ACT)
def wish(
    *, actor: Actor, now: datetime, technology: UUID, to: str, reason: str
) -> queries.MoveView:
    """Ask for one's technology to be in another venue's custody; officers of both decide."""
    party = actor.acting_party()
    if register.owners(technology) != {party}:
        raise Refused(Refusal.NOT_OWNER)
    row = _begin(technology, to, reason, now)
    row.party, row.person = party, actor.person
    told = rules.Wished(**_facts(row), party=party, reason=row.reason)
    _go(row, Status.WISHED, now, told)
    return queries.view(row)


def _begin(technology: UUID, to: str, reason: str, now: datetime) -> CustodyMove:
    if not reason.strip():
        raise Refused(Refusal.REASON_MISSING)
    if to == venues.my_code() or venues.standing(to) is not Standing.GOOD:
        raise Refused(Refusal.NOT_A_MEMBER, venue=to)
    found = known.technology(technology)
    live = CustodyMove.objects.filter(technology=technology)
    under_way = live.exclude(status__in=[status.value for status in rules.OVER]).first()
    if under_way is not None:
        raise Refused(Refusal.UNDER_WAY, venue=under_way.peer)
    return CustodyMove(
        id=new_id(),
        direction=Direction.GOING.value,
        technology=technology,
        title_zh=found.title_zh,
        title_en=found.title_en,
        peer=to,
        reason=reason.strip(),
        begun_at=now,
    )


@action(power=ACT)
def take_back(*, actor: Actor, now: datetime, move: UUID) -> None:
    """Take one's wish back, before an officer has taken it up."""
    row = _locked(move, Status.WISHED, direction=Direction.GOING)
    if row.party != actor.acting_party():
        raise Refused(Refusal.NO_MOVE)
    _drop(row, Status.WITHDRAWN, "", now)


@action(power=OPERATE)
def propose(
    *, actor: Actor, now: datetime, technology: UUID, to: str, reason: str
) -> queries.MoveView:
    """Propose to give custody to another venue; a second officer offers it (PA-5)."""
    row = _begin(technology, to, reason, now)
    return _propose(row, actor, now)


@action(power=OPERATE)
def take_up_wish(*, actor: Actor, now: datetime, move: UUID) -> queries.MoveView:
    """Take up what the owner wishes; a second officer offers it (PA-5)."""
    return _propose(_locked(move, Status.WISHED, direction=Direction.GOING), actor, now)


def _propose(row: CustodyMove, actor: Actor, now: datetime) -> queries.MoveView:
    row.begun_by = actor.person
    _go(row, Status.PROPOSED, now, rules.Proposed(**_facts(row), reason=row.reason))
    return queries.view(row)


@action(power=OPERATE)
def offer(*, actor: Actor, now: datetime, move: UUID) -> queries.MoveView:
    """Offer custody to the other venue, with the dossier. No act on the title is possible meanwhile.

    Refused: one's own proposal, something is under way over the title, a party is not vouched for,
    the number's claim is not final.
    """
    row = _locked(move, Status.PROPOSED, direction=Direction.GOING)
    require_other_eyes(actor, [row.begun_by])
    offered = listings.hold_for_move(actor=actor, now=now, technology=row.technology, to=row.peer)
    rights.bar(actor=actor, now=now, technology=row.technology, why=Bar.MOVING, venue=row.peer)
    dossier = queries.dossier_of(row.technology, reason=row.reason, listing=offered)
    row.decided_by, row.dossier, row.chapter = actor.person, dossier.as_json(), dossier.chapter
    row.claim = dossier.claim
    for one in dossier.parties:
        certificate = recognition.latest_credential(one.id) if one.credential else None
        if certificate is not None:
            recognition.note_shown(
                actor=SYSTEM, now=now, party=one.id, venue=row.peer, certificate=certificate
            )
    _tell(
        row,
        now,
        "custody.offer",
        {"dossier": row.dossier, "log_size": max(dossier.indexes) + 1},
    )
    told = rules.Offered(**_facts(row), entries=len(dossier.entries), chapter=row.chapter)
    _go(row, Status.OFFERED, now, told)
    return queries.view(row)


@action(power=OPERATE)
def withdraw(*, actor: Actor, now: datetime, move: UUID, why: str) -> None:
    """Do not move it after all. Of what is offered the other venue is asked: it may have accepted."""
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    row = _locked(move, Status.PROPOSED, Status.WISHED, Status.OFFERED, direction=Direction.GOING)
    if row.status == Status.OFFERED:
        row.why = why.strip()
        _tell(row, now, "custody.withdraw", {"why": row.why, "failed": False})
        _go(row, Status.OFFERED, now, rules.WithdrawalAsked(**_facts(row), why=row.why))
        return
    _drop(row, Status.DECLINED if row.status == Status.WISHED else Status.WITHDRAWN, why, now)


def _drop(row: CustodyMove, how: Status, why: str, now: datetime) -> None:
    """Nothing came of it: the title is where it was, and acts on it go on there."""
    row.why, row.dossier = why.strip()[:2000], None
    if row.direction == Direction.GOING:
        rights.unbar(actor=SYSTEM, now=now, technology=row.technology, venue=row.peer)
        listings.resume_after_move(actor=SYSTEM, now=now, technology=row.technology)
    _go(row, how, now, rules.Ended(**_facts(row), how=how, why=row.why))


@action(power=None)
def drop(*, actor: Actor, now: datetime, move: UUID, how: Status, why: str) -> None:
    """Take in that the other venue, or the registrar, will not have it so."""
    row = CustodyMove.objects.select_for_update().filter(id=move).first()
    if row is None or row.status in rules.OVER:
        nothing_changed()
        return
    _drop(row, how, why, now)


@action(power=None)
def fail(*, actor: Actor, now: datetime, technology: UUID, why: str) -> None:
    """The registrar will not write the claim over: it is over at both venues."""
    row = _of(technology, Status.ACCEPTED, Direction.GOING)
    if row is None:
        nothing_changed()
        return
    _tell(row, now, "custody.withdraw", {"why": why, "failed": True})
    _drop(row, Status.FAILED, why, now)


@action(power=None)
def take_answer(
    *, actor: Actor, now: datetime, venue: str, move: UUID, accepted: bool, why: str, chapter: str
) -> None:
    """The other venue accepted, or not. Accepted: the number's claim is written over first."""
    row = _locked(move, Status.OFFERED, direction=Direction.GOING)
    if row.peer != venue:
        raise Refused(Refusal.NO_MOVE)
    if not accepted:
        _drop(row, Status.DECLINED, why, now)
        return
    if chapter != row.chapter:
        raise rules.wrong(venue, "another chapter was accepted")
    row.why = ""
    _go(row, Status.ACCEPTED, now, rules.Accepted(**_facts(row), chapter=chapter))
    asked = claims.move(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    if asked is None:
        _close(row, now)


@action(power=None)
def close(*, actor: Actor, now: datetime, technology: UUID, to: str) -> None:
    """The number is the other venue's: the chapter here is closed."""
    row = _of(technology, Status.ACCEPTED, Direction.GOING)
    if row is None or row.peer != to:
        nothing_changed()
        return
    _close(row, now)


def _close(row: CustodyMove, now: datetime) -> None:
    dossier = Dossier.read(row.dossier, row.peer)
    rights.close_chapter(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    listings.end_moved(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    told = rules.Closed(
        **_facts(row), entries=len(dossier.entries), chapter=row.chapter, claim=row.claim
    )
    _go(row, Status.MOVED, now, told)


def _of(technology: UUID, status: Status, direction: Direction) -> CustodyMove | None:
    rows = CustodyMove.objects.select_for_update().filter(
        technology=technology, status=status, direction=direction
    )
    return rows.first()


@action(power=None)
def hand_over(*, actor: Actor, now: datetime, move: UUID, index: int) -> None:
    """Tell the other venue where in our log the chapter was closed."""
    nothing_changed()
    row = CustodyMove.objects.select_for_update().filter(id=move, status=Status.MOVED).first()
    if row is None or row.index is not None:
        return
    row.index = index
    row.save(update_fields=["index"])
    _tell(row, now, "custody.moved", {"index": index})


# -- the new venue ----------------------------------------------------------------------------------------


@action(power=None)
def receive(
    *, actor: Actor, now: datetime, venue: str, move: UUID, dossier: Dossier, log_size: int
) -> None:
    """Take in an offer whose dossier agrees with the log of its venue. Raises Undecided, Refused."""
    if queries.held_of(venue) < log_size:
        raise Undecided(f"of {venue}'s log {log_size} entries are not here yet")
    rules.verify(dossier, venue, queries.leaves_of(venue), queries.texts_of(venue))
    if queries.record_of(venue, dossier.technology) != dossier.record:
        raise rules.wrong(venue, "its log tells another record of the technology")
    _check_offer(dossier, venue)
    if CustodyMove.objects.filter(id=move).exists():
        nothing_changed()
        return
    record_ = records.from_json(dossier.record)
    row = CustodyMove(
        id=move,
        direction=Direction.COMING.value,
        technology=dossier.technology,
        title_zh=record_.title_zh,
        title_en=record_.title_en,
        peer=venue,
        reason=dossier.reason,
        begun_at=now,
        dossier=dossier.as_json(),
        chapter=dossier.chapter,
        claim=dossier.claim,
    )
    _go(row, Status.RECEIVED, now, rules.Received(**_facts(row)))


def _check_offer(dossier: Dossier, venue: str) -> None:
    """An offer that comes along is of this technology alone, and stands in the venue's log."""
    if dossier.listing is None:
        return
    if offers.read_offer(dossier.listing).technologies != (dossier.technology,):
        raise rules.wrong(venue, "the offer is of something else")
    try:
        listing = UUID(dossier.listing["listing"])
    except (KeyError, ValueError, TypeError) as error:
        raise rules.wrong(venue, "the offer has no name") from error
    if not queries.is_on_offer(venue, listing, dossier.technology):
        raise rules.wrong(venue, "its log tells of no such offer")


@action(power=OPERATE)
def take_up(*, actor: Actor, now: datetime, move: UUID) -> None:
    """Take up what another venue offers; a second officer accepts it (PA-5)."""
    row = _locked(move, Status.RECEIVED, direction=Direction.COMING)
    row.begun_by = actor.person
    _go(row, Status.TAKEN_UP, now, rules.TakenUp(**_facts(row)))


@action(power=OPERATE)
def accept(*, actor: Actor, now: datetime, move: UUID) -> None:
    """Accept custody. Every party in the chapter is known here from now on.

    Refused: one's own taking up, the number names another technology here, a party of a third venue
    is not known here, a credential does not hold.
    """
    row = _locked(move, Status.TAKEN_UP, direction=Direction.COMING)
    require_other_eyes(actor, [row.begun_by])
    dossier = Dossier.read(row.dossier, row.peer)
    read = records.from_json(dossier.record)
    (planned,) = known.plan([read], None)
    standing = planned.standing
    if standing is not None and standing.id != row.technology:
        named = next(iter(read.numbers.values()), read.title_zh or read.title_en)
        raise Refused(Refusal.NUMBER_HERE, number=named)
    here = _parties_here(dossier, row.peer, now)
    row.dossier |= {"here": {str(there): str(one) for there, one in here.items()}}
    row.decided_by = actor.person
    _tell(row, now, "custody.answer", {"accepted": True, "why": "", "chapter": row.chapter})
    _go(row, Status.ACCEPTED, now, rules.Accepted(**_facts(row), chapter=row.chapter))


def _parties_here(dossier: Dossier, venue: str, now: datetime) -> dict[UUID, UUID]:
    """Their ids there → here; those of the teller are taken by their credentials. Raises Refused."""
    here: dict[UUID, UUID] = {}
    recognised = {(one.home_venue, one.foreign_id): one.party for one in parties.recognitions()}
    for one in dossier.parties:
        if one.home == venues.my_code():
            here[one.id] = parties.party(one.home_id).id
        elif one.home == venue and one.credential is not None:
            taken = recognition.take_credential(
                actor=SYSTEM, now=now, venue=venue, credential=one.credential
            )
            here[one.id] = taken.id
        elif (one.home, one.home_id) in recognised:
            here[one.id] = recognised[one.home, one.home_id]
        else:
            raise Refused(Refusal.PARTY_UNKNOWN, venue=one.home)
    return here


@action(power=OPERATE)
def decline(*, actor: Actor, now: datetime, move: UUID, why: str) -> None:
    """Do not take custody; one officer suffices."""
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    row = _locked(move, Status.RECEIVED, Status.TAKEN_UP, direction=Direction.COMING)
    _tell(row, now, "custody.answer", {"accepted": False, "why": why.strip(), "chapter": ""})
    _drop(row, Status.DECLINED, why, now)


@action(power=None)
def take_withdrawal(
    *, actor: Actor, now: datetime, venue: str, move: UUID, why: str, failed: bool
) -> None:
    """The other venue takes its offer back; what is accepted only the registrar's no ends."""
    waiting = [Status.RECEIVED, Status.TAKEN_UP, *([Status.ACCEPTED] if failed else [])]
    row = _locked(move, *waiting, direction=Direction.COMING)
    if row.peer != venue:
        raise Refused(Refusal.NO_MOVE)
    _drop(row, Status.FAILED if failed else Status.WITHDRAWN, why, now)


@action(power=None)
def take_over(*, actor: Actor, now: datetime, venue: str, move: UUID, index: int) -> None:
    """The chapter there is closed, as our mirror shows: the number is asked for under its claim.

    Raises Undecided while the mirror is behind, Refused where that entry closes no such chapter.
    """
    row = CustodyMove.objects.select_for_update().filter(id=move, peer=venue).first()
    if row is None or row.direction != Direction.COMING:
        raise Refused(Refusal.NO_MOVE)
    if row.status in (Status.HANDED, Status.OPENED):
        nothing_changed()
        return
    if row.status != Status.ACCEPTED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="accepted")
    if queries.held_of(venue) <= index:
        raise Undecided(f"entry {index} of {venue}'s log is not here yet")
    leaf = queries.leaves_of(venue)(index)
    closing = rules.is_closing(
        leaf, move=row.id, technology=row.technology, to=venues.my_code(), chapter=row.chapter
    )
    if not closing:
        raise rules.wrong(venue, f"entry {index} of its log closes no such chapter")
    row.index = index
    _go(row, Status.HANDED, now, rules.Handed(**_facts(row), index=index))
    dossier = Dossier.read(row.dossier, row.peer)
    if dossier.claim is None:
        _open(row, dossier, now)
        return
    try:
        claims.take_up(
            actor=SYSTEM,
            now=now,
            claim=dossier.claim,
            number=dossier.number,
            technology=row.technology,
            about=_subject(row.id),
        )
    except Refused as why:  # something here has claimed it meanwhile: it waits until that is over
        raise Undecided(why.sentence()) from why


@action(power=None)
def open_chapter(*, actor: Actor, now: datetime, technology: UUID) -> None:
    """The number is ours, finally: the chapter goes on here."""
    row = _of(technology, Status.HANDED, Direction.COMING)
    if row is None:
        nothing_changed()
        return
    _open(row, Dossier.read(row.dossier, row.peer), now)


def _open(row: CustodyMove, dossier: Dossier, now: datetime) -> None:
    here = {UUID(there): UUID(one) for there, one in row.dossier["here"].items()}
    technologies.take_over(
        actor=SYSTEM,
        now=now,
        id=row.technology,
        said=dossier.record,
        party=here.get(dossier.party) if dossier.party else None,
        from_venue=row.peer,
    )
    assert row.index is not None, "the chapter there is closed"
    proof = {"move": str(row.id), "venue": row.peer, "index": row.index, "chapter": row.chapter}
    rights.take_chapter(
        actor=SYSTEM,
        now=now,
        technology=row.technology,
        from_venue=row.peer,
        index=row.index,
        entries=dossier.entries,
        parties=here,
        proof=proof,
    )
    if dossier.listing is not None:
        seller = here[UUID(dossier.listing["seller"])]
        listings.take_over(actor=SYSTEM, now=now, seller=seller, told=dossier.listing)
    told = rules.Opened(
        **_facts(row), index=row.index, entries=len(dossier.entries), chapter=row.chapter
    )
    _go(row, Status.OPENED, now, told)
