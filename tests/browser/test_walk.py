"""
One walk from sign-up to certificate, at a venue of its own, everything done on pages.

    a university signs up ─ verified ─ imports ─ registers ─ lists ─┐
    three buyers apply ─ qualified ─ pay deposits ─ bid ─ one wins ─┴ both sign ─ paid ─ office's
    entry ─ right against money ─ certificate ─ verified by a visitor; the losers have their deposits
    back; the seller is paid out by two officers; the hall shows the deal.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import Site, running, windows
from browser.seed import OFFICERS, _now, _session
from browser.test_members import press, workbook
from browser.test_sign_in import PASSWORD, mailed_code

pytestmark = [pytest.mark.browser, pytest.mark.drill]
SECONDS = 60
JUMPS = 25
BUYERS = {"alpha": "甲科技有限公司", "beta": "乙科技有限公司", "gamma": "丙科技有限公司"}
RIGHT = {
    "kind": "专利",
    "title_zh": "一种耐磨涂层及其制备方法",
    "title_en": "A wear-resistant coating",
    "application_number": "201710601862.3",
    "legal_status": "有效",
}


def found_venue() -> dict[str, Any]:
    """A venue with officers, two of those whose acts want four eyes, and three verified buyers."""
    from datetime import UTC, datetime

    from hutong.node import founding
    from hutong.node.keys import make_keyring
    from hutong.node.worker import work_until_quiet
    from hutong.parties.testing import member_of, officer, verified_party
    from hutong.transparency.testing import forget

    start = founding.DEMO_START
    rules = founding.demo_rulebook()
    unhurried = {**rules["auctions"], "free_seconds": 40, "limited_seconds": 12}
    founding.found(rulebook={**rules, "auctions": unhurried}, now=start)
    forget(make_keyring().keyring)
    people = {role: (officer(role, now=start).person, None) for role in OFFICERS}
    people["second"] = (officer("settlement", now=start).person, None)
    for name, called in BUYERS.items():
        party = verified_party(called, "enterprise", now=start, name_en=f"{name.title()} Ltd.")
        people[name] = (member_of(party).person, party.id)
    work_until_quiet(now=_now(), real_now=datetime.now(UTC))
    sessions = {role: _session(*who) for role, who in people.items()}
    return {"people": people, "sessions": sessions}


@pytest.fixture
def venue_site(own_database: Any, tmp_path: Path) -> Any:
    from django.test import override_settings

    with override_settings(STATE=tmp_path), ThreadPoolExecutor(1) as aside:
        seeded = aside.submit(found_venue).result()  # the browser's loop runs in this thread
    with running(tmp_path, own_database, seeded) as site:
        yield site


def uscc() -> str:
    from hutong.parties.testing import a_uscc

    return a_uscc()


def said(visitor: Any, path: str, *wanted: str) -> str:
    """Open a page until it says one of these; returns which."""
    end = time.monotonic() + SECONDS
    while True:
        visitor.go(path)
        text = visitor.text("main")
        for words in wanted:
            if words in text:
                return words
        assert time.monotonic() < end, f"{path} says none of {wanted}: {text}"
        time.sleep(0.5)


def stands(visitor: Any, path: str, words: str) -> None:
    """Open a page until a state on it is this one; a tracker names states that are yet to come."""
    end = time.monotonic() + SECONDS
    while True:
        visitor.go(path)
        states = visitor.page.locator("main .state").all_inner_texts()
        if any(words in state for state in states):
            return
        assert time.monotonic() < end, f"{path} stands at {states}, not {words}"
        time.sleep(0.5)


class Walk:
    """Everybody's windows, in one language and width, and how they move on."""

    def __init__(self, site: Site, visit: Any, language: str, width: int, folder: Path) -> None:
        self.site, self.language, self.folder = site, language, folder
        self.opened: dict[str, Any] = {}
        self.new = lambda role=None: visit(role, language, width)

    def __getitem__(self, role: str) -> Any:
        if role not in self.opened:
            self.opened[role] = self.new(role)
        return self.opened[role]

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh-hans" else en

    def paper(self) -> str:
        from hutong.parties.testing import EVIDENCE

        path = self.folder / "evidence.pdf"
        path.write_bytes(EVIDENCE)
        return str(path)

    def case(self, role: str, beginning: str) -> str:
        """The officer's queue shows a case of this kind; open the first."""
        visitor = self[role]
        end = time.monotonic() + SECONDS
        while True:
            visitor.go("/desk")
            link = visitor.page.query_selector(f'.queue .row-title[href^="{beginning}"]')
            if link is not None:
                path = link.get_attribute("href")
                visitor.go(path)
                return str(path)
            assert time.monotonic() < end, f"{role} has nothing below {beginning}: " + visitor.text(
                "main"
            )
            time.sleep(0.5)

    def tick_all(self, role: str) -> None:
        for box in self[role].page.query_selector_all(".checklist input[type=checkbox]"):
            box.check()

    def jump_until(self, visitor: Any, path: str, *wanted: str) -> str:
        """The administrator lets the clock jump from due moment to due moment."""
        admin = self["administrator"]
        for _ in range(JUMPS):
            visitor.go(path)
            text = visitor.text("main")
            for words in wanted:
                if words in text:
                    return words
            admin.go("/desk")
            with admin.page.expect_navigation():
                admin.page.click(".demo-strip button")
            time.sleep(1)
        raise AssertionError(f"{path} never says {wanted}: {visitor.text('main')}")

    def pay(self, reference: str, amount: str, n: int) -> None:
        """The bank tells of money; the settlement officer records it."""
        cashier = self["settlement"]
        cashier.go("/desk/receipts")
        if cashier.page.locator("[name=amount_fen]").first.is_hidden():
            cashier.page.locator("details:has([name=amount_fen]) > summary").first.click()
        fill(cashier, reference=reference, amount_fen=amount, bank_reference=f"BANK-{n}")
        cashier.page.fill("[name=value_date]", today(cashier))
        press(cashier, "record")


