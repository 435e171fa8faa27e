"""
Adopting lists: each is verified against the one before, whoever brought it (chain.py).

    continues ours ─▶ adopted        outvotes ours ─▶ takes its place       else refused
    contradicts ours ─▶ kept as proof; from that registrar only a vote is taken
"""

from collections.abc import Sequence
from datetime import datetime

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.canonical import canonical
from hutong.kit.ids import subject
from hutong.kit.refusal import N_, Refused, Told
from hutong.transparency import queries as log
from hutong.transparency.cosigning import actions as cosigning
from hutong.venues import chain, queries
from hutong.venues.actions.locking import locked_network
from hutong.venues.actions.peers import peers_of
from hutong.venues.chain import Contradiction
from hutong.venues.lists import Member, SignedList, State
from hutong.venues.models import (
    OPEN,
    Change,
    MemberList,
    Network,
    Undertaking,
    Venue,
)
from hutong.venues.models import Contradiction as ContradictionRow
from hutong.venues.rolls import SKEW, ListInvalid, NotNext, Roll
from hutong.venues.rules import ContradictionFound, Left, ListAdopted, Refusal
from hutong.venues.states import ChangeStatus, UndertakingKind, UndertakingStatus


@action(power=None)
def adopt(*, actor: Actor, now: datetime, real_now: datetime, lists: Sequence[SignedList]) -> int:
    """Adopt what is new among `lists`, in order of version. Returns how many were.

    Refused, with the problem, at the first that cannot be; those before it stay adopted only where
    the caller gives them one by one. A proof of misconduct among them is kept, and is no refusal.
    """
    nothing_changed()
    if not lists:
        return 0
    ordered = sorted(lists, key=lambda signed: (signed.list.term, signed.list.version))
    _check_clock(ordered, real_now)
    network = Network.objects.select_for_update().filter(is_current=True).first()
    if network is None:
        return _enter(ordered, now)
    if any(signed.list.anchor != network.anchor for signed in ordered):
        raise Refused(Refusal.ANOTHER_NETWORK, anchor=network.anchor)
    adopted = 0
    for signed in ordered:
        if MemberList.objects.filter(digest=signed.digest).exists():
            continue
        adopted += _take(network, signed, now, real_now)
    return adopted


def _enter(ordered: Sequence[SignedList], now: datetime) -> int:
    """The first time: the whole chain, from the anchor that officers accepted, with us in it."""
    anchor = ordered[0].list.anchor
    wanted = Undertaking.objects.select_for_update().filter(
        kind=UndertakingKind.JOIN, status=UndertakingStatus.ACCEPTED, anchor=anchor
    )
    undertaking = wanted.first()
    if undertaking is None:
        raise Refused(Refusal.NOT_IN_NETWORK)
    rolls: list[Roll] = []
    try:
        rolls = _rolls(ordered, anchor)
    except ListInvalid as error:
        raise Refused(Refusal.LIST_INVALID, problem=error.why) from error
    mine = log.public_keys().venue
    us = rolls[-1].members.get(mine.code)
    if us is None or us.state is State.LEFT:
        return 0
    if us.log_origin != mine.log_origin:
        raise Refused(
            Refusal.LIST_INVALID,
            problem=Told(
                N_("{venue} is another venue there: {log}"), venue=mine.code, log=us.log_origin
            ),
        )
    begin(ordered, rolls, now)
    undertaking.status, undertaking.problem = UndertakingStatus.DONE.value, ""
    undertaking.save(update_fields=["status", "problem"])
    return len(ordered)


def begin(ordered: Sequence[SignedList], rolls: Sequence[Roll], now: datetime) -> None:
    """Write a verified chain down as the network this venue is now in; one it left may return."""
    last = rolls[-1]
    told = _told_by(last) | {"name": last.name, "is_current": True, "joined_at": now, "problem": ""}
    network, _ = Network.objects.update_or_create(anchor=last.network, defaults=told)
    for signed, roll in zip(ordered, rolls, strict=True):
        if not MemberList.objects.filter(digest=signed.digest).exists():
            _store(network, signed, roll, replaces=None)
    _write_members(network, last, now)


def _rolls(ordered: Sequence[SignedList], anchor: str) -> list[Roll]:
    if not ordered or ordered[0].digest != anchor:
        raise ListInvalid(N_("the first list is not the one the anchor names"))
    rolls = [chain.open_genesis(ordered[0])]
    for signed in ordered[1:]:
        rolls.append(chain.follow(rolls[-1], signed))
    return rolls


def _take(network: Network, signed: SignedList, now: datetime, real_now: datetime) -> int:
    """Adopt one list that is new here. Returns 1, or 0 where it was kept as proof or passed over."""
    roll = queries.roll_of(network)
    try:
        after = chain.follow(roll, signed)
    except NotNext:
        return _take_rival(network, signed, now)
    except ListInvalid as error:
        raise Refused(Refusal.LIST_INVALID, problem=error.why) from error
    if after.term == roll.term:
        if ContradictionRow.objects.filter(network=network, registrar=roll.registrar).exists():
            raise Refused(Refusal.CONTRADICTED, registrar=roll.registrar)
        if queries.vote_on(network, roll, real_now) is not None:
            return 0  # our vote promised so: until it is over, nothing of that registrar
    _store(network, signed, after, replaces=None)
    _move(network, after, now)
    return 1


