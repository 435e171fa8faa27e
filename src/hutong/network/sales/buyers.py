"""
Who buys, as venues tell each other: by its home venue, its id there, and its credential (PA-4).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.deals.queries import DealView
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.bodies import Body
from hutong.network.messages import queries as messages
from hutong.network.recognition import actions as recognition
from hutong.network.sales.rules import Refusal
from hutong.network.trade import queries as trade
from hutong.parties import queries as parties
from hutong.venues import queries as venues


def told(deal: DealView, *, to: str) -> dict[str, Any]:
    """The buyer of a deal, for venue `to`. Of a third venue's party we pass its venue's word on."""
    elsewhere = parties.recognition_of(deal.buyer)
    if elsewhere is None:
        certificate = recognition.latest_credential(deal.buyer)
        return {
            "home": venues.my_code(),
            "id": str(deal.buyer),
            "credential": recognition.credential_of(certificate) if certificate else None,
        }
    home, id = elsewhere.home_venue, elsewhere.foreign_id
    return {
        "home": home,
        "id": str(id),
        "credential": None if home == to else _credential(deal, home, id),
    }


def _credential(deal: DealView, home: str, id: UUID) -> dict[str, Any] | None:
    """What its home venue said of it last: with its order, or shown since."""
    order = trade.foreign_of_deal(deal.id)
    about = [subject("party", id), *([subject("order", order.id)] if order else [])]
    found = messages.latest_body(home, ("trade.intend", "recognition.show"), about)
    credential = (found or {}).get("credential")
    return credential if isinstance(credential, dict) else None


def known(said: Mapping[str, Any], now: datetime) -> UUID:
    """The party here that another venue names as buyer. Raises Refused: unknown, or no credential
    that holds."""
    body = Body(said)
    home, id = body.text("home", 20), body.uuid("id")
    if home == venues.my_code():
        return parties.party(id).id
    credential = said.get("credential")
    if isinstance(credential, dict):
        return recognition.take_credential(
            actor=SYSTEM, now=now, venue=home, credential=credential
        ).id
    for one in parties.recognitions(home):
        if one.foreign_id == id:
            return one.party
    raise Refused(Refusal.BUYER_UNKNOWN, venue=home)
