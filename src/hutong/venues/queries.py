"""
What can be asked of membership: who is a member, how a venue stands, where it is and its keys.

Lower areas and the network's packages ask here and nowhere else.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from hutong.doors.reading import is_reading, once
from hutong.kit.audit import Discrepancy
from hutong.rulebook import queries as rulebook
from hutong.transparency import multikey
from hutong.transparency import queries as log
from hutong.transparency.keys import Purpose, pem
from hutong.transparency.note import VerifierKey
from hutong.transparency.venue_keys import VenueKeys
from hutong.venues import approvals, chain, lists, rolls, signing
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import Description, Kind, Member, SignedList, State
from hutong.venues.models import (
    OPEN,
    Application,
    Approval,
    Change,
    Contradiction,
    MemberList,
    Network,
    Undertaking,
    Venue,
)
from hutong.venues.rolls import ListInvalid, Roll
from hutong.venues.states import (
    ApplicationStatus,
    ChangeStatus,
    Standing,
    UndertakingKind,
    UndertakingStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A venue's public keys, in the form in which they are used; the first of each is in use."""

    log: tuple[VerifierKey, ...]
    witness: tuple[VerifierKey, ...]
    message: Mapping[str, bytes]  # Multikey → raw Ed25519 key
    credential: Mapping[str, bytes]
    certificate_authorities: tuple[str, ...]  # PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """The network this venue belongs to, as its latest list has it."""

    anchor: str
    name: str
    version: int
    digest: str
    registrar: str
    issued_at: datetime
    expires_at: datetime
    asked_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change with what this venue decided, and who approved it so far."""

    digest: str
    id: UUID
    kind: Kind
    venue: str
    proposed_by: str
    proposed_at: datetime
    lapses_at: datetime
    details: dict[str, Any]
    reason: str
    status: ChangeStatus
    taken_up_by: UUID | None
    taken_up_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    why: str
    listed_in: int | None
    approved_by: tuple[str, ...]
    needs: int  # how many more approvals a list would have to have
    is_ours: bool  # whether this venue has a say in it
    impossible: str  # why the list of today does not admit of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    digest: str
    member: Description
    at: datetime
    received_at: datetime
    status: ApplicationStatus
    change: str | None
    decided_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndertakingView:
    id: UUID
    kind: UndertakingKind
    name: str
    url: str
    anchor: str
    status: UndertakingStatus
    application: dict[str, Any] | None
    sent_at: datetime | None
    next_try_at: datetime | None
    problem: str
    proposed_by: UUID | None
    proposed_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContradictionView:
    """A proof that `who` signed two lists that cannot both be."""

    who: str
    version: int
    one: str
    other: str
    told: list[dict[str, Any]]
    found_at: datetime


MOST_CHANGES = 100
_OF_CHANGES = (  # what a view of a change is made of, beside its approvals
    *("digest", "id", "kind", "venue", "proposed_by", "told", "status"),
    *("taken_up_by", "taken_up_at", "decided_by", "decided_at", "why", "listed_in"),
)
_EVER = datetime.max.replace(tzinfo=UTC)  # who the venue is says the rulebook adopted last
_STANDING = """
    SELECT state, expires_at > COALESCE(%s, clock_timestamp())
    FROM venues_network JOIN venues_venue ON network_id = anchor
    WHERE is_current AND code = %s
"""
_STANDINGS = {State.SUSPENDED: Standing.SUSPENDED, State.LEFT: Standing.LEFT}


def standing(code: str, *, at: datetime | None = None) -> Standing:
    """How a venue stands by the latest list, at a real moment (none: now, by the database)."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [at, code])
        row = cursor.fetchone()
    if row is None:
        return Standing.UNKNOWN
    state, holds = State(row[0]), row[1]
    if state is State.MEMBER:
        return Standing.GOOD if holds else Standing.EXPIRED
    return _STANDINGS[state]


