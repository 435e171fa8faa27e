"""
The pages of each audience, found as people find them: by links from where they begin.

    home of the audience ─▶ links ─▶ one page of every address pattern ─▶ its links ─▶ …
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
from django.urls import Resolver404, URLPattern, URLResolver, resolve

LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)', re.IGNORECASE)
HIDDEN = re.compile(r"<(\w+)(?=[^>]*\shidden\b)[^>]*>.*?</\1>", re.DOTALL)
HOMES = {None: "/", "university": "/my", "alpha": "/my", "beta": "/my"}  # officers begin at /desk
EACH = 1  # pages of one pattern; of public ones more, for they differ
EACH_PUBLIC = 15
MOST = 400

# Addresses that are no pages for people to come to by a link.
NO_PAGES = re.compile(
    r"api/|healthz|readyz|metrics|\.well-known|documents/|live/|i18n/|demo/|static/"
    r"|log/(checkpoint$|tile|content|witness|seal|sth|openings)|.*/(proof|leaf)$|certificates/status/|hall(/|$)|desk/technical/"
    r"|accounts/(?!login|signup|password/reset/$|password/change/|2fa/$|email/$)"
    r"|sign-in/|.*\.(ics|xlsx|json|pdf|csv|txt)$|.*/(pdf|json|contract|content)$|lots/[^/]+/bids$"
)


@dataclass
class Found:
    """Pages by pattern, and links that lead nowhere."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """One page of every pattern."""
        return [paths[0] for _pattern, paths in sorted(self.pages.items())]


def crawl(site: Any, role: str | None) -> Found:
    """Follow links from the role's home, within its own pages; a visitor sees all public ones."""
    cookies = {cookie["name"]: cookie["value"] for cookie in site.cookies(role, "zh-hans")}
    with httpx.Client(base_url=site.address, cookies=cookies, timeout=30) as client:
        return follow(client.get, role, site.address)


def follow(get: Callable[[str], Any], role: str | None, address: str = "") -> Found:
    """The same, by whatever gets a page."""
    home = HOMES.get(role, "/desk")
    own = home.rstrip("/")
    found, seen, waiting = Found(), {home}, deque([(home, "")])
    while waiting and len(seen) < MOST:
        path, came_from = waiting.popleft()
        pattern = pattern_of(path)
        if pattern is None:
            found.broken.append(f"{path} (from {came_from}) is no address")
            continue
        if NO_PAGES.match(path.lstrip("/").partition("?")[0]):
            continue
        known = found.pages.setdefault(pattern, [])
        if len(known) >= (EACH_PUBLIC if role is None else EACH):
            continue
        answer = get(path)
        if answer.status_code in (301, 302, 303):
            continue
        if answer.status_code != 200:
            found.broken.append(f"{path} (from {came_from}) answers {answer.status_code}")
            continue
        known.append(path)
        for link in LINK.findall(HIDDEN.sub("", answer.text)):
            link = unescape(link).removeprefix(address)
            if link.startswith("?"):
                link = path.partition("?")[0] + link
            inside = role is None or link == own or link.startswith(f"{own}/")
            if link.startswith("/") and inside and link not in seen:
                seen.add(link)
                waiting.append((link, path))
    found.pages = {pattern: paths for pattern, paths in found.pages.items() if paths}
    return found


def pattern_of(path: str) -> str | None:
    """The address pattern a path matches; None where it matches none."""
    try:
        return str(resolve(path.partition("?")[0]).route)
    except Resolver404:
        return None


def patterns(*areas: str) -> set[str]:
    """Every address pattern of the areas' pages that a person comes to by a link."""
    from hutong.node.urls import urlpatterns

    return {
        route
        for route, module in flat(urlpatterns)
        if module.startswith(tuple(f"hutong.{area}." for area in areas))
        and not NO_PAGES.match(route)
    }


def flat(entries: Any, prefix: str = "") -> Any:
    """Each address pattern with the module of its page."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from flat(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), getattr(entry.callback, "__module__", "")
