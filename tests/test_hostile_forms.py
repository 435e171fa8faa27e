"""
Hostile text in every field of every form that a page offers: never a fault, never run, never cut loose.

Pages are found by links, their forms read as a browser reads them, and each button pressed with what
nobody should type. Whatever is accepted is shown again as text.
"""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from browser.crawl import HIDDEN, HOMES, LINK, NO_PAGES, pattern_of
from browser.seed import seed

pytestmark = pytest.mark.drill
RUN = "<script>alert(1)</script>"
HOSTILE = f'{RUN}"><img src=x onerror=alert(2)>\u202e\u2067\x00' + "长" * 10_000
ROLES = ["university", "alpha", "registrar", "listing", "settlement", "administrator", "compliance"]
LEAVE = {"/accounts/logout/", "/i18n/setlang/", "/demo/jump", "/my/acting-for"}
PAGES = 60


class Forms(HTMLParser):
    """The forms of a page: where they go, their fields, their buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.by_id: dict[str, dict[str, Any]] = {}
        self.here: dict[str, Any] | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        at = dict(attrs)
        if tag == "form":
            self.here = {"action": at.get("action") or "", "fields": {}, "acts": []}
            self.here["post"] = (at.get("method") or "").lower() == "post"
            self.forms.append(self.here)
            if at.get("id"):
                self.by_id[at["id"]] = self.here
        form = self.by_id.get(at.get("form", ""), self.here)
        if form is None or not at.get("name"):
            return
        if tag == "button":
            form["acts"].append((at["name"], at.get("value") or ""))
        elif tag == "input" and at.get("type") in ("hidden", "checkbox", "radio"):
            form["fields"].setdefault(at["name"], at.get("value") or "on")
        elif tag in ("input", "textarea", "select") and at.get("type") != "file":
            form["fields"][at["name"]] = HOSTILE

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.here = None


def own_pages(client: Client, role: str) -> dict[str, str]:
    """One page of every address pattern the role comes to by links."""
    home = HOMES.get(role, "/desk")
    found: dict[str, str] = {}
    waiting, seen = [home], {home}
    while waiting and len(found) < PAGES:
        path = waiting.pop(0)
        pattern = pattern_of(path)
        if pattern is None or pattern in found or NO_PAGES.match(path.lstrip("/")):
            continue
        answer = client.get(path)
        if answer.status_code != 200:
            continue
        found[pattern] = path
        for link in LINK.findall(HIDDEN.sub("", answer.content.decode())):
            if link not in seen and (link == home or link.startswith((f"{home}/", "/listings/"))):
                seen.add(link)
                waiting.append(link)
    return found


def test_no_field_of_any_form_breaks_a_page(own_database: Any, tmp_path: Path) -> None:
    with override_settings(STATE=tmp_path, WHITENOISE_AUTOREFRESH=True):
        seeded = seed()
        told, sent = [], 0
        for role in ROLES:
            client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
            client.cookies["hutong_session"] = seeded["sessions"][role]
            for path in own_pages(client, role).values():
                read = Forms()
                read.feed(client.get(path).content.decode())
                for form in read.forms:
                    if not form["post"] or form["action"] in LEAVE:
                        continue
                    for name, act in form["acts"] or [("act", "")]:
                        sent += 1
                        answer = client.post(
                            form["action"] or path, {**form["fields"], name: act}, follow=True
                        )
                        page = answer.content.decode("utf-8", "replace")
                        if answer.status_code >= 500:
                            told.append(f"{role} {path} {act}: {answer.status_code}")
                        if RUN in page:
                            told.append(f"{role} {path} {act}: shown as it was typed, to be run")
    assert sent > 60, "forms were found and sent"
    assert not told, "\n".join(told)
