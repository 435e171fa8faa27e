"""
Queueing, sending, receiving and keeping messages (NE-2): `outbox`, `inbox`, `keeping`; and naming who
signs what no honest venue sends: `suspecting`.

Whatever a message does to the business is done in the transaction that keeps it: at the receiver
with its answer, at the sender with the answer's arrival. So neither happens twice, whoever dies
when.
"""

from hutong.network.messages.actions.inbox import Given, Sign, facts_of, receive
from hutong.network.messages.actions.keeping import commit_evidence
from hutong.network.messages.actions.outbox import (
    CHANNEL,
    Due,
    conclude,
    go_back,
    hurry,
    postpone,
    send,
    take,
    wake,
)
from hutong.network.messages.actions.suspecting import conclude_suspicion

__all__ = [
    "CHANNEL",
    "Due",
    "Given",
    "Sign",
    "commit_evidence",
    "conclude",
    "conclude_suspicion",
    "facts_of",
    "go_back",
    "hurry",
    "postpone",
    "receive",
    "send",
    "take",
    "wake",
]
