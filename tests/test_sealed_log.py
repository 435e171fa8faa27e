"""
LI-4 from outside: what a venue publishes while a listing runs does not tell who applied, or how many.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from hutong.deals.testing import DEPOSIT, listed
from hutong.journal import actions, sealing
from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.listings import actions as listings
from hutong.listings.intents import Decision
from hutong.listings.testing import applied_intent
from hutong.parties.testing import member_of, officer, verified_party
from hutong.settlement import actions as settlement_actions
from hutong.settlement import queries as settlement
from hutong.transparency import queries as log

REAL = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
HOUR = 3600


def apply_all_the_way(offer, buyer, *, examiner, cashier, now, drain):
    """Apply, be qualified, be asked for the deposit, pay it."""
    intent = applied_intent(offer, buyer, now=now)
    listings.qualify(
        actor=examiner, now=now, intent=intent.id, decision=Decision.QUALIFY, findings="In order."
    )
    drain()
    settlement_actions.record_receipt(
        actor=cashier,
        now=now,
        reference=settlement.payable_for(subject("intent", intent.id)).reference,
        amount_fen=DEPOSIT,
        bank_reference=f"B-{intent.id}",
        value_date=local_date(now),
        payer_name="某付款人",
    )
    drain()
    return intent


def public_figures():
    """What anybody may ask the machinery, without the size of the public log itself."""
    lines = Client().get("/metrics").content.decode().splitlines()
    return [line for line in lines if not line.startswith(("#", "hutong_log_entries"))]


@pytest.mark.django_db
def test_a_venue_with_0_1_or_7_applications_publishes_the_same_until_the_period_ends(venue, drain):
    seller = verified_party("上海某大学")
    offers = [listed(seller) for _ in range(3)]
    venue.now = offers[-1].listed_at
    buyers = [verified_party(f"某科技公司{n}", kind="enterprise") for n in range(7)]
    with_whom = {
        "examiner": officer("listing", now=venue.now),
        "cashier": officer("settlement", now=venue.now),
        "now": venue.now,
        "drain": drain,
    }
    drain()
    shapes, figures = [], []
    for hour, (offer, count) in enumerate(zip(offers, (0, 1, 7), strict=True)):
        before = log.tree_size()
        intents = [apply_all_the_way(offer, buyer, **with_whom) for buyer in buyers[:count]]
        if intents:
            listings.withdraw_intent(
                actor=member_of(buyers[0]), now=venue.now, intent=intents[0].id
            )
        drain()
        actions.seal(
            now=venue.now, real_now=REAL + timedelta(hours=hour), seconds=HOUR, occasion=True
        )
        drain()
        shapes.append([(row.kind, len(row.leaf)) for row in journal.published(before)])
        figures.append(public_figures())
    assert shapes[0] == shapes[1] == shapes[2]
    assert len(shapes[0]) == 1, "one entry, full or empty"
    assert figures[0] == figures[1] == figures[2]

    venue.now = max(offer.ends_at for offer in offers) + timedelta(seconds=1)
    drain()
    roots = {}
    for row in journal.published():
        leaf = json.loads(row.leaf)
        if leaf["kind"] == "journal.Sealed":
            roots[leaf["subject"].removeprefix("seal:")] = bytes.fromhex(leaf["facts"]["root"])
    opened = [  # the listing without a buyer is extended and stays sealed
        opening
        for entry in journal.of_kinds(["journal.Unsealed"])
        for opening in entry.content["openings"]
    ]
    assert sum(o["entry"]["kind"] == "listings.IntentApplied" for o in opened) == 7
    for opening in opened:
        sealing.verify_opening(opening, roots[opening["batch"]])
    assert list(journal.audit()) == []
    assert list(log.audit()) == []
