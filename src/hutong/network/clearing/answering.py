"""
What venues say to each other about what they owe, and the timer that begins it (SE-5).

    clearing.statement   the proposer's statement → agreed, or what differs by line
    clearing.paid        what was owed went out by the bank
    clearing.received    and came in
"""

from datetime import datetime
from typing import Any

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject_id
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.clearing import actions, queries, rules
from hutong.network.clearing.rules import Difference, Refusal
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message

Said = dict[str, Any]


def strike_due(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer clearing.strike: the venue's day is over, what is open is netted, each currency by
    itself. One that waits for an answer has the next close when that answer comes."""
    venue = subject_id(subject)
    for currency in queries.currencies_to_strike(venue):
        try:
            actions.strike(actor=SYSTEM, now=now, venue=venue, currency=currency)
        except Refused as refused:
            if refused.reason is not Refusal.UNDER_WAY:
                raise


def on_statement(message: Message, now: datetime) -> Said:
    statement = rules.read(Body(message.body).object("statement"))
    found = actions.judge(actor=SYSTEM, now=now, venue=message.sender, statement=statement)
    return {
        "digest": statement.digest,
        "agreed": not found,
        "differences": [[one.key, one.proposed_fen, one.ours_fen] for one in found],
    }


def judged(message: Message, answer: Answer, now: datetime) -> None:
    statement = rules.read(message.body["statement"])
    if answer.refused:
        differences = [Difference(f"refused: {answer.refused}", None, None)]
    else:
        differences = rules.read_judgement(answer.said or {}, statement.digest)
    actions.take_judgement(
        actor=SYSTEM,
        now=now,
        venue=message.recipient,
        digest=statement.digest,
        differences=differences,
    )


def on_paid(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.note_paid(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        digest=body.text("digest", 71),
        bank_reference=body.line("bank_reference", 80),
    )
    return {}


def on_received(message: Message, now: datetime) -> Said:
    digest = Body(message.body).text("digest", 71)
    actions.note_received(actor=SYSTEM, now=now, venue=message.sender, digest=digest)
    return {}


KINDS: dict[str, Kind] = {
    actions.PROPOSE: Kind(handle=on_statement, on_answer=judged),
    actions.PAID: Kind(handle=on_paid),
    actions.RECEIVED: Kind(handle=on_received),
}
