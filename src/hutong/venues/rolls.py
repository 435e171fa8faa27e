"""
The roll: who the members of a network are, and what a change of it makes of them (NE-1).

    admit      a venue that applied, signed by itself      suspend, reinstate, leave
    rekey      its keys      relocate  its address         renew, registrar

A change is judged here without its approvals (approvals.py). Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hutong.kit.canonical import digest_of
from hutong.kit.refusal import N_, Told
from hutong.venues.fields import DocumentInvalid, exactly
from hutong.venues.lists import (
    DESCRIBED,
    KEYS,
    Application,
    Change,
    Description,
    Kind,
    Member,
    State,
)

LIFE: Final = timedelta(days=30)  # of a list; and of a change, from its proposal to its list
VOTE: Final = timedelta(days=3)  # within which a vote on the registrar is over
SKEW: Final = timedelta(minutes=5)  # how far ahead another venue's clock may be
MOVED: Final = ("url", "name_zh", "name_en", "region")


class ListInvalid(ValueError):
    """The list is not the next one. `why` says so, to be said in the reader's language."""

    def __init__(self, why: str, **facts: object) -> None:
        self.why = Told(why, **facts)
        super().__init__(self.why)


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


def apply(roll: Roll, change: Change, *, at: datetime) -> Roll:
    """What the roll is after a change, whoever approved it. Raises ListInvalid where it cannot be."""
    need(change.network == roll.network, N_("the change is of another network"))
    need(change.digest not in roll.made, N_("the change was made before"))
    need(change.proposed_by in roll.members, N_("no member proposed it"))
    members, registrar, term = dict(roll.members), roll.registrar, roll.term
    if change.kind is Kind.ADMIT:
        members[change.venue] = _admitted(roll, change, at)
        return replace(roll, members=members)
    member = roll.members.get(change.venue)
    if member is None or member.state is State.LEFT:
        raise ListInvalid(N_("{venue} is not a member"), venue=change.venue)
    is_registrar = change.venue == roll.registrar
    match change.kind:
        case Kind.SUSPEND:
            details_of(change)
            need(bool(change.reason.strip()), N_("a suspension has a reason"))
            need(
                member.state is State.MEMBER, N_("{venue} is suspended already"), venue=change.venue
            )
            need(not is_registrar, N_("the registrar is replaced before it is suspended"))
            members[change.venue] = replace(member, state=State.SUSPENDED, since=at)
        case Kind.REINSTATE:
            details_of(change)
            need(
                member.state is State.SUSPENDED, N_("{venue} is not suspended"), venue=change.venue
            )
            members[change.venue] = replace(member, state=State.MEMBER, since=at)
        case Kind.LEAVE:
            details_of(change)
            need(not is_registrar, N_("the registrar is replaced before it leaves"))
            members[change.venue] = replace(member, state=State.LEFT, since=at)
        case Kind.REKEY:
            members[change.venue] = _rekeyed(roll, member, change)
        case Kind.RELOCATE:
            members[change.venue] = _relocated(roll, member, change)
        case Kind.RENEW:
            details_of(change)
            need(
                is_registrar and change.proposed_by == change.venue, N_("only the registrar renews")
            )
        case Kind.REGISTRAR:
            details = details_of(change, "base")
            need(details["base"] == roll.digest, N_("the vote was on another list"))
            need(not is_registrar, N_("{venue} is the registrar"), venue=change.venue)
            need(
                member.state is State.MEMBER,
                N_("{venue} is not in good standing"),
                venue=change.venue,
            )
            registrar, term = change.venue, roll.term + 1
        case _:
            raise ListInvalid(N_("only a genesis founds"))
    return replace(roll, members=members, registrar=registrar, term=term)


def _admitted(roll: Roll, change: Change, at: datetime) -> Member:
    details = details_of(change, "application")
    application = read(lambda: Application.read(details["application"]))
    new = application.member
    need(application.network == roll.network, N_("the application is to another network"))
    need(application.is_signed, N_("the venue did not sign its application"))
    need(new.code == change.venue, N_("the application is another venue's"))
    need(
        application.at <= at + SKEW and at <= application.at + LIFE,
        N_("the application is too old, or not of this time"),
    )
    before = roll.members.get(new.code)
    if before is not None:
        need(before.state is State.LEFT, N_("{venue} is a member already"), venue=new.code)
        need(application.at > before.since, N_("{venue} applied before it left"), venue=new.code)
        need(
            before.log_origin == new.log_origin,
            N_("{venue} is the name of another log: {log}"),
            venue=new.code,
            log=before.log_origin,
        )
    need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return member_of(new, State.MEMBER, at)


def _rekeyed(roll: Roll, member: Member, change: Change) -> Member:
    details = details_of(change, "keys", "compromised")
    need(isinstance(details["compromised"], bool), N_("details.compromised: must be true or false"))
    if details["compromised"]:
        need(
            change.venue != roll.registrar,
            N_("a registrar whose key is compromised is replaced first"),
        )
    keys = read(lambda: exactly(details["keys"], KEYS, "details.keys"))
    new = described_in(Description.as_json(member) | keys)
    need(new != member.description, N_("the keys are those it has"))
    need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return member_of(new, member.state, member.since)


def _relocated(roll: Roll, member: Member, change: Change) -> Member:
    moved = change.details
    need(
        bool(moved) and set(moved) <= set(MOVED),
        N_("details: some of {fields}"),
        fields=", ".join(MOVED),
    )
    new = described_in(Description.as_json(member) | dict(moved))
    need(new != member.description, N_("nothing about it changes"))
    need_unlike(new, (m for m in roll.members.values() if m.code != new.code))
    return member_of(new, member.state, member.since)


def lapses_at(change: Change) -> datetime:
    """Until when a list may make the change."""
    return change.proposed_at + (VOTE if change.kind is Kind.REGISTRAR else LIFE)


def need_in_time(change: Change, issued_at: datetime) -> None:
    need(
        change.proposed_at <= issued_at <= lapses_at(change),
        N_("the change was proposed too long ago, or later than the list was issued"),
    )


def members_digest(members: Mapping[str, Member]) -> str:
    return digest_of([members[code].as_json() for code in sorted(members)])


def member_of(described: Description, state: State, since: datetime) -> Member:
    told = {name: getattr(described, name) for name in DESCRIBED}
    return Member(**told, state=state, since=since)


def need(holds: bool, why: str, **facts: object) -> None:
    if not holds:
        raise ListInvalid(why, **facts)


def details_of(change: Change, *names: str) -> Mapping[str, Any]:
    return read(lambda: exactly(dict(change.details), names, "details"))


def described_in(told: Any) -> Description:
    return read(lambda: Description.read(told))


def read(reader: Any) -> Any:
    try:
        return reader()
    except DocumentInvalid as error:
        raise ListInvalid(N_("{problem}"), problem=error) from error


def need_unlike(new: Description, others: Iterable[Member | Description]) -> None:
    """No two venues share a code, a log, an address or a key: who is who must never be a question."""
    keys = {(name, key) for name in KEYS for key in getattr(new, name)}
    for other in others:
        need(other.code != new.code, N_("there are two venues {venue}"), venue=new.code)
        need(other.log_origin != new.log_origin, N_("{other} has that log"), other=other.code)
        shared = keys & {(name, key) for name in KEYS for key in getattr(other, name)}
        need(not shared, N_("{other} has a key of {venue}"), other=other.code, venue=new.code)
        left = isinstance(other, Member) and other.state is State.LEFT
        need(left or other.url != new.url, N_("{other} is at that address"), other=other.code)
