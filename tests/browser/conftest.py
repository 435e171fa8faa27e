"""
A whole venue, started as an operator starts it, and a real browser to walk it.

    site       `hutong up --demo` on a clone of the migrated database, seeded by seed.py; one a session
    browser    Chromium; without one these tests are skipped, visibly
    visit      opens pages, collects what goes wrong on them, comes signed in when asked
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
CHROMIUM = os.environ.get("HUTONG_CHROMIUM") or shutil.which("chromium") or ""
LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}
SESSION_COOKIE = "hutong_session"


@dataclass(frozen=True)
class Site:
    """A running venue: its address, state directory, and what was seeded."""

    address: str
    state: Path
    process: "subprocess.Popen[bytes]"
    seeded: dict[str, Any]

    def cookies(self, role: str | None, language: str) -> list[dict[str, str]]:
        """What a browser of `role` keeps."""
        kept = [{"name": "hutong_language", "value": language, "url": self.address}]
        if role is not None:
            session = self.seeded["sessions"][role]
            kept.append({"name": SESSION_COOKIE, "value": session, "url": self.address})
        return kept


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, site_database: Any, working_at: Any
) -> Iterator[Site]:
    if not CHROMIUM:
        pytest.skip("no chromium here: the browser tests need one (set HUTONG_CHROMIUM)")
    if not (ROOT / "node_modules" / "@tabler" / "core").is_dir():
        pytest.skip("no front-end packages here: run ./hutong once")
    from django.test import override_settings

    from browser.seed import seed

    state = tmp_path_factory.mktemp("venue")
    with working_at(site_database), override_settings(STATE=state):
        seeded = seed()
    with running(state, site_database, seeded) as started:
        yield started


@contextlib.contextmanager
def running(state: Path, database: Any, seeded: dict[str, Any]) -> Iterator[Site]:
    """A seeded venue, started as an operator starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "HUTONG_STATE": str(state),
        "HUTONG_ORIGIN": address,
        "HUTONG_DATABASE_URL": database.app_url,
        "HUTONG_OWNER_DATABASE_URL": database.owner_url,
        "HUTONG_EMAIL_URL": f"file:{state / 'mail'}",
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "hutong.node.settings",
    }
    with (state / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hutong.node.cli", "up", "--demo", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_ready(address, process, state / "up.log")
        yield Site(address, state, process, seeded)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"{address}/readyz", timeout=5).status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"the venue did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Any]:
    """Ends with this directory: its event loop would stand in the way of tests that run their own, and
    of seeding the site, which therefore is there before it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """One person with a browser window.

    `complaints`: what the console reported, and what was asked of anybody but the venue.
    """

    site: Site
    page: Any
    complaints: list[str] = field(default_factory=list)
    scripts: set[Path] = field(default_factory=set)

    def bring(self, script: Path) -> None:
        """Load a script of ours into every page from now on, before its own."""
        if script not in self.scripts:
            self.page.add_init_script(path=script)
            self.scripts.add(script)

    def go(self, path: str) -> Any:
        return self.page.goto(self.site.address + path, wait_until="load")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def until(self, selector: str, wanted: str, seconds: float = 15) -> str:
        """Wait until an element says `wanted`; polled, because the policy forbids evaluation."""
        end = time.monotonic() + seconds
        while True:
            said = self.text(selector)
            if wanted in said or time.monotonic() > end:
                assert wanted in said, f"{selector} says {said!r}, not {wanted!r}"
                return said
            time.sleep(0.1)


@pytest.fixture
def visit(site: Site, browser: Any) -> Iterator[Any]:
    """Return a function that opens a window: visit(role=None, language="zh-hans", width=1440)."""
    with windows(site, browser) as opened:
        yield opened


@contextlib.contextmanager
def windows(site: Site, browser: Any) -> Iterator[Any]:
    """The same at any site; the windows are closed at the end."""
    contexts = []

    def opened(
        role: str | None = None, language: str = "zh-hans", width: int = 1440, **options: Any
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=LANGUAGES[language], **options
        )
        context.add_cookies(site.cookies(role, language))
        contexts.append(context)
        visitor = Visitor(site, context.new_page())

        def note(message: Any) -> None:
            if message.type in ("error", "warning"):
                visitor.complaints.append(message.text)

        def ask(request: Any) -> None:
            if not request.url.startswith((site.address, "data:", "blob:")):
                visitor.complaints.append(f"asked elsewhere: {request.url}")

        visitor.page.on("console", note)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on("request", ask)
        return visitor

    yield opened
    for context in contexts:
        context.close()
