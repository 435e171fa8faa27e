"""
What can be asked of membership: who is a member, how a venue stands, where it is and its keys.

Lower areas and the network's packages ask here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from hutong.rulebook import queries as rulebook
from hutong.transparency import multikey
from hutong.transparency import queries as log
from hutong.transparency.note import VerifierKey
from hutong.venues.lists import Description, Member, State
from hutong.venues.models import Network, Venue
from hutong.venues.states import Standing


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


def me() -> Description:
    """Who this venue is and the keys it signs with, as it describes itself today."""
    keys = log.public_keys()
    told = keys.as_json()
    return Description(
        code=keys.venue.code,
        name_zh=keys.venue.name_zh,
        name_en=keys.venue.name_en,
        region=rulebook.in_force(_EVER).rules.venue.region,
        url=settings.ORIGIN.rstrip("/"),
        log_origin=keys.venue.log_origin,
        log_keys=tuple(told["log"]),
        witness_keys=tuple(told["witness"]),
        message_keys=tuple(told["message"]),
        credential_keys=tuple(told["credential"]),
        certificate_authorities=tuple(told["certificate_authorities"]),
    )


def network() -> NetworkView | None:
    """The network this venue belongs to, or None."""
    row = Network.objects.filter(is_current=True).first()
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
    )


def members(*states: State) -> list[Member]:
    """The venues of the list by code, this one among them: members, or those in `states`."""
    wanted = states or (State.MEMBER,)
    rows = Venue.objects.filter(network__is_current=True, state__in=wanted).order_by("code")
    return [Member.read(row.told) for row in rows]


def others() -> list[Member]:
    """The members but this venue: whom to write to and whose logs to follow."""
    mine = my_code()
    return [member for member in members() if member.code != mine]


def find(code: str) -> Member | None:
    """A venue of the list in whatever state, or None."""
    row = Venue.objects.filter(network__is_current=True, code=code).first()
    return Member.read(row.told) if row else None


def registrar() -> Member | None:
    """The member that keeps the claims and signs the lists; None where there is no network."""
    row = Network.objects.filter(is_current=True).only("registrar").first()
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
