"""How much a page of the desk asks the database: the same for one row and for many."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hutong.listings.testing import applied_intent, open_listing, submitted_listing
from hutong.parties.testing import officer, verified_party
from hutong.rights.testing import registered_technology, submitted_application
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
NOTICE = timedelta(days=16)
READER = 4  # the session, the person, the powers, the unread notices: asked on every page besides


def queries(page: Any, path: str) -> list[str]:
    page.get(path)  # what a process learns once is learnt
    with CaptureQueriesContext(connection) as asked:
        answer = page.get(path)
    assert answer.status_code == 200, path
    return [query["sql"] for query in asked.captured_queries]


@pytest.fixture
def busy(venue: Any) -> dict[str, str]:
    """A venue where several of each kind wait."""
    university = verified_party(now=venue.now)
    later = venue.now + NOTICE
    applications = [submitted_application(university, now=venue.now) for _ in range(6)]
    patents = [registered_technology(university, now=venue.now) for _ in range(4)]
    waiting = [submitted_listing(university, [p.id], now=later) for p in patents[:3]]
    listing = open_listing(university, [patents[3].id], now=later)
    buyers = [verified_party(f"{n}公司", "enterprise", now=venue.now) for n in "甲乙丙丁"]
    intents = [applied_intent(listing, buyer, now=later) for buyer in buyers]
    return {
        "application": str(applications[0].id),
        "listing": str(waiting[0].id),
        "intent": str(intents[0].id),
        "party": str(buyers[0].id),
    }


PAGES = [
    ("listing", "/desk", 12),
    ("registrar", "/desk", 12),
    ("listing", "/desk/procedures?kind=listings", 12),
    ("supervisor", "/desk/procedures?kind=registrations", 12),
    ("supervisor", "/desk/procedures?kind=intents", 12),
    ("supervisor", "/desk/journal", 12),
    ("listing", "/desk/listings/{listing}", 12 + READER),
    ("listing", "/desk/intents/{intent}", 10 + READER),
    ("registrar", "/desk/parties/{party}", 10 + READER),
    ("registrar", "/desk/rights/{application}", 12 + READER),
    ("administrator", "/desk/rulebook", 12),
    ("administrator", "/desk/calendar", 12),
    ("administrator", "/desk/officers", 12),
]


def test_a_page_asks_little(busy: Any) -> None:
    """One venue, for it takes long to become busy; every page that asks too much is named."""
    windows = {role: browsing(officer(role)) for role, _, _ in PAGES}
    asked = {
        (role, path): (queries(windows[role], path.format(**busy)), most)
        for role, path, most in PAGES
    }
    told = [
        f"{path} by the {role} asks {len(sql)} times, not {most}:\n"
        + "\n".join(one[:160] for one in sql)
        for (role, path), (sql, most) in asked.items()
        if len(sql) > most
    ]
    assert not told, "\n\n".join(told)
