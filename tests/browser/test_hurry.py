"""People in a hurry: a double click, the way back and once more, two tabs. Each thing is done once."""

from typing import Any

import pytest

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
