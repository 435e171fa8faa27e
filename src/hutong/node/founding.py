"""
Founding a venue: its first rulebook and its clock. Done once, on an empty database.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from hutong.due import actions as due
from hutong.kit.actor import Actor, Door, PersonId
from hutong.kit.ids import new_id
from hutong.node.first_rulebook import (
    DEMO_START,
    demo_rulebook,
    real_rulebook,
    rulebook_from_environment,
)
from hutong.rulebook import actions as rulebook

__all__ = ["DEMO_START", "demo_rulebook", "found", "real_rulebook", "rulebook_from_environment"]

FOUNDING_POWERS = frozenset({"rulebook.propose", "rulebook.adopt", "venue.operate"})


def found(*, rulebook: dict[str, Any], now: datetime) -> int:
    """Adopt the first rulebook and start the clock. Returns the rulebook's version.

    There are no officers yet, so the founders' two pairs of eyes are the two who run set-up: the
    acts are journalled under founding ids that belong to nobody.
    """
    proposer, adopter = _founder(), _founder()
    with transaction.atomic():
        version = _adopt(rulebook, now, proposer, adopter)
        demo = bool(rulebook["venue"].get("demo"))
        due.start_clock(
            actor=adopter, now=now, real_now=datetime.now(UTC) if demo else now, demo=demo
        )
    return version


def _adopt(data: dict[str, Any], now: datetime, proposer: Actor, adopter: Actor) -> int:
    version = rulebook.propose(actor=proposer, now=now, data=data, note="founding")
    rulebook.adopt(actor=adopter, now=now, version=version, effective_from=now)
    return version


def _founder() -> Actor:
    return Actor(
        person=PersonId(new_id()),
        powers=FOUNDING_POWERS,
        second_factor=True,
        door=Door.CLI,
        label="founder",
    )
