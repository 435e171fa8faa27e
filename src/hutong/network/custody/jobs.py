"""
What venues say to each other about custody, and what follows when a claim is written over (NE-8).

    custody.offer      the dossier ─▶ {} or refused          custody.withdraw   it is taken back
    custody.answer     accepted, or why not                  custody.moved      the chapter is closed

    ClaimPassedOn ─▶ close          MoveRefused ─▶ failed
    CustodyEnded ─▶ custody.moved   ClaimFinal ─▶ open
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.network.bodies import Body
from hutong.network.custody import actions
from hutong.network.custody.rules import Dossier, Status
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message

Said = Mapping[str, Any]


def on_offer(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    move, dossier, log_size = body.uuid("move"), body.object("dossier"), body.count("log_size")
    actions.receive(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        move=move,
        dossier=Dossier.read(dossier, message.sender),
        log_size=log_size,
    )
    return {}


def offered(message: Message, answer: Answer, now: datetime) -> None:
    if answer.refused is not None:
        _dropped(message, Status.FAILED, answer.refused, now)


def _dropped(message: Message, how: Status, why: str, now: datetime) -> None:
    actions.drop(actor=SYSTEM, now=now, move=UUID(message.body["move"]), how=how, why=why)


def on_answer(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_answer(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        move=body.uuid("move"),
        accepted=body.flag("accepted"),
        why=body.text("why", 2000),
        chapter=body.text("chapter", 71),
    )
    return {}


def answered(message: Message, answer: Answer, now: datetime) -> None:
    """The old venue will not have our acceptance: it is over there."""
    if answer.refused is not None:
        _dropped(message, Status.FAILED, answer.refused, now)


def on_withdraw(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_withdrawal(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        move=body.uuid("move"),
        why=body.text("why", 2000),
        failed=body.flag("failed"),
    )
    return {}


def withdrawn(message: Message, answer: Answer, now: datetime) -> None:
    """Taken back; where the other venue had accepted, its answer is on its way and holds."""
    if answer.refused is None and not message.body["failed"]:
        _dropped(message, Status.WITHDRAWN, str(message.body["why"]), now)


def on_moved(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_over(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        move=body.uuid("move"),
        index=body.count("index"),
    )
    return {}


KINDS = {
    "custody.offer": Kind(on_offer, offered),
    "custody.answer": Kind(on_answer, answered),
    "custody.withdraw": Kind(on_withdraw, withdrawn),
    "custody.moved": Kind(on_moved),
}


# -- reactions ------------------------------------------------------------------------------------------


def on_passed_on(entry: Recorded) -> None:
    """The registrar has written the claim over: the chapter is closed here."""
    actions.close(
        actor=SYSTEM,
        now=entry.at,
        technology=UUID(entry.facts["technology"]),
        to=entry.facts["to"],
    )


def on_move_refused(entry: Recorded) -> None:
    """The registrar will not write the claim over: nothing comes of it, at either venue."""
    actions.fail(
        actor=SYSTEM,
        now=entry.at,
        technology=UUID(entry.facts["technology"]),
        why=entry.facts["why"],
    )


def on_ended(entry: Recorded) -> None:
    """Our log says that the chapter is closed: the other venue is told where."""
    assert entry.log_index is not None, "reactions come after the log"
    move = UUID(entry.facts["move"])
    actions.hand_over(actor=SYSTEM, now=entry.at, move=move, index=entry.log_index)


def on_claim_final(entry: Recorded) -> None:
    """A number became ours: a chapter that waited for it goes on here."""
    technology = UUID(entry.facts["technology"])
    actions.open_chapter(actor=SYSTEM, now=entry.at, technology=technology)
