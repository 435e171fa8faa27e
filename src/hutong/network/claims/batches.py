"""
Several claims in one message: each is entered, or taken in, as if it had come by itself (NE-5).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import plain
from hutong.kit.refusal import Refused
from hutong.network.claims import actions
from hutong.network.claims.together import BATCH, FINALS, MOST, NAMES
from hutong.network.messages.rules import Answer, Message, Refusal


def on_batch(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.batch`: claims, entered in their order; each has its own answer."""
    asked = _items(message, NAMES[BATCH])
    refused = _enter(actor=SYSTEM, now=now, asked=asked, venue=message.sender)
    return {"answers": [_said(why) for why in refused]}


def _said(why: Refused | None) -> dict[str, Any]:
    if why is None:
        return {"entered": True}
    return {"refused": {"code": why.reason.code, "facts": plain(dict(why.facts))}}


@action(power=None)
def _enter(
    *, actor: Actor, now: datetime, asked: list[Mapping[str, Any]], venue: str
) -> list[Refused | None]:
    nothing_changed()  # asked again: nothing new may be entered
    return actions.enter_claims(bodies=asked, venue=venue, now=now)


def batch_answered(message: Message, answer: Answer, now: datetime) -> None:
    """Each answer is taken in as that of one claim; one refusal of all is that of each."""
    told = (answer.said or {}).get("answers")
    answers = told if isinstance(told, list) else []
    for place, one in enumerate(_items(message, NAMES[BATCH])):
        single = replace(message, body=one)
        if answer.refused is not None:
            actions.on_answer(single, answer, now)
            continue
        said = answers[place] if place < len(answers) else {}
        refused = said.get("refused") if isinstance(said, Mapping) else None
        if isinstance(refused, Mapping):
            code = str(refused.get("code", ""))
            actions.on_answer(single, Answer(said=None, refused=code), now)


def on_finals(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.finals`: what has become final, each as `claims.final` tells it."""
    for one in _items(message, NAMES[FINALS]):
        actions.on_final(replace(message, body=one), now)
    return {}


def _items(message: Message, name: str) -> list[Mapping[str, Any]]:
    found = message.body.get(name)
    if not isinstance(found, list) or len(found) > MOST:
        raise Refused(Refusal.BODY_UNFIT, field=name)
    if not all(isinstance(one, Mapping) for one in found):
        raise Refused(Refusal.BODY_UNFIT, field=name)
    return found
