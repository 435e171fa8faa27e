"""
What a case page shows: somebody decides, and everything the decision rests on is in sight.

    checklist │ evidence │ decisions with their consequences
    ──────────┴──────────┤ whose hands it went through (PA-5)
    history              │

A view fills one `Case` and renders a template that extends `ui/case.html`; the page `/style/case`
is one. Plain values only: names are written, moments are aware, words are translated already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the checklist. `ok` None: a person must look."""

    text: str
    ok: bool | None = None
    rule: str = ""
    found: str = ""  # what was found, or what is wrong
    href: str = ""  # where to look
    name: str = ""  # with a name the officer ticks it, as a field of the decision
    ticked: bool = False  # as the officer left it, when the page is shown again


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document as a reader finds it. `file`: a view with id, name, size, access, digest."""

    file: Any
    opens: bool = True
    proves: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a history, from the journal or from elsewhere."""

    at: datetime
    text: str
    by: str = ""
    note: str = ""
    href: str = ""
    log_index: int | None = None
    tone: str = ""  # of ui.lifecycles


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One button of a decision: what it is called and what follows from it."""

    act: str
    label: str
    consequence: str
    rule: str = ""
    good: bool = False  # the ordinary, favourable way; drawn first and filled
    grave: bool = False  # takes something away or cannot be undone; asks again


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What may be decided: a form (or none) and the outcomes that share it."""

    title: str
    outcomes: Sequence[Outcome]
    form: Any = None  # a Django form
    id: str = "decision"  # of the form element, for fields that stand elsewhere on the page
    hidden: Sequence[tuple[str, str]] = ()
    open: bool = True  # False: folded, for what is rarely done
    files: bool = False  # the form carries files


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Somebody through whose hands the case went."""

    did: str
    name: str = ""
    at: datetime | None = None
    by: UUID | None = None  # a person whose name the desk asks for with those of the history


@dataclass(frozen=True, kw_only=True)
class Case:
    kind: str
    title: str
    lifecycle: str
    state: str
    number: str = ""
    about: str = ""  # one line under the title
    since: datetime | None = None  # when it began to wait
    due_by: datetime | None = None  # the rulebook's deadline
    checks: Sequence[Check] = ()
    evidence: Sequence[Paper] = ()
    history: Sequence[Step] = ()
    decisions: Sequence[Decision] = ()
    hands: Sequence[Hand] = ()
    barred: str = ""  # why this reader may not decide; decisions are then read, not made
    nothing: str = ""  # said where nothing is to decide
