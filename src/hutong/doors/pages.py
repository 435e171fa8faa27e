"""
Forms on pages: try an act, and put a refusal beside the form with what was typed kept.

    outcome = attempt(lambda: actions.submit(actor=request.actor, now=request.now, …))
    if outcome.problem: render again with outcome.problem; else redirect
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from hutong.doors.problems import problem_of
from hutong.kit.refusal import Refused


@dataclass(frozen=True, slots=True)
class Outcome:
    """`result` of the act, or the `problem` (RFC 9457 body with `faults`) that stopped it."""

    result: Any = None
    problem: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return self.problem is None


def attempt(act: Callable[[], Any]) -> Outcome:
    """Run `act` in a transaction; a refusal or malformed input becomes a problem."""
    try:
        with transaction.atomic():
            return Outcome(result=act())
    except Refused as refused:
        return Outcome(problem={**problem_of(refused), "faults": []})
    except ValidationError as error:
        faults = [
            {"field": ".".join(str(p) for p in e["loc"]), "problem": e["msg"]}
            for e in error.errors()
        ]
        return Outcome(
            problem={"title": "", "status": 422, "code": "malformed", "rule": "", "faults": faults}
        )
