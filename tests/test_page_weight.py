"""
A page with all it loads before its charts weighs less than 300 KB as it is sent, and asks nobody but
the venue for anything.
"""

import re
from typing import Any
from urllib.parse import urljoin

import pytest

from hutong.parties.testing import member_of, officer, verified_party
from hutong.ui.testing import Browsing, browsing

pytestmark = pytest.mark.django_db
MOST = 300_000
LOADED = re.compile(
    r'<(?:script|img|iframe|source|video)[^>]*?\ssrc="([^"]+)"'
    r'|<link[^>]*?rel="(?:stylesheet|icon|modulepreload|preload)"[^>]*?href="([^"]+)"'
)
IMPORTED = re.compile(r'^\s*(?:import|export)\b[^;]*?["\']([./][^"\']+)["\']', re.MULTILINE)
NEEDED = re.compile(r'@import\s+["\']([^"\']+)|url\(\s*["\']?((?!data:)[^"\')]+)')
PUBLIC = (
    *("/", "/search", "/technologies", "/listings", "/lots", "/deals", "/calendar"),
    *("/public-notices", "/certificates", "/verify", "/rules", "/log", "/style", "/style/case"),
    *("/hall", "/hall/booth", "/accounts/login/"),
)
MEMBERS = ("/my", "/my/technologies", "/my/listings", "/my/rights", "/my/money", "/my/deals")
OFFICERS = ("/desk", "/desk/procedures", "/desk/rulebook", "/desk/calendar", "/desk/search?q=公司")


def test_no_page_is_heavy_or_asks_elsewhere(venue: Any) -> None:
    university = verified_party("上海某大学", now=venue.now)
    readers = [
        (browsing(), PUBLIC),
        (browsing(member_of(university)), MEMBERS),
        (browsing(officer("listing", "registrar")), OFFICERS),
    ]
    told = [line for reader, paths in readers for path in paths for line in faults(reader, path)]
    assert not told, "\n".join(told)


def faults(reader: Browsing, path: str) -> list[str]:
    """What is wrong with a page: whom it asks besides the venue, and that it weighs too much."""
    page = reader.get(path)
    assert page.status_code == 200, path
    weighed, waiting = {path: sent(reader, path)}, named(page.content.decode(), path, LOADED)
    while waiting:
        address = waiting.pop()
        if address in weighed:
            continue
        if not address.startswith("/"):
            return [f"{path} asks elsewhere: {address}"]
        weighed[address] = sent(reader, address)
        waiting += named(said(reader, address), address, IMPORTED if ".js" in address else NEEDED)
    weight = sum(weighed.values())
    heaviest = sorted(weighed.items(), key=lambda one: -one[1])[:4]
    return [] if weight < MOST else [f"{path} weighs {weight:,} bytes: {heaviest}"]


def named(text: str, base: str, pattern: re.Pattern[str]) -> list[str]:
    found = (next(filter(None, match.groups())) for match in pattern.finditer(text))
    return [urljoin(base, address) for address in found]


def said(reader: Browsing, address: str) -> str:
    if not address.partition("?")[0].endswith((".js", ".css")):
        return ""
    answer = reader.client.get(address)
    return b"".join(answer).decode()


def sent(reader: Browsing, address: str) -> int:
    """How many bytes come over the wire to a browser of today."""
    headers = {"accept-encoding": "gzip, deflate, br, zstd", "accept-language": "zh-CN"}
    answer = reader.client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return int(answer["Content-Length"])
