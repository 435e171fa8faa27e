"""
The demo's auction: three bidders at the hot door, one watcher on the live stream.

    free period      each bidder raises in turn
    limited period   late bids, each of which moves the end; then silence until the hammer falls
"""

import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from hutong.auctions.record import verify
from hutong.kit.canonical import digest_of
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.narrator import Narrator

LATE_BIDS = 2
LATE_AFTER_SECONDS = 2.0  # into the limited period


@dataclass
class Bidder:
    name: str
    api: Api
    paddle: int = 0
    token: str = ""


@dataclass
class Result:
    """What the story says of the auction afterwards."""

    attempts: int
    price_fen: int
    end_moved: int
    replays: bool


@dataclass
class Watcher:
    """Follows `/live/lots/<id>` as a visitor's browser does, and remembers the ends it was told."""

    base: str
    lot: str
    states: list[dict[str, Any]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        return thread

    def _follow(self) -> None:
        with httpx.stream("GET", f"{self.base}/live/lots/{self.lot}", timeout=60) as response:
            for line in response.iter_lines():
                if line.startswith("data:"):
                    self.states.append(json.loads(line[5:]))
                if self.stopping.is_set():
                    return

    @property
    def latest(self) -> dict[str, Any]:
        return self.states[-1] if self.states else {}


def bid_live(public: Api, lot: str, bidders: list[tuple[str, Api]], narrator: Narrator) -> Result:
    """Bid until the hammer falls; returns what the record says. Raises StepFailed."""
    watcher = Watcher(public.base, lot)
    watcher.start()
    hall = [_seated(lot, Bidder(name, api)) for name, api in bidders]
    narrator.say(f"{len(hall)} 位竞买人入场 bidders at the lot", f"/lots/{lot}")
    wait_for("the opening", lambda: watcher.latest.get("status") == "free")
    terms = watcher.latest
    price, step = terms["opening_fen"], terms["increment_fen"]
    for round_number in range(2):
        for bidder in hall:
            _bid(public, lot, bidder, price, narrator)
            price += step * (1 + round_number)
    refused = _bid(public, lot, hall[0], price - step * 3, narrator)
    if refused["accepted"]:
        raise StepFailed("a bid below the minimum was accepted")
    for late in range(LATE_BIDS):
        wait_for("the limited period", lambda: watcher.latest.get("status") == "limited")
        time.sleep(LATE_AFTER_SECONDS)
        price = watcher.latest["price_fen"] + step
        _bid(public, lot, hall[late % 2], price, narrator)
    closed = wait_for(
        "the hammer",
        lambda: watcher.latest.get("status") in {"sold", "unsold"} and watcher.latest,
        seconds=90,
    )
    watcher.stopping.set()
    narrator.say(f"落槌 hammer: {closed['leader']} 号 paddle ¥{closed['price_fen'] / 100:,.2f}")
    published = wait_for("the bidding record", lambda: _record(public, lot))
    chains = {entry["last"]: entry["chain"] for entry in published["log"]}
    replayed = verify(published["record"], chains)
    return Result(
        attempts=len(published["record"]["attempts"]),
        price_fen=closed["price_fen"],
        end_moved=_times_moved(watcher.states),
        replays=replayed.price_fen == closed["price_fen"]
        and published["digest"] == digest_of(published["record"]),
    )


def _seated(lot: str, bidder: Bidder) -> Bidder:
    seat = bidder.api.post(f"/api/v1/lots/{lot}/paddle-token")
    bidder.paddle, bidder.token = seat["paddle"], seat["token"]
    return bidder


def _bid(
    public: Api, lot: str, bidder: Bidder, amount_fen: int, narrator: Narrator
) -> dict[str, Any]:
    bid_id = str(uuid.uuid4())
    door = public.as_(bidder.token, f"paddle {bidder.paddle}")
    receipt = dict(
        door.post(f"/live/lots/{lot}/bids", {"bid_id": bid_id, "amount_fen": amount_fen})
    )
    again = door.get(f"/live/lots/{lot}/bids/{bid_id}")
    if again != receipt:
        raise StepFailed("asking again gave another receipt (AU-4)")
    mark = "有效 accepted" if receipt["accepted"] else f"无效 {receipt['refusal']['code']}"
    narrator.say(f"{bidder.paddle} 号 paddle ¥{amount_fen / 100:,.2f} {mark}")
    return receipt


def _record(public: Api, lot: str) -> dict[str, Any] | None:
    try:
        return dict(public.get(f"/api/v1/lots/{lot}/record"))
    except StepFailed:
        return None


def _times_moved(states: list[dict[str, Any]]) -> int:
    ends = [s["ends_at"] for s in states if s.get("status") == "limited"]
    return max(len(dict.fromkeys(ends)) - 1, 0)
