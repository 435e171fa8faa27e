"""
The venue in a network, for what officers do there: a venue that applied, a change that waits, one
that an officer took up, and an undertaking that another accepts.
"""

from datetime import UTC, datetime

from hutong.kit.actor import SYSTEM, Actor
from hutong.venues import actions
from hutong.venues.lists import Kind
from hutong.venues.testing import join, paper_venue


def ids(*, administrator: Actor, now: datetime) -> dict[str, str]:
    """What the paths of `/network` name, by operation: other areas have changes, too."""
    real_now = datetime.now(UTC)
    undertaking = actions.propose_joining(
        actor=administrator, now=now, url="https://szte.example", anchor="sha256:" + "0" * 64
    )
    story = join("SZTE", "SDTE", now=now, at=real_now)
    application = actions.receive_application(
        actor=SYSTEM,
        now=now,
        real_now=real_now,
        told=story.application(paper_venue("HNTE"), at=real_now).as_json(),
    )
    waiting = story.change(Kind.SUSPEND, "SDTE", by="SZTE", at=real_now)
    actions.take_change(actor=SYSTEM, now=now, real_now=real_now, told=waiting.as_json())
    taken_up = actions.propose(
        actor=administrator,
        now=now,
        real_now=real_now,
        kind=Kind.SUSPEND,
        venue="SZTE",
        reason="silent",
    )
    return {
        "undertaking": str(undertaking),
        "POST /network/changes/{change}/take-up": waiting.digest,
        "POST /network/changes/{change}/approve": taken_up,
        "POST /network/changes/{change}/decline": taken_up,
        "POST /network/applications/{application}/decline": application,
    }
