"""
What an audit finds: one place where what is stored differs from what follows from the journal.

Every area that keeps derived state offers `queries.audit() -> Iterator[Discrepancy]`; the command
`hutong doctor` runs them all and names what differs.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """`place` is `area.table id field`, precise enough to go and look."""

    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.place}: expected {self.expected}, found {self.found}"
