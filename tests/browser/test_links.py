"""No page shows a link that does not answer whoever it is shown to."""

from typing import Any

import httpx
import pytest

from browser.links import shut
from browser.test_pages import ALL_ROLES

pytestmark = pytest.mark.browser
FEW = [None, "university", "alpha", "registrar", "settlement", "administrator", "supervisor"]


def closed_doors(site: Any, role: str | None, each: int) -> list[str]:
    cookies = {cookie["name"]: cookie["value"] for cookie in site.cookies(role, "zh-hans")}
    with httpx.Client(
        base_url=site.address, cookies=cookies, timeout=30, follow_redirects=True
    ) as client:
        return shut(client.get, role, each=each, address=site.address)


@pytest.mark.parametrize("role", FEW)
def test_every_kind_of_link_answers_whoever_it_is_shown_to(site: Any, role: str | None) -> None:
    told = closed_doors(site, role, each=1 if role else 2)
    assert not told, "\n".join(told)


@pytest.mark.drill
@pytest.mark.parametrize("role", ALL_ROLES)
def test_every_link_answers_whoever_it_is_shown_to(site: Any, role: str | None) -> None:
    told = closed_doors(site, role, each=12)
    assert not told, "\n".join(told)
