"""Members do their business in a browser: a university enters, registers and offers; a buyer applies,
pays, signs and pays again; whoever lost has the deposit back. What officers and the bank do meanwhile
happens in this process."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

pytestmark = pytest.mark.browser
SECONDS = 60  # a worker on a busy machine


@pytest.fixture
def venue_side(site: Any, site_database: Any, working_at: Any) -> Any:
    """Act at the site's venue from here, as its officers and its bank do."""

    return lambda: working_at(site_database)


def now() -> datetime:
    from hutong.due import queries

    return queries.venue_now(datetime.now(UTC))


def said_after_reload(visitor: Any, path: str, wanted: str) -> None:
    """Open a page until it says something that reactions bring about."""
    end = time.monotonic() + SECONDS
    while wanted not in visitor.text("main"):
        assert time.monotonic() < end, f"{path} never says {wanted!r}: {visitor.text('main')}"
        time.sleep(0.5)
        visitor.go(path)


def press(visitor: Any, act: str) -> None:
    """Press the button of an act, and agree where the page asks once more."""
    button = visitor.page.locator(f"button[name=act][value={act}]").first
    asks = button.evaluate("b => b.dataset.confirm || b.form.dataset.confirm || ''")
    if asks:
        button.click()
        button = visitor.page.locator("dialog[open] [data-ask=yes]")
    with visitor.page.expect_navigation():
        button.click()


def workbook(folder: Path, *rows: dict[str, str]) -> Path:
    from hutong.technologies.exporting import workbook as written

    path = folder / "成果.xlsx"
    path.write_bytes(written(rows))
    return path


def test_a_university_imports_mends_registers_and_drafts(visit: Any, tmp_path: Path) -> None:
    visitor = visit("university", "zh-hans", 1440)
    wrong = {"kind": "专利", "title_zh": "一种涂层", "application_number": "201710601862.9"}
    visitor.go("/my/technologies/imports")
    visitor.page.set_input_files("[name=file]", workbook(tmp_path, wrong))
    press(visitor, "hand_in")
    place = visitor.page.url.removeprefix(visitor.site.address)
    visitor.until("#run", "201710601862.9", SECONDS)  # the page follows the worker by itself
    assert "D 申请号" in visitor.text("#run")
    assert "校验" in visitor.text("#run")
    assert visitor.page.query_selector("#run a[href^='/documents/']"), "the rows to mend"

    right = {**wrong, "application_number": "201710601862.3", "legal_status": "有效"}
    visitor.go("/my/technologies/imports")
    visitor.page.set_input_files("[name=file]", workbook(tmp_path, right))
    press(visitor, "hand_in")
    visitor.until("#run", "进场 1 项", SECONDS)
    assert visitor.page.url != visitor.site.address + place

    visitor.go("/my/technologies/new")
    visitor.page.fill("[name=title_zh]", "一种检测方法")
    visitor.page.fill("[name=application_number]", "202010000000.1")
    press(visitor, "enter")
    assert visitor.page.input_value("[name=title_zh]") == "一种检测方法", "what was typed is kept"
    assert visitor.page.query_selector("#id_application_number_error")
    visitor.page.select_option("[name=kind]", "know_how")
    visitor.page.fill("[name=application_number]", "")
    visitor.page.fill("[name=industry]", "C39")
    visitor.page.select_option("[name=trl]", "5")
    press(visitor, "enter")
    assert "一种检测方法" in visitor.text("h1")

    visitor.go("/my/listings/new")
    visitor.page.check("#id_technologies input >> nth=0")
    visitor.page.fill("[name=price_fen]", "1,280,000")
    press(visitor, "draft")
    assert "挂牌" in visitor.text(".alert-danger, .problem"), "a title is asked for in words"
    visitor.page.fill("[name=title_zh]", "涂层专利权转让")
    press(visitor, "draft")
    assert "/my/listings/" in visitor.page.url
    assert "1,280,000.00" in visitor.text("main")
    visitor.go("/my")
    assert "涂层专利权转让" in visitor.text("main"), "it waits to be submitted"
    assert [c for c in visitor.complaints if "422" not in c] == []


def test_a_buyer_applies_pays_the_deposit_and_the_loser_has_it_back(
    visit: Any, venue_side: Any, site: Any
) -> None:
    visitor = visit("beta", "en", 390)
    visitor.go(f"/listings/{site.seeded['listing']}")
    visitor.page.check("[name=accept]")
    press(visitor, "apply")
    place = visitor.page.url.removeprefix(site.address)
    assert place.startswith("/my/intents/")
    intent = UUID(place.rsplit("/", 1)[-1])
    visitor.go("/my")
    assert "The listing office checks your qualification" in visitor.text("main")

    with venue_side():
        from hutong.listings import actions as listings
        from hutong.listings.intents import Decision
        from hutong.parties.testing import officer

        listings.qualify(
            actor=officer("listing", now=now()),
            now=now(),
            intent=intent,
            decision=Decision.QUALIFY,
            findings="Meets the conditions.",
        )
    said_after_reload(visitor, place, "RF")
    visitor.go("/my")
    assert "Pay the deposit" in visitor.text("main")
    with venue_side():
        from hutong.kit.ids import subject
        from hutong.settlement import queries as settlement
        from hutong.settlement.testing import received

        asked = settlement.payable_for(subject("intent", intent))
        received(asked.reference, asked.amount_fen, now=now())
    said_after_reload(visitor, place, "Deposit held")

    visitor.page.click("summary >> text=Withdraw")
    press(visitor, "withdraw")
    visitor.go("/my/money")
    said_after_reload(visitor, "/my/money", "Released")
    visitor.go(f"/my/bids/{site.seeded['decided']}")
    assert "Another bidder won" in visitor.text("main")
    assert visitor.complaints == []


def test_both_sides_sign_and_the_buyer_pays(visit: Any, venue_side: Any, site: Any) -> None:
    with venue_side(), transaction.atomic():  # else the venue's own timer decides the period first
        from hutong.deals.testing import agreed_deal
        from hutong.parties import queries as parties
        from hutong.parties.testing import signed_in

        people = site.seeded["people"]
        seller, buyer = (
            parties.party(signed_in(UUID(str(people[role][0]))).party)
            for role in ("university", "alpha")
        )
        deal = agreed_deal(
            seller=seller,
            buyer=buyer,
            now=now() - timedelta(days=50),  # noticed, listed and over since
            title_zh="一种涂层的专利权转让",
            title_en="Transfer of another coating",
        )
    page = f"/my/deals/{deal.id}"
    for role in ("university", "alpha"):
        visitor = visit(role, "zh-hans", 1440)
        visitor.go("/my")
        assert deal.number in visitor.text("main")
        visitor.go(page)
        assert deal.contract_digest in visitor.text("main")
        press(visitor, "accept")
        assert visitor.complaints == []
    said_after_reload(visitor, page, "RF")
    with venue_side():
        from hutong.kit.ids import subject
        from hutong.settlement import queries as settlement
        from hutong.settlement.testing import received

        asked = settlement.payable_for(subject("deal", deal.id))
        received(asked.reference, asked.missing_fen, now=now())
    said_after_reload(visitor, page, "价款已到账")
