"""Every page is sound: it answers, breaks no policy, fits a phone, and can be used by everybody."""

import re
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PUBLIC = (
    "/",
    "/technologies",
    "/technologies/{technology}",
    "/listings",
    "/lots",
    "/lots/{lot}",
    "/public-notices",
    "/public-notices/{notice}",
    "/certificates",
    "/verify",
    "/rules",
    "/style",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
)
MEMBERS = (
    "/my",
    "/my/party",
    "/my/technologies",
    "/my/technologies/new",
    "/my/technologies/{technology}",
    "/my/rights",
    "/my/rights/new",
    "/my/rights/{notice}",
    "/my/listings",
    "/my/listings/new",
    "/my/intents",
    "/my/deals",
    "/my/money",
    "/my/notices",
    "/my/tokens",
    "/accounts/2fa/",
    "/accounts/email/",
    "/accounts/password/change/",
)
OFFICERS = {
    "registrar": ("/desk", "/desk/parties", "/desk/parties/{waiting}", "/desk/rights/{submitted}"),
    "settlement": ("/desk", "/desk/receipts", "/desk/payouts"),
    "administrator": ("/desk", "/desk/officers", "/desk/operations"),
}
# Each language and each width once: English is the longer, a phone the narrower.
WINDOWS = [("zh-hans", 1440), ("en", 390)]

# What a person who cannot see the page, or cannot use a mouse, stumbles over.
STUMBLES = """() => {
  const found = [];
  const hidden = (e) => e.closest('[hidden]') || e.type === 'hidden' || !e.getClientRects().length;
  const name = (e) => (e.getAttribute('aria-label') || e.textContent || e.title || '').trim();
  if (document.querySelectorAll('h1').length !== 1)
    found.push(`${document.querySelectorAll('h1').length} first headings`);
  if (!document.documentElement.lang) found.push('no language');
  if (!document.querySelector('main')) found.push('no main part');
  let level = 1;
  for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
    const l = Number(h.tagName[1]);
    if (l > level + 1) found.push(`heading ${h.textContent.trim()} skips a level`);
    level = l;
  }
  for (const e of document.querySelectorAll('input,select,textarea'))
    if (!hidden(e) && !e.labels?.length && !e.getAttribute('aria-label'))
      found.push(`no label: ${e.outerHTML.slice(0, 120)}`);
  for (const e of document.querySelectorAll('button,a[href],summary'))
    if (!hidden(e) && !name(e) && !e.querySelector('img[alt]:not([alt=""])'))
      found.push(`no name: ${e.outerHTML.slice(0, 120)}`);
  for (const e of document.querySelectorAll('img:not([alt])')) found.push(`no text: ${e.src}`);
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids))
    if (ids.filter((other) => other === id).length > 1) found.push(`id ${id} twice`);
  for (const e of document.querySelectorAll('[style],[onclick],[onload],script:not([src]):not([type="application/json"])'))
    found.push(`inline: ${e.outerHTML.slice(0, 120)}`);
  return found;
}"""
WIDTH = "() => document.documentElement.scrollWidth - window.innerWidth"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def check(visitor: Any, path: str) -> None:
    path = path.format(**visitor.site.seeded)
    answer = visitor.go(path)
    assert answer.status == 200, f"{path} answers {answer.status}"
    assert visitor.page.evaluate(STUMBLES) == [], path
    assert visitor.page.evaluate(WIDTH) <= 0, f"{path} is wider than the window"
    assert visitor.complaints == [], path


@pytest.mark.parametrize(("language", "width"), WINDOWS)
def test_public_pages_are_sound(visit: Any, language: str, width: int) -> None:
    visitor = visit(language=language, width=width)
    for path in PUBLIC:
        check(visitor, path)


@pytest.mark.parametrize(("language", "width"), WINDOWS)
def test_members_pages_are_sound(visit: Any, language: str, width: int) -> None:
    visitor = visit("university", language=language, width=width)
    for path in MEMBERS:
        check(visitor, path)


@pytest.mark.parametrize("role", OFFICERS)
def test_officers_pages_are_sound(visit: Any, role: str) -> None:
    for language, width in WINDOWS:
        visitor = visit(role, language, width)
        for path in OFFICERS[role]:
            check(visitor, path)


def test_the_first_page_speaks_both_languages(visit: Any) -> None:
    visitor = visit(language="zh-hans")
    visitor.go("/")
    assert "上海技术交易所" in visitor.text("h1")
    assert visitor.page.get_attribute("html", "lang") == "zh-hans"
    visitor.page.click('button[name="language"][value="en"]')
    visitor.page.wait_for_load_state()
    assert visitor.page.get_attribute("html", "lang") == "en"
    assert "Shanghai Technology Exchange" in visitor.text("h1")
    rest = visitor.text("body").replace("中文", "")
    ours = [line for line in rest.splitlines() if CHINESE.search(line)]
    assert [line for line in ours if "高熵合金" not in line] == []  # a title only in Chinese stays


def test_without_scripts_public_pages_are_read_and_searched(site: Any, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/technologies?kind=patent")
    assert "高熵合金" in page.inner_text("main")
    page.goto(f"{site.address}/lots/{site.seeded['lot']}")
    assert page.inner_text("[data-room=state]")
    context.close()


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(visit: Any) -> None:
    visitor = visit()
    visitor.go("/my/money")
    assert "/accounts/login/?next=%2Fmy%2Fmoney" in visitor.page.url


def test_one_visitors_session_is_never_anothers(visit: Any) -> None:
    visit("university").go("/my")
    stranger = visit()
    stranger.go("/my")
    assert "/accounts/login/" in stranger.page.url


def test_a_members_page_is_no_officers(visit: Any) -> None:
    visitor = visit("university")
    assert visitor.go("/desk").status == 403
    visitor.complaints.clear()  # the console notes the 403
