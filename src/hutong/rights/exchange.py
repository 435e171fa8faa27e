"""
An objection and its exchange of arguments: the procedure and nothing but the procedure (RR-7).

    filed ─► applicant answers ─► objector replies ─► … ─► decided: upheld | dismissed
      └─ the applicant has the rulebook's days; so has each side for every further statement
      └► withdrawn by the objector

Nobody loses a right unheard: an objection is upheld only after the applicant has answered or let
its days pass. Pure: facts in, events out.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.procedure_events import ArgumentFiled
from hutong.rights.procedure_words import Side
from hutong.rights.refusals import Refusal
from hutong.rights.rules import require_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Where the arguments about one objection stand. The grounds are the objector's first."""

    objection: UUID
    application: UUID
    open: bool
    answer_by: datetime
    said: tuple[Side, ...] = ()

    @property
    def turn(self) -> Side:
        return self.said[-1].other if self.said else Side.APPLICANT

    @property
    def answered(self) -> bool:
        return Side.APPLICANT in self.said

    def over(self, rounds: int) -> bool:
        """Whether each side has said what it may: `rounds` statements after the grounds."""
        return len(self.said) >= 2 * rounds

    def heard(self, now: datetime) -> bool:
        return self.answered or now >= self.answer_by


def argue(
    state: Exchange,
    *,
    argument: UUID,
    side: Side,
    text: str,
    documents: list[UUID],
    now: datetime,
    answer_days: int,
    rounds: int,
) -> list[Event]:
    """Let a side say what it has to say, in its turn and its time; then it is the other's turn."""
    if not state.open:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="decided", needed="open")
    if state.over(rounds):
        raise Refused(Refusal.ARGUMENTS_OVER, rounds=rounds)
    if side is not state.turn:
        raise Refused(Refusal.NOT_YOUR_TURN, side=state.turn)
    if now >= state.answer_by:
        raise Refused(Refusal.ANSWER_TOO_LATE, ended_at=state.answer_by)
    require_words("argument", text)
    return [
        ArgumentFiled(
            application=state.application,
            objection=state.objection,
            argument=argument,
            side=side,
            round=len(state.said) // 2 + 1,
            answer_by=natural_days_after(now, answer_days).at,
            text=text,
            documents=documents,
        )
    ]


def require_heard(state: Exchange, *, upheld: bool, now: datetime) -> None:
    """Refuse to uphold an objection that the applicant could still answer for the first time."""
    if upheld and not state.heard(now):
        raise Refused(Refusal.NOT_HEARD, answer_by=state.answer_by)
