"""Batches, receipts, close and audit on the database (AU-3, AU-4, AU-9, AU-12)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from hutong.auctions import actions, queries
from hutong.auctions import record as records
from hutong.auctions.actions import Book
from hutong.auctions.models import Attempt, Desk, Lot
from hutong.auctions.record import Receipt
from hutong.auctions.rules import Refusal, Status
from hutong.auctions.testing import an_open_lot, bidders
from hutong.journal import queries as journal
from hutong.kit.actor import ACT, SYSTEM, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import microseconds
from hutong.kit.refusal import Refused
from hutong.parties.testing import verified_party

pytestmark = pytest.mark.django_db


def bid(number: int, paddle: int, amount_fen: int, at: datetime) -> Receipt:
    return Receipt(str(UUID(int=number)), paddle, amount_fen, microseconds(at))


def judged(lot: UUID, *bids: Receipt) -> list[str]:
    actions.judge(batches={lot: list(bids)}, book=Book())
    return [b.refusal for b in bids]


@pytest.fixture
def lot(venue) -> UUID:
    return an_open_lot(opens_at=venue.now, bidders=bidders(3))


def test_a_batch_is_judged_in_order_and_kept(venue, lot) -> None:
    at = venue.now
    assert judged(lot, bid(1, 1, 100_000, at), bid(2, 2, 100_000, at), bid(3, 2, 105_000, at)) == [
        "",
        "below_minimum",
        "",
    ]
    view = queries.lot(lot, at)
    assert (view.price_fen, view.leader, view.attempts, view.bids) == (105_000, 2, 3, 2)
    assert view.least_next_fen == 110_000
    assert list(queries.audit()) == []


def test_a_batch_is_one_entry_whose_chain_commits_to_it(venue, lot) -> None:
    judged(lot, bid(1, 1, 100_000, venue.now), bid(2, 2, 1, venue.now))
    judged(lot, bid(3, 3, 110_000, venue.now))
    entries = [
        e.facts for e in journal.of_subject(subject("lot", lot)) if e.kind == "auctions.BidsJudged"
    ]
    assert [(e["first"], e["last"], e["accepted"]) for e in entries] == [(1, 2, 1), (3, 3, 1)]
    assert entries[-1]["chain"] == bytes(Lot.objects.get(id=lot).chain).hex()


def test_several_lots_are_judged_in_one_batch(venue, lot) -> None:
    other = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    first, second = bid(1, 1, 100_000, venue.now), bid(1, 2, 100_000, venue.now)
    actions.judge(batches={lot: [first], other: [second]}, book=Book())
    assert (first.sequence, second.sequence) == (1, 1)
    assert first.chain != second.chain


def test_a_receipt_asked_for_again_is_the_same(venue, lot) -> None:
    given = bid(1, 2, 99_999, venue.now)
    judged(lot, given)
    again = queries.receipt(lot, UUID(int=1), 2)
    assert (again.attempt, again.chain) == (given.attempt, given.chain)
    assert again.refusal == "below_opening"


def test_a_bid_that_was_not_received_is_said_to_be_so(venue, lot) -> None:
    judged(lot, bid(1, 2, 100_000, venue.now))
    for bid_id, paddle in ((UUID(int=2), 2), (UUID(int=1), 3)):
        with pytest.raises(Refused) as refused:
            queries.receipt(lot, bid_id, paddle)
        assert refused.value.reason is Refusal.NOT_RECEIVED


def test_a_bid_id_is_judged_once(venue, lot) -> None:
    judged(lot, bid(1, 1, 100_000, venue.now))
    with pytest.raises(IntegrityError), transaction.atomic():
        judged(lot, bid(2, 2, 105_000, venue.now), bid(1, 1, 100_000, venue.now))
    assert queries.lot(lot, venue.now).attempts == 1


def test_a_lot_that_is_not_there_stops_the_batch(venue, lot) -> None:
    stranger = new_id()
    with pytest.raises(actions.UnknownLots) as unknown:
        actions.judge(
            batches={lot: [bid(1, 1, 100_000, venue.now)], stranger: [bid(2, 1, 1, venue.now)]},
            book=Book(),
        )
    assert unknown.value.lots == {stranger}
    assert queries.lot(lot, venue.now).attempts == 0


def test_a_book_that_is_behind_is_read_again(venue, lot) -> None:
    mine, theirs = Book(), Book()
    actions.judge(batches={lot: [bid(1, 1, 100_000, venue.now)]}, book=mine)
    actions.judge(batches={lot: [bid(2, 2, 105_000, venue.now)]}, book=theirs)
    third = bid(3, 1, 110_000, venue.now)
    actions.judge(batches={lot: [third]}, book=mine)
    assert (third.sequence, third.refusal) == (3, "")


def test_nobody_can_change_an_attempt(venue, lot) -> None:
    judged(lot, bid(1, 1, 100_000, venue.now))
    for change in ("UPDATE auctions_attempt SET amount_fen = 1", "DELETE FROM auctions_attempt"):
        with pytest.raises(Exception, match=r"permission denied|insert-only"), transaction.atomic():
            connection.cursor().execute(change)
    assert Attempt.objects.get().amount_fen == 100_000


# -- opening ----------------------------------------------------------------------------------------


def test_a_listing_has_one_lot(venue) -> None:
    listing = new_id()
    first = an_open_lot(opens_at=venue.now, bidders=bidders(2), listing=listing)
    assert an_open_lot(opens_at=venue.now, bidders=bidders(2), listing=listing) == first


def test_those_who_may_not_bid_stop_the_opening(venue) -> None:
    one, two = bidders(2)
    for given, refusal in (
        ([one], Refusal.NOT_ENOUGH_BIDDERS),
        ([one, two, one], Refusal.PARTY_TWICE),
        ([one, two._replace(party=one.party)], Refusal.PARTY_TWICE),
    ):
        with pytest.raises(Refused) as refused:
            an_open_lot(opens_at=venue.now, bidders=given)
        assert refused.value.reason is refusal
    assert not Lot.objects.exists()


def test_the_log_knows_paddles_only_by_commitment(venue, lot) -> None:
    opened = journal.latest_of(subject("lot", lot), "auctions.LotOpened")
    supervisor = Actor(person=new_id(), powers=frozenset({"supervise.read"}), second_factor=True)
    paddles = queries.paddles(supervisor, lot)
    assert opened.facts["paddles"] == {str(p.number): p.commitment for p in paddles}
    assert all(str(p.party) not in str(opened.facts) for p in paddles)
    with pytest.raises(Refused):
        queries.paddles(Actor(person=new_id(), powers=frozenset({ACT})), lot)


def test_only_a_bidder_gets_a_paddle_token(venue) -> None:
    one, two = bidders(2)
    two = two._replace(party=verified_party("上海某科技公司", "enterprise").id)
    lot = an_open_lot(opens_at=venue.now, bidders=[one, two])
    agent = Actor(person=new_id(), party=two.party, powers=frozenset({ACT}))
    token, paddle = actions.issue_paddle_token(
        actor=agent, now=venue.now, lot=lot, key=b"k" * 32, expires=10
    )
    assert paddle == 2
    assert len(token) == 52
    stranger = Actor(person=new_id(), party=new_id(), powers=frozenset({ACT}))
    with pytest.raises(Refused) as refused:
        actions.issue_paddle_token(
            actor=stranger, now=venue.now, lot=lot, key=b"k" * 32, expires=10
        )
    assert refused.value.reason is Refusal.NOT_A_BIDDER


# -- the close --------------------------------------------------------------------------------------


def ended(venue, lot: UUID) -> datetime:
    return queries.lot(lot, venue.now).ends_at


def test_a_lot_is_sold_to_the_highest_and_the_record_replays(venue, lot) -> None:
    at = venue.now
    judged(lot, bid(1, 1, 100_000, at), bid(2, 2, 105_000, at), bid(3, 3, 1, at))
    judged(lot, bid(4, 1, 110_000, at + timedelta(seconds=65)))
    with pytest.raises(Refused) as refused:
        queries.bidding_record(lot)
    assert refused.value.reason is Refusal.RECORD_NOT_PUBLIC
    end = ended(venue, lot)
    assert end == at + timedelta(seconds=75)
    assert actions.close_lot(actor=SYSTEM, now=end, lot=lot) is Status.SOLD

    published = queries.bidding_record(lot)
    chains = {entry["last"]: entry["chain"] for entry in published["log"]}
    assert records.verify(published["record"], chains).leader == 1
    closed = journal.latest_of(subject("lot", lot), "auctions.Closed")
    assert closed.facts["record"] == published["digest"]
    assert (closed.facts["price_fen"], closed.facts["winner_paddle"]) == (110_000, 1)
    assert closed.facts["runner_up_paddle"] == 2
    assert len(closed.private["other_intents"]) == 1
    assert list(queries.audit()) == []


def test_a_lot_without_bids_is_unsold(venue, lot) -> None:
    assert actions.close_lot(actor=SYSTEM, now=ended(venue, lot), lot=lot) is Status.UNSOLD
    closed = journal.latest_of(subject("lot", lot), "auctions.Closed")
    assert (closed.facts["price_fen"], closed.private["winner_party"]) == (None, None)
    assert len(closed.private["other_intents"]) == 3
    assert list(queries.audit()) == []


def test_a_bid_for_a_closed_lot_is_not_in_the_record(venue, lot) -> None:
    end = ended(venue, lot)
    actions.close_lot(actor=SYSTEM, now=end, lot=lot)
    late = bid(1, 1, 100_000, end)
    result = actions.judge(batches={lot: [late]}, book=Book())[lot]
    assert result.is_closed
    assert not Attempt.objects.exists()


def test_a_lot_is_not_closed_while_a_desk_may_hold_a_bid(venue, lot) -> None:
    end = ended(venue, lot)
    desk = actions.register_desk(name="slow", judged_until=microseconds(end) - 1)
    with pytest.raises(Refused) as refused:
        actions.close_lot(actor=SYSTEM, now=end, lot=lot)
    assert refused.value.reason is Refusal.DESK_NOT_DONE
    assert actions.beat(desk=desk, judged_until=microseconds(end))
    assert actions.close_lot(actor=SYSTEM, now=end, lot=lot) is Status.UNSOLD


def test_a_silent_desk_is_fenced_by_the_close(venue, lot) -> None:
    end = ended(venue, lot)
    desk = actions.register_desk(name="dead", judged_until=0)
    Desk.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=end.tzinfo))
    assert actions.close_lot(actor=SYSTEM, now=end, lot=lot) is Status.UNSOLD
    assert not actions.beat(desk=desk, judged_until=microseconds(end))


# -- outages (AU-12) --------------------------------------------------------------------------------


def test_a_lot_whose_end_fell_into_an_outage_is_resumed_with_its_time(venue, lot) -> None:
    judged(lot, bid(1, 1, 100_000, venue.now))
    end = ended(venue, lot)
    back = end + timedelta(hours=1)
    restored = actions.restore_unserved(
        actor=SYSTEM,
        now=back,
        down_since=microseconds(end) - 4_000_000,
        bound=timedelta(seconds=30),
    )
    assert restored == [lot]
    view = queries.lot(lot, back)
    assert view.ends_at == back + timedelta(seconds=4)
    assert judged(lot, bid(2, 2, 105_000, back + timedelta(seconds=3))) == [""]
    actions.close_lot(actor=SYSTEM, now=ended(venue, lot), lot=lot)
    published = queries.bidding_record(lot)
    assert len(published["record"]["pauses"]) == 1
    assert records.verify(published["record"]).leader == 2
    assert list(queries.audit()) == []


def test_a_suspended_lot_refuses_bids_and_stays_open(venue, lot) -> None:
    actions.suspend_lot(actor=SYSTEM, now=venue.now, lot=lot, reason="a power cut")
    assert queries.lot(lot, venue.now).status is Status.SUSPENDED
    assert judged(lot, bid(1, 1, 100_000, venue.now)) == ["suspended"]
    with pytest.raises(Refused):
        actions.close_lot(actor=SYSTEM, now=ended(venue, lot), lot=lot)
    actions.resume_lot(actor=SYSTEM, now=venue.later(seconds=100), lot=lot)
    assert judged(lot, bid(2, 1, 100_000, venue.now)) == [""]
    assert list(queries.audit()) == []


def test_a_venue_that_is_served_restores_nothing(venue, lot) -> None:
    actions.register_desk(name="alive", judged_until=0)
    assert actions.last_served_at() is None


# -- affiliates -------------------------------------------------------------------------------------


def test_an_affiliate_of_the_seller_may_not_bid(venue) -> None:
    from hutong.parties import actions as parties
    from hutong.parties.testing import officer

    seller, daughter = verified_party("上海某研究院"), verified_party("上海某子公司", "enterprise")
    parties.record_control(
        actor=officer("registrar"),
        now=venue.now,
        controller=seller.id,
        controlled=daughter.id,
        share_bp=6_000,
        since=venue.now.date(),
    )
    one, two = bidders(2)
    lot = an_open_lot(
        opens_at=venue.now,
        seller=seller.id,
        bidders=[two._replace(party=daughter.id), one],
    )

    assert [(p.number, p.party) for p in queries.bidders_of(lot)] == [(1, one.party)]
    left_out = journal.latest_of(subject("lot", lot), "auctions.BidderLeftOut")
    assert left_out.private == {"party": str(daughter.id), "intent": str(two.intent)}
    assert list(queries.audit()) == []


def test_without_anybody_left_there_is_no_lot(venue) -> None:
    from hutong.parties import actions as parties
    from hutong.parties.testing import officer

    one, two = bidders(2)
    daughter, seller = (
        verified_party("上海某子公司", "enterprise"),
        verified_party("上海某研究院"),
    )
    parties.record_control(
        actor=officer("registrar"),
        now=venue.now,
        controller=seller.id,
        controlled=daughter.id,
        since=venue.now.date(),
    )
    with pytest.raises(Refused) as refused:
        an_open_lot(
            opens_at=venue.now,
            seller=seller.id,
            bidders=[one._replace(party=seller.id), two._replace(party=daughter.id)],
        )
    assert refused.value.reason is Refusal.AFFILIATED
    assert not Lot.objects.exists()
