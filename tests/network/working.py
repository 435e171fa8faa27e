"""
The pair of venues at work: each works off what is pending, follows the other's log, says what it
holds of the registrar's, and sends its messages, over and over until nothing moves.
"""

from datetime import UTC, datetime

import httpx

from hutong.network.claims.jobs import Keeper
from hutong.network.mirrors import actions as mirroring
from hutong.network.mirrors import jobs as mirrors
from hutong.network.mirrors.models import Mirror
from hutong.network.mirrors.sources import Web
from hutong.node.worker import work_until_quiet
from hutong.venues import queries as venues
from network.pair import CODES, _Wire


class Wires:
    """Logs are read over the wire of the pair."""

    def __init__(self, pair):
        self.client = httpx.Client(transport=_Wire(pair))

    def home(self, member):
        return Web(f"{member.url}/log", client=self.client)

    def relay(self, member, code):
        raise LookupError(code)

    def checkpoints(self, member):
        return []


def settle(pair, rounds=6):
    """Both venues work, follow each other's log, say what they hold, and carry their messages."""
    for _ in range(rounds):
        for code in CODES:
            with pair.at(code):
                work_until_quiet(now=pair.now, real_now=datetime.now(UTC))
                Keeper(httpx.Client(transport=_Wire(pair))).step()
                work_until_quiet(now=pair.now, real_now=datetime.now(UTC))
        for code in CODES:
            with pair.at(code):
                for member in venues.others():
                    id = mirroring.begin(code=member.code, origin=member.log_origin)
                    Mirror.objects.filter(id=id).update(next_look_at=None)
                    mirrors.follow(member, id, Wires(pair))
        pair.carry()
