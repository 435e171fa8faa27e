"""
People in a hurry, and bad connections: a double click, the way back and once more, two tabs, a line
that is slow or breaks off. Each thing is done once, and nothing is said that is not so.
"""

import contextlib
from typing import Any

import pytest

from browser.soundness import LAYOUT_SHIFT, SHIFT

pytestmark = pytest.mark.browser


def entered(visitor: Any, title: str) -> int:
    visitor.go("/my/technologies")
    return visitor.page.locator("main a", has_text=title).count()


def fill(visitor: Any, title: str) -> None:
    visitor.go("/my/technologies/new")
    visitor.page.select_option("[name=kind]", "know_how")
    visitor.page.fill("[name=title_zh]", title)


def test_a_double_click_enters_one_technology(visit: Any) -> None:
    visitor = visit("university")
    fill(visitor, "双击进场的诀窍")
    visitor.page.dblclick("button[name=act][value=enter]")
    visitor.page.wait_for_url(lambda url: not url.endswith("/new"))
    assert entered(visitor, "双击进场的诀窍") == 1


def test_the_way_back_and_the_same_form_again_enter_one_technology(visit: Any) -> None:
    visitor = visit("university")
    fill(visitor, "返回再交的诀窍")
    with visitor.page.expect_navigation():
        visitor.page.click("button[name=act][value=enter]")
    visitor.page.go_back()
    assert visitor.page.input_value("[name=title_zh]") == "返回再交的诀窍"
    with visitor.page.expect_navigation():
        visitor.page.click("button[name=act][value=enter]")
    assert "500" not in visitor.page.title()
    assert entered(visitor, "返回再交的诀窍") == 1


def test_what_one_tab_has_done_the_other_is_told(visit: Any) -> None:
    first = visit("university", "en")
    first.go("/my/tokens")
    first.page.fill("[name=label]", "two tabs")
    with first.page.expect_navigation():
        first.page.click("button[value=issue]")
    first.go("/my/tokens")
    other = first.page.context.new_page()
    other.goto(first.page.url)
    for page in (first.page, other):
        row = page.locator("li.row-item", has_text="two tabs")
        row.locator("button[value=revoke]").click()
        with page.expect_navigation():
            page.click("dialog[open] [data-ask=yes]")
        assert row.locator("button[value=revoke]").count() == 0
        assert "Revoked" in row.inner_text()


def test_a_slow_line_shows_the_page_whole_and_still(visit: Any) -> None:
    visitor = visit(width=390)
    line = visitor.page.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 200,
            "downloadThroughput": 100_000,
            "uploadThroughput": 50_000,
        },
    )
    visitor.page.goto(visitor.site.address + "/", wait_until="domcontentloaded", timeout=30_000)
    assert visitor.page.is_visible("h1")
    visitor.page.wait_for_load_state("load")
    assert visitor.page.evaluate(SHIFT) <= LAYOUT_SHIFT
    assert not visitor.complaints


def test_an_answer_lost_on_the_way_and_the_form_sent_again_enter_one_technology(visit: Any) -> None:
    """The venue acted, the line broke before it could say so; the person reloads."""
    visitor = visit("university")
    fill(visitor, "断线再交的诀窍")
    lost = []

    def cut(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort("connectionreset")
        else:
            route.continue_()

    visitor.page.route("**/my/technologies/new", cut)
    with contextlib.suppress(Exception):  # the browser's own page says that the line is cut
        visitor.page.click("button[name=act][value=enter]")
    visitor.page.wait_for_timeout(500)
    assert lost == [302], "the venue had acted"
    visitor.page.reload()
    assert entered(visitor, "断线再交的诀窍") == 1


def test_the_room_says_that_it_is_cut_off_and_comes_back(visit: Any, site: Any) -> None:
    watcher = visit("alpha", "en")
    watcher.go(f"/lots/{site.seeded['lot']}")
    watcher.until("[data-room=link]", "live")
    watcher.page.context.set_offline(True)
    watcher.page.context.set_offline(False)
    watcher.until("[data-room=link]", "live", 60)
