"""
Long forms in groups, each with what it asks, why, and which rule asks it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Group:
    """Fields under one heading."""

    title: Any
    why: Any
    rule: str
    names: tuple[str, ...]
    only: str = ""  # the kind of thing that has these fields; empty: every kind


def grouped(
    form: Any, groups: Sequence[Group], kinds: Callable[[str], Sequence[str]] = lambda name: ()
) -> Iterator[tuple[Group, list[tuple[Any, str]]]]:
    """Each group with its fields; with each field, the kinds of thing that have it ("": all)."""
    for group in groups:
        yield group, [(form[name], " ".join(kinds(name))) for name in group.names]
