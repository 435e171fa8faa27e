"""
A check from beginning to end: every item in turn, each kept, broken, or not checked and why.
"""

from dataclasses import dataclass
from typing import Any, Final

from hutong.kit.ids import new_id
from hutong.kit.refusal import N_, Told
from hutong.network.check import (
    content,
    describing,
    doors,
    inbox,
    log,
    member,
    membership,
    mirrors,
    speaking,
    telling,
)
from hutong.network.check.items import (
    ITEMS,
    Broken,
    Item,
    NotChecked,
    Outcome,
    Run,
    broken,
    item,
    shown,
)
from hutong.network.check.wire import UNANSWERED, Exhausted, Silent

IN_ORDER: Final = (
    *(describing, membership, log, content, telling),
    *(mirrors, inbox, doors, member, speaking),
)


@item(
    "http.redirects",
    at="Conventions",
    expects=N_("No address sends elsewhere: redirects are not followed."),
)
def redirects(run: Run) -> None:
    if run.wire.redirects:
        broken(N_("{path} sends elsewhere"), path=run.wire.redirects[0])


NAMES: Final = (*(module.__name__ for module in IN_ORDER), __name__)
EVERY: Final = tuple(sorted(ITEMS.values(), key=lambda one: NAMES.index(one.check.__module__)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one item. `did`: each request and what was answered."""

    item: Item
    outcome: Outcome
    found: Told | None
    did: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.item.id,
            "at": self.item.at,
            "expected": self.item.expects,
            "did": list(self.did),
            "outcome": self.outcome.value,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True)
class Report:
    url: str
    code: str
    findings: tuple[Finding, ...]

    def of(self, outcome: Outcome) -> list[Finding]:
        return [one for one in self.findings if one.outcome is outcome]

    @property
    def broken(self) -> list[str]:
        return [one.item.id for one in self.of(Outcome.BROKEN)]

    @property
    def is_usable(self) -> bool:
        """Whether anything answered at all."""
        first = self.findings[0]
        return first.outcome is not Outcome.NOT_CHECKED and not first.did[-1].endswith(UNANSWERED)

    @property
    def exit_code(self) -> int:
        return 2 if not self.is_usable else 1 if self.broken else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "format": "hutong-network-check/1",
            "url": self.url,
            "venue": self.code or None,
            **{outcome.value: len(self.of(outcome)) for outcome in Outcome},
            "items": [one.as_json() for one in self.findings],
        }


def check(run: Run, only: tuple[str, ...] = ()) -> Report:
    """Check one venue, item by item. Never raises for what the other side does.

    `only`: items by the beginnings of their names; those they rest on are checked too, and who the members are.
    """
    wanted = _with_needs(only) if only else set(ITEMS)
    run.subject = run.subject or f"check:{new_id()}"
    findings: dict[str, Finding] = {}
    for one in EVERY:
        if one.id not in wanted:
            continue
        start = len(run.wire.told)
        outcome, found = _outcome(one, run, findings)
        findings[one.id] = Finding(one, outcome, found, tuple(run.wire.told[start:]))
    return Report(run.wire.url, run.code, tuple(findings.values()))


def _with_needs(beginnings: tuple[str, ...]) -> set[str]:
    found = {"members.chain", *(name for name in ITEMS if name.startswith(beginnings))}
    for one in reversed(EVERY):  # an item needs only earlier ones
        if one.id in found:
            found.update(one.needs)
    return found


def _outcome(one: Item, run: Run, before: dict[str, Finding]) -> tuple[Outcome, Told | None]:
    for name in one.needs:
        if before[name].outcome is not Outcome.KEPT:
            return Outcome.NOT_CHECKED, Told(N_("it rests on {item}"), item=name)
    try:
        one.check(run)
    except Broken as error:
        return Outcome.BROKEN, error.found
    except NotChecked as error:
        return Outcome.NOT_CHECKED, error.why
    except Silent as error:
        return Outcome.BROKEN, error.why
    except Exhausted:
        return Outcome.NOT_CHECKED, Told(N_("the check's time or bytes are used up"))
    except Exception as error:
        problem = shown(f"{type(error).__name__}: {error}")
        return Outcome.BROKEN, Told(N_("it cannot be read: {problem}"), problem=problem)
    return Outcome.KEPT, None