def standing_of(member: Member, network: NetworkView, at: datetime) -> Standing:
    """How a member that was read with its network stands at a real moment."""
    if member.state is State.MEMBER:
        return Standing.GOOD if network.expires_at > at else Standing.EXPIRED
    return _STANDINGS[member.state]


def is_joined() -> bool:
    """Whether this venue is in a network with others and has not left it; suspended or expired
    too. One that is alone in its network, or in none, is not."""
    network = Network.objects.filter(is_current=True).first()
    if network is None:
        return False
    states = dict(network.venues.values_list("code", "state"))
    mine = states.pop(my_code(), None)
    others = [state for state in states.values() if state != State.LEFT]
    return mine is not None and mine != State.LEFT and bool(others)


def my_code() -> str:
    """This venue's code, by its keys."""
    return log.public_keys().venue.code


def keys_as_listed(keys: VenueKeys) -> dict[str, list[str]]:
    """A venue's key file, as the membership list writes keys."""
    told = keys.as_json()
    return {
        "log_keys": told["log"],
        "witness_keys": told["witness"],
        "message_keys": told["message"],
        "credential_keys": told["credential"],
        "certificate_authorities": told["certificate_authorities"],
    }


def me() -> Description:
    """Who this venue is and the keys it signs with, as it describes itself today."""
    keys = log.public_keys()
    return Description(
        code=keys.venue.code,
        name_zh=keys.venue.name_zh,
        name_en=keys.venue.name_en,
        region=rulebook.in_force(_EVER).rules.venue.region,
        url=settings.ORIGIN.rstrip("/"),
        log_origin=keys.venue.log_origin,
        **{name: tuple(listed) for name, listed in keys_as_listed(keys).items()},
    )


def keys_to_list() -> dict[str, list[str]]:
    """The keys this venue should have listed: those trusted, and those prepared to follow them.

    A key is listed before it is put in use; otherwise nobody would know what it signs.
    """
    told, keyring = me().as_json(), log.keyring()
    purposes = {
        "log_keys": Purpose.LOG,
        "witness_keys": Purpose.WITNESS,
        "message_keys": Purpose.MESSAGE,
        "credential_keys": Purpose.CREDENTIAL,
    }
    for name, purpose in purposes.items():
        prepared = keyring.prepared(purpose)
        if prepared is not None:
            told[name].append(prepared.text)
    authority = keyring.prepared(Purpose.AUTHORITY)
    if authority is not None and authority.certificate is not None:
        told["certificate_authorities"].append(pem(authority.certificate))
    return {name: told[name] for name in lists.KEYS}


def lacks_memory() -> bool:
    """Whether this venue is the registrar and does not know which list it signed last."""
    row = _current()
    if row is None or row.registrar != my_code():
        return False
    return signing.remembered(log.keys_directory(), row.anchor) is None


def unlisted_keys() -> list[str]:
    """Keys of ours that others do not know yet, or know and should no more: by kind."""
    mine = find(my_code())
    if mine is None:
        return []
    listed, wanted = mine.as_json(), keys_to_list()
    return [name for name in lists.KEYS if listed[name] != wanted[name]]


def unlisted_facts() -> dict[str, str]:
    """Where this venue is and what it is called, as far as the list says otherwise."""
    mine = find(my_code())
    if mine is None:
        return {}
    listed, told = mine.as_json(), me().as_json()
    return {name: told[name] for name in rolls.MOVED if listed[name] != told[name]}


def _current() -> Network | None:
    """The network's row; while a request reads, once, with all that its pages ask beside it."""
    rows = Network.objects.filter(is_current=True)
    return once(("venues.network",), _with_all(rows).first) if is_reading() else rows.first()


