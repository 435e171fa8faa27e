"""The audits of all areas, lowest first: each re-derives what it stores (see `doctor`)."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from hutong.kit.audit import Discrepancy
from hutong.node.areas import AREAS

Audit = Callable[[], Iterator[Discrepancy]]


def audits() -> dict[str, Audit]:
    """Area → its audit, for every area that keeps derived state."""
    found: dict[str, Audit] = {}
    for area in reversed(AREAS):
        if importlib.util.find_spec(f"hutong.{area}.queries"):
            audit = getattr(importlib.import_module(f"hutong.{area}.queries"), "audit", None)
            if audit is not None:
                found[area] = audit
    return found


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Everything read in the block is as it was at its beginning: a busy venue is no fault."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
