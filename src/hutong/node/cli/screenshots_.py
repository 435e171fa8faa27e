"""
`hutong screenshots DIR`: a picture of every page of the running venue, for a person to look through.

As a visitor, and as the people named with `--as`; at a demo venue without any named, as one officer of
every role and one person of two parties. Pages are found by links from each audience's home, one of
every address pattern; an `index.html` shows all of them. Needs playwright and a Chromium.
"""

import argparse
import os
import re
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hutong.node.cli import CommandError
from hutong.node.cli.officer_ import link_text

WIDTHS = {"desktop": 1440, "phone": 390}
LANGUAGES = ("zh-hans", "en")
MOST = 300  # pages of one reader
NO_PAGES = re.compile(
    r"/(api|static|documents|live|i18n|demo|sign-in|accounts|log/(checkpoint$|tile|content))\b"
    r"|/desk/technical\b|.*\.(ics|xlsx|json|pdf|csv|txt|xml)$|.*/(pdf|json|contract|proof|leaf)$"
)
LINKS = "() => [...document.querySelectorAll('a[href]')].map((a) => a.href)"


@dataclass(frozen=True)
class Shot:
    file: str
    reader: str
    path: str
    width: str


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, help="where the pictures go")
    parser.add_argument(
        "--as", dest="people", action="append", default=[], metavar="EMAIL", help="also as this one"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="zh-hans")
    parser.add_argument("--dark", action="store_true", help="as a reader of dark pages sees them")


def run(options: argparse.Namespace) -> int:
    chromium = os.environ.get("HUTONG_CHROMIUM") or shutil.which("chromium") or ""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = ""
    if not chromium:
        raise CommandError(
            "this needs a browser: install the package playwright and Chromium (Debian: apt install "
            "chromium), or name one in HUTONG_CHROMIUM"
        )
    from hutong.node.venue import opened

    with opened():
        address = _address()
        readers = list(_readers(address, options.people))
    options.directory.mkdir(parents=True, exist_ok=True)
    shots: list[Shot] = []
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, home, link in readers:
            shots += _shoot(browser, options, address, name, home, link)
            print(f"screenshots: {name}: {sum(s.reader == name for s in shots)}", flush=True)
        browser.close()
    (options.directory / "index.html").write_text(_gallery(shots), encoding="utf-8")
    print(f"screenshots: {len(shots)} pictures, see {options.directory / 'index.html'}")
    return 0


def _address() -> str:
    from django.conf import settings

    from hutong.node.presence import who_runs

    running = who_runs(settings.STATE)
    if running is None:
        raise CommandError("no venue runs here: start ./hutong demo or ./hutong up first")
    return running.address


def _readers(address: str, people: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each reader's name, home, and one-time address that signs it in."""
    yield "visitor", "/", ""
    named = {email: email for email in people} or dict(_of_the_demo())
    for name, email in named.items():
        home = "/desk" if name.startswith("office-") else "/my"
        yield name, home, f"{address}/sign-in/{link_text(email, second_factor=True)}"


def _of_the_demo() -> Iterator[tuple[str, str]]:
    """One officer of every role, and one person each of two parties; at a demo venue only."""
    from hutong.due import queries as due
    from hutong.kit.actor import SYSTEM
    from hutong.parties import queries
    from hutong.parties.rules import Status

    if not due.is_demo():
        return
    for office in queries.officers():
        yield f"office-{office.role}", office.person.email
    verified = queries.parties_page(SYSTEM, status=Status.VERIFIED)["items"]
    for number, party in enumerate(verified[:1] + verified[-1:], start=1):
        for person in queries.people_of(party.id)[:1]:
            yield f"party-{number}", queries.person(person).email


def _shoot(
    browser: Any, options: argparse.Namespace, address: str, name: str, home: str, link: str
) -> list[Shot]:
    """Walk from `home` over one page of every pattern, and picture each in both widths."""
    context = browser.new_context(color_scheme="dark" if options.dark else "light")
    language = {"name": "hutong_language", "value": options.language, "url": address}
    context.add_cookies([language])
    page = context.new_page()
    if link:
        page.goto(link)
    shots: list[Shot] = []
    seen: set[str] = set()
    waiting = deque([home])
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        pattern = _pattern(path)
        if pattern is None or pattern in seen:
            continue
        seen.add(pattern)
        for label, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 900})
            answer = page.goto(address + path)
            if answer is None or answer.status != 200:
                break
            file = f"{name}-{_slug(path)}-{label}.png"
            page.screenshot(path=options.directory / file, full_page=True)
            shots.append(Shot(file, name, path, label))
        else:
            for found in page.evaluate(LINKS):
                parts = urlsplit(found)
                own = home == "/" or parts.path == home or parts.path.startswith(f"{home}/")
                if own and f"{parts.scheme}://{parts.netloc}" == address:
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    context.close()
    return shots


def _pattern(path: str) -> str | None:
    from django.urls import Resolver404, resolve

    if NO_PAGES.match(path.partition("?")[0]):
        return None
    try:
        return str(resolve(path.partition("?")[0]).route)
    except Resolver404:
        return None


def _slug(path: str) -> str:
    return re.sub(r"[^\w-]+", "_", path.partition("?")[0].strip("/"))[:60] or "home"


def _gallery(shots: list[Shot]) -> str:
    pictures = "".join(
        f'<figure><a href="{escape(s.file)}"><img loading="lazy" src="{escape(s.file)}" alt=""></a>'
        f"<figcaption>{escape(s.reader)} · {escape(s.path)} · {s.width}</figcaption></figure>"
        for s in shots
    )
    return (
        "<!doctype html><meta charset=utf-8><title>Pages</title><style>body{font:14px system-ui;"
        "display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:16px;padding:16px}"
        "img{width:100%;height:420px;object-fit:cover;object-position:top;border:1px solid #ccc}"
        f"figure{{margin:0}}figcaption{{overflow-wrap:anywhere}}</style>{pictures}"
    )