def _with_all(rows: QuerySet[Network]) -> QuerySet[Network]:
    """`rows` with `listed` venues, `made` changes and those open, `received` applications, and who
    is `accused`."""
    here = OuterRef("pk")
    made = MemberList.objects.filter(network=here, version__lte=OuterRef("version"))
    received = Application.objects.filter(network=here, status=ApplicationStatus.RECEIVED)
    given = Approval.objects.filter(change=OuterRef("pk")).order_by("venue").values("venue")
    open_ = Change.objects.filter(network=here, status__in=OPEN).order_by("-proposed_at", "digest")
    accused = Contradiction.objects.filter(network=here)
    return rows.annotate(
        listed=ArraySubquery(
            Venue.objects.filter(network=here)
            .order_by("code")
            .values(json=JSONObject(state="state", told="told"))
        ),
        made=ArraySubquery(made.order_by("-version", "-term").distinct("version").values("change")),
        received=ArraySubquery(
            received.order_by("-received_at").values(
                json=JSONObject(digest="digest", told="told", received_at="received_at")
            )
        ),
        open_changes=ArraySubquery(
            open_[:MOST_CHANGES].values(
                json=JSONObject(
                    **{name: name for name in _OF_CHANGES}, approved_by=ArraySubquery(given)
                )
            )
        ),
        accused=ArraySubquery(
            accused.order_by("registrar").distinct("registrar").values("registrar")
        ),
    )


def _beside(row: Network, name: str) -> list[Any] | None:
    """What `_with_all` put beside a row; None when it was read without."""
    found: list[Any] | None = row.__dict__.get(name)
    return found


def network() -> NetworkView | None:
    """The network this venue belongs to, or None."""
    row = _current()
    if row is None:
        return None
    return NetworkView(
        anchor=row.anchor,
        name=row.name,
        version=row.version,
        digest=row.digest,
        registrar=row.registrar,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        asked_at=row.asked_at,
        problem=row.problem,
    )


def members(*states: State) -> list[Member]:
    """The venues of the list by code, this one among them: members, or those in `states`."""
    wanted = states or (State.MEMBER,)
    if is_reading():
        current = _current()
        listed = (_beside(current, "listed") or []) if current else []
        return [Member.read(one["told"]) for one in listed if State(one["state"]) in wanted]
    rows = Venue.objects.filter(network__is_current=True, state__in=wanted).order_by("code")
    return [Member.read(row.told) for row in rows]


def every_venue() -> list[Member]:
    """The venues of the list in whatever state, by code."""
    return members(*State)


def others() -> list[Member]:
    """The members but this venue: whom to write to and whose logs to follow."""
    mine = my_code()
    return [member for member in members() if member.code != mine]


def find(code: str) -> Member | None:
    """A venue of the list in whatever state, or None."""
    if is_reading():
        return next((one for one in every_venue() if one.code == code), None)
    row = Venue.objects.filter(network__is_current=True, code=code).first()
    return Member.read(row.told) if row else None


def registrar() -> Member | None:
    """The member that keeps the claims and signs the lists; None where there is no network."""
    row = _current()
    return find(row.registrar) if row else None


def keys_of(code: str) -> Keys | None:
    """The keys of a venue of the list, whatever its state; None when it is not in it."""
    member = find(code)
    return keys_in(member) if member else None


def keys_in(described: Description) -> Keys:
    return Keys(
        log=tuple(VerifierKey.parse(key) for key in described.log_keys),
        witness=tuple(VerifierKey.parse(key) for key in described.witness_keys),
        message={key: multikey.read_ed25519(key) for key in described.message_keys},
        credential={key: multikey.read_ed25519(key) for key in described.credential_keys},
        certificate_authorities=described.certificate_authorities,
    )


def url_of(code: str) -> str | None:
    """Where a venue of the list is reached, without a slash at its end; None when not in it."""
    member = find(code)
    return member.url if member else None


# -- the chain ---------------------------------------------------------------------------------------


_CHAIN = """
    SELECT DISTINCT ON (version) signed FROM venues_memberlist
    WHERE network_id = %s AND version <= %s AND version >= %s AND version < %s
    ORDER BY version DESC, term DESC LIMIT %s
"""