def _take_rival(network: Network, signed: SignedList, now: datetime) -> int:
    """A list that continues one of ours before the last: a vote, a proof, or nothing."""
    before, ours = queries.fork_of(network, signed)
    if before is None or ours is None:
        raise Refused(Refusal.LIST_INVALID, problem=Told(N_("it continues a list we do not have")))
    if chain.outvotes(before, ours, signed):
        after = chain.follow(before, signed)
        _store(network, signed, after, replaces=ours.digest)
        reopened = Change.objects.filter(
            network=network, status=ChangeStatus.LISTED, listed_in__gt=before.version
        )
        for row in reopened.exclude(digest=signed.list.change.digest):
            ours_too = row.approvals.filter(venue=queries.my_code()).exists()
            row.status = (ChangeStatus.APPROVED if ours_too else ChangeStatus.WAITING).value
            row.listed_in = None
            row.save(update_fields=["status", "listed_in"])
        _move(network, after, now)
        return 1
    found = chain.contradiction(before, ours, signed)
    if found is None:
        raise Refused(Refusal.LIST_INVALID, problem=Told(N_("it continues another list than ours")))
    _keep(network, found)
    return 0


@action(power=None)
def keep_contradiction(*, actor: Actor, now: datetime, one: SignedList, other: SignedList) -> bool:
    """Keep a proof that another venue shows, when it is one. Returns whether it was new."""
    nothing_changed()
    network = locked_network()
    for first, second in ((one, other), (other, one)):
        before, ours = queries.fork_of(network, second)
        if before is not None and ours is not None and ours.digest == first.digest:
            break
    else:
        before, _ = queries.fork_of(network, one)
    if before is None:
        return False
    found = chain.contradiction(before, one, other)
    return found is not None and _keep(network, found)


def _keep(network: Network, found: Contradiction) -> bool:
    one, other = found.key
    if ContradictionRow.objects.filter(network=network, one=one, other=other).exists():
        return False
    both = sorted((found.one, found.other), key=lambda signed: signed.digest)
    told = [signed.as_json() for signed in both]
    for who in found.who:
        ContradictionRow.objects.create(
            network=network, registrar=who, version=found.version, one=one, other=other, told=told
        )
    record(
        subject("network", network.anchor),
        ContradictionFound(
            network=network.anchor,
            list_version=found.version,
            who=list(found.who),
            one=one,
            other=other,
            told=told,
        ),
    )
    return True


def _store(network: Network, signed: SignedList, after: Roll, *, replaces: str | None) -> None:
    new = signed.list
    MemberList.objects.create(
        digest=signed.digest,
        network=network,
        term=new.term,
        version=new.version,
        change=new.change.digest,
        signed=canonical(signed.as_json()).decode(),
        issued_at=new.issued_at,
        expires_at=new.expires_at,
    )
    Change.objects.filter(digest=new.change.digest).update(
        status=ChangeStatus.LISTED.value, listed_in=new.version
    )
    record(
        subject("network", network.anchor),
        ListAdopted(
            network=network.anchor,
            term=new.term,
            list_version=new.version,
            list_digest=signed.digest,
            change=new.change.digest,
            change_kind=new.change.kind,
            venue=new.change.venue,
            registrar=new.registrar,
            expires_at=new.expires_at,
            replaces=replaces,
            told=signed.as_json(),
        ),
    )


def _move(network: Network, after: Roll, now: datetime) -> None:
    for name, value in _told_by(after).items():
        setattr(network, name, value)
    network.save()
    _write_members(network, after, now)


def _told_by(roll: Roll) -> dict[str, object]:
    return {
        "term": roll.term,
        "version": roll.version,
        "digest": roll.digest,
        "registrar": roll.registrar,
        "issued_at": roll.issued_at,
        "expires_at": roll.expires_at,
    }


def _write_members(network: Network, roll: Roll, now: datetime) -> None:
    """Bring the rows in step with the roll, and with them whose logs are watched (LO-3)."""
    kept = {row.code: row for row in Venue.objects.filter(network=network)}
    for code, member in roll.members.items():
        row = kept.pop(code, None) or Venue(network=network, code=code)
        if row.told != member.as_json():
            _fill(row, member)
            row.save()
    Venue.objects.filter(network=network, code__in=list(kept)).delete()
    mine = queries.my_code()
    us = roll.members.get(mine)
    if us is None or us.state is State.LEFT:
        network.is_current = False
        network.save(update_fields=["is_current"])
        Change.objects.filter(network=network, status__in=OPEN).update(
            status=ChangeStatus.LAPSED.value
        )
        record(
            subject("network", network.anchor),
            Left(network=network.anchor, list_version=roll.version),
        )
    cosigning.keep_to(actor=SYSTEM, now=now, wanted=peers_of(roll, mine))


def _fill(row: Venue, member: Member) -> None:
    row.state, row.since = member.state.value, member.since
    row.told, row.log_origin = member.as_json(), member.log_origin


def _check_clock(ordered: Sequence[SignedList], real_now: datetime) -> None:
    latest = max(signed.list.issued_at for signed in ordered)
    if latest > real_now + SKEW:
        raise Refused(Refusal.FROM_THE_FUTURE, at=latest)


@action(power=None)
def note_asked(*, actor: Actor, now: datetime, real_now: datetime, problem: str) -> None:
    """Note how asking the other members for their lists went."""
    nothing_changed()
    Network.objects.filter(is_current=True).update(
        **({"problem": problem[:500]} if problem else {"asked_at": real_now, "problem": ""})
    )
