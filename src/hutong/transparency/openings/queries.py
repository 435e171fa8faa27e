"""
What a party can open, what it has opened, and what a link shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal import published
from hutong.journal.published import Hidden, Leaf
from hutong.kit.actor import READ, Actor
from hutong.kit.canonical import digest
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.openings import rules
from hutong.transparency.openings.document import Opened
from hutong.transparency.openings.models import Opening
from hutong.transparency.queries import NotYetIncluded


@dataclass(frozen=True, slots=True)
class Openable:
    """An entry with the private fields that are the party's: name → value."""

    leaf: Leaf
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningView:
    """A link that was made. Its secret is not kept."""

    id: UUID
    leaf: Leaf | None
    fields: tuple[str, ...]
    reader: str
    made_at: datetime
    revoked_at: datetime | None


def openable(actor: Actor, *, before: int | None = None) -> tuple[list[Openable], int | None]:
    """Entries with private fields of the party acted for, latest first, and where to read on."""
    actor.need(READ)
    party = actor.acting_party()
    found = published.around_party(party, before=before, limit=published.TOLD)
    entries = [
        Openable(hidden.leaf, fields)
        for hidden in found
        if (fields := rules.fields_of(party, hidden.party, hidden.openings))
    ]
    return entries, found[-1].leaf.index if len(found) == published.TOLD else None


def one(actor: Actor, index: int) -> Openable:
    """One entry with the party's private fields. Raises Refused."""
    actor.need(READ)
    hidden = mine(actor, index)
    fields = rules.fields_of(actor.acting_party(), hidden.party, hidden.openings)
    return Openable(hidden.leaf, fields)


def mine(actor: Actor, index: int) -> Hidden:
    """An entry of which the party acted for has private fields. Raises Refused."""
    party = actor.acting_party()
    leaf = published.at_index(index)
    hidden = published.hidden(leaf.entry) if leaf else None
    if hidden is None or not rules.fields_of(party, hidden.party, hidden.openings):
        raise Refused(rules.Refusal.NOT_YOURS)
    return hidden


def chosen(hidden: Hidden, party: UUID, fields: Sequence[str]) -> dict[str, Any]:
    """Salt and value of the chosen fields. Raises Refused unless all are the party's."""
    if not fields:
        raise Refused(rules.Refusal.NONE_CHOSEN)
    own = rules.fields_of(party, hidden.party, hidden.openings)
    if not set(fields) <= own.keys():
        raise Refused(rules.Refusal.NOT_YOURS)
    return {name: hidden.openings[name] for name in sorted(set(fields))}


def document(actor: Actor, index: int, fields: Sequence[str]) -> Opened:
    """The file that opens chosen fields of an entry. Raises Refused."""
    actor.need(READ)
    hidden = mine(actor, index)
    return _opened(hidden.leaf, chosen(hidden, actor.acting_party(), fields))


def links(actor: Actor) -> list[OpeningView]:
    """Links made for the party acted for, latest first."""
    actor.need(READ)
    rows = Opening.objects.filter(party=actor.acting_party()).order_by("-made_at")[:200]
    return [
        OpeningView(
            id=row.id,
            leaf=published.of_entry(row.entry),
            fields=tuple(row.fields),
            reader=row.reader,
            made_at=row.made_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


def behind(secret: str) -> Opened:
    """What a secret link shows. Raises Refused: unknown, revoked, or erased since."""
    row = Opening.objects.filter(secret_digest=digest(secret.encode())).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="opening")
    if row.revoked_at is not None:
        raise Refused(rules.Refusal.REVOKED)
    hidden = published.hidden(row.entry)
    if hidden is None:
        raise Refused(rules.Refusal.NOT_YOURS)
    return _opened(hidden.leaf, chosen(hidden, row.party, row.fields))


def _opened(leaf: Leaf, fields: Mapping[str, Any]) -> Opened:
    try:
        proof = cosigning.witnessed_proof(leaf.index)
    except NotYetIncluded as error:
        raise Refused(CommonRefusal.NOT_FOUND, what="proof") from error
    return Opened(
        venue=queries.public_keys().venue.origin, leaf=leaf.leaf, proof=proof, fields=fields
    )
