"""
An auction whose hot door and desk are killed: twice while they judge, once over the end (AU-4, AU-12);
then its deal, with web and database killed while right and money change hands (DL-2).

The auction runs once; each test says one thing about it.
"""

import contextlib
import itertools
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hutong.auctions.record import Attempt, verify
from hutong.kit.canonical import digest_of
from hutong.node.demo import case as story_case
from hutong.node.demo import trade
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.people import FIRMS, UNIVERSITIES
from hutong.node.processes import exists

pytestmark = pytest.mark.drill
BIDDERS_A_PADDLE = 3
RECEIPTS = 15  # between kills


@dataclass
class Bidding:
    """What the bidders of one lot were told: at once, or only when they asked again."""

    lot: str
    tokens: list[str]
    base: str
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)  # bid id → token
    asked_again: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    jump: httpx.Response | None = None
    ended_at: datetime | None = None  # as announced before the outage over the end
    closed: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    def bid_until(self, over: threading.Event, token: str, amounts: "itertools.count[int]") -> None:
        """Bid, and bid again, until `over`; a bid without an answer is kept to be asked about."""
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.base, headers=headers, timeout=30) as client:
            while not over.is_set():
                bid_id = str(uuid.uuid4())
                body = {"bid_id": bid_id, "amount_fen": next(amounts)}
                try:
                    answer = client.post(f"/live/lots/{self.lot}/bids", json=body)
                except httpx.TransportError:
                    self.unanswered[bid_id] = token
                    over.wait(0.5)
                    continue
                assert answer.status_code == 200, answer.text
                self.receipts[bid_id] = answer.json()
                over.wait(0.02)

    def ask_again(self) -> None:
        """Ask for the receipt of every bid that was not answered."""
        with httpx.Client(base_url=self.base, timeout=30) as client:
            for bid_id, token in self.unanswered.items():
                answer = client.get(
                    f"/live/lots/{self.lot}/bids/{bid_id}",
                    headers={"Authorization": f"Bearer {token}"},
                )
                self.asked_again[bid_id] = answer.status_code, answer.json()


@pytest.fixture(scope="session")
def lot(venue, case, registered) -> str:
    """A lot of three bidders, just opened."""
    trade.open_listings(case)
    trade.apply_and_deposit(case)
    return trade.reach_cut_off(case)


