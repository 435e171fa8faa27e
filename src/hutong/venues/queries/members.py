"""
Who is a member, how a venue stands, where it is and its keys: what everybody asks.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from hutong.doors.reading import is_reading, once
from hutong.rulebook import queries as rulebook
from hutong.transparency import multikey
from hutong.transparency import queries as log
from hutong.transparency.keys import Purpose, pem
from hutong.transparency.note import VerifierKey
from hutong.transparency.venue_keys import VenueKeys
from hutong.venues import lists, rolls
from hutong.venues.lists import Description, Member, State
from hutong.venues.models import (
    OPEN,
    Application,
    Approval,
    Change,
    Contradiction,
    MemberList,
    Network,
    Venue,
)
from hutong.venues.queries.views import Keys, NetworkView
from hutong.venues.states import (
    ApplicationStatus,
    Standing,
)

MOST_CHANGES = 100


OF_CHANGES = (  # what a view of a change is made of, beside its approvals
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


def current_network() -> Network | None:
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
                    **{name: name for name in OF_CHANGES}, approved_by=ArraySubquery(given)
                )
            )
        ),
        accused=ArraySubquery(
            accused.order_by("registrar").distinct("registrar").values("registrar")
        ),
    )


def beside_of(row: Network, name: str) -> list[Any] | None:
    """What `_with_all` put beside a row; None when it was read without."""
    found: list[Any] | None = row.__dict__.get(name)
    return found


def network() -> NetworkView | None:
    """The network this venue belongs to, or None."""
    row = current_network()
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
        current = current_network()
        listed = (beside_of(current, "listed") or []) if current else []
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
    row = current_network()
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