def latest_lists(
    *, before: int | None = None, after: int = -1, limit: int = 50
) -> list[dict[str, Any]]:
    """Signed lists of the network this venue is in, as published, newest first."""
    row = Network.objects.filter(is_current=True).first()
    if row is None:
        return []
    upper = 2**31 - 1 if before is None else before
    return _read_chain(row, after + 1, upper, limit)


def _read_chain(network: Network, start: int, before: int, limit: int | None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [network.anchor, network.version, start, before, limit])
        return [json.loads(text) for (text,) in cursor.fetchall()]


def list_of(digest: str) -> dict[str, Any] | None:
    """A signed list by digest, those outvoted too, and those that prove a contradiction."""
    row = MemberList.objects.filter(digest=digest).first()
    if row is not None:
        return json.loads(row.signed)
    proof = Contradiction.objects.filter(Q(one=digest) | Q(other=digest)).first()
    return proof.told[0 if proof.one == digest else 1] if proof else None


def has_list(digest: str) -> bool:
    return MemberList.objects.filter(digest=digest).exists()


def roll_of(network: Network) -> Roll:
    """The roll after the latest list, from what was written down when it was verified."""
    listed, made = _beside(network, "listed"), _beside(network, "made")
    if listed is None or made is None:
        rows = MemberList.objects.filter(network=network, version__lte=network.version)
        rows = rows.order_by("-version", "-term").distinct("version")
        made = list(rows.values_list("change", flat=True))
        listed = list(Venue.objects.filter(network=network).values("told"))
    members = [Member.read(one["told"]) for one in listed]
    return Roll(
        network=network.anchor,
        name=network.name,
        term=network.term,
        version=network.version,
        digest=network.digest,
        registrar=network.registrar,
        issued_at=network.issued_at,
        expires_at=network.expires_at,
        members={member.code: member for member in members},
        made=frozenset(made),
    )


def fork_of(network: Network, rival: SignedList) -> tuple[Roll | None, SignedList | None]:
    """Where a list leaves our chain: the roll before it, and our own list in its place.

    Both None where it continues none of ours. The chain is read again from its genesis: rare.
    """
    told = _read_chain(network, 0, rival.list.version + 1, None)
    ours = [SignedList.read(one) for one in reversed(told)]
    if rival.list.version == 0 or len(ours) < rival.list.version:
        return None, None
    if ours[rival.list.version - 1].digest != rival.list.previous:
        return None, None
    before = chain.chain(ours[: rival.list.version], network.anchor)
    own = ours[rival.list.version] if len(ours) > rival.list.version else None
    return before, own


def vote_on(network: Network, roll: Roll, real_now: datetime) -> str | None:
    """For whom this venue voted as registrar on the latest list, while the vote may still count."""
    mine = my_code()
    rows = Change.objects.filter(network=network, kind=Kind.REGISTRAR.value, approvals__venue=mine)
    for row in rows.order_by("proposed_at"):
        change = lists.Change.read(row.told)
        on_this = change.details.get("base") == roll.digest
        if on_this and real_now <= rolls.lapses_at(change) + rolls.SKEW:
            return change.venue
    return None


def withholds_from(*, at: datetime | None = None) -> str | None:
    """The registrar whose log this venue promised to acknowledge no more, having voted to replace
    it; None when no such vote of ours is under way (NE-5). `at`: real time, none: now."""
    row = Network.objects.filter(is_current=True).first()
    if row is None:
        return None
    voted = vote_on(row, roll_of(row), at or database_time())
    return row.registrar if voted is not None else None


def database_time() -> datetime:
    """Real time, by the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now


def why_impossible(roll: Roll, change: lists.Change) -> str | None:
    """Why today's list cannot be changed so; None when it can."""
    at = max(roll.issued_at, change.proposed_at)
    try:
        rolls.apply(roll, change, at=at)
    except ListInvalid as error:
        return error.why
    return None


# -- for pages and doors -------------------------------------------------------------------------------


