"""The hall as the people before it see it: live, through losses, for hours (ST-4)."""

import json
import time
from typing import Any

import pytest

pytestmark = pytest.mark.browser
START = "2022-06-20T01:00:00Z"
HOURS = 8
POLL_SECONDS = 10
POLLS = "Number(document.documentElement.dataset.polls ?? 0)"


class Market:
    """What the server would say: a deal every five minutes, a lot that comes, moves and goes."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        self.seconds = 0
        self.sold: list[dict[str, Any]] = []
        self.is_down = False

    def answer(self, route: Any) -> None:
        if self.is_down:
            route.abort()
            return
        while len(self.sold) < self.seconds // 300:
            self.sold.append(self._deal(len(self.sold)))
        now = _at(self.seconds)
        body = {
            **self.found,
            "server_time": now,
            "deals": self.sold[-12:][::-1],
            "missed": self.sold[-500:],
            "provinces": {"31": len(self.sold), "44": 2},
            "lots": [self._lot(n) for n in range(self.seconds // 1800 % 6)],
        }
        route.fulfill(status=200, content_type="application/json", body=json.dumps(body))

    def _deal(self, n: int) -> dict[str, Any]:
        return {
            "id": f"deal-{n}", "number": f"D-{n}", "title_zh": f"成果{n}", "title_en": f"Thing {n}",
            "seller_zh": "某大学", "seller_en": "A university", "province": "31",
            "price_fen": 100_000_00 + n, "currency": "CNY", "at": _at(300 * (n + 1)),
        }  # fmt: skip

    def _lot(self, n: int) -> dict[str, Any]:
        return {
            "lot": f"lot-{n}", "title_zh": f"标的{n}", "title_en": f"Lot {n}", "status": "free",
            "opening_fen": 100, "price_fen": 100 + self.seconds, "leader": 1, "bids": self.seconds,
            "opens_at": _at(0), "free_ends_at": _at(self.seconds + 600),
            "ends_at": _at(self.seconds + 600), "revision": self.seconds,
        }  # fmt: skip


def _at(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"2022-06-20T{1 + hours:02d}:{rest // 60:02d}:{rest % 60:02d}.000000Z"


@pytest.fixture
def screen(site: Any, browser: Any) -> Any:
    """The hall with a clock of ours and a market of ours behind it."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    found = context.request.get(f"{site.address}/hall/data").json()
    page.market = Market({**found, "lots": [], "deals": []})
    page.clock.install(time=START)
    page.route("**/hall/data*", page.market.answer)
    page.route("**/live/board", lambda route: route.abort())
    page.goto(f"{site.address}/hall")
    yield page
    context.close()


def _run(page: Any, polls: int) -> None:
    """Let the clock run on, poll by poll."""
    for _ in range(polls):
        before = page.evaluate(POLLS)
        page.market.seconds += POLL_SECONDS
        page.clock.run_for(POLL_SECONDS * 1000)
        until = time.monotonic() + 10
        while page.evaluate(POLLS) == before:
            assert time.monotonic() < until, "the hall does not ask"


def _heap(page: Any) -> int:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return int(used)


def test_the_hall_shows_lots_and_deals_and_tells_when_it_is_cut_off(screen: Any) -> None:
    page = screen
    page.market.seconds = 1790
    _run(page, 3)
    assert page.locator(".lot h3").all_text_contents() == ["Lot 0"]
    assert page.locator('[data-hall="sold"]').is_visible()
    assert "Thing 5" in page.locator('[data-hall="deals"] .title').all_text_contents()
    assert page.locator('[data-province="31"] .tile-count').text_content() == "6"
    page.market.is_down = True
    page.clock.run_for(POLL_SECONDS * 1000)
    page.wait_for_selector(".link.is-lost")
    assert page.locator(".lot h3").all_text_contents() == ["Lot 0"]  # what was known stays
    page.market.is_down = False
    page.market.seconds += 300
    _run(page, 1)
    page.wait_for_selector(".link:not(.is-lost)")
    assert page.evaluate("document.documentElement.dataset.announced") == "7"
    assert page.faults == []


@pytest.mark.drill
def test_after_eight_hours_the_hall_holds_no_more_and_missed_no_deal(screen: Any) -> None:
    page = screen
    _run(page, 2 * 360)
    early = _heap(page)
    _run(page, (HOURS - 2) * 360)
    late = _heap(page)  # as many lots run as at the second hour
    assert page.evaluate("document.documentElement.dataset.announced") == str(HOURS * 12)
    assert late < early * 1.1, f"{early:,} bytes after two hours, {late:,} after eight"
    shown = page.evaluate("document.querySelector('[data-hall=time]').textContent")
    hours, minutes, seconds = (int(part) for part in shown.split(":"))
    drift = (hours - 17) * 3600 + minutes * 60 + seconds
    assert abs(drift) <= 2, f"{shown} after eight hours"
    assert page.faults == []
