"""
At the old venue custody is wished, proposed and offered; its chapter is closed (NE-8, PA-5).
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, SYSTEM, Actor, require_other_eyes
from hutong.kit.event import Event
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.listings import actions as listings
from hutong.network.claims import actions as claims
from hutong.network.custody import queries, rules
from hutong.network.custody.actions.moves import (
    OPERATE,
    end,
    facts,
    go,
    locked,
    move_of,
    tell,
)
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Dossier, Refusal, Status
from hutong.network.recognition import actions as recognition
from hutong.rights import actions as rights
from hutong.rights import queries as register
from hutong.rights.barring import Bar
from hutong.technologies import queries as known
from hutong.venues import queries as venues
from hutong.venues.states import Standing


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
    told = rules.Wished(**facts(row), party=party, reason=row.reason)
    _begun(row, Status.WISHED, now, told)
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
    row = locked(move, Status.WISHED, direction=Direction.GOING)
    if row.party != actor.acting_party():
        raise Refused(Refusal.NO_MOVE)
    end(row, Status.WITHDRAWN, "", now)


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
    return _propose(locked(move, Status.WISHED, direction=Direction.GOING), actor, now)


def _propose(row: CustodyMove, actor: Actor, now: datetime) -> queries.MoveView:
    row.begun_by = actor.person
    _begun(row, Status.PROPOSED, now, rules.Proposed(**facts(row), reason=row.reason))
    return queries.view(row)


def _begun(row: CustodyMove, status: Status, now: datetime, told: Event) -> None:
    """Enter a move that begins. Refused where another of this technology began at the same moment."""
    try:
        with transaction.atomic():
            go(row, status, now, told)
    except IntegrityError:
        raise Refused(Refusal.UNDER_WAY, venue=row.peer) from None


@action(power=OPERATE)
def offer(*, actor: Actor, now: datetime, move: UUID) -> queries.MoveView:
    """Offer custody to the other venue, with the dossier. No act on the title is possible meanwhile.

    Refused: one's own proposal, something is under way over the title, a party is not vouched for,
    the number's claim is not final.
    """
    row = locked(move, Status.PROPOSED, direction=Direction.GOING)
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
    tell(
        row,
        now,
        "custody.offer",
        {"dossier": row.dossier, "log_size": max(dossier.indexes) + 1},
    )
    told = rules.Offered(**facts(row), entries=len(dossier.entries), chapter=row.chapter)
    go(row, Status.OFFERED, now, told)
    return queries.view(row)


@action(power=OPERATE)
def withdraw(*, actor: Actor, now: datetime, move: UUID, why: str) -> None:
    """Do not move it after all. Of what is offered the other venue is asked: it may have accepted."""
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    row = locked(move, Status.PROPOSED, Status.WISHED, Status.OFFERED, direction=Direction.GOING)
    if row.status == Status.OFFERED:
        row.why = why.strip()
        tell(row, now, "custody.withdraw", {"why": row.why, "failed": False})
        go(row, Status.OFFERED, now, rules.WithdrawalAsked(**facts(row), why=row.why))
        return
    end(row, Status.DECLINED if row.status == Status.WISHED else Status.WITHDRAWN, why, now)


@action(power=None)
def fail(*, actor: Actor, now: datetime, technology: UUID, why: str) -> None:
    """The registrar will not write the claim over: it is over at both venues."""
    row = move_of(technology, Status.ACCEPTED, Direction.GOING)
    if row is None:
        nothing_changed()
        return
    tell(row, now, "custody.withdraw", {"why": why, "failed": True})
    end(row, Status.FAILED, why, now)


@action(power=None)
def take_answer(
    *, actor: Actor, now: datetime, venue: str, move: UUID, accepted: bool, why: str, chapter: str
) -> None:
    """The other venue accepted, or not. Accepted: the number's claim is written over first."""
    row = locked(move, Status.OFFERED, direction=Direction.GOING)
    if row.peer != venue:
        raise Refused(Refusal.NO_MOVE)
    if not accepted:
        end(row, Status.DECLINED, why, now)
        return
    if chapter != row.chapter:
        raise rules.wrong(venue, "another chapter was accepted")
    row.why = ""
    go(row, Status.ACCEPTED, now, rules.Accepted(**facts(row), chapter=chapter))
    asked = claims.move(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    if asked is None:
        _close(row, now)


@action(power=None)
def close(*, actor: Actor, now: datetime, technology: UUID, to: str) -> None:
    """The number is the other venue's: the chapter here is closed."""
    row = move_of(technology, Status.ACCEPTED, Direction.GOING)
    if row is None or row.peer != to:
        nothing_changed()
        return
    _close(row, now)


def _close(row: CustodyMove, now: datetime) -> None:
    dossier = Dossier.read(row.dossier, row.peer)
    rights.close_chapter(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    listings.end_moved(actor=SYSTEM, now=now, technology=row.technology, to=row.peer)
    told = rules.Closed(
        **facts(row), entries=len(dossier.entries), chapter=row.chapter, claim=row.claim
    )
    go(row, Status.MOVED, now, told)


@action(power=None)
def hand_over(*, actor: Actor, now: datetime, move: UUID, index: int) -> None:
    """Tell the other venue where in our log the chapter was closed."""
    nothing_changed()
    row = CustodyMove.objects.select_for_update().filter(id=move, status=Status.MOVED).first()
    if row is None or row.index is not None:
        return
    row.index = index
    row.save(update_fields=["index"])
    tell(row, now, "custody.moved", {"index": index})
