"""
Several claims in one message: each is entered, or taken in, as if it had come by itself (NE-5).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import plain
from hutong.kit.refusal import Refused
from hutong.network.claims import actions
from hutong.network.claims.together import CLAIM, MOST, RELEASE
from hutong.network.messages.rules import Answer, Message, Refusal


def on_batch(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.batch`: claims and releases, entered in their order; each has its own answer."""
    asked = _items(message, "asked")
    if any(one.get("kind") not in (CLAIM, RELEASE) for one in asked):
        raise Refused(Refusal.BODY_UNFIT, field="asked")
    return {"answers": _enter(actor=SYSTEM, now=now, asked=asked, venue=message.sender)}


@action(power=None)
def _enter(
    *, actor: Actor, now: datetime, asked: list[Mapping[str, Any]], venue: str
) -> list[dict[str, Any]]:
    nothing_changed()  # asked again: nothing new may be entered
    answers: list[dict[str, Any]] = []
    for one in asked:
        enter = actions.enter_release if one["kind"] == RELEASE else actions.enter_claim
        try:
            with transaction.atomic():
                enter(body=one, venue=venue)
            answers.append({"entered": True})
        except Refused as refused:
            told = {"code": refused.reason.code, "facts": plain(dict(refused.facts))}
            answers.append({"refused": told})
    return answers


def batch_answered(message: Message, answer: Answer, now: datetime) -> None:
    """Each answer is taken in as that of one claim; one refusal of all is that of each."""
    told = (answer.said or {}).get("answers")
    answers = told if isinstance(told, list) else []
    for place, one in enumerate(_items(message, "asked")):
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
    for one in _items(message, "finals"):
        actions.on_final(replace(message, body=one), now)
    return {}


def _items(message: Message, name: str) -> list[Mapping[str, Any]]:
    found = message.body.get(name)
    if not isinstance(found, list) or len(found) > MOST:
        raise Refused(Refusal.BODY_UNFIT, field=name)
    if not all(isinstance(one, Mapping) for one in found):
        raise Refused(Refusal.BODY_UNFIT, field=name)
    return found