@pytest.fixture(scope="session")
def bidding(venue, case, lot) -> Bidding:
    """The auction, with its faults."""
    seats = [case.members[firm.key].post(f"/api/v1/lots/{lot}/paddle-token") for firm in FIRMS[:3]]
    played = Bidding(lot, [seat["token"] for seat in seats], venue.base)
    administrator = case.administrator
    played.jump = httpx.post(
        f"{venue.base}/api/v1/venue/clock/jump",
        headers={
            "Authorization": f"Bearer {administrator.token}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
        timeout=30,
    )
    terms = _seen(case.public, lot)
    amounts = itertools.count(terms["opening_fen"], terms["increment_fen"])
    over = threading.Event()
    bidders = [
        threading.Thread(target=played.bid_until, args=(over, token, amounts))
        for token in played.tokens * BIDDERS_A_PADDLE
    ]
    for bidder in bidders:
        bidder.start()
    try:
        for _ in range(2):
            before = len(played.receipts)
            wait_for("receipts", lambda n=before + RECEIPTS: len(played.receipts) >= n)
            _kill_while_judging(venue)
            wait_for("the door", lambda: _is_open(venue))
    finally:
        over.set()
        for bidder in bidders:
            bidder.join()
    played.ask_again()
    played.ended_at = _down_over_the_end(venue, case.public, lot)
    played.closed = wait_for("the hammer", lambda: _decided(case.public, lot), seconds=90)
    played.record = wait_for("the record", lambda: _record(case.public, lot))
    venue.wait_whole()
    case.settle_down()
    return played


def _kill_while_judging(venue) -> None:
    """Hold a batch up inside its transaction, then kill -9 the desk that judges it."""
    with venue.caught_at("auctions_attempt") as caught:
        caught()
        venue.kill("front")


def _down_over_the_end(venue, public: Api, lot: str) -> datetime:
    """Keep the front down until the announced end has passed; returns that end (venue time)."""
    seen = _seen(public, lot)
    ends_at = datetime.fromisoformat(seen["ends_at"])
    offset = venue.sql('SELECT "offset" FROM due_clock')[0][0]

    def left() -> float:
        return (ends_at - offset - datetime.now(UTC)).total_seconds()

    wait_for("the last seconds", lambda: left() < 4, every=0.05)
    assert left() > 0, "the lot closed before its desk could be killed"
    while left() > -0.5:
        with contextlib.suppress(LookupError, ProcessLookupError):
            pid = venue.children()["front"]
            venue.kill("front")
            wait_for("its end", lambda pid=pid: not exists(pid), every=0.01)
        time.sleep(0.02)
    return ends_at


def _is_open(venue) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{venue.base}/healthz", timeout=5).status_code == 200
    return False


def _seen(public: Api, lot: str) -> dict[str, Any]:
    return dict(public.get(f"/api/v1/lots/{lot}"))


def _decided(public: Api, lot: str) -> dict[str, Any] | None:
    with contextlib.suppress(httpx.TransportError, StepFailed):
        seen = _seen(public, lot)
        return seen if seen["status"] in {"sold", "unsold"} else None
    return None


def _record(public: Api, lot: str) -> dict[str, Any] | None:
    with contextlib.suppress(StepFailed):
        return dict(public.get(f"/api/v1/lots/{lot}/record"))
    return None


def _attempts(bidding: Bidding) -> dict[str, Attempt]:
    attempts = [Attempt(*row) for row in bidding.record["record"]["attempts"]]
    return {attempt.bid_id: attempt for attempt in attempts}


def test_the_clock_does_not_jump_over_a_running_auction(bidding):
    assert bidding.jump is not None
    assert bidding.jump.status_code == 409, bidding.jump.text
    assert bidding.jump.json()["code"] == "due.something_runs"


def test_every_receipt_given_before_a_kill_is_in_the_record(bidding):
    attempts = _attempts(bidding)
    assert len(bidding.receipts) >= 2 * RECEIPTS
    for bid_id, receipt in bidding.receipts.items():
        recorded = attempts[bid_id]
        assert recorded.sequence == receipt["sequence"]
        assert recorded.amount_fen == receipt["amount_fen"]
        assert (not recorded.refusal) == receipt["accepted"]


def test_a_bidder_without_an_answer_asks_again_and_is_told_plainly(bidding):
    assert len(bidding.asked_again) == len(bidding.unanswered)
    assert bidding.unanswered, "no bid was under way when the door was killed"
    attempts = _attempts(bidding)
    for bid_id, (status, answer) in bidding.asked_again.items():
        if status == 200:
            assert attempts[bid_id].sequence == answer["sequence"]
        else:
            assert (status, answer["code"]) == (404, "auctions.not_received")
            assert bid_id not in attempts


def test_a_lot_whose_end_fell_into_an_outage_gets_its_time_back(bidding):
    closed_at = datetime.fromisoformat(bidding.closed["closed_at"])
    assert closed_at > bidding.ended_at + timedelta(milliseconds=500)
    assert bidding.closed["status"] == "sold"


def test_the_record_replays_to_the_price_and_leader_announced(bidding):
    published = bidding.record
    chains = {entry["last"]: entry["chain"] for entry in published["log"]}
    replayed = verify(published["record"], chains)
    assert replayed.price_fen == bidding.closed["price_fen"]
    assert published["digest"] == digest_of(published["record"])
    best = max(r["amount_fen"] for r in bidding.receipts.values() if r["accepted"])
    assert bidding.closed["price_fen"] >= best


def test_the_doctor_agrees_with_a_lot_that_survived_its_desk(venue, bidding):
    venue.doctor()


# -- the hot door -----------------------------------------------------------------------------------


SOME_ID = b"0190f5a0-7c1e-7d3a-9a51-3f2b8c6d4e10"  # the same for every worker of a run


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 1_000,
        b"{}",
        b'{"bid_id": "x", "amount_fen": 1}',
        b'{"bid_id": "%s", "amount_fen": -1}' % SOME_ID,
        b'{"bid_id": "%s", "amount_fen": 1e400}' % SOME_ID,
        b'{"bid_id": "%s", "amount_fen": %s}' % (SOME_ID, b"9" * 500),
        b"x" * 100_000,
    ],
)
def test_the_hot_door_refuses_what_is_no_bid(refused, bidding, body):
    bearer = {"Authorization": f"Bearer {bidding.tokens[0]}"}
    refused(None, "POST", f"/live/lots/{bidding.lot}/bids", content=body, headers=bearer)


