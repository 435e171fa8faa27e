"""
The chain of lists, as it is kept here.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from hutong.transparency import queries as log
from hutong.venues import chain, lists, rolls, signing
from hutong.venues.lists import Kind, Member, SignedList
from hutong.venues.models import (
    Change,
    Contradiction,
    MemberList,
    Network,
    Venue,
)
from hutong.venues.queries.members import beside_of, current_network, my_code
from hutong.venues.rolls import ListInvalid, Roll

_CHAIN = """
    SELECT DISTINCT ON (version) signed FROM venues_memberlist
    WHERE network_id = %s AND version <= %s AND version >= %s AND version < %s
    ORDER BY version DESC, term DESC LIMIT %s
"""


def lacks_memory() -> bool:
    """Whether this venue is the registrar and does not know which list it signed last."""
    row = current_network()
    if row is None or row.registrar != my_code():
        return False
    return signing.remembered(log.keys_directory(), row.anchor) is None


def latest_lists(
    *, before: int | None = None, after: int = -1, limit: int = 50
) -> list[dict[str, Any]]:
    """Signed lists of the network this venue is in, as published, newest first."""
    row = Network.objects.filter(is_current=True).first()
    if row is None:
        return []
    upper = 2**31 - 1 if before is None else before
    return read_chain(row, after + 1, upper, limit)


def read_chain(network: Network, start: int, before: int, limit: int | None) -> list[Any]:
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
    listed, made = beside_of(network, "listed"), beside_of(network, "made")
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
    told = read_chain(network, 0, rival.list.version + 1, None)
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
    for row in _voted_on(network).order_by("proposed_at"):
        change = lists.Change.read(row.told)
        on_this = change.details.get("base") == roll.digest
        if on_this and real_now <= rolls.lapses_at(change) + rolls.SKEW:
            return change.venue
    return None


def _voted_on(network: Network) -> QuerySet[Change]:
    """The votes on a registrar in which this venue has voted."""
    votes = Change.objects.filter(network=network, kind=Kind.REGISTRAR.value)
    return votes.filter(approvals__venue=my_code())


def withholds_from(*, at: datetime | None = None) -> str | None:
    """The registrar whose log this venue promised to acknowledge no more, having voted to replace
    it; None when no such vote of ours is under way (NE-5). `at`: real time, none: now."""
    row = Network.objects.filter(is_current=True).first()
    if row is None or not _voted_on(row).exists():
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
