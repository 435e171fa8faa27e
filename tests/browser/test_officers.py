"""Officers at work in a real browser: who does what, four eyes, many at once; a supervisor who only looks."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser


def cases(visitor: Any) -> list[str]:
    """What the queue shows, by the address of each case."""
    return [
        link.get_attribute("href") for link in visitor.page.query_selector_all(".queue .row-title")
    ]


def test_the_queue_says_how_much_waits_on_every_page_of_the_desk(visit: Any) -> None:
    registrar = visit("registrar")
    registrar.go("/desk")
    waiting = len(cases(registrar))
    assert waiting
    registrar.go("/desk/parties")
    registrar.until(".frame-sections a[href='/desk'] .count", str(waiting))
    assert not registrar.complaints


def test_a_case_is_taken_on_and_let_go(visit: Any) -> None:
    registrar = visit("registrar", language="en")
    registrar.go("/desk")
    path = cases(registrar)[0]
    registrar.go(path)
    registrar.page.click("button[value=take]")
    registrar.until(".claim-text", "You work on this case")
    registrar.go("/desk?who=mine")
    assert cases(registrar) == [path]
    registrar.go(path)
    registrar.page.click("button[value=let_go]")
    registrar.until(".claim-text", "Nobody works on this case yet.")
    assert not registrar.complaints


def test_working_days_are_proposed_and_wait_for_other_eyes(visit: Any) -> None:
    """Seen before it is proposed; whoever proposed it finds no button to adopt it (PA-5)."""
    administrator = visit("administrator", language="en", width=390)
    administrator.go("/desk/calendar?year=2027")
    page = administrator.page
    page.fill("#id_holidays", "2027-01-01")
    page.fill("#id_known_through", "2027-12-31")
    page.fill("#id_note", "The notice for 2027.")
    page.click("button[value=preview]")
    administrator.until(".alert-warning", "Nothing is proposed yet")
    assert page.query_selector(".day-new") is not None
    page.click("button[value=propose]")
    administrator.until("main", "You proposed it; another officer adopts it.")
    assert page.query_selector("button[value=adopt]") is None
    assert "1 January 2027" in administrator.text("main")
    administrator.go("/desk")
    administrator.until("main", "entered by you: another officer decides")
    administrator.page.go_back()
    page.click("details.decision > summary")
    page.fill("#withdraw-reason", "A test.")
    page.click("button[value=withdraw]")
    page.click("[data-ask=yes]")
    administrator.until("main", "Withdrawn")
    assert not administrator.complaints


@pytest.mark.parametrize("width", [1440, 390])
def test_the_supervisor_reads_and_finds_nothing_to_press(visit: Any, site: Any, width: int) -> None:
    supervisor = visit("supervisor", width=width)
    page = supervisor.page
    for kind in ("registrations", "listings", "deals"):
        supervisor.go(f"/desk/procedures?kind={kind}")
        assert page.query_selector(".procedures .row-title") is not None, kind
    page.click(".procedures a[href^='/desk/journal']")
    page.click("table .row-title")
    supervisor.until("main", "非公开部分")
    supervisor.go(f"/desk/deals/{site.seeded['deal']}")
    assert page.query_selector("main button[name=act]") is None
    assert not supervisor.complaints
