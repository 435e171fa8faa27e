"""The largest thing on each main public page is painted within 1.5 seconds of a first visit."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
MOST_MS = 1_500
VISITS = 3  # at most; the best counts: whatever else the machine does is no fault of a page
PAGES = ("/", "/search?q=合金", "/technologies", "/listings", "/lots", "/calendar", "/hall")
PAINT = """() => new Promise((done) => {
  let at = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) at = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => done(at), 200);
})"""


def test_the_largest_thing_is_painted_soon(visit: Any, site: Any) -> None:
    listing = f"/listings/{site.seeded['listing']}"
    late = {}
    for path in (*PAGES, listing):
        painted: list[float] = []
        while len(painted) < VISITS and not any(0 < at < MOST_MS for at in painted):
            painted.append(_painted(visit, path))
        if not any(0 < at < MOST_MS for at in painted):
            late[path] = [round(at) for at in painted]
    assert not late, late


def _painted(visit: Any, path: str) -> float:
    """Milliseconds until the largest paint, in a window that has nothing in its cache."""
    visitor = visit()
    visitor.go(path)
    at = float(visitor.page.evaluate(PAINT))
    visitor.page.context.close()
    return at
