"""
What a kind of message is to this venue: who handles it, and who takes its answer in.

The table of all kinds stands in node/messaging.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hutong.network.messages.rules import Answer, Message

Handler = Callable[[Message, datetime], Mapping[str, Any]]
"""(message, now) → answer, in the transaction that keeps it. `Refused` is the final answer then;
`Undecided` answers nothing yet; anything else is a fault, and the sender asks again."""

OnAnswer = Callable[[Message, Answer, datetime], None]
"""(our message, what came of it, now), in one transaction, once."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`versions`: those handled, latest last. A handler reads the version off the message."""

    handle: Handler | None = None
    on_answer: OnAnswer | None = None
    versions: tuple[int, ...] = (1,)


Kinds = Mapping[str, Kind]
