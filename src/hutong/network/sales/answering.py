"""
What venues say to each other when a joint project is sold (NE-3, DL-2; docs/network.md).

    lead venue → home venue    sales.award · assure · move · end
    home venue → lead venue    sales.accept · ready

All are about the subject `project:<id>`, so each direction keeps its order. Doors: they parse, call
once, answer.
"""

from datetime import datetime
from typing import Any

from hutong.deals.parts import Asking
from hutong.kit.actor import SYSTEM
from hutong.network.bodies import LONGEST_CONTRACT, Body
from hutong.network.messages.kinds import Kind, OnAnswer
from hutong.network.messages.rules import Answer, Message
from hutong.network.sales import actions
from hutong.network.sales.actions.telling import ACCEPT, ASSURE, AWARD, END, MOVE, READY

Said = dict[str, Any]


# -- at a part's home venue -----------------------------------------------------------------------------


def on_award(message: Message, now: datetime) -> Said:
    """The project is sold there; here is the contract for our seller."""
    body = Body(message.body)
    actions.take_award(
        **_of_part(message, body, now),
        project=body.uuid("project"),
        number=body.text("number", 40),
        price_fen=body.amount_fen("price_fen"),
        amount_fen=body.amount_fen("amount_fen"),
        currency=body.currency(),
        contents=body.text("contents", 71),
        contract=body.text("contract", LONGEST_CONTRACT),
        contract_digest=body.text("contract_digest", 71),
        sign_by=body.moment("sign_by"),
        buyer=body.object("buyer"),
    )
    return {}


def on_assure(message: Message, now: datetime) -> Said:
    """The price is paid there; the part's share of it is held for us."""
    body = Body(message.body)
    actions.take_assurance(
        **_of_part(message, body, now),
        amount_fen=body.amount_fen("amount_fen"),
        currency=body.currency(),
    )
    return {}


def on_move(message: Message, now: datetime) -> Said:
    """Right against money, now: what is answered is what has happened."""
    body = Body(message.body)
    entries = actions.move_part(
        **_of_part(message, body, now), amount_fen=body.amount_fen("amount_fen")
    )
    return {"entries": len(entries)}


def on_end(message: Message, now: datetime) -> Said:
    actions.end_sale(**_of_part(message, Body(message.body), now))
    return {}


def _of_part(message: Message, body: Body, now: datetime) -> dict[str, Any]:
    """What the lead venue says of its deal and our part, in the project that the message is about."""
    body.uuid("project")
    about = {name: body.uuid(name) for name in ("part", "deal")}
    return {"actor": SYSTEM, "now": now, "lead": message.sender, **about}


# -- at the lead venue ----------------------------------------------------------------------------------


def on_accept(message: Message, now: datetime) -> Said:
    body = _body(message)
    actions.take_acceptance(
        actor=SYSTEM,
        now=now,
        venue=message.sender,
        part=body.uuid("part"),
        text_digest=body.text("text_digest", 71),
    )
    return {}


def on_ready(message: Message, now: datetime) -> Said:
    part = _body(message).uuid("part")
    actions.take_ready(actor=SYSTEM, now=now, venue=message.sender, part=part)
    return {}


def _refused(what: Asking) -> OnAnswer:
    """What a home venue refused of what it was asked; officers look."""

    def answered(message: Message, answer: Answer, now: datetime) -> None:
        if answer.refused:
            part = Body(message.body).uuid("part")
            why = {"code": answer.refused, **(answer.facts or {})}
            actions.take_refusal(actor=SYSTEM, now=now, part=part, what=what, why=why)

    return answered


def moved(message: Message, answer: Answer, now: datetime) -> None:
    """It moved there, and what we held for it we owe; or it refused, and holds nothing."""
    if answer.refused:
        _refused(Asking.MOVE)(message, answer, now)
        return
    part = Body(message.body).uuid("part")
    actions.take_moved(actor=SYSTEM, now=now, venue=message.recipient, part=part)


def _body(message: Message) -> Body:
    """What is said of a part, in the project that the message is about."""
    body = Body(message.body)
    body.uuid("project")
    return body


KINDS: dict[str, Kind] = {
    AWARD: Kind(on_award, _refused(Asking.AWARD)),
    ASSURE: Kind(on_assure, _refused(Asking.ASSURE)),
    MOVE: Kind(on_move, moved),
    END: Kind(on_end),
    ACCEPT: Kind(on_accept),
    READY: Kind(on_ready),
}
