"""The auction room shows what the venue has confirmed, and comes back by itself."""

import os
import signal
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.browser


def kill_front(site: Any) -> None:
    """kill -9 the process that holds the public port; the supervisor starts another."""
    children = psutil.Process(site.process.pid).children(recursive=True)
    fronts = [p.pid for p in children if "hutong.node.front:app" in " ".join(p.cmdline())]
    assert len(fronts) == 1, "one front serves the port"
    os.kill(fronts[0], signal.SIGKILL)


def bid(visitor: Any, steps: int, answer: str) -> None:
    """Bid the least amount plus `steps` increments; wait for the receipt to say `answer`."""
    visitor.page.click(f'[data-steps="{steps}"]')
    visitor.page.click("[data-room=bid]")
    visitor.until("[data-room=receipt]", answer)


def test_bids_receipts_and_coming_back_after_the_server_died(visit: Any) -> None:
    room = f"/lots/{visit().site.seeded['lot']}"
    alpha, beta = visit("alpha", "en"), visit("beta", "en", 390)
    watcher = visit(language="en")
    for visitor in (alpha, beta, watcher):
        visitor.go(room)
        visitor.until("[data-room=link]", "live")
    assert "¥100,000.00" in alpha.text("[data-room=least]")

    bid(alpha, 0, "Accepted")
    for visitor in (alpha, beta, watcher):
        visitor.until("[data-room=price]", "¥100,000.00")
    alpha.until("[data-room=standing]", "Your bid leads.")

    bid(alpha, 1, "may not raise")  # refused with the reason, and a receipt

    bid(beta, 5, "Accepted")
    watcher.until("[data-room=price]", "¥106,000.00")

    kill_front(alpha.site)
    watcher.until("[data-room=link]", "lost")
    watcher.until("[data-room=link]", "live", seconds=90)
    alpha.until("[data-room=link]", "live", seconds=90)
    bid(alpha, 0, "Accepted")
    watcher.until("[data-room=price]", "¥107,000.00")
    rows = watcher.page.query_selector_all("[data-room=history] tr")
    assert [row.query_selector_all("td")[2].inner_text() for row in rows] == [
        "¥107,000.00",
        "¥106,000.00",
        "¥100,000.00",
    ]  # nothing missed, nothing twice
