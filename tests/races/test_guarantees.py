"""What another venue stands for here, promised twice at the same moment (SE-5)."""

import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import connection, connections, transaction

from hutong.deals.testing import DEPOSIT, NOTICE, listed
from hutong.kit.actor import SYSTEM
from hutong.kit.money import CNY
from hutong.kit.refusal import Refused
from hutong.listings.testing import qualified_intent
from hutong.network.trade import actions
from hutong.network.trade.models import ForeignOrder
from hutong.network.trade.rules import Refusal
from hutong.node.first_rulebook import demo_rulebook
from hutong.node.founding import found
from hutong.parties.testing import verified_party
from hutong.settlement import actions as settlement
from hutong.settlement.testing import asked_deposit

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
VENUE = "SZTE"


def an_order(offer, name):
    """An order of another venue's member, qualified and asked for its deposit."""
    intent = qualified_intent(offer, verified_party(name, kind="enterprise"), now=NOW + NOTICE)
    asked_deposit(intent)
    order = ForeignOrder.objects.create(
        id=uuid4(),
        venue=VENUE,
        intent=intent.id,
        listing=offer.id,
        party=intent.party,
        taken_at=NOW + NOTICE,
        changed_at=NOW + NOTICE,
    )
    return order.id


def guarantee(order: UUID):
    actions.take_guarantee(
        actor=SYSTEM,
        now=NOW + NOTICE,
        venue=VENUE,
        order=order,
        amount_fen=DEPOSIT,
        currency=CNY,
    )


def test_two_guarantees_at_once_do_not_pass_a_venues_limit(own_database):
    """The second waits for the first to be in the books, and then counts it."""
    found(rulebook={**demo_rulebook(), "network": {"exposure_fen": 2 * DEPOSIT - 1}}, now=NOW)
    offer = listed(verified_party("上海某大学"), now=NOW)
    one, other = an_order(offer, "深圳某公司"), an_order(offer, "深圳另一公司")
    outcome: list[object] = []

    def second():
        try:
            outcome.append(guarantee(other))
        except Refused as refused:
            outcome.append(refused.reason)
        finally:
            connections.close_all()

    with transaction.atomic():
        guarantee(one)
        waiting = threading.Thread(target=second)
        waiting.start()
        _until_somebody_waits()
    waiting.join(timeout=60)

    assert outcome == [Refusal.LIMIT_REACHED]
    assert settlement.exposure_fen(VENUE, CNY) == DEPOSIT


def _until_somebody_waits() -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with connection.cursor() as cursor:
        for _ in range(300):
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waited")
