"""
Bench `pages`: server time, questions to the database and weight of pages, with 100,000 technologies
and 10,000 listings; and, where there is a browser, how soon the largest thing is painted.

Every request goes through all of Django in this process, warmed as web is; each case asks for different
things, compressed. What it weighs is what is sent. The painting is measured against a whole venue,
started for it.
"""

import argparse
import gzip
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[1] / "src"),
]

from benchmarks import api, common  # noqa: E402
from benchmarks.common import ROOT, Case, Database, percentile, venue_database  # noqa: E402

REQUESTS = 100
BOUND_MS, BOUND_QUERIES, BOUND_KB, BOUND_PAINT_MS = 80.0, 12, 300.0, 1500.0
PAINTS = 5
WORDS = (
    "机器人",
    "传感器",
    "海洋平台",
    "合金",
    "图像识别",
    "催化剂 低功耗",
    "电池",
    "智能电网 模型",
)
ASSETS = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"')
IMPORTS = re.compile(r'from "\./([\w.-]+)"')
BROWSER = {"accept-language": "zh-CN", "accept-encoding": "gzip, deflate, br, zstd"}


def measure() -> Iterator[Case]:
    with venue_database() as venue:
        from hutong.node.founding import demo_rulebook, found
        from hutong.node.loading import loading
        from hutong.node.warm import warm_up

        found(rulebook=demo_rulebook(), now=api.NOW)
        technologies = api._technologies(venue)
        listings = api._listings(venue)
        yield _index()
        pages = _pages(technologies, listings)
        with loading():
            warm_up()
        for name, (reader, path) in pages.items():
            yield _timed(name, reader, path)
        for name, (reader, path) in pages.items():
            yield _asked(name, reader, path)
            yield _weighed(name, reader, path)
        yield from _painted(venue, listings)


def _index() -> Case:
    """Build the search index, as the worker does on its first start."""
    from hutong.node.searching import FEEDS
    from hutong.search.following import Follower

    follower = Follower(FEEDS)
    began = time.perf_counter()
    count = follower.step()
    follower.close()
    return Case(
        bench="pages",
        case="search index built anew",
        unit="documents/s",
        ours=count / (time.perf_counter() - began),
    )


def _pages(
    technologies: list[str], listings: list[str]
) -> dict[str, tuple[Any, Callable[[], str]]]:
    from hutong.parties.testing import member_of, officer
    from hutong.ui.testing import browsing

    dice = random.Random(11)
    anybody = browsing()
    seller = _seller()
    member, clerk = browsing(member_of(seller)), browsing(officer("listing", "registrar"))
    return {
        "home": (anybody, lambda: "/"),
        "search: words": (anybody, lambda: f"/search?q={dice.choice(WORDS)}"),
        "search: words in a field": (
            anybody,
            lambda: f"/search?q={dice.choice(WORDS)}&ipc={dice.choice('ABCDEFGH')}&legal=in_force",
        ),
        "search: everything": (anybody, lambda: f"/search?page={dice.randint(1, 40)}"),
        "search: listings ending first": (
            anybody,
            lambda: f"/search?type=listing&order=ending&page={dice.randint(1, 20)}",
        ),
        "technologies": (anybody, lambda: f"/technologies?ipc={dice.choice('ABCDEFGH')}"),
        "technology": (anybody, lambda: f"/technologies/{dice.choice(technologies)}"),
        "board": (anybody, lambda: f"/listings?order={dice.choice(['newest', 'ending'])}"),
        "listing": (anybody, lambda: f"/listings/{dice.choice(listings)}"),
        "calendar": (anybody, lambda: f"/calendar?month=2022-{dice.randint(6, 8):02d}"),
        "deals": (anybody, lambda: "/deals"),
        "public notices": (anybody, lambda: "/public-notices"),
        "rules": (anybody, lambda: "/rules"),
        "a member's listings": (member, lambda: "/my/listings"),
        "an officer's case": (clerk, lambda: f"/desk/listings/{dice.choice(listings)}"),
    }


