"""
The API's common shapes: problems (RFC 9457), cursor paging, ids and money on the wire.

    GET /api/v1/things?limit=50&cursor=… → {"items": […], "next": "…" | null}

A cursor is opaque: it holds the sort keys of the last item, so pages stay right while rows come
and go, and page 1,000 costs what page 1 costs.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from ninja import Field, Schema

from hutong.doors import answers
from hutong.kit.moments import in_utc, iso
from hutong.kit.refusal import CommonRefusal, Refused

T = TypeVar("T")
MAX_LIMIT = 200
answers.share()  # before any area declares its operations


class Fault(Schema):
    """One malformed field of a request."""

    field: str = Field(examples=["body.price_fen"])
    problem: str = Field(examples=["Input should be greater than 0"])


class Problem(Schema):
    """Why a request was not done (RFC 9457). `code` is stable; `detail` is for people."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["The listing period ended at 2022-07-18T09:00:00Z."])
    status: int = Field(examples=[409])
    code: str = Field(examples=["listings.period_over"])
    rule: str = Field("", description="The rule it comes from", examples=["LI-5"])
    detail: str = ""
    facts: dict[str, Any] = Field(default_factory=dict)
    faults: list[Fault] = Field(default_factory=list)


PROBLEMS: dict[Any, Any] = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    409: Problem,
    413: Problem,
    422: Problem,
    429: Problem,
    503: Problem,
}


class Page(Schema, Generic[T]):
    """A page of a list. Ask again with `cursor=next` for more."""

    items: list[T]
    next: str | None = None


def paged(
    rows: QuerySet[Any] | Any,
    cursor: str | None,
    limit: int,
    *,
    key: Sequence[str] = ("-id",),
    out: Callable[[Any], Any] = lambda row: row,
) -> dict[str, Any]:
    """Cut one page out of `rows`, ordered by `key` (Django names, `-` for descending).

    The last key must be unique. Raises Refused(INVALID) on a cursor that is not ours.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    rows = rows.order_by(*key)
    if cursor:
        try:
            rows = rows.filter(_beyond(key, _decode(cursor, len(key))))
        except (ValidationError, TypeError, AttributeError) as error:  # of another list's keys
            raise Refused(
                CommonRefusal.INVALID, field="cursor", problem="not one of ours"
            ) from error
    found = list(rows[: limit + 1])
    more = len(found) > limit
    items = found[:limit]
    last = [_value(items[-1], name.lstrip("-")) for name in key] if more else None
    return {"items": [out(row) for row in items], "next": _encode(last) if last else None}


def _beyond(key: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows after `values` in the order of `key`: (a, b) > (x, y) unrolled, mixed directions."""
    condition = Q()
    for depth in range(len(key)):
        step = Q(**{key[i].lstrip("-"): values[i] for i in range(depth)})
        name = key[depth]
        comparison = "lt" if name.startswith("-") else "gt"
        condition |= step & Q(**{f"{name.lstrip('-')}__{comparison}": values[depth]})
    first = key[0]
    bound = "lte" if first.startswith("-") else "gte"
    return (
        Q(**{f"{first.lstrip('-')}__{bound}": values[0]}) & condition
    )  # lets an index start there


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _encode(values: Sequence[Any]) -> str:
    plain = [
        {"t": iso(v)} if isinstance(v, datetime) else {"u": str(v)} if isinstance(v, UUID) else v
        for v in values
    ]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode()


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        if not isinstance(raw, list) or len(raw) != length:
            raise ValueError("length")
        return [_restore(v) for v in raw]
    except (ValueError, binascii.Error, KeyError, TypeError, UnicodeError) as error:
        raise Refused(CommonRefusal.INVALID, field="cursor", problem="not one of ours") from error


def _restore(value: Any) -> Any:
    if isinstance(value, dict):
        if "t" in value:
            return in_utc(datetime.fromisoformat(value["t"].replace("Z", "+00:00")))
        return UUID(value["u"])
    if not isinstance(value, str | int) or (isinstance(value, str) and "\x00" in value):
        raise ValueError("kind")
    return value


__all__ = ["PROBLEMS", "Fault", "Page", "Problem", "paged"]