def today(visitor: Any) -> str:
    at = visitor.page.get_attribute(".demo-strip time", "datetime")
    assert at, "a demo venue says its time"
    return str(at)[:10]


def fill(visitor: Any, **typed: str) -> None:
    for name, value in typed.items():
        visitor.page.locator(f"[name={name}]").first.fill(value)


def reference_on(visitor: Any) -> tuple[str, str]:
    """What a page asks to be paid: the reference, and the amount its card says first."""
    card = visitor.page.locator("main .card:has(.secret)", has_text="RF").last
    amounts = re.findall(r"[¥￥]\s?([\d,]+\.\d\d)", card.inner_text())
    assert amounts, card.inner_text()
    return card.locator(".secret").inner_text(), amounts[0]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_from_sign_up_to_certificate(
    venue_site: Site, browser: Any, tmp_path: Path, language: str, width: int
) -> None:
    with windows(venue_site, browser) as visit:
        walk = Walk(venue_site, visit, language, width, tmp_path)
        seller = joins(walk)
        technology = imports_and_registers(walk, seller)
        listing = lists(walk, seller, technology)
        intents = buyers_apply(walk, listing)
        lot = bidding(walk, seller, listing, intents)
        deal = signs_and_pays(walk, seller, lot)
        gets_paid_out(walk, seller)
        certified(walk, deal, technology)
        complaints = {
            role: [c for c in v.complaints if "422" not in c] for role, v in walk.opened.items()
        }
        assert not any(complaints.values()), complaints


def joins(walk: Walk) -> Any:
    """A university signs up, registers, shows its papers; the registrar verifies it."""
    seller = walk.opened["seller"] = walk.new()
    email = "office@university.example"
    seller.go("/accounts/signup/")
    fill(
        seller, email=email, display_name="Transfer office", password1=PASSWORD, password2=PASSWORD
    )
    seller.page.click("main form button[type=submit]")
    seller.page.wait_for_load_state()
    seller.page.fill("[name=code]", mailed_code(walk.site.state / "mail", email))
    seller.page.click("main form button[type=submit] >> nth=0")
    seller.page.wait_for_load_state()
    seller.go("/my/party")
    seller.page.select_option("[name=kind]", "university")
    fill(seller, name_zh="江南某大学", name_en="A university of Jiangnan", uscc=uscc())
    press(seller, "register")
    seller.go("/my/party")
    fill(seller, proves="Licence")
    seller.page.set_input_files("[name=files]", walk.paper())
    press(seller, "attach")
    press(seller, "submit")
    walk.case("registrar", "/desk/parties/")
    walk.tick_all("registrar")
    press(walk["registrar"], "verify")
    stands(seller, "/my", walk.say("已核验", "Verified"))
    return seller


