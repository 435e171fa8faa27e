"""
One queue for each officer: everything that waits for one of the officer's powers, most urgent
first, with the rulebook's deadline and whoever works on it.

A source names the powers it is for and lists what waits; a new kind of case is one more source.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from hutong.casework import queries as casework
from hutong.casework.rules import Claim
from hutong.desk.terms import terms
from hutong.kit.actor import Actor
from hutong.parties import queries as parties
from hutong.technologies import queries as technologies
from hutong.ui.templatetags.ui import named

DESK = "/desk/"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A case that waits for a decision.

    `due_by`: the deadline, where the procedure has one; without it the rulebook's working days for
    cases of this `term` are counted from `since`. `about`: technologies that make the title, for
    sources that have no title of their own, `more` how many there are beside those. `bulk`: the act of `desk.bulk` that may decide many.
    `not_by`: who entered it and may not decide (PA-5).
    """

    kind: str
    href: str
    since: datetime | None
    title: str = ""
    due_by: datetime | None = None
    note: str = ""
    term: str = "other"
    about: Sequence[UUID] = ()
    more: int = 0
    bulk: str = ""
    not_by: Sequence[UUID | None] = ()
    powers: tuple[str, ...] = ()  # filled in by the queue

    @property
    def ref(self) -> str:
        """The case's name at the desk, by which colleagues take it on."""
        return self.href.removeprefix(DESK).partition("?")[0]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the queue as this officer sees it."""

    case: Waiting
    late: bool
    soon: bool
    holder: str = ""
    mine: bool = False
    barred: bool = False  # this officer entered it


Source = Callable[[Actor, datetime], Iterable[Waiting]]
SOURCES: list[tuple[tuple[str, ...], Source]] = []


def source(*powers: str) -> Callable[[Source], Source]:
    """Register what lists the cases for any of `powers`."""

    def registered(list_waiting: Source) -> Source:
        SOURCES.append((powers, list_waiting))
        return list_waiting

    return registered


def decide(actor: Actor, *powers: str) -> frozenset[str]:
    """Which of `powers` the officer has: what the page offers to decide."""
    return frozenset(power for power in powers if actor.has(power))


def waiting_for(actor: Actor, now: datetime) -> list[Waiting]:
    """Everything within the officer's powers, the most urgent first. No titles from elsewhere yet."""
    book = terms(now)
    found = [
        replace(case, powers=powers, due_by=case.due_by or book.due_by(case.term, case.since))
        for powers, list_waiting in SOURCES
        if decide(actor, *powers)
        for case in list_waiting(actor, now)
    ]
    return sorted(found, key=urgency(now))


def urgency(now: datetime) -> Callable[[Waiting], Any]:
    return lambda case: (case.due_by or case.since or now, case.since or now, case.href)


def titled(cases: Sequence[Waiting]) -> list[Waiting]:
    """The cases with the titles of what they are about, asked for at once."""
    wanted = {case.about[0] for case in cases if case.about and not case.title}
    found = technologies.technologies(wanted) if wanted else {}

    def title(case: Waiting) -> str:
        if case.title or not case.about:
            return case.title
        more = len(case.about) - 1 + case.more
        first = named(found.get(case.about[0]))
        return first + (gettext(" and {n} more").format(n=more) if more > 0 else "")

    return [replace(case, title=title(case)) for case in cases]


def rows(cases: Sequence[Waiting], actor: Actor, now: datetime) -> list[Row]:
    """Lines of the queue: who works on each, what is late."""
    held = casework.claims((case.ref for case in cases), now)
    people = parties.persons({claim.person for claim in held.values()}) if held else {}

    def row(case: Waiting) -> Row:
        claim: Claim | None = held.get(case.ref)
        return Row(
            case=case,
            late=case.due_by is not None and case.due_by <= now,
            soon=case.due_by is not None and now < case.due_by <= now + timedelta(days=1),
            holder=named(people.get(claim.person)) if claim else "",
            mine=claim is not None and claim.person == actor.person,
            barred=actor.person in set(case.not_by),
        )

    return [row(case) for case in cases]
