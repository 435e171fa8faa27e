"""
The bidding record: every attempt by paddle, and how it replays to the same outcome (AU-9).

An attempt is one line of tab-separated text; the chain commits to all of them, one after the other:

    line   sequence ⇥ bid id ⇥ paddle ⇥ amount in fen ⇥ arrival in µs ⇥ refusal, empty when accepted
    chain  c(0) = SHA-256 of the canonical JSON of the terms;  c(n) = SHA-256(c(n−1) ‖ line(n))

The journal holds c at the end of every batch, so whoever has the log can check the record, and
whoever has the record can run the auction again. Pure.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hutong.auctions import rules
from hutong.auctions.rules import Lot, Refusal, Terms

FORMAT = "hutong/bidding-record/1"
PREFIX = "auctions."

# A refusal's short name in rows, lines and receipts, and back.
SHORT: dict[Refusal | None, str] = {r: r.code.removeprefix(PREFIX) for r in Refusal} | {None: ""}
BY_SHORT: dict[str, Refusal | None] = {short: r for r, short in SHORT.items()}


class Attempt(NamedTuple):
    """One judged attempt. `bid_id` is a UUID in its usual text form; `refusal` a short name or ""."""

    sequence: int
    bid_id: str
    paddle: int
    amount_fen: int
    arrived_at: int
    refusal: str


class Receipt:
    """What the bidder gets, the same whenever asked: the attempt, and the chain that holds it.

    A bid in waiting is a receipt not yet filled in: `sequence`, `refusal` and `chain` come with the
    judgement. (One object from arrival to answer: at the desk every microsecond counts.)
    """

    __slots__ = (
        "amount_fen",
        "arrived_at",
        "bid_id",
        "chain",
        "paddle",
        "refusal",
        "sequence",
    )

    def __init__(
        self,
        bid_id: str,
        paddle: int,
        amount_fen: int,
        arrived_at: int,
        sequence: int = 0,
        refusal: str = "",
        chain: bytes = b"",
    ) -> None:
        self.bid_id = bid_id
        self.paddle = paddle
        self.amount_fen = amount_fen
        self.arrived_at = arrived_at
        self.sequence = sequence
        self.refusal = refusal
        self.chain = chain

    @property
    def attempt(self) -> Attempt:
        return Attempt(
            self.sequence, self.bid_id, self.paddle, self.amount_fen, self.arrived_at, self.refusal
        )

    def is_of(self, paddle: int, amount_fen: int) -> bool:
        """Whether a bid sent again under this id is the same bid."""
        return self.paddle == paddle and self.amount_fen == amount_fen


class Pause(NamedTuple):
    """The lot stood still from `since` (after `first` attempts) to `until` (after `last`)."""

    since: int
    first: int
    until: int | None
    last: int | None


class Broken(ValueError):
    """The record does not replay; `sequence` names the first attempt that cannot be (0: the terms)."""

    def __init__(self, sequence: int, expected: str, found: str) -> None:
        self.sequence, self.expected, self.found = sequence, expected, found
        super().__init__(f"attempt {sequence}: expected {expected}, found {found}")


def line(attempt: Attempt) -> bytes:
    return "{}\t{}\t{}\t{}\t{}\t{}".format(*attempt).encode()


def chained(chain: bytes, attempt: Attempt) -> bytes:
    return hashlib.sha256(chain + line(attempt)).digest()


def replay(
    terms: Terms,
    attempts: Iterable[Attempt],
    pauses: Sequence[Pause] = (),
    on_each: Callable[[Attempt, bytes], None] | None = None,
) -> Lot:
    """Run the auction again and return the lot as it then stands, its chain included.

    Raises Broken at the first attempt that is missing, out of order, or judged otherwise than the
    rules judge it. `on_each` sees every attempt with the chain that follows from it.
    """
    lot = Lot.announced(terms)
    waiting = deque(pauses)
    for attempt in attempts:
        _stand_still(lot, waiting)
        if attempt.sequence != lot.sequence + 1:
            raise Broken(lot.sequence + 1, f"attempt {lot.sequence + 1}", f"{attempt.sequence}")
        refusal = rules.judge(lot, attempt.paddle, attempt.amount_fen, attempt.arrived_at)
        if SHORT[refusal] != attempt.refusal:
            raise Broken(
                attempt.sequence, SHORT[refusal] or "accepted", attempt.refusal or "accepted"
            )
        lot.chain = chained(lot.chain, attempt)
        if on_each is not None:
            on_each(attempt, lot.chain)
    _stand_still(lot, waiting)
    return lot


def _stand_still(lot: Lot, waiting: deque[Pause]) -> None:
    """Begin and end the pauses that lie between the last attempt and the next."""
    while waiting:
        pause = waiting[0]
        if lot.suspended_at is None and pause.first == lot.sequence:
            rules.suspend(lot, at=pause.since)
        if lot.suspended_at is None or pause.until is None or pause.last != lot.sequence:
            return
        rules.resume(lot, at=pause.until)
        waiting.popleft()


# -- the published form -----------------------------------------------------------------------------


def publish(
    *,
    lot_id: str,
    listing: str,
    terms: Terms,
    attempts: Iterable[Attempt],
    pauses: Sequence[Pause],
    lot: Lot,
) -> dict[str, Any]:
    """Put the record into the form that is published, and whose digest the log holds."""
    if lot.outcome is None:
        raise ValueError("the record of a lot is published after its close")
    return {
        "format": FORMAT,
        "lot": lot_id,
        "listing": listing,
        "terms": {
            "opening_fen": terms.opening_fen,
            "increment_fen": terms.increment_fen,
            "opens_at_us": terms.opens_at,
            "free_ends_at_us": terms.free_ends_at,
            "limited_us": terms.limited_us,
            "paddles": terms.paddles,
        },
        "pauses": [list(pause) for pause in pauses],
        "columns": list(Attempt._fields),
        "attempts": [list(attempt) for attempt in attempts],
        "outcome": outcome_of(lot),
    }


def outcome_of(lot: Lot) -> dict[str, Any]:
    return {
        "status": lot.outcome.value if lot.outcome else None,
        "price_fen": lot.price_fen if lot.leader else None,
        "winner_paddle": lot.leader or None,
        "ended_at_us": lot.ends_at,
        "attempts": lot.sequence,
        "bids": lot.bids,
        "chain": lot.chain.hex(),
    }


def verify(record: Mapping[str, Any], chains: Mapping[int, str] | None = None) -> Lot:
    """Check a published record by running it again; return the lot as it ends.

    `chains`: last sequence of a batch → chain in hex, as the log's entries have them. Raises Broken
    where the record does not replay, differs from the log, or ends otherwise than it says.
    """
    try:
        terms = record["terms"]
        replayed = Terms(
            opening_fen=terms["opening_fen"],
            increment_fen=terms["increment_fen"],
            opens_at=terms["opens_at_us"],
            free_ends_at=terms["free_ends_at_us"],
            limited_us=terms["limited_us"],
            paddles=terms["paddles"],
        )
        attempts = [Attempt(*row) for row in record["attempts"]]
        pauses = [Pause(*row) for row in record["pauses"]]
        stated = record["outcome"]
    except (KeyError, TypeError) as error:
        raise Broken(0, f"a record of the form {FORMAT}", f"{error}") from None
    outstanding = dict(chains or {})

    def compare(attempt: Attempt, chain: bytes) -> None:
        logged = outstanding.pop(attempt.sequence, None)
        if logged is not None and logged != chain.hex():
            raise Broken(attempt.sequence, f"chain {logged} of the log", chain.hex())

    lot = replay(replayed, attempts, pauses, compare)
    if outstanding:
        missing = min(outstanding)
        raise Broken(missing, "an attempt the log speaks of", "none")
    rules.close(lot, at=lot.ends_at)
    if outcome_of(lot) != stated:
        raise Broken(lot.sequence, f"outcome {outcome_of(lot)}", f"{stated}")
    return lot


def runner_up(attempts: Iterable[Attempt], winner: int) -> int | None:
    """Return the paddle of the highest accepted bid that is not the winner's (AU-11)."""
    best = 0
    paddle = None
    for attempt in attempts:
        if not attempt.refusal and attempt.paddle != winner and attempt.amount_fen > best:
            best, paddle = attempt.amount_fen, attempt.paddle
    return paddle