def changes(*statuses: ChangeStatus, limit: int = MOST_CHANGES) -> list[ChangeView]:
    """Changes of the network this venue is in, latest first; those open, or in `statuses`."""
    if not statuses and limit == MOST_CHANGES and is_reading():
        return once(("venues.changes",), _open_changes)
    wanted = [status.value for status in statuses] or OPEN
    return once(
        ("venues.changes", *sorted(wanted), limit),
        lambda: _views(Change.objects.filter(status__in=wanted), limit),
    )


def change(digest: str) -> ChangeView | None:
    found = _views(Change.objects.filter(digest=digest), 1)
    return found[0] if found else None


def _open_changes() -> list[ChangeView]:
    """Those open, as `_with_all` has them."""
    row = _current()
    told = (_beside(row, "open_changes") or []) if row else []
    if row is None or not told:
        return []
    roll, mine = roll_of(row), my_code()
    return [_view(_read_change(one), roll, mine) for one in told]


def _read_change(told: dict[str, Any]) -> Change:
    given = {name: told[name] for name in _OF_CHANGES}
    for name in ("taken_up_at", "decided_at"):
        given[name] = datetime.fromisoformat(given[name]) if given[name] else None
    for name in ("id", "taken_up_by", "decided_by"):
        given[name] = UUID(given[name]) if given[name] else None
    row = Change(**given)
    row.approved_by = told["approved_by"]
    return row


def _views(rows: Any, limit: int) -> list[ChangeView]:
    row = _current()
    if row is None:
        return []
    roll, mine = roll_of(row), my_code()
    given = Approval.objects.filter(change=OuterRef("pk")).order_by("venue").values("venue")
    found = rows.filter(network=row).annotate(approved_by=ArraySubquery(given))
    return [_view(one, roll, mine) for one in found.order_by("-proposed_at", "digest")[:limit]]


def _view(row: Any, roll: Roll, mine: str) -> ChangeView:
    told = lists.Change.read(row.told)
    approved = tuple(row.approved_by)
    wanted = approvals.needed(roll, told)
    own_missing = wanted.own is not None and wanted.own not in approved
    others = max(0, wanted.others - len(set(approved) & wanted.among))
    is_open = row.status in OPEN or row.status == ChangeStatus.DECLINED
    return ChangeView(
        digest=row.digest,
        id=row.id,
        kind=told.kind,
        venue=told.venue,
        proposed_by=told.proposed_by,
        proposed_at=told.proposed_at,
        lapses_at=rolls.lapses_at(told),
        details=dict(told.details),
        reason=told.reason,
        status=ChangeStatus(row.status),
        taken_up_by=row.taken_up_by,
        taken_up_at=row.taken_up_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
        listed_in=row.listed_in,
        approved_by=approved,
        needs=int(own_missing) + others if is_open else 0,
        is_ours=wanted.counts(mine),
        impossible=(why_impossible(roll, told) or "") if is_open else "",
    )


def open_documents() -> list[dict[str, Any]]:
    """Changes under way with every approval known here, as they are passed on to other members."""
    rows = Change.objects.filter(
        network__is_current=True, status__in=[*OPEN, ChangeStatus.DECLINED.value]
    )
    return [
        {"change": row.told, "approvals": [one.told for one in row.approvals.all()]}
        for row in rows.order_by("proposed_at", "digest").prefetch_related("approvals")
        if row.approvals.all()
    ]


def change_of(told: Any) -> str | None:
    """The digest of a change, given as a document, where it is known here; else None."""
    try:
        digest = lists.Change.read(told).digest
    except DocumentInvalid:
        return None
    known = Change.objects.filter(digest=digest, network__is_current=True).exists()
    return digest if known else None


def approvals_known(change: Any) -> set[str]:
    """Whose approvals of a change, given as a document, are kept here."""
    id = change.get("id") if isinstance(change, dict) else None
    rows = Change.objects.filter(id=id) if _is_id(id) else Change.objects.none()
    return set(rows.values_list("approvals__venue", flat=True)) - {None}


