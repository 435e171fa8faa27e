"""
A set of whole numbers as a column: `int8multirange`, which PostgreSQL's GiST indexes and excludes.
"""

from typing import Any

from django.db import models

from hutong.rights.scope import Spans


class SpansField(models.Field):
    """`Spans` in Python, `int8multirange` in the table."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::int8multirange"

    def get_prep_value(self, value: Spans | None) -> str | None:
        return None if value is None else multirange(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Spans | None:
        if value is None:
            return None
        return Spans(tuple((one.lower, one.upper) for one in value))


def multirange(spans: Spans) -> str:
    """Write a set as PostgreSQL reads it: `{[0,5),[9,10)}`."""
    return "{" + ",".join(f"[{low},{high})" for low, high in spans.spans) + "}"
