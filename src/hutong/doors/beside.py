"""
Things with the rows that belong to them, in one query instead of one more for each kind of row.

    Party.objects ──► beside(…, "identifiers") ──► row.identifiers.all() asks nothing more

Like `prefetch_related`, for pages that show one thing of many parts: the parts come as JSON in a
column of their own.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Func, QuerySet
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=models.Model)
COLUMN = "_beside_"
PARTS = ArrayField(models.JSONField())


class _WithParts(ModelIterable):
    """Rows of a queryset made by `beside`, their parts put where Django looks for them."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            for column in [name for name in vars(row) if name.startswith(COLUMN)]:
                way, _, name = column.removeprefix(COLUMN).rpartition("__")
                parts = vars(row).pop(column)
                if (thing := _reached(row, way)) is not None:
                    _put(thing, name, parts)
            yield row


def _reached(row: models.Model, way: str) -> models.Model | None:
    """What the row came with; the row itself where there is no way to go."""
    return getattr(row, way, None) if way else row


def beside(rows: QuerySet[M], *names: str) -> QuerySet[M]:
    """`rows` with what hangs on them by the reversed foreign keys `names`, by their keys.

    A name may lead by way of one thing that the rows come with (`select_related`): `file__pages`.
    """
    columns = {}
    for name in names:
        way, _, last = name.rpartition("__")
        link = _link(_at(rows.model, way), last)
        key = F(f"{way}__pk" if way else "pk")
        columns[COLUMN + name] = Func(key, template=_parts_of(link), output_field=PARTS)
    rows = rows.annotate(**columns)
    rows._iterable_class = _WithParts
    return rows


@cache
def _parts_of(link: Any) -> str:
    """SQL for the rows that `link` ties to a key (the expression), in their keys' order.

    Written here and not by Django, which would work it out anew for every query.
    """
    table, column, key = map(
        connection.ops.quote_name,
        (link.model._meta.db_table, link.column, link.model._meta.pk.column),
    )
    return (
        f"ARRAY(SELECT to_jsonb(part) FROM {table} part"
        f" WHERE part.{column} = %(expressions)s ORDER BY part.{key})"
    )


def _at(model: type[models.Model], way: str) -> type[models.Model]:
    return model._meta.get_field(way).related_model if way else model


def _link(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name).field


def _put(row: models.Model, name: str, parts: list[dict[str, Any]]) -> None:
    link = _link(type(row), name)
    # What is filtered or ordered anew asks the database again, as after `prefetch_related`.
    found = getattr(row, name).all()
    found._result_cache = [_part(link, row, values) for values in parts]
    found._prefetch_done = True
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found


def _part(link: Any, row: models.Model, values: dict[str, Any]) -> models.Model:
    fields = link.model._meta.concrete_fields
    read = [_value(field, values[field.column]) for field in fields]
    part = link.model.from_db(row._state.db, [field.attname for field in fields], read)
    link.set_cached_value(part, row)
    return part


def _value(field: Any, value: Any) -> Any:
    """A column's value as the field gives it, from what JSON made of it."""
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, ArrayField):
        return [_value(field.base_field, one) for one in value]
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value.removeprefix("\\x"))
    if hasattr(field, "from_db_value"):
        raise TypeError(f"{field} cannot be read from JSON")
    return field.target_field.to_python(value) if field.is_relation else field.to_python(value)
