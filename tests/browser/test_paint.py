"""The largest thing on each main public page is painted within 1.5 seconds of a first visit."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser
MOST_MS = 1_500
VISITS = 3  # the best counts: whatever else the machine does is no fault of a page
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
        soonest = min(_painted(visit, path) for _ in range(VISITS))
        if not 0 < soonest < MOST_MS:
            late[path] = round(soonest)
    assert not late, late


def _painted(visit: Any, path: str) -> float:
    """Milliseconds until the largest paint, in a window that has nothing in its cache."""
    visitor = visit()
    visitor.go(path)
    at = float(visitor.page.evaluate(PAINT))
    visitor.page.context.close()
    return at
