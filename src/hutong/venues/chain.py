"""
From the anchor to today's members, list by list: what makes a list the next one (NE-1).

    genesis   signed by every member in it; its digest is the anchor
    next      continues the list before ─ its change is allowed ─ enough members approved it
              ─ the registrar signed it ─ it says who the members are now
    fork      another list continues the same one:
                a vote replaced the registrar     the vote holds; what the old one issued is dropped
                the registrar signed both         a contradiction: proof against the registrar
                two votes                         a double vote: proof against whoever is in both

Everything a venue relies on is decided here, and anyone can run it over what venues publish. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hutong.kit.refusal import N_
from hutong.venues.approvals import need_approvals
from hutong.venues.fields import text
from hutong.venues.lists import (
    Approval,
    Change,
    Description,
    Kind,
    List,
    Member,
    SignedList,
    State,
)
from hutong.venues.rolls import (
    LIFE,
    ListInvalid,
    NotNext,
    Roll,
    apply,
    described_in,
    details_of,
    member_of,
    members_digest,
    need,
    need_in_time,
    need_unlike,
)


def open_genesis(signed: SignedList) -> Roll:
    """Read the first list of a network. Raises ListInvalid.

    It is what it is: that it is the right one is known by its digest, the anchor.
    """
    first, change = signed.list, signed.list.change
    need(
        (first.term, first.version, first.previous) == (0, 0, None),
        N_("a genesis has version 0 and none before"),
    )
    need(first.network is None and change.network is None, N_("a genesis names no anchor"))
    need(
        change.kind is Kind.FOUND and not first.approvals,
        N_("a genesis founds, and is approved by its members' signatures"),
    )
    _need_moments(first)
    details = details_of(change, "name", "members")
    name, told = text(details, "name", "details"), details["members"]
    need(isinstance(told, list) and bool(told), N_("a genesis has members"))
    members: dict[str, Member] = {}
    for one in told:
        described = described_in(one)
        need_unlike(described, members.values())
        members[described.code] = member_of(described, State.MEMBER, first.issued_at)
    need(
        change.venue == change.proposed_by == first.registrar in members,
        N_("the registrar of a genesis is the member that proposed it"),
    )
    need(len(signed.signatures) == len(members), N_("every member signs a genesis, once"))
    for member in members.values():
        need(
            signed.signed_by(member.code, member.message_keys),
            N_("{venue} did not sign"),
            venue=member.code,
        )
    return _roll(
        signed,
        Roll(
            network=signed.digest,
            name=name,
            term=0,
            version=0,
            digest=signed.digest,
            registrar=first.registrar,
            issued_at=first.issued_at,
            expires_at=first.expires_at,
            members=members,
        ),
    )


def follow(roll: Roll, signed: SignedList) -> Roll:
    """Return the roll after the next list. Raises ListInvalid, with the first thing wrong."""
    new = signed.list
    if (new.network, new.version, new.previous) != (roll.network, roll.version + 1, roll.digest):
        raise NotNext(
            N_("the list does not continue list {n} ({list})"), n=roll.version, list=roll.digest
        )
    _need_moments(new)
    need(new.issued_at > roll.issued_at, N_("the list is older than the one before it"))
    change = new.change
    need_in_time(change, new.issued_at)
    after = apply(roll, change, at=new.issued_at)
    need_approvals(roll, change, new.approvals, at=new.issued_at)
    signer = roll.members[after.registrar]
    need(len(signed.signatures) == 1, N_("one signs a list, its registrar"))
    need(new.term == after.term, N_("the term would be {term}"), term=after.term)
    need(
        new.registrar == after.registrar,
        N_("the registrar would be {venue}"),
        venue=after.registrar,
    )
    need(
        signed.signed_by(signer.code, signer.message_keys),
        N_("the registrar {venue} did not sign"),
        venue=signer.code,
    )
    return _roll(
        signed,
        replace(
            after,
            version=new.version,
            digest=signed.digest,
            issued_at=new.issued_at,
            expires_at=new.expires_at,
        ),
    )


def chain(lists: Sequence[SignedList], anchor: str) -> Roll:
    """Verify a whole chain from the anchor on. Raises ListInvalid."""
    need(
        bool(lists) and lists[0].digest == anchor,
        N_("the first list is not the one the anchor names"),
    )
    roll = open_genesis(lists[0])
    for signed in lists[1:]:
        roll = follow(roll, signed)
    return roll


def next_list(roll: Roll, change: Change, approvals: Sequence[Approval], *, at: datetime) -> List:
    """The list that makes a change, to be signed by the registrar it names. Raises ListInvalid."""
    at = max(
        at,
        roll.issued_at + timedelta(microseconds=1),
        change.proposed_at,
        *(approval.at for approval in approvals),
    )
    need_in_time(change, at)
    need_approvals(roll, change, approvals, at=at)
    after = apply(roll, change, at=at)
    return List(
        network=roll.network,
        term=after.term,
        version=roll.version + 1,
        previous=roll.digest,
        issued_at=at,
        expires_at=at + LIFE,
        registrar=after.registrar,
        members=members_digest(after.members),
        change=change,
        approvals=tuple(approvals),
    )


def genesis(*, name: str, members: Sequence[Description], change: Change, at: datetime) -> List:
    """The first list of a network, to be signed by every member in it."""
    rows = {one.code: member_of(one, State.MEMBER, at) for one in members}
    return List(
        network=None,
        term=0,
        version=0,
        previous=None,
        issued_at=at,
        expires_at=at + LIFE,
        registrar=change.venue,
        members=members_digest(rows),
        change=change,
        approvals=(),
    )


# -- forks --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two lists that continue one list. `who` signed both, as registrar or as voters."""

    who: tuple[str, ...]
    version: int
    one: SignedList
    other: SignedList

    @property
    def key(self) -> tuple[str, str]:
        first, second = sorted((self.one.digest, self.other.digest))
        return first, second