def test_the_hot_door_refuses_who_has_no_paddle(refused, bidding):
    bid = {"bid_id": str(uuid.uuid4()), "amount_fen": 10**12}
    path = f"/live/lots/{bidding.lot}/bids"
    refused(None, "POST", path, json=bid)
    for token in ("x", "x" * 10_000, bidding.tokens[0][:-2] + "AA"):
        refused(None, "POST", path, json=bid, headers={"Authorization": f"Bearer {token}"})


# -- the deal that comes of it -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def paid(venue, case, bidding) -> dict[str, str]:
    """The auction's deal: signed, paid, entered at the patent office; not settled."""
    deal = trade.sign_contract(case)
    buyer = case.members[deal["buyer_key"]]
    payable = wait_for(
        "the price's reference",
        lambda: buyer.get("/api/v1/payables", subject=f"deal:{deal['id']}")["items"],
    )[0]
    story_case.pay(case, payable, deal["buyer_zh"])
    registrar = case.officers["registrar"]
    day = case.public.get("/api/v1/venue/clock")["now"][:10]
    for entry in buyer.get(f"/api/v1/deals/{deal['id']}")["transfer_entries"]:
        evidence = story_case.upload(registrar, "office.txt", "手续合格通知书")
        registrar.post(
            f"/api/v1/rights/disposals/{entry}/outside-step",
            {
                "filed_on": day,
                "effective_on": day,
                "office_number": "2022070800123450",
                "evidence": [evidence],
            },
        )
    case.settle_down()
    return deal


def test_a_settlement_killed_in_the_middle_moves_right_and_money_once(
    venue, case, request_of, paid
):
    cashier, technology = case.officers["cashier"], paid["technologies"][0]
    settle = request_of(cashier, f"/api/v1/deals/{paid['id']}/settlement")

    def held() -> tuple[object, ...]:
        title = case.public.get(f"/api/v1/rights/titles/{technology}")["ownership"]
        seller = cashier.get(f"/api/v1/accounts/{case.parties[UNIVERSITIES[0].key]}")
        return title, seller["balance"], venue.count("ledger_posting"), venue.entries()

    before = held()
    for victim in ("web", "postgres"):
        with ThreadPoolExecutor() as pool, venue.caught_at("journal_entry") as caught:
            sent = pool.submit(settle.send)
            caught()
            venue.kill(victim)
            assert sent.result() is None, "it was answered although it was killed"
        venue.wait_whole()
        venue.wait_unlocked("journal_entry")
        case.settle_down()
        assert held() == before, "something of the killed settlement stayed"
    answers = [settle.until_answered() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    title, balance, _, _ = held()
    assert [holder["party"] for holder in title] == [paid["buyer"]]
    assert balance["available_fen"] == answers[0].json()["to_seller_fen"]
    assert set(cashier.get("/api/v1/totals")["sums_fen"].values()) == {0}
    case.settle_down()
    venue.doctor()


def test_of_two_jumps_at_once_one_moves_the_clock(venue, case, paid):
    administrator = case.administrator
    case.settle_down()
    due_at = administrator.get("/api/v1/venue/clock")["next_due_at"]
    assert due_at is not None, "nothing is due: there is nowhere to jump"
    before = _jumps(venue)
    start = threading.Barrier(2)

    def jump() -> httpx.Response:
        start.wait(10)
        return httpx.post(
            f"{venue.base}/api/v1/venue/clock/jump",
            headers={
                "Authorization": f"Bearer {administrator.token}",
                "Idempotency-Key": str(uuid.uuid4()),
            },
            timeout=60,
        )

    # Both have asked, and wait for the clock, before one may move it.
    with ThreadPoolExecutor() as pool, venue.caught_at("due_clock") as caught:
        asked = [pool.submit(jump) for _ in range(2)]
        caught()
        wait_for("both", lambda: _waiting(venue) == 2, every=0.02)
    answers = sorted((a.result() for a in asked), key=lambda a: a.status_code)
    assert [a.status_code for a in answers] == [200, 409], [a.text for a in answers]
    assert answers[0].json()["now"] == due_at
    assert answers[1].json()["code"] == "due.just_moved"
    assert _jumps(venue) == before + 1
    case.settle_down()
    venue.doctor()


def _waiting(venue) -> int:
    """How many wait for the clock: one to change it, the other for the one before."""
    return len(
        venue.sql(
            "SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query LIKE '%%due_clock%%'"
        )
    )


def _jumps(venue) -> int:
    return int(venue.sql("SELECT count(*) FROM journal_entry WHERE kind = 'due.ClockJumped'")[0][0])
