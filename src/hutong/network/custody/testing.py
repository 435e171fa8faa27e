"""
For tests of pages and doors: moves of custody in the states in which somebody here acts.

    moves(rights, owner=…, clerk=…, peer="SZTE", now=…)   wished, proposed, received, taken_up: id
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hutong.kit.actor import Actor
from hutong.kit.ids import new_id
from hutong.network.custody import actions
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Dossier, Status
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies


def moves(
    owned: Sequence[UUID], *, owner: Actor, clerk: Actor, peer: str, now: datetime
) -> dict[str, UUID]:
    """`owned`: two registered technologies of the owner; what comes from `peer` is shaped like
    them, and was not checked with its log."""
    wished, proposed = (
        actions.wish(actor=owner, now=now, technology=one, to=peer, reason="买方在那里")
        for one in owned
    )
    actions.take_up_wish(actor=clerk, now=now, move=proposed.id)
    return {
        "wished": wished.id,
        "proposed": proposed.id,
        "received": received(owned[0], peer=peer, now=now),
        "taken_up": received(owned[0], peer=peer, now=now, taken_up_by=clerk),
    }


def received(like: UUID, *, peer: str, now: datetime, taken_up_by: Actor | None = None) -> UUID:
    """An offer of another venue, whose technology looks like one of ours."""
    found = technologies.technology(like)
    entries = rights.chapter(like)
    dossier = Dossier(
        technology=new_id(),
        record=technologies.record(like).as_json(),
        party=None,
        entries=entries,
        indexes=list(range(len(entries))),
        parties=[],
        reason="The buyers of this field are here.",
    )
    row = CustodyMove.objects.create(
        id=new_id(),
        direction=Direction.COMING.value,
        technology=dossier.technology,
        title_zh=found.title_zh,
        title_en=found.title_en,
        peer=peer,
        status=(Status.TAKEN_UP if taken_up_by else Status.RECEIVED).value,
        reason=dossier.reason,
        begun_by=taken_up_by.person if taken_up_by else None,
        begun_at=now,
        changed_at=now,
        chapter=dossier.chapter,
        dossier=dossier.as_json(),
    )
    return row.id
