"""
What venues say to each other about joint projects (NE-3; docs/network.md).

    lead venue → invited   projects.invite · listed · ended
    invited → lead venue   projects.answer · part · withdraw

All are about the subject `project:<id>`, so each direction keeps its order. Doors: they parse, call
once, answer.
"""

from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.kit.actor import SYSTEM
from hutong.kit.moments import parse_iso
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.messages.kinds import Kind
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.rules import Refusal as Unfit
from hutong.network.projects import actions, rules
from hutong.network.projects.actions.telling import ANSWER, ENDED, INVITE, LISTED, PART, WITHDRAW
from hutong.network.projects.rules import Words

Said = dict[str, Any]
MOST = 2**63 - 1  # of a share's denominator: what a row holds


def on_invite(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.take_invitation(
        actor=SYSTEM,
        now=now,
        lead=message.sender,
        project=body.uuid("project"),
        number=body.text("number", 40),
        words=Words(
            title_zh=body.text("title_zh", rules.LONGEST_TITLE),
            title_en=body.text("title_en", rules.LONGEST_TITLE),
            summary=body.text("summary", rules.MOST_WORDS),
            conditions=body.text("conditions", rules.MOST_WORDS),
        ),
        parts_by=_moment(body),
    )
    return {}


def on_answer(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.venue_answered(
        actor=SYSTEM,
        now=now,
        project=body.uuid("project"),
        venue=message.sender,
        joins=body.flag("joins"),
        reason=body.text("reason", rules.MOST_WORDS),
    )
    return {}


def on_part(message: Message, now: datetime) -> Said:
    """A part; undecided while our mirror has not come to its entry."""
    body = Body(message.body)
    actions.take_part(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        project=body.uuid("project"),
        part=body.uuid("part"),
        bundle=body.uuid("bundle"),
        technologies=body.count("technologies"),
        asked_fen=body.amount_fen("asked_fen"),
        entry_index=body.count("entry_index"),
    )
    return {}


def part_answered(message: Message, answer: Answer, now: datetime) -> None:
    why = {"code": answer.refused, **(answer.facts or {})} if answer.refused else {}
    part = Body(message.body).uuid("part")
    actions.note_answer(actor=SYSTEM, now=now, part=part, why=why)


def on_withdraw(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.part_left(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        project=body.uuid("project"),
        part=body.uuid("part"),
    )
    return {}


def on_listed(message: Message, now: datetime) -> Said:
    """The whole is on the board there."""
    body = Body(message.body)
    actions.note_listed(
        actor=SYSTEM,
        now=now,
        lead=message.sender,
        project=body.uuid("project"),
        listing=body.uuid("listing"),
        number=body.text("number", 40),
        shares=_shares(body),
    )
    return {}


def on_ended(message: Message, now: datetime) -> Said:
    body = Body(message.body)
    actions.end_invitation(
        actor=SYSTEM,
        now=now,
        lead=message.sender,
        project=body.uuid("project"),
        ending=body.text("ending", 12),
    )
    return {}


def _moment(body: Body) -> datetime:
    told = body.maybe_moment("parts_by")
    if told is None:
        raise Refused(Unfit.BODY_UNFIT, field="parts_by")
    return parse_iso(told)


def _shares(body: Body) -> dict[UUID, Fraction]:
    told = body.object("shares")
    try:
        found = {UUID(part): Fraction(str(share)[:60]) for part, share in told.items()}
    except (ValueError, ZeroDivisionError) as error:
        raise Refused(Unfit.BODY_UNFIT, field="shares") from error
    wrong = (not 0 < share <= 1 or share.denominator > MOST for share in found.values())
    if any(wrong) or len(found) > rules.MOST_PARTS:
        raise Refused(Unfit.BODY_UNFIT, field="shares")
    return found


KINDS: dict[str, Kind] = {
    INVITE: Kind(on_invite),
    ANSWER: Kind(on_answer),
    PART: Kind(on_part, part_answered),
    WITHDRAW: Kind(on_withdraw),
    LISTED: Kind(on_listed),
    ENDED: Kind(on_ended),
}
