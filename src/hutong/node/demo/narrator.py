"""
Telling the demo's story on the console: each step with its link, a table at the end.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table

from hutong.kit.money import with_unit


class Narrator:
    """Prints steps as they happen, and remembers what they came to."""

    def __init__(self, *, base: str) -> None:
        self.base = base
        self.console = Console(highlight=False, soft_wrap=True)
        self.started = time.monotonic()
        self.summary: dict[str, Any] = {}
        self.verified: list[bool] = []
        self._number = 0

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Tell one step and how long it took."""
        self._number += 1
        started = time.monotonic()
        self.console.print(f"\n[bold]{self._number:>2}  {zh}[/bold]  [dim]{en}[/dim]")
        yield
        self.console.print(f"      [dim]{time.monotonic() - started:.1f} s[/dim]")

    def say(self, words: str, link: str = "") -> None:
        self.console.print(f"      {words}" + (f"  [blue]{self.base}{link}[/blue]" if link else ""))

    def check(self, what: str, holds: bool) -> None:
        """State something that was verified; the demo succeeds only if all hold."""
        self.verified.append(holds)
        self.console.print(f"      {'[green]✓' if holds else '[red]✗'} {what}[/]")

    def note(self, **facts: Any) -> None:
        self.summary.update(facts)

    def finish(self, failure: str = "") -> bool:
        """Print the table. Returns whether everything that was checked held."""
        ok = bool(self.verified) and all(self.verified) and not failure
        self.note(
            ok=ok,
            checks=len(self.verified),
            seconds=round(time.monotonic() - self.started, 1),
            **({"failure": failure} if failure else {}),
        )
        table = Table(title="互通 · 演示小结 / Summary", show_header=False)
        for name, value in self.summary.items():
            table.add_row(name.removesuffix("_fen").replace("_", " "), _shown(name, value))
        self.console.print(table)
        return ok


def _shown(name: str, value: Any) -> str:
    if name.endswith("_fen"):
        return with_unit(value)
    if isinstance(value, list) and len(value) > 2:
        return f"{value[0]} … {value[-1]} ({len(value)})"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
