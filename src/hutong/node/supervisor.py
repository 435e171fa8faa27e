"""
Runs a venue's processes: starts them in order, keeps them up, stops them in reverse.

Generic: it knows children, not what they do.
"""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hutong.node.processes import User


@dataclass(frozen=True)
class Child:
    """One process to keep running."""

    name: str
    argv: list[str]
    env: Mapping[str, str] | None = None
    ready: Callable[[], bool] | None = None
    ready_timeout: float = 60
    essential: bool = True
    stop_signal: int = signal.SIGTERM
    stop_timeout: float = 10
    hurry_signal: int = signal.SIGKILL
    before: Callable[[], None] | None = None
    user: User | None = None
    relay: bool = True
    last_words: Callable[[], str] | None = None