def imports_and_registers(walk: Walk, seller: Any) -> str:
    """By workbook; the right is examined, in public notice, registered."""
    seller.go("/my/technologies/imports")
    seller.page.set_input_files("[name=file]", workbook(walk.folder, RIGHT))
    press(seller, "hand_in")
    seller.until("#run", walk.say("进场 1 项", "1 entered"), SECONDS)
    seller.go("/my/rights/new")
    seller.page.check("[name=technologies] >> nth=0")
    seller.page.set_input_files("[name=evidence]", walk.paper())
    press(seller, "draft")
    press(seller, "submit")
    application = seller.page.url.removeprefix(walk.site.address)
    walk.case("registrar", "/desk/rights/")
    walk.tick_all("registrar")
    registrar = walk["registrar"]
    for text in registrar.page.query_selector_all("form textarea:visible"):
        text.fill("In order.")
    press(registrar, "accept")
    walk.jump_until(seller, application, walk.say("可以挂牌", "It can be listed"))
    seller.go("/my/technologies")
    link = seller.page.get_attribute("main a.row-title", "href")
    return str(link).rsplit("/", 1)[-1]


def lists(walk: Walk, seller: Any, technology: str) -> str:
    """Drafted, looked over, submitted; examined by the listing officer."""
    seller.go("/my/listings/new")
    seller.page.check("#id_technologies input >> nth=0")
    seller.page.select_option("[name=offer]", "transfer")
    assert seller.page.locator("[name=licence_mode]").is_hidden(), "a transfer has no licence"
    fill(
        seller, title_zh="耐磨涂层专利权转让", title_en="Transfer of a coating", price_fen="100,000"
    )
    fill(seller, conditions="中国境内设立的企业 · A firm founded in China.")
    press(seller, "draft")
    mine = seller.page.url.removeprefix(walk.site.address)
    press(seller, "submit")
    walk.case("listing", "/desk/listings/")
    walk.tick_all("listing")
    clerk = walk["listing"]
    for text in clerk.page.query_selector_all("form textarea:visible"):
        text.fill("In order.")
    if clerk.page.query_selector("select[name=export_class]"):
        clerk.page.select_option("select[name=export_class]", "free")
    press(clerk, "accept")
    listing = mine.rsplit("/", 1)[-1]
    stranger = walk.opened["visitor"] = walk.new()
    end = time.monotonic() + SECONDS
    words = walk.say("耐磨涂层", "coating")
    while True:  # found as soon as the index has it
        stranger.go(f"/search?q={words}")
        if words in stranger.text("main .search-rows, main"):
            break
        assert time.monotonic() < end, "the listing is not found"
        time.sleep(0.5)
    stranger.go(f"/listings/{listing}")
    assert "100,000.00" in stranger.text("main")
    return listing


def buyers_apply(walk: Walk, listing: str) -> dict[str, str]:
    """Three apply, are qualified, and pay their deposits."""
    intents = {}
    for n, buyer in enumerate(BUYERS):
        visitor = walk[buyer]
        visitor.go(f"/listings/{listing}")
        visitor.page.check("[name=accept]")
        press(visitor, "apply")
        intents[buyer] = visitor.page.url.removeprefix(walk.site.address)
        walk.case("listing", "/desk/intents/")
        walk.tick_all("listing")
        clerk = walk["listing"]
        for text in clerk.page.query_selector_all("form textarea:visible"):
            text.fill("Meets the conditions.")
        press(clerk, "qualify")
        said(visitor, intents[buyer], "RF")
        walk.pay(*reference_on(visitor), n)
        stands(visitor, intents[buyer], walk.say("保证金已冻结", "Deposit held"))
    return intents


