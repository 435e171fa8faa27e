"""`network.ping {"ping": word}`, answered `{"pong": word}`: shows that two venues understand each other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message

LONGEST: Final = 200


def on_ping(message: Message, now: datetime) -> Mapping[str, Any]:
    """Say the word back. Raises Refused (BODY_UNFIT)."""
    return {"pong": message.text("ping", LONGEST)}


def on_pong(message: Message, answer: Answer, now: datetime) -> None:
    """That it was answered is all there is to know; the outbox shows it."""


KINDS: Final = {"network.ping": Kind(on_ping, on_pong)}