def _seller() -> Any:
    from hutong.listings.queries import board
    from hutong.parties import queries

    return queries.party(board(limit=1)["items"][0].seller)


def _get(reader: Any, path: str) -> Any:
    """As a browser asks: the answer is compressed."""
    answer = reader.client.get(path, headers=BROWSER)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:500]!r}")
    return answer


def _timed(name: str, reader: Any, path: Callable[[], str]) -> Case:
    for _ in range(5):
        _get(reader, path())
    took = []
    for _ in range(REQUESTS):
        asked = path()
        began = time.perf_counter()
        _get(reader, asked)
        took.append((time.perf_counter() - began) * 1000)
    return Case(
        bench="pages",
        case=name,
        unit="ms p95",
        ours=percentile(took, 95),
        limit=BOUND_MS,
        limit_name=f"the bound set for it; median {statistics.median(took):.1f} ms",
        p99_ms=percentile(took, 99),
        less_is_better=True,
    )


def _asked(name: str, reader: Any, path: Callable[[], str]) -> Case:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    most = 0
    for _ in range(5):
        with CaptureQueriesContext(connection) as captured:
            _get(reader, path())
        most = max(most, len(captured))
    return Case(
        bench="pages",
        case=f"{name}: questions to the database",
        unit="queries",
        ours=most,
        limit=BOUND_QUERIES,
        limit_name="the bound set for it",
        less_is_better=True,
    )


def _weighed(name: str, reader: Any, path: Callable[[], str]) -> Case:
    """The page and everything it loads before charts, each as gzip sends it."""
    page = _get(reader, path())
    weight = int(page["Content-Length"])
    seen: set[str] = set()
    for asset in ASSETS.findall(gzip.decompress(page.content).decode()):
        weight += _asset(reader, asset, seen)
    return Case(
        bench="pages",
        case=f"{name}: weight",
        unit="KB compressed",
        ours=weight / 1024,
        limit=BOUND_KB,
        limit_name="the bound set for it",
        less_is_better=True,
    )


def _asset(reader: Any, address: str, seen: set[str]) -> int:
    """What a static file adds, with the modules it imports."""
    if address in seen:
        return 0
    seen.add(address)
    weight = int(_get(reader, address)["Content-Length"])
    if address.endswith(".js"):
        folder = address.rpartition("/")[0]
        said = b"".join(reader.client.get(address)).decode()
        weight += sum(_asset(reader, f"{folder}/{name}", seen) for name in IMPORTS.findall(said))
    return weight


# -- in a browser -----------------------------------------------------------------------------------

PAINT = """() => new Promise((done) => {
  let at = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) at = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done(at), 200);
})"""


def _painted(venue: Database, listings: list[str]) -> Iterator[Case]:
    chromium = os.environ.get("HUTONG_CHROMIUM") or shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if not chromium:
        print("pages: no browser here, painting is not measured", file=sys.stderr)
        return
    from hutong.node.up import free_port

    port = free_port(None)
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "HUTONG_DATABASE_URL": venue.app_url,
        "HUTONG_OWNER_DATABASE_URL": venue.owner_url,
        "HUTONG_ORIGIN": address,
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "hutong.node.cli", "up", "--demo", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **quiet)
    try:
        _wait(address)
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
            for path in ("/", "/search?q=机器人", "/listings", f"/listings/{listings[0]}"):
                yield _paint(browser, address, path)
            browser.close()
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if urllib.request.urlopen(f"{address}/readyz", timeout=5).status == 200:
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError("the venue did not start")


def _paint(browser: Any, address: str, path: str) -> Case:
    """A first visit each time: nothing is in the browser's cache."""
    took = []
    for _ in range(PAINTS):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = context.new_page()
        page.goto(address + path, wait_until="load")
        took.append(page.evaluate(PAINT))
        context.close()
    return Case(
        bench="pages",
        case=f"{path.partition('?')[0][:12]}: largest contentful paint",
        unit="ms median",
        ours=statistics.median(took),
        limit=BOUND_PAINT_MS,
        limit_name="the bound set for it",
        less_is_better=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.parse_args()
    common.main(measure)
