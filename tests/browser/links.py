"""
Every link that a page shows to somebody answers that somebody: no door is shown that is shut.

    home ─▶ each kind of own page ─▶ each kind of link on it: pages, files, pages of other audiences
"""

from collections import Counter, deque
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

from browser.crawl import HIDDEN, HOMES, LINK, pattern_of

SAMPLES = "/style"  # where things are shown that are not there
OTHERS = ("/api/", "/static/", "/demo/", "/live/", "/accounts/", "/desk/technical")
MOST = 1_200


def shut(get: Callable[[str], Any], role: str | None, *, each: int, address: str = "") -> list[str]:
    """Links shown to `role` that do not answer 200; of every kind of link so many are tried.

    A kind is an address pattern with the names of what is asked of it.
    """
    home = HOMES.get(role, "/desk")
    found: list[str] = []
    tried: Counter[Any] = Counter()
    seen, waiting = {home}, deque([(home, "")])
    while waiting and len(seen) < MOST:
        link, came_from = waiting.popleft()
        path, _mark, query = link.partition("?")
        kind = (pattern_of(link), tuple(sorted(name for name, _ in parse_qsl(query))))
        if tried[kind] >= each:
            continue
        tried[kind] += 1
        answer = get(link)
        if answer.status_code != 200:
            found.append(f"{link} (on {came_from}) answers {answer.status_code}")
            continue
        if path.startswith(SAMPLES):
            continue
        own = home == "/" or path == home or path.startswith(f"{home}/")
        if not own or "html" not in answer.headers.get("Content-Type", ""):
            continue
        page = HIDDEN.sub("", answer.content.decode("utf-8", "replace"))
        for shown in LINK.findall(page):
            shown = unescape(shown).removeprefix(address)
            shown = path + shown if shown.startswith("?") else shown
            if not shown.startswith("/") or shown.startswith(OTHERS) or shown in seen:
                continue
            seen.add(shown)
            waiting.append((shown, link))
    return found
