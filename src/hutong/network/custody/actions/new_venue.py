"""
At the new venue an offer is received, taken up and accepted; the chapter goes on there (NE-8, PA-5).
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor, require_other_eyes
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions as listings
from hutong.listings import offers
from hutong.network.claims import actions as claims
from hutong.network.custody import queries, rules
from hutong.network.custody.actions.moves import (
    OPERATE,
    end,
    facts,
    go,
    locked,
    move_of,
    move_subject,
    tell,
)
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Dossier, Refusal, Status
from hutong.network.messages.rules import Undecided
from hutong.network.recognition import actions as recognition
from hutong.parties import queries as parties
from hutong.rights import actions as rights
from hutong.technologies import actions as technologies
from hutong.technologies import queries as known
from hutong.technologies import records
from hutong.venues import queries as venues


@action(power=None)
def receive(
    *, actor: Actor, now: datetime, venue: str, move: UUID, dossier: Dossier, log_size: int
) -> None:
    """Take in an offer whose dossier agrees with the log of its venue. Raises Undecided, Refused."""
    if queries.held_of(venue) < log_size:
        raise Undecided(f"of {venue}'s log {log_size} entries are not here yet")
    rules.verify(dossier, venue, queries.leaves_of(venue), queries.texts_of(venue))
    rules.check_digests(dossier, venue)
    if queries.record_of(venue, dossier.technology) != dossier.record:
        raise rules.wrong(venue, "its log tells another record of the technology")
    _check_offer(dossier, venue)
    if CustodyMove.objects.filter(id=move).exists():
        nothing_changed()
        return
    try:
        record_ = records.from_json(dossier.record)
    except (KeyError, ValueError, TypeError) as error:
        raise rules.wrong(venue, "the record cannot be read") from error
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
    go(row, Status.RECEIVED, now, rules.Received(**facts(row)))


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
    row = locked(move, Status.RECEIVED, direction=Direction.COMING)
    row.begun_by = actor.person
    go(row, Status.TAKEN_UP, now, rules.TakenUp(**facts(row)))


@action(power=OPERATE)
def accept(*, actor: Actor, now: datetime, move: UUID) -> None:
    """Accept custody. Every party in the chapter is known here from now on.

    Refused: one's own taking up, the number names another technology here, a party of a third venue
    is not known here, a credential does not hold.
    """
    row = locked(move, Status.TAKEN_UP, direction=Direction.COMING)
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
    tell(row, now, "custody.answer", {"accepted": True, "why": "", "chapter": row.chapter})
    go(row, Status.ACCEPTED, now, rules.Accepted(**facts(row), chapter=row.chapter))


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
    row = locked(move, Status.RECEIVED, Status.TAKEN_UP, direction=Direction.COMING)
    tell(row, now, "custody.answer", {"accepted": False, "why": why.strip(), "chapter": ""})
    end(row, Status.DECLINED, why, now)


@action(power=None)
def take_withdrawal(
    *, actor: Actor, now: datetime, venue: str, move: UUID, why: str, failed: bool
) -> None:
    """The other venue takes its offer back; what is accepted only the registrar's no ends."""
    waiting = [Status.RECEIVED, Status.TAKEN_UP, *([Status.ACCEPTED] if failed else [])]
    row = locked(move, *waiting, direction=Direction.COMING)
    if row.peer != venue:
        raise Refused(Refusal.NO_MOVE)
    end(row, Status.FAILED if failed else Status.WITHDRAWN, why, now)


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
    go(row, Status.HANDED, now, rules.Handed(**facts(row), index=index))
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
            about=move_subject(row.id),
        )
    except Refused as why:  # something here has claimed it meanwhile: it waits until that is over
        raise Undecided(why.sentence()) from why


@action(power=None)
def open_chapter(*, actor: Actor, now: datetime, technology: UUID) -> None:
    """The number is ours, finally: the chapter goes on here."""
    row = move_of(technology, Status.HANDED, Direction.COMING)
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
        **facts(row), index=row.index, entries=len(dossier.entries), chapter=row.chapter
    )
    go(row, Status.OPENED, now, told)
