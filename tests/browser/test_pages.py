"""Every page is sound, in both languages, at desktop and phone width, and can be come to by links."""

from typing import Any

import pytest

from browser.crawl import HOMES, crawl, patterns
from browser.soundness import CHINESE, faults

pytestmark = pytest.mark.browser

# Each language and each width once: English is the longer, a phone the narrower.
WINDOWS = [("zh-hans", 1440), ("en", 390)]
ALL_WINDOWS = [(language, width) for language in ("zh-hans", "en") for width in (1440, 390)]
ROLES = [None, "university", "registrar", "listing", "settlement", "administrator", "certificates"]
ALL_ROLES = [*ROLES, "alpha", "beta", "trading", "compliance", "supervisor"]

# Pages nobody can come to at this venue, and why. A page that is new is not among them.
IN_NO_NETWORK = "the venue here is alone"
UNREACHED = {
    "certificates/status/<str:purpose>/<int:number>": "asked for by whoever verifies",
    "certificates/<str:number>/countersignatures/<str:venue>": IN_NO_NETWORK,
    "desk/counts": "asked for by a script",
    "desk/claims": "asked for by a script",
    "desk/bulk": "follows a choice in the queue",
    "desk/parked/<int:id>": "nothing is parked",
    "desk/certificate-proposals/<uuid:id>": "no certificate is proposed",
    "desk/filings/<uuid:id>": "nothing is filed with the register",
    "desk/register/<uuid:technology>": "follows a search in the register",
    "my/filings/<uuid:id>": "nothing is filed with the register",
    "my/incomes/<uuid:id>": "no income is to be shared",
    "my/acting-for": "a form's address",
    "my/pre-emptions/<uuid:listing>": "nobody here holds a right of pre-emption",
    "my/technologies/imports/<uuid:id>": "nothing was imported",
    "my/notices/stop/<str:token>": "stands in a letter",
    "network/sign-in": "asked for by another exchange",
    "network/sign-in/going": "follows a button on the page before",
    "network/sign-in-from/<str:code>": "leads to another exchange",
    "network/signed-in": "asked for by another exchange",
    "desk/entries/<uuid:entry>/correction": "follows a search in the register",
    "desk/imports/<uuid:id>": "nothing was handed in for a party",
    "my/orders/<uuid:id>": IN_NO_NETWORK,
    "my/orders/<uuid:id>/bids": IN_NO_NETWORK,
    "my/orders/new/<str:venue>/<uuid:listing>": IN_NO_NETWORK,
    "network/lists/<str:digest>": IN_NO_NETWORK,
    "network/venues/<str:code>/listings/<uuid:id>": IN_NO_NETWORK,
    "network/venues/<str:code>/technologies/<uuid:id>": IN_NO_NETWORK,
    "desk/clearing/<int:id>": IN_NO_NETWORK,
    "desk/projects/<uuid:id>": IN_NO_NETWORK,
    "desk/project-invitations/<uuid:id>": IN_NO_NETWORK,
    "desk/project-parts/<uuid:id>": IN_NO_NETWORK,
    "my/projects/<uuid:id>": IN_NO_NETWORK,
    "my/project-parts/<uuid:id>": IN_NO_NETWORK,
    "my/project-parts/<uuid:id>/contract.txt": IN_NO_NETWORK,
    "network/projects/<str:code>/<uuid:id>": IN_NO_NETWORK,
    "desk/rulebook/procedures/<int:id>": "nothing is proposed as a template",
    "desk/rulebook/procedures/<str:code>/<uuid:template>": IN_NO_NETWORK,
    "network/procedures/<str:code>/<uuid:id>": "nothing is published as a template",
    "desk/network/messages/suspicions/<int:id>": IN_NO_NETWORK,
    "desk/network/claims": IN_NO_NETWORK,
    "desk/network/messages": IN_NO_NETWORK,
    "desk/network/messages/<str:direction>/<str:peer>/<uuid:message>": IN_NO_NETWORK,
    "desk/network/mirrors": IN_NO_NETWORK,
    "desk/network/institutions": IN_NO_NETWORK,
    "desk/network/custody": IN_NO_NETWORK,
    "desk/network/custody/<uuid:move>": IN_NO_NETWORK,
    "desk/network/custody/several": IN_NO_NETWORK,
    "desk/network/countersignatures": IN_NO_NETWORK,
    "my/custody": IN_NO_NETWORK,
    "desk/network/duplicates": IN_NO_NETWORK,
    "desk/network/duplicates/<uuid:claim>": IN_NO_NETWORK,
    "my/technologies/<uuid:id>/custody": IN_NO_NETWORK,
}
# What is called by a proper name in whatever language, or was typed where no table keeps it alone.
NAMES = {
    "主体资格凭证",
    "耐磨耐蚀",
    "某银行上海分行",
    "上海技术交易所（演示）",  # the holder of the account, as its bank calls it
    "演示银行上海分行",
    "演示银行",  # where the demo venue keeps its account
    "某付款人",
    "交易所专员",
    "Hutong",
}


