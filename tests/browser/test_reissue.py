"""Many certificates made anew: a second officer starts it, the page counts to the end (CE-2, PA-5)."""

from typing import Any

import pytest

pytestmark = pytest.mark.browser

PLACE = "/desk/certificate-reissues"


def test_another_officer_starts_it_and_sees_it_completed(site: Any, visit: Any) -> None:
    clerk = visit("certificates", language="en")
    clerk.go(PLACE)
    clerk.page.click(".row-title >> nth=-1")
    clerk.until("#run", "made anew")
    assert clerk.page.locator("button[value=approve]").count() == 0
    assert clerk.page.locator("button[value=withdraw]").count() == 1

    chief = visit("compliance", language="en")
    chief.go(clerk.page.url.removeprefix(site.address))
    chief.page.click("button[value=approve]")
    chief.until("#run", "Completed", seconds=120)
    made, total = chief.text("#run p").split(" made")[0].split(" of ")
    assert int(made) == int(total) > 0
    assert chief.complaints == []
