"""
Whose a private field is, and what happens to an opening.

A party may open the fields that name it, and every field of an entry that it made itself and that
names it. What an officer wrote about it stays the venue's, and what concerns others stays theirs.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, reason
from hutong.transparency.openings.document import WHO_ACTED

MAX_READER = 200


class Refusal(Reason):
    NOT_YOURS = reason(
        "transparency.field_not_yours",
        "LO-2",
        N_("The entry has no such private field of yours, or it was erased."),
        404,
    )
    NONE_CHOSEN = reason(
        "transparency.no_field_chosen", "LO-2", N_("Choose at least one field to open."), 422
    )
    REVOKED = reason(
        "transparency.opening_revoked", "LO-2", N_("This link was revoked by its owner."), 410
    )


@dataclass(frozen=True, kw_only=True)
class FieldsOpened(Event, kind="transparency.FieldsOpened", visibility=Visibility.JOURNALLED):
    entry: int
    fields: list[str]
    reader: Private[str]


@dataclass(frozen=True, kw_only=True)
class OpeningRevoked(Event, kind="transparency.OpeningRevoked", visibility=Visibility.JOURNALLED):
    entry: int


def fields_of(party: UUID, made_by: UUID | None, openings: Mapping[str, Any]) -> dict[str, Any]:
    """The private fields of an entry that are the party's: name → value."""
    named = {
        name: given["value"]
        for name, given in openings.items()
        if name != WHO_ACTED and names(given["value"], party)
    }
    if made_by != party or not named:
        return named
    return {name: given["value"] for name, given in openings.items()}


def names(value: Any, party: UUID) -> bool:
    """Whether a value is the party's id."""
    return value == str(party)
