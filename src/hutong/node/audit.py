"""The audits of all areas, lowest first: each re-derives what it stores (see `doctor`)."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator

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
