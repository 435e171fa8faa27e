"""
A page asks the database at most twelve times, however much there is.

Who reads is asked besides, where somebody is signed in: the session, the person, offices, mandates,
unread notices. The lists are to be extended: a new page is a new line.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hutong.kit.ids import new_id
from hutong.ui.testing import Browsing, browsing

pytestmark = pytest.mark.django_db
MOST = 12
OF_THE_READER = {
    "django_session",
    "parties_person",
    "parties_office",
    "parties_mandate",
    "notices_notice",
}

PUBLIC = (
    "/",
    "/search",
    "/search?q=合金",
    "/search?type=listing&order=ending",
    "/technologies",
    "/technologies/{technology}",
    "/listings",
    "/listings?status=all",
    "/listings/{listing}",
    "/lots",
    "/lots/{lot}",
    "/deals",
    "/calendar",
    "/calendar.ics",
    "/public-notices",
    "/public-notices/{notice}",
    "/certificates",
    "/verify",
    "/rules",
    "/style",
    "/style/case",
)
MEMBERS = (
    "/my/technologies",
    "/my/rights",
    "/my/listings",
    "/my/listings/{listing}",
    "/my/intents",
    "/my/deals",
    "/my/notices",
    "/my/tokens",
)
OFFICERS = (
    "/desk/parties",
    "/desk/parties/{seller}",
    "/desk/listings/{submitted}",
    "/desk/listings/{listing}",
    "/desk/intents/{intent}",
    "/desk/rights/{notice}",
)


@pytest.fixture
def world(venue: Any, drain: Any, settings: Any, tmp_path: Any) -> dict[str, Any]:
    """A few of everything, so that a page that asks once for each shows it."""
    from hutong.auctions.actions import Bidder
    from hutong.auctions.testing import an_open_lot
    from hutong.listings.testing import applied_intent, open_listing, submitted_listing
    from hutong.node.searching import FEEDS
    from hutong.parties.testing import member_of, officer, verified_party
    from hutong.rights.testing import noticed_application, registered_technologies
    from hutong.search.following import Follower

    settings.STATE = tmp_path
    seller = verified_party(name_en="A University", now=venue.now)
    buyer = verified_party("上海某科技公司", "enterprise", now=venue.now)
    technologies = registered_technologies(seller, 4, now=venue.now)
    notices = [noticed_application(seller, now=venue.now) for _ in range(3)]
    venue.later(days=16)
    listings = [open_listing(seller, [t.id], now=venue.now) for t in technologies[:3]]
    submitted = submitted_listing(seller, [technologies[3].id], now=venue.now)
    intents = [applied_intent(listing, buyer, now=venue.now) for listing in listings]
    lots = [
        an_open_lot(
            opens_at=venue.now,
            now=venue.now - timedelta(minutes=1),
            bidders=[Bidder(buyer.id, new_id()), Bidder(verified_party("乙").id, new_id())],
        )
        for _ in range(2)
    ]
    follower = Follower(FEEDS)
    follower.step()
    follower.close()
    return {
        "member": member_of(seller),
        "seller": seller.id,
        "intent": intents[0].id,
        "officer": officer("registrar", "listing", now=venue.now),
        "technology": technologies[0].id,
        "listing": listings[0].id,
        "submitted": submitted.id,
        "lot": lots[0],
        "notice": notices[0].id,
    }


def test_no_page_asks_the_database_more_than_twelve_times(world: dict[str, Any]) -> None:
    asked = [
        *_asked("a visitor", browsing(), PUBLIC, world),
        *_asked("a member", browsing(world["member"]), (*MEMBERS, *PUBLIC), world),
        *_asked("an officer", browsing(world["officer"]), OFFICERS, world),
    ]
    assert not asked, "\n".join(asked)


def _asked(who: str, reader: Browsing, paths: tuple[str, ...], world: dict[str, Any]) -> list[str]:
    """Pages that ask too often once the venue is warm, as it is in a running process."""
    found = []
    for path in paths:
        path = path.format(**world)
        assert reader.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(path).status_code == 200, path
        told = [query["sql"] for query in captured.captured_queries]
        asked = [sql for sql in told if not sql.startswith(("SAVEPOINT", "RELEASE"))]
        tables = [sql.partition(" FROM ")[2].split(" ", 1)[0].strip('"') for sql in asked]
        own = [table for table in tables if table not in OF_THE_READER]
        if len(own) > MOST:
            found.append(f"{who}, {path}: {len(own)}: {', '.join(own)}")
    return found
