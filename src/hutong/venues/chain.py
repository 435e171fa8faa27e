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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hutong.kit.canonical import digest_of
from hutong.venues.fields import DocumentInvalid, exactly, text
from hutong.venues.lists import (
    DESCRIBED,
    KEYS,
    Application,
    Approval,
    Change,
    Description,
    Kind,
    List,
    Member,
    SignedList,
    State,
)

LIFE: Final = timedelta(days=30)  # of a list; and of a change, from its proposal to its list
VOTE: Final = timedelta(days=3)  # within which a vote on the registrar is over
SKEW: Final = timedelta(minutes=5)  # how far ahead another venue's clock may be
MOVED: Final = ("url", "name_zh", "name_en", "region")


class ListInvalid(ValueError):
    """The list is not the next one. The message says why."""


class NotNext(ListInvalid):
    """The list may be valid, but continues another than the one at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """Who the members are after a list. `term` counts the votes that replaced a registrar."""

    network: str
    name: str
    term: int
    version: int
    digest: str
    registrar: str
    issued_at: datetime
    expires_at: datetime
    members: Mapping[str, Member]
    made: frozenset[str] = field(default=frozenset(), repr=False)  # changes, by digest

    @property
    def good(self) -> list[Member]:
        return [member for member in self.members.values() if member.state is State.MEMBER]

    def is_good(self, code: str) -> bool:
        member = self.members.get(code)
        return member is not None and member.state is State.MEMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Whose approval a change needs: of the venue itself, and of so many others in `among`."""

    own: str | None
    others: int
    among: frozenset[str]

    def is_met(self, approved: Iterable[str]) -> bool:
        given = set(approved)
        return (self.own is None or self.own in given) and len(given & self.among) >= self.others

    def counts(self, venue: str) -> bool:
        return venue == self.own or venue in self.among


