"""
A member bids at another venue on a page of its own, through its own venue (NE-4, AU-4).

    browser ─► the venue's hot door ─► a home venue that judges, and once loses its answer
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import running, windows
from browser.seed import _now, _session

pytestmark = [pytest.mark.browser, pytest.mark.drill]
HOME = "SZTE"
LEAST_FEN = 10_000_000
STEP_FEN = 100_000


class Home(ThreadingHTTPServer):
    """The home venue's doors, as far as a bidder's venue uses them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Doors)
        self.least_fen = LEAST_FEN
        self.receipts: dict[str, dict[str, Any]] = {}
        self.loses = 0  # so many answers
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def judge(self, lot: str, bid: dict[str, Any]) -> dict[str, Any]:
        if bid["bid_id"] in self.receipts:
            return self.receipts[bid["bid_id"]]
        accepted = bid["amount_fen"] >= self.least_fen
        low = {"code": "auctions.below_minimum", "rule": "AU-2", "title": "Too low."}
        self.receipts[bid["bid_id"]] = {
            "lot": lot,
            "paddle": 2,
            "accepted": accepted,
            "sequence": len(self.receipts) + 1,
            "refusal": None if accepted else low,
            **bid,
        }
        if accepted:
            self.least_fen = bid["amount_fen"] + STEP_FEN
        return self.receipts[bid["bid_id"]]


class Doors(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Home

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.path)
        if self.path == "/network/paddle":
            self.answer(200, {"token": "t", "paddle": 2, "expires": 4_000_000_000})
            return
        if not self.path.startswith("/live/lots/"):  # what venues ask of each other besides
            self.answer(404, {"code": "not_found"})
            return
        receipt = self.server.judge(self.path.split("/")[3], json.loads(sent))
        if self.server.loses:
            self.server.loses -= 1
            self.close_connection = True
            return
        self.answer(200, receipt)

    def do_GET(self) -> None:
        if "/bids/" in self.path:
            found = self.server.receipts.get(self.path.rpartition("/")[2])
            self.answer(200 if found else 404, found or {"code": "auctions.not_received"})
            return
        leading = self.server.least_fen - STEP_FEN if self.server.receipts else None
        times = {"opens_at": "2022-06-20T00:00:00Z", "ends_at": "2032-06-20T02:00:00Z"}
        shown = {"status": "free", "price_fen": leading, "least_next_fen": self.server.least_fen}
        self.answer(200, {**shown, **times})

    def answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        problem = "application/problem+json" if status >= 400 else "application/json"
        self.send_header("content-type", problem)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def home() -> Any:
    with Home() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def found_venue(home: Home) -> dict[str, Any]:
    """A venue of a network, and its member with an order at the home venue's lot."""
    from datetime import UTC, datetime

    from hutong.kit.ids import new_id
    from hutong.network.trade.models import Order
    from hutong.node import founding
    from hutong.node.keys import make_keyring
    from hutong.parties.testing import member_of, verified_party
    from hutong.transparency.testing import forget
    from hutong.venues.testing import join, paper_venue

    start = founding.DEMO_START
    founding.found(rulebook=founding.demo_rulebook(), now=start)
    forget(make_keyring().keyring)
    join(now=start, at=datetime.now(UTC), others=[paper_venue(HOME, url=home.url)])
    party = verified_party("甲科技有限公司", "enterprise", now=start, name_en="Alpha Ltd.")
    member = member_of(party)
    order = Order.objects.create(
        id=new_id(),
        venue=HOME,
        listing=new_id(),
        title_zh="一种高熵合金及其制备方法",
        title_en="A high-entropy alloy",
        party=party.id,
        opened_by=member.person,
        stage="qualified",
        deposit="guaranteed",
        lot=new_id(),
        opened_at=_now(),
        changed_at=_now(),
    )
    return {"order": str(order.id), "sessions": {"alpha": _session(member.person, party.id)}}


@pytest.fixture
def venue_site(own_database: Any, tmp_path: Path, home: Home) -> Any:
    from django.test import override_settings

    with override_settings(STATE=tmp_path), ThreadPoolExecutor(1) as aside:
        seeded = aside.submit(found_venue, home).result()  # the browser's loop runs in this thread
    with running(tmp_path, own_database, seeded) as site:
        yield site


def test_bids_elsewhere_show_the_home_venues_receipts(
    venue_site: Any, browser: Any, home: Home
) -> None:
    from playwright.sync_api import expect

    with windows(venue_site, browser) as visit:
        alpha = visit("alpha", "en")
        alpha.go(f"/my/orders/{venue_site.seeded['order']}")

        def bid(amount: str | None = None) -> None:
            if amount is not None:
                alpha.page.fill("[name=amount_fen]", amount)
            alpha.page.click("form[data-relay] button")

        bid()
        alpha.until("#bid-receipt", "Accepted: no. 1, ¥100,000.00.")
        alpha.until("#receipts", "¥100,000.00")
        alpha.until("#lot", "You lead.")
        least = alpha.page.locator("[name=amount_fen]")
        expect(least).to_have_value("101000")  # the least next bid

        bid("100,500")
        alpha.until("#bid-receipt", "Not accepted: ")

        home.loses = 1
        bid("101,000")
        alpha.until("#bid-receipt", "Accepted: no. 3, ¥101,000.00.")
        assert len(home.receipts) == 3, "a bid whose answer was lost counts once"

        bid("a lot")
        alpha.until("#bid-receipt", "Write an amount in yuan")
        assert len(home.receipts) == 3
        assert home.asked.count("/network/paddle") == 1
        lost = [one for one in alpha.complaints if "504" not in one]
        assert lost == [], "nothing is asked of anybody but the own venue"


def test_without_its_script_the_page_bids_all_the_same(
    venue_site: Any, browser: Any, home: Home
) -> None:
    with windows(venue_site, browser) as visit:
        alpha = visit("alpha", "zh-hans", 390, java_script_enabled=False)
        alpha.go(f"/my/orders/{venue_site.seeded['order']}")
        with alpha.page.expect_navigation():
            alpha.page.click("form[data-relay] button")
        assert "¥100,000.00" in alpha.text("#receipts")
        assert len(home.receipts) == 1
