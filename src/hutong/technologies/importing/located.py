"""
One record as a reader found it: what it says, and where each thing stands in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hutong.technologies.faults import Fault, Finding, Problem, shown


@dataclass(slots=True)
class Located:
    """`said` goes to `reading.read`; `columns` tells a person where a field stands; `raw` holds what
    stands there where the reader rewrote it; `faults` are the reader's own."""

    row: int
    said: dict[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, finding: Finding) -> Fault:
        value = self.raw.get(finding.field)
        if value is not None:
            finding = Finding(finding.field, finding.problem, shown(value), finding.facts)
        return Fault(self.row, self.columns.get(finding.field, finding.field), finding)

    def wrong(self, field: str, problem: Problem, value: object = "", **facts: Any) -> None:
        self.faults.append(self.fault(Finding(field, problem, shown(value), facts)))