def open_genesis(signed: SignedList) -> Roll:
    """Read the first list of a network. Raises ListInvalid.

    It is what it is: that it is the right one is known by its digest, the anchor.
    """
    first, change = signed.list, signed.list.change
    _need(
        (first.term, first.version, first.previous) == (0, 0, None),
        "a genesis has version 0 and none before",
    )
    _need(first.network is None and change.network is None, "a genesis names no anchor")
    _need(
        change.kind is Kind.FOUND and not first.approvals,
        "a genesis founds, and is approved by its members' signatures",
    )
    _need_moments(first)
    details = _details(change, "name", "members")
    name, told = text(details, "name", "details"), details["members"]
    _need(isinstance(told, list) and bool(told), "a genesis has members")
    members: dict[str, Member] = {}
    for one in told:
        described = _described(one)
        _need_unlike(described, members.values())
        members[described.code] = _member(described, State.MEMBER, first.issued_at)
    _need(
        change.venue == change.proposed_by == first.registrar in members,
        "the registrar of a genesis is the member that proposed it",
    )
    _need(len(signed.signatures) == len(members), "every member signs a genesis, once")
    for member in members.values():
        _need(signed.signed_by(member.code, member.message_keys), f"{member.code} did not sign")
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
        raise NotNext(f"the list does not continue list {roll.version} ({roll.digest})")
    _need_moments(new)
    _need(new.issued_at > roll.issued_at, "the list is older than the one before it")
    change = new.change
    _need_in_time(change, new.issued_at)
    after = apply(roll, change, at=new.issued_at)
    need_approvals(roll, change, new.approvals, at=new.issued_at)
    signer = roll.members[after.registrar]
    _need(len(signed.signatures) == 1, "one signs a list, its registrar")
    _need(new.term == after.term, f"the term would be {after.term}")
    _need(new.registrar == after.registrar, f"the registrar would be {after.registrar}")
    _need(
        signed.signed_by(signer.code, signer.message_keys),
        f"the registrar {signer.code} did not sign",
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
    _need(
        bool(lists) and lists[0].digest == anchor, "the first list is not the one the anchor names"
    )
    roll = open_genesis(lists[0])
    for signed in lists[1:]:
        roll = follow(roll, signed)
    return roll


# -- changes ------------------------------------------------------------------------------------------


def apply(roll: Roll, change: Change, *, at: datetime) -> Roll:
    """What the roll is after a change, whoever approved it. Raises ListInvalid where it cannot be."""
    _need(change.network == roll.network, "the change is of another network")
    _need(change.digest not in roll.made, "the change was made before")
    _need(change.proposed_by in roll.members, "no member proposed it")
    members, registrar, term = dict(roll.members), roll.registrar, roll.term
    if change.kind is Kind.ADMIT:
        members[change.venue] = _admitted(roll, change, at)
        return replace(roll, members=members)
    member = roll.members.get(change.venue)
    if member is None or member.state is State.LEFT:
        raise ListInvalid(f"{change.venue} is not a member")
    is_registrar = change.venue == roll.registrar
    match change.kind:
        case Kind.SUSPEND:
            _details(change)
            _need(bool(change.reason.strip()), "a suspension has a reason")
            _need(member.state is State.MEMBER, f"{change.venue} is suspended already")
            _need(not is_registrar, "the registrar is replaced before it is suspended")
            members[change.venue] = replace(member, state=State.SUSPENDED, since=at)
        case Kind.REINSTATE:
            _details(change)
            _need(member.state is State.SUSPENDED, f"{change.venue} is not suspended")
            members[change.venue] = replace(member, state=State.MEMBER, since=at)
        case Kind.LEAVE:
            _details(change)
            _need(not is_registrar, "the registrar is replaced before it leaves")
            members[change.venue] = replace(member, state=State.LEFT, since=at)
        case Kind.REKEY:
            members[change.venue] = _rekeyed(roll, member, change)
        case Kind.RELOCATE:
            members[change.venue] = _relocated(roll, member, change)
        case Kind.RENEW:
            _details(change)
            _need(is_registrar and change.proposed_by == change.venue, "only the registrar renews")
        case Kind.REGISTRAR:
            details = _details(change, "base")
            _need(details["base"] == roll.digest, "the vote was on another list")
            _need(not is_registrar, f"{change.venue} is the registrar")
            _need(member.state is State.MEMBER, f"{change.venue} is not in good standing")
            registrar, term = change.venue, roll.term + 1
        case _:
            raise ListInvalid("only a genesis founds")
    return replace(roll, members=members, registrar=registrar, term=term)


def _admitted(roll: Roll, change: Change, at: datetime) -> Member:
    details = _details(change, "application")
    application = _read(lambda: Application.read(details["application"]))
    new = application.member
    _need(application.network == roll.network, "the application is to another network")
    _need(application.is_signed, "the venue did not sign its application")
    _need(new.code == change.venue, "the application is another venue's")
    _need(
        application.at <= at + SKEW and at <= application.at + LIFE,
        "the application is too old, or not of this time",
    )
    before = roll.members.get(new.code)
    if before is not None:
        _need(before.state is State.LEFT, f"{new.code} is a member already")
        _need(application.at > before.since, f"{new.code} applied before it left")
        _need(
            before.log_origin == new.log_origin,
            f"{new.code} is the name of another log: {before.log_origin}",
        )
    _need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return _member(new, State.MEMBER, at)


def _rekeyed(roll: Roll, member: Member, change: Change) -> Member:
    details = _details(change, "keys", "compromised")
    _need(isinstance(details["compromised"], bool), "details.compromised: must be true or false")
    if details["compromised"]:
        _need(
            change.venue != roll.registrar, "a registrar whose key is compromised is replaced first"
        )
    keys = _read(lambda: exactly(details["keys"], KEYS, "details.keys"))
    new = _described(Description.as_json(member) | keys)
    _need(new != member.description, "the keys are those it has")
    _need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return _member(new, member.state, member.since)


def _relocated(roll: Roll, member: Member, change: Change) -> Member:
    moved = change.details
    _need(bool(moved) and set(moved) <= set(MOVED), f"details: some of {', '.join(MOVED)}")
    new = _described(Description.as_json(member) | dict(moved))
    _need(new != member.description, "nothing about it changes")
    _need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return _member(new, member.state, member.since)


# -- approvals ----------------------------------------------------------------------------------------


def needed(roll: Roll, change: Change) -> Needed:
    """Whose approval the change needs. Under an expired list too: else it could never be renewed."""
    good = frozenset(member.code for member in roll.good)
    others = good - {change.venue}
    if not others:
        others = frozenset({change.venue}) & good  # a venue alone decides for itself
    match change.kind:
        case Kind.RENEW:
            return Needed(own=None, others=0, among=frozenset())  # the registrar signs the list
        case Kind.LEAVE:
            return Needed(own=change.venue, others=0, among=frozenset())
        case Kind.REGISTRAR:
            return Needed(own=None, others=len(good) // 2 + 1, among=good)
        case Kind.REKEY | Kind.RELOCATE if not change.details.get("compromised"):
            return Needed(own=change.venue, others=min(1, len(others)), among=others)
        case _:
            return Needed(own=None, others=max(1, min(2, len(others))), among=others)


def need_approvals(
    roll: Roll,
    change: Change,
    approvals: Sequence[Approval],
    *,
    at: datetime,
) -> None:
    """Raise ListInvalid unless the approvals suffice for a list issued at `at`.

    Every one of them must count: one that is forged, foreign, old or given twice spoils the list.
    """
    wanted = needed(roll, change)
    seen: set[str] = set()
    for approval in approvals:
        need_approval(roll, change, approval, at=at)
        _need(approval.venue not in seen, f"{approval.venue} approves twice")
        seen.add(approval.venue)
    _need(wanted.is_met(seen), f"{len(seen)} approvals do not suffice")


def need_approval(roll: Roll, change: Change, approval: Approval, *, at: datetime) -> None:
    """Raise ListInvalid unless this approval counts for the change at `at`."""
    _need(approval.change == change.digest, f"{approval.venue} approved another change")
    _need(needed(roll, change).counts(approval.venue), f"{approval.venue} has no say in this")
    member = roll.members.get(approval.venue)
    if member is None or member.state is State.LEFT:
        raise ListInvalid(f"{approval.venue} is not a member")
    _need(approval.signed_by(member.message_keys), f"{approval.venue} did not sign its approval")
    _need(change.proposed_at <= approval.at <= at, f"{approval.venue} approved at another time")
    if change.kind is Kind.REGISTRAR:
        origin = roll.members[roll.registrar].log_origin
        _need(
            approval.held is not None and approval.held.origin == origin,
            f"{approval.venue} does not say what it holds of the registrar's log",
        )
    else:
        _need(approval.held is None, f"{approval.venue} tells of a log nobody asked for")


def approvals_for(
    roll: Roll, change: Change, approvals: Iterable[Approval], *, at: datetime
) -> tuple[Approval, ...] | None:
    """Those approvals that count, when they suffice for a list issued at `at`; otherwise None."""
    counting: dict[str, Approval] = {}
    for approval in sorted(approvals, key=lambda one: (one.at, one.venue)):
        try:
            need_approval(roll, change, approval, at=at)
        except ListInvalid:
            continue
        counting.setdefault(approval.venue, approval)
    if not needed(roll, change).is_met(counting):
        return None
    return tuple(counting.values())


def next_list(roll: Roll, change: Change, approvals: Sequence[Approval], *, at: datetime) -> List:
    """The list that makes a change, to be signed by the registrar it names. Raises ListInvalid."""
    at = max(
        at,
        roll.issued_at + timedelta(microseconds=1),
        change.proposed_at,
        *(approval.at for approval in approvals),
    )
    _need_in_time(change, at)
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
    rows = {one.code: _member(one, State.MEMBER, at) for one in members}
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


def members_digest(members: Mapping[str, Member]) -> str:
    return digest_of([members[code].as_json() for code in sorted(members)])


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


# -- small ones ---------------------------------------------------------------------------------------


def _roll(signed: SignedList, roll: Roll) -> Roll:
    _need(signed.list.members == members_digest(roll.members), "the digest of the members is wrong")
    return replace(roll, made=roll.made | {signed.list.change.digest})


def _member(described: Description, state: State, since: datetime) -> Member:
    told = {name: getattr(described, name) for name in DESCRIBED}
    return Member(**told, state=state, since=since)


def _need(holds: bool, problem: str) -> None:
    if not holds:
        raise ListInvalid(problem)


def _need_moments(new: List) -> None:
    _need(
        new.issued_at < new.expires_at <= new.issued_at + LIFE,
        f"a list expires within {LIFE.days} days",
    )


def lapses_at(change: Change) -> datetime:
    """Until when a list may make the change."""
    return change.proposed_at + (VOTE if change.kind is Kind.REGISTRAR else LIFE)


def _need_in_time(change: Change, issued_at: datetime) -> None:
    _need(
        change.proposed_at <= issued_at <= lapses_at(change),
        "the change was proposed too long ago, or later than the list was issued",
    )


def _details(change: Change, *names: str) -> Mapping[str, Any]:
    return _read(lambda: exactly(dict(change.details), names, "details"))


def _described(told: Any) -> Description:
    return _read(lambda: Description.read(told))


def _read(reader: Any) -> Any:
    try:
        return reader()
    except DocumentInvalid as error:
        raise ListInvalid(str(error)) from error


def _need_unlike(new: Description, others: Iterable[Member | Description]) -> None:
    """No two venues share a code, a log, an address or a key: who is who must never be a question."""
    keys = {(name, key) for name in KEYS for key in getattr(new, name)}
    for other in others:
        _need(other.code != new.code, f"there are two venues {new.code}")
        _need(other.log_origin != new.log_origin, f"{other.code} has that log")
        shared = keys & {(name, key) for name in KEYS for key in getattr(other, name)}
        _need(not shared, f"{other.code} has a key of {new.code}")
        left = isinstance(other, Member) and other.state is State.LEFT
        _need(left or other.url != new.url, f"{other.code} is at that address")
