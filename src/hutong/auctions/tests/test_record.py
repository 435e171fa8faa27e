"""The bidding record replays to the same outcome (AU-9)."""

import dataclasses
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.auctions import record as records
from hutong.auctions import rules
from hutong.auctions.record import SHORT, Attempt, Broken, Pause
from hutong.auctions.rules import Lot
from hutong.auctions.tests.test_rules import BIDS, END, FREE_ENDS, OPENS, TERMS, S


def held(bids, pauses: tuple[Pause, ...] = ()) -> tuple[Lot, list[Attempt], dict[int, str]]:
    """Hold an auction; return the lot, its attempts, and the chain after each."""
    lot, attempts, chains = Lot.announced(TERMS), [], {}
    for number, (paddle, amount_fen, at) in enumerate(bids, start=1):
        for pause in pauses:
            if pause.first == lot.sequence and lot.suspended_at is None:
                rules.suspend(lot, at=pause.since)
                rules.resume(lot, at=pause.until)
        refusal = rules.judge(lot, paddle, amount_fen, at)
        attempt = Attempt(number, str(UUID(int=number)), paddle, amount_fen, at, SHORT[refusal])
        lot.chain = records.chained(lot.chain, attempt)
        attempts.append(attempt)
        chains[number] = lot.chain.hex()
    return lot, attempts, chains


def published(lot: Lot, attempts: list[Attempt], pauses: tuple[Pause, ...] = ()) -> dict:
    rules.close(lot, at=lot.ends_at)
    record = records.publish(
        lot_id="a lot", listing="a listing", terms=TERMS, attempts=attempts, pauses=pauses, lot=lot
    )
    return json.loads(json.dumps(record))


THREE = [(1, 100_000, OPENS), (2, 100_000, OPENS + 1), (2, 105_000, FREE_ENDS + 1)]


def test_a_line_and_its_chain_are_what_the_page_says() -> None:
    attempt = Attempt(7, "0190f5a0-0000-7000-8000-000000000001", 2, 105_000, 1_060_000_001, "")
    assert records.line(attempt) == (
        b"7\t0190f5a0-0000-7000-8000-000000000001\t2\t105000\t1060000001\t"
    )
    assert records.chained(b"\0" * 32, attempt).hex() == (
        "c32b43a2fce22eb7c6c245c645247ac8a8cd70242e42f5549fad2a57fe907191"
    )


@given(BIDS)
def test_a_record_replays_to_the_same_outcome(bids) -> None:
    lot, attempts, chains = held(bids)
    record = published(lot, attempts)
    replayed = records.verify(record, chains)
    assert (replayed.outcome, replayed.price_fen, replayed.leader, replayed.ends_at) == (
        lot.outcome,
        lot.price_fen,
        lot.leader,
        lot.ends_at,
    )
    assert replayed.chain == lot.chain


@given(BIDS.filter(bool), st.data())
def test_a_changed_attempt_is_named(bids, data) -> None:
    lot, attempts, chains = held(bids)
    index = data.draw(st.integers(0, len(attempts) - 1))
    name, change = data.draw(
        st.sampled_from(
            [
                ("amount_fen", lambda v: v + 5_000),
                ("paddle", lambda v: v + 1),
                ("arrived_at", lambda v: v + 1),
                ("bid_id", lambda _: str(UUID(int=10**6))),
            ]
        )
    )
    changed = attempts[index]._replace(**{name: change(getattr(attempts[index], name))})
    record = published(lot, [*attempts[:index], changed, *attempts[index + 1 :]])
    with pytest.raises(Broken) as broken:
        records.verify(record, chains)
    assert broken.value.sequence == index + 1


def test_a_missing_attempt_is_named() -> None:
    lot, attempts, chains = held(THREE)
    with pytest.raises(Broken) as broken:
        records.verify(published(lot, [attempts[0], attempts[2]]), chains)
    assert broken.value.sequence == 2


def test_a_record_cut_short_is_found_by_the_log() -> None:
    lot, attempts, chains = held(THREE)
    with pytest.raises(Broken) as broken:
        records.verify(published(lot, attempts[:2]), chains)
    assert broken.value.sequence == 3


def test_a_false_outcome_is_found() -> None:
    lot, attempts, chains = held(THREE)
    record = published(lot, attempts)
    record["outcome"]["price_fen"] = 1
    with pytest.raises(Broken):
        records.verify(record, chains)


def test_something_else_is_not_a_record() -> None:
    with pytest.raises(Broken) as broken:
        records.verify({"terms": {}}, {})
    assert broken.value.sequence == 0


def test_a_record_with_pauses_replays() -> None:
    pauses = (
        Pause(FREE_ENDS + 2 * S, 1, FREE_ENDS + 100 * S, 1),
        Pause(FREE_ENDS + 101 * S, 1, FREE_ENDS + 103 * S, 1),
    )
    bids = [(1, 100_000, OPENS), (2, 105_000, END + 99 * S)]
    lot = Lot.announced(TERMS)
    rules.judge(lot, *bids[0])
    attempts = [Attempt(1, str(UUID(int=1)), *bids[0], "")]
    for pause in pauses:
        rules.suspend(lot, at=pause.since)
        rules.resume(lot, at=pause.until)
    assert rules.judge(lot, *bids[1]) is None
    attempts.append(Attempt(2, str(UUID(int=2)), *bids[1], ""))
    for attempt in attempts:
        lot.chain = records.chained(lot.chain, attempt)
    assert records.verify(published(lot, attempts, pauses)).ends_at == END + 109 * S


def test_the_runner_up_is_the_best_of_the_others() -> None:
    _, attempts, _ = held([*THREE, (3, 110_000, FREE_ENDS + 2), (2, 115_000, FREE_ENDS + 3)])
    assert records.runner_up(attempts, 2) == 3
    assert records.runner_up(attempts[:1], 1) is None


def test_the_chain_begins_with_the_terms() -> None:
    other = dataclasses.replace(TERMS, increment_fen=1)
    assert Lot.announced(other).chain != Lot.announced(TERMS).chain
