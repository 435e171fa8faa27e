"""
What waits for a party, over all procedures in one question.

Each area shapes its rows alike, by `shaped`; whoever asks puts them together with `together` and gets
one list in one query, the party's own moves first, then by deadline.

    rows = together(listings.waiting_for(party), deals.waiting_for(party), …, limit=100)
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast


class Waiting(NamedTuple):
    """A procedure under way. `what`: its kind and where it stands, as in `deal:to_sign`; `mine`:
    whether the party moves next; `due_by`: until when, in venue time."""

    what: str
    mine: bool
    id: UUID
    number: str
    title_zh: str
    title_en: str
    amount_fen: int | None
    due_by: datetime | None
    since: datetime


_TYPES: dict[str, Any] = {
    "what": TextField(),
    "mine": BooleanField(),
    "id": UUIDField(),
    "number": TextField(),
    "title_zh": TextField(),
    "title_en": TextField(),
    "amount_fen": BigIntegerField(),
    "due_by": DateTimeField(),
    "since": DateTimeField(),
}
_EMPTY = {"number": "", "title_zh": "", "title_en": "", "amount_fen": None, "due_by": None}


def shaped(rows: QuerySet[Any], **said: Any) -> QuerySet[Any]:
    """`rows` as `Waiting`: each field an expression, the name of a column, or (by `Value`) itself."""
    columns = {}
    for name, kind in _TYPES.items():
        value = said.get(name, Value(_EMPTY.get(name)))
        columns[f"w_{name}"] = Cast(F(value) if isinstance(value, str) else value, kind)
    return rows.order_by().annotate(**columns).values_list(*columns)


def together(*parts: QuerySet[Any], limit: int) -> list[Waiting]:
    """All parts as one list: whose move is next first, then what ends first, then the oldest."""
    first, *others = parts
    rows = first.union(*others, all=True) if others else first
    ordered = rows.order_by("-w_mine", F("w_due_by").asc(nulls_last=True), "w_since")
    return [Waiting(*row) for row in ordered[:limit]]