def contradiction(before: Roll, one: SignedList, other: SignedList) -> Contradiction | None:
    """Whether two lists after `before` prove somebody to have signed against itself.

    The registrar's two signatures suffice, whatever else is wrong with the lists. A registrar that
    went on while it was voted out proves nothing.
    """
    if one.digest == other.digest:
        return None
    for signed in (one, other):
        wanted = (before.network, before.version + 1, before.digest)
        if (signed.list.network, signed.list.version, signed.list.previous) != wanted:
            return None
    votes = [signed.list.change.kind is Kind.REGISTRAR for signed in (one, other)]
    who: set[str] = set()
    if all(votes):
        if all(_follows(before, signed) for signed in (one, other)):
            first, second = ({a.venue for a in s.list.approvals} for s in (one, other))
            who = first & second
    elif not any(votes):
        keys = before.members[before.registrar].message_keys
        if all(signed.signed_by(before.registrar, keys) for signed in (one, other)):
            who = {before.registrar}
    if not who:
        return None
    return Contradiction(who=tuple(sorted(who)), version=before.version + 1, one=one, other=other)


def outvotes(before: Roll, one: SignedList, other: SignedList) -> bool:
    """Whether `other` replaces the registrar by vote where `one`, of the old registrar, stood."""
    if one.list.change.kind is Kind.REGISTRAR or other.list.change.kind is not Kind.REGISTRAR:
        return False
    return _follows(before, other)


def _follows(roll: Roll, signed: SignedList) -> bool:
    try:
        follow(roll, signed)
    except ListInvalid:
        return False
    return True


def _roll(signed: SignedList, roll: Roll) -> Roll:
    need(
        signed.list.members == members_digest(roll.members),
        N_("the digest of the members is wrong"),
    )
    return replace(roll, made=roll.made | {signed.list.change.digest})


def _need_moments(new: List) -> None:
    need(
        new.issued_at < new.expires_at <= new.issued_at + LIFE,
        N_("a list expires within {days} days"),
        days=LIFE.days,
    )
