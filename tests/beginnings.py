"""
Beginnings: what many tests start from is made once, and every test is rolled back to it.

    @beginning
    def joined(venue):                          a fixture, asked for as any other
        return join("SZTE", "SDTE", now=venue.now)

    (empty) ─► venue ─► joined ─► sold          one transaction of the worker's clone, which stays
           savepoint  savepoint  savepoint      open from test to test

A test starts where its own beginnings end: what the line has beyond those it shares with the test
before is rolled back, what is missing is made, and the venue's clock stood still meanwhile. A
beginning asks for other beginnings only, and leaves nothing but what it does to the database, to
the venue's keys directory, and what it returns. Each test gets a copy of all that its beginnings
returned, taken as one, so that what they have in common they still have in common; a closure is not
copied, hence not to be returned. In a database of a test's own the same is made anew.
"""

import inspect
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

Build = Callable[..., Any]
Values = dict[str, Any]


def beginning(build: Build) -> Any:
    """Make `build` a fixture whose work is kept for the tests to come."""
    asked = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in _asked(build)]
    begun = inspect.Parameter("begun", inspect.Parameter.KEYWORD_ONLY)

    def given(*, begun: Values, **others: Any) -> Any:
        return begun[build.__name__]

    given.__doc__, given.__module__ = build.__doc__, build.__module__
    given.__signature__ = inspect.Signature([begun, *asked])  # type: ignore[attr-defined]
    given.beginning = build  # type: ignore[attr-defined]
    return pytest.fixture(name=build.__name__)(given)


def of(item: Any) -> tuple[Build, ...]:
    """The beginnings of a test, each after those it asks for; the same ones in the same order."""
    line: dict[str, Build] = {}

    def follow(name: str) -> None:
        known = item._fixtureinfo.name2fixturedefs.get(name)
        build = getattr(known[-1].func, "beginning", None) if known else None
        if build is not None and name not in line:
            for asked in _asked(build):
                follow(asked)
                if asked not in line:
                    raise pytest.UsageError(f"{asked}, which {name} asks for, is no beginning")
            line[name] = build

    for name in sorted(item._fixtureinfo.names_closure):
        follow(name)
    return tuple(line.values())


def put_together(items: list[Any]) -> None:
    """Within a file, tests of the same beginnings one after the other."""
    first: dict[tuple[Any, ...], int] = {}
    places = {}
    for item in items:
        line = (item.path, *of(item))
        ways = [line[:length] for length in range(1, len(line) + 1)]
        places[item] = [first.setdefault(way, len(first)) for way in ways]
    items.sort(key=places.__getitem__)


def _asked(build: Build) -> tuple[str, ...]:
    return tuple(inspect.signature(build).parameters)


def made(line: Sequence[Build], values: Values | None = None) -> Values:
    """What these return, one after the other, and those before them, as `values` tells."""
    values = deepcopy(values or {})
    for build in line:
        values[build.__name__] = build(**{name: values[name] for name in _asked(build)})
    return values


@dataclass(frozen=True)
class Stage:
    """Where one beginning ends."""

    build: Build
    block: transaction.Atomic
    values: Values
    keys: dict[Path, bytes]
    made_at: datetime  # real time


class Line:
    """The beginnings as they stand in this worker's transaction."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []

    def stand_at(self, wanted: Sequence[Build]) -> Values:
        """Go back, and on, to the end of `wanted`; return what they returned, for one test."""
        if connection.needs_rollback:  # the test before lost the connection
            self.leave()
        here = [stage.build for stage in self.stages]
        shared = sum(here[: i + 1] == list(wanted[: i + 1]) for i in range(len(here)))
        self.leave(shared)
        for build in wanted[shared:]:
            self._go_on(build)
        if not self.stages:
            return {}
        _let_constraints_wait()
        _put_back(self.stages[-1].keys)
        return deepcopy(self.stages[-1].values)

    def leave(self, kept: int = 0) -> None:
        """Roll back all but the first `kept`."""
        while len(self.stages) > kept:
            _roll_back(self.stages.pop().block)

    def _go_on(self, build: Build) -> None:
        if self.stages:
            _let_constraints_wait()
            _put_back(self.stages[-1].keys)
        before = self.stages[-1].values if self.stages else {}
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # no test stands in it: durable blocks may
        block.__enter__()
        try:
            self.start_clock()
            values = made([build], before)
            connection.check_constraints()
        except BaseException:
            _roll_back(block)
            raise
        self.stages.append(Stage(build, block, values, _keys(), datetime.now(UTC)))

    def start_clock(self) -> None:
        """Let the venue's clock go on from where it stood when the last beginning ended."""
        if self.stages:
            stood = datetime.now(UTC) - self.stages[-1].made_at
            with connection.cursor() as cursor:
                cursor.execute('UPDATE due_clock SET "offset" = "offset" - %s', [stood])


def _roll_back(block: transaction.Atomic) -> None:
    transaction.set_rollback(True)
    block.__exit__(None, None, None)


def _let_constraints_wait() -> None:
    """Each for what it waits for at first: what a test says of that may outlive its savepoint."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL DEFERRED; SET CONSTRAINTS {_at_once()} IMMEDIATE")


@cache
def _at_once() -> str:
    """The names of the constraints that wait only when told to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE condeferrable AND NOT condeferred")
        return ", ".join(f'"{name}"' for (name,) in cursor.fetchall())


def _keys() -> dict[Path, bytes]:
    """The venue's keys directory: what its signers remember is outside of the database."""
    from hutong.transparency.queries import keys_directory

    return {path: path.read_bytes() for path in keys_directory().iterdir() if path.is_file()}


def _put_back(keys: dict[Path, bytes]) -> None:
    now = _keys()
    for path in now.keys() - keys.keys():
        path.unlink()
    for path, data in keys.items():
        if now.get(path) != data:
            path.write_bytes(data)