def bidding(walk: Walk, seller: Any, listing: str, intents: dict[str, str]) -> str:
    """The period ends, the auction opens, three bid, one wins; the hall shows it."""
    room_button = 'main a[href^="/lots/"]'
    alpha = walk["alpha"]
    end_words = walk.say("竞价大厅", "auction room")
    walk.jump_until(alpha, f"/listings/{listing}", end_words)
    path = str(alpha.page.get_attribute(room_button, "href")).removesuffix("/record")
    watcher = walk["visitor"]
    for visitor in (alpha, walk["beta"], walk["gamma"], watcher):
        visitor.go(path)
    live = walk.say("实时", "live")
    for buyer, steps in (("alpha", 0), ("beta", 1), ("gamma", 0), ("alpha", 5)):
        visitor = walk[buyer]
        visitor.until("[data-room=link]", live)
        visitor.page.click(f'[data-steps="{steps}"]')
        visitor.page.click("[data-room=bid]")
        visitor.until("[data-room=receipt]", walk.say("有效", "Accepted"))
    price = watcher.text("[data-room=price]")
    watcher.until("[data-room=price]", alpha.text("[data-room=price]").strip())
    watcher.until("[data-room=state]", walk.say("成交", "Sold"), 90)
    assert watcher.text("[data-room=price]").strip() >= price.strip()
    # The runner-up's is held until the contract is signed (AU-11).
    said(walk["beta"], "/my/money", walk.say("已退还", "Released"))
    return path


def signs_and_pays(walk: Walk, seller: Any, lot: str) -> str:
    """Both sign, the buyer pays, the office's entry is recorded, right moves against money."""
    buyer = walk["alpha"]
    end = time.monotonic() + SECONDS
    while True:
        buyer.go("/my/deals")
        link = buyer.page.query_selector('main a[href^="/my/deals/"]')
        if link is not None:
            deal = str(link.get_attribute("href"))
            break
        assert time.monotonic() < end, buyer.text("main")
        time.sleep(0.5)
    for side in (seller, buyer):
        side.go(deal)
        press(side, "accept")
    said(walk["gamma"], "/my/money", walk.say("已退还", "Released"))
    said(buyer, deal, "RF")
    walk.pay(*reference_on(buyer), 10)
    walk.case("registrar", "/desk/transfers/")
    registrar = walk["registrar"]
    day = today(registrar)
    fill(registrar, filed_on=day, effective_on=day, office_number="CNIPA-1")
    registrar.page.set_input_files("[name=evidence]", walk.paper())
    press(registrar, "record")
    walk.case("second", "/desk/deals/")
    press(walk["second"], "settle")
    end = time.monotonic() + SECONDS
    while "SHTE-DEMO-JY-" not in buyer.page.content():
        assert time.monotonic() < end, buyer.text("main")
        time.sleep(0.5)
        buyer.go(deal)
    return deal


def gets_paid_out(walk: Walk, seller: Any) -> None:
    """The seller asks; one settlement officer approves, another tells what the bank did (PA-5)."""
    seller.go("/my/money")
    fill(seller, amount_fen="1,000")
    for name, value in (
        ("holder", "江南某大学"),
        ("bank", "某银行"),
        ("number", "6222000012345678"),
    ):
        seller.page.locator(f"[name={name}]").first.fill(value)
    press(seller, "payout")
    path = walk.case("settlement", "/desk/payouts/")
    press(walk["settlement"], "approve")
    first = walk["settlement"]
    first.go(path)
    second = walk["second"]
    second.go(path)
    fill(second, bank_reference="BANK-OUT-1")
    press(second, "confirm")
    said(seller, "/my/money", walk.say("已付出", "Paid out"))


def certified(walk: Walk, deal: str, technology: str) -> None:
    """The visitor verifies the certificate, reads the new holder, and the hall shows the deal."""
    buyer, stranger = walk["alpha"], walk["visitor"]
    buyer.go(deal)
    found = re.search(r"SHTE-DEMO-JY-\d{4}-\d{6}", buyer.page.content())
    assert found, buyer.text("main")
    stranger.go("/verify")
    stranger.page.fill("main [name=number]", found[0])
    with stranger.page.expect_navigation():
        stranger.page.keyboard.press("Enter")
    assert found[0] in stranger.text("main")
    stranger.go(f"/technologies/{technology}/title")
    assert walk.say("甲科技有限公司", "Alpha Ltd.") in stranger.text("main")
    stranger.go("/hall")
    stranger.until("body", walk.say("耐磨涂层专利权转让", "Transfer of a coating"), SECONDS)