def _is_id(given: Any) -> bool:
    try:
        UUID(given)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def applications(*statuses: ApplicationStatus) -> list[ApplicationView]:
    """Applications to us, latest first; those that wait, or in `statuses`."""
    wanted = statuses or (ApplicationStatus.RECEIVED,)
    if wanted == (ApplicationStatus.RECEIVED,) and is_reading():
        current = _current()
        received = (_beside(current, "received") or []) if current else []
        return [_received(one) for one in received]
    rows = Application.objects.filter(network__is_current=True, status__in=wanted)
    return [_application(row) for row in rows.order_by("-received_at")]


def application(digest: str) -> ApplicationView | None:
    row = Application.objects.filter(digest=digest).first()
    return _application(row) if row else None


def _application(row: Application) -> ApplicationView:
    told = lists.Application.read(row.told)
    return ApplicationView(
        digest=row.digest,
        member=told.member,
        at=told.at,
        received_at=row.received_at,
        status=ApplicationStatus(row.status),
        change=row.change_id,
        decided_at=row.decided_at,
        why=row.why,
    )


def _received(told: dict[str, Any]) -> ApplicationView:
    """One that waits, as `_with_all` has it."""
    received_at = datetime.fromisoformat(told["received_at"])
    row = Application(
        digest=told["digest"],
        told=told["told"],
        received_at=received_at,
        status=ApplicationStatus.RECEIVED.value,
    )
    return _application(row)


def undertaking() -> UndertakingView | None:
    """What this venue undertakes for itself at present: proposed or accepted, not done."""
    open_ = [UndertakingStatus.PROPOSED.value, UndertakingStatus.ACCEPTED.value]
    rows = Undertaking.objects.filter(status__in=open_).order_by("-proposed_at")
    row = once(("venues.undertaking",), rows.first)
    if row is None:
        return None
    return UndertakingView(
        id=row.id,
        kind=UndertakingKind(row.kind),
        name=row.name,
        url=row.url,
        anchor=row.anchor,
        status=UndertakingStatus(row.status),
        application=row.application,
        sent_at=row.sent_at,
        next_try_at=row.next_try_at,
        problem=row.problem,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_at=row.decided_at,
    )


def accused() -> list[str]:
    """Venues that signed two lists that cannot both be, by code."""
    row = _current()
    if row is None:
        return []
    found = _beside(row, "accused")
    return found if found is not None else sorted({proof.who for proof in contradictions()})


def contradictions() -> list[ContradictionView]:
    """Proofs of misconduct in the network this venue is in, latest first."""
    rows = Contradiction.objects.filter(network__is_current=True).order_by("-id")
    return [
        ContradictionView(
            who=row.registrar,
            version=row.version,
            one=row.one,
            other=row.other,
            told=row.told,
            found_at=row.found_at,
        )
        for row in rows[:100]
    ]


def audit() -> Iterator[Discrepancy]:
    """The chain kept, verified again from its anchor, and the members re-derived from it."""
    for network in Network.objects.order_by("anchor"):
        place = f"venues.network {network.anchor}"
        told = _read_chain(network, 0, 2**31 - 1, None)
        try:
            roll = chain.chain([SignedList.read(one) for one in reversed(told)], network.anchor)
        except (ListInvalid, DocumentInvalid) as error:
            yield Discrepancy(
                place, "a chain of lists, each valid after the one before", str(error)
            )
            continue
        stored = roll_of(network)
        for name in ("term", "version", "digest", "registrar", "issued_at", "expires_at", "name"):
            if getattr(stored, name) != getattr(roll, name):
                expected, found = getattr(roll, name), getattr(stored, name)
                yield Discrepancy(f"{place} {name}", str(expected), str(found))
        for code in sorted(roll.members.keys() | stored.members.keys()):
            if roll.members.get(code) != stored.members.get(code):
                yield Discrepancy(f"{place} {code}", "as the lists have it", "otherwise")