@pytest.fixture
def content(site: Any, site_database: Any, working_at: Any) -> set[str]:
    """What people typed at this venue, in whatever language: it is shown as it was typed."""
    from hutong.documents.models import Document
    from hutong.listings.models import Listing
    from hutong.parties.models import Party, Person
    from hutong.technologies.models import Technology

    typed = [(Technology, "title_zh"), (Listing, "title_zh"), (Document, "name")]
    typed += [(Party, "name_zh"), (Person, "display_name")]
    with working_at(site_database):
        return NAMES.union(
            *(rows.objects.values_list(column, flat=True) for rows, column in typed)
        ) - {""}


@pytest.fixture(scope="session")
def found(site: Any) -> Any:
    """What links lead each role to; crawled once."""
    known: dict[str | None, Any] = {}

    def of(role: str | None) -> Any:
        if role not in known:
            known[role] = crawl(site, role)
        return known[role]

    return of


def wrong(
    visit: Any,
    content: set[str],
    paths: list[str],
    role: str | None,
    language: str,
    width: int,
    **options: Any,
) -> list[str]:
    """What is wrong with each page, a line each."""
    visitor = visit(role, language=language, width=width, **options)
    return [
        f"{path} ({language}, {width} px): {fault}"
        for path in paths
        for fault in faults(visitor, path, language, content=content)
    ]


@pytest.mark.parametrize("role", [None, "university", "alpha"])
def test_every_link_leads_somewhere(found: Any, role: str | None) -> None:
    broken = found(role).broken
    assert not broken, "\n".join(broken)


def test_every_page_is_come_to_by_links_from_its_audiences_home(found: Any) -> None:
    reached = {pattern for role in ALL_ROLES for pattern in found(role).pages}
    missing = patterns("portal", "my", "desk", "ui") - reached - UNREACHED.keys()
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_sound(visit: Any, found: Any, content: set[str], role: str | None) -> None:
    """Every page once, with the first role that comes to it, and each role's home: half of them in
    Chinese on a desktop, half in English on a phone."""
    before = {p for other in ROLES[: ROLES.index(role)] for p in found(other).pages}
    mine = [
        paths[0]
        for pattern, paths in sorted(found(role).pages.items())
        if pattern not in before or paths[0] == HOMES.get(role, "/desk")
    ]
    told = [
        line
        for start, (language, width) in enumerate(WINDOWS)
        for line in wrong(visit, content, mine[start::2], role, language, width)
    ]
    assert not told, "\n".join(told)


@pytest.mark.drill
@pytest.mark.parametrize(("language", "width"), ALL_WINDOWS)
@pytest.mark.parametrize("role", ALL_ROLES)
def test_pages_are_sound_in_every_window(
    visit: Any, found: Any, content: set[str], role: str | None, language: str, width: int
) -> None:
    told = wrong(visit, content, found(role).paths, role, language, width)
    assert not told, "\n".join(told)


@pytest.mark.drill
@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"reduced_motion": "reduce"}])
def test_pages_are_sound_in_the_dark(
    visit: Any, found: Any, content: set[str], options: dict[str, str]
) -> None:
    told = wrong(visit, content, found(None).paths, None, "zh-hans", 1440, **options)
    assert not told, "\n".join(told)


def test_the_first_page_speaks_both_languages(visit: Any) -> None:
    visitor = visit(language="zh-hans")
    visitor.go("/")
    assert "上海技术交易所" in visitor.text("h1")
    assert visitor.page.get_attribute("html", "lang") == "zh-hans"
    visitor.page.click('button[name="language"][value="en"]')
    visitor.page.wait_for_load_state()
    assert visitor.page.get_attribute("html", "lang") == "en"
    assert "Shanghai Technology Exchange" in visitor.text("h1")
    assert not CHINESE.search(visitor.text("h1"))


def test_without_scripts_public_pages_are_read_and_searched(visit: Any, site: Any) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.go("/")
    visitor.page.fill("[name=q]", "高熵合金")
    visitor.page.click(".hero-search button")
    visitor.page.wait_for_load_state()
    assert "高熵合金" in visitor.text(".search-rows")
    visitor.page.click(".search-rows a >> nth=0")
    visitor.page.wait_for_load_state()
    assert "高熵合金" in visitor.text("h1")
    visitor.go(f"/lots/{site.seeded['lot']}")
    assert visitor.text("[data-room=state]")


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
