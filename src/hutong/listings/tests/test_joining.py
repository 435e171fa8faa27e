"""Co-owners grant an exclusive or sole licence together: an offer waits until each has joined (RR-1)."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, queries
from hutong.listings.offers import LicenceTerms, Terms
from hutong.listings.refusals import Refusal
from hutong.listings.testing import some_terms
from hutong.notices import queries as notices
from hutong.parties.testing import member_of, verified_party
from hutong.rights.testing import a_technology, registered_application
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(venue: Any) -> tuple[Any, Any]:
    return tuple(verified_party(name, now=venue.now) for name in ("甲大学", "乙大学"))


@pytest.fixture
def offer(venue: Any, owners: Any) -> Any:
    """Drafted by one of two co-owners: an exclusive licence."""
    seller, other = owners
    patent = a_technology(seller, now=venue.now)
    half = Fraction(1, 2)
    registered_application(
        seller, [patent.id], [(seller.id, half), (other.id, half)], now=venue.now
    )
    venue.later(days=20)
    terms = licence_terms([patent.id], mode="exclusive", ends_on=date(2027, 1, 1))
    return actions.draft(actor=member_of(seller), now=venue.now, terms=terms)


def licence_terms(technologies: Any, *, mode: str, ends_on: date) -> Terms:
    return some_terms(
        technologies,
        offer_kind="licence",
        share=None,
        licence_mode=mode,
        licence=LicenceTerms(territory=("CN",), ends_on=ends_on),
    )


def reasons(act: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value


def test_an_exclusive_licence_is_offered_when_every_co_owner_has_joined(
    venue: Any, owners: Any, offer: Any
) -> None:
    seller, other = owners
    mine = {"actor": member_of(seller), "now": venue.now, "listing": offer.id}
    theirs = {**mine, "actor": member_of(other)}
    refused = reasons(lambda: actions.submit(**mine))
    assert refused.reason is Refusal.CO_OWNERS_NOT_JOINED
    assert "乙大学" in str(refused.facts["names"])
    assert reasons(lambda: actions.join_offer(**theirs)).reason is CommonRefusal.NOT_FOUND
    [asked] = actions.ask_co_owners(**mine)
    assert (asked.party, asked.status) == (other.id, "asked")
    assert reasons(lambda: actions.submit(**mine)).reason is Refusal.CO_OWNERS_NOT_JOINED
    assert actions.join_offer(**theirs).status == "joined"
    assert reasons(lambda: actions.join_offer(**theirs)).reason is Refusal.ANSWERED_ALREADY
    assert actions.submit(**mine).status == "submitted"
    assert queries.joined_by(offer.id) == {other.id}


def test_other_terms_are_asked_anew_and_who_declined_stays_out(
    venue: Any, owners: Any, offer: Any
) -> None:
    seller, other = owners
    mine = {"actor": member_of(seller), "now": venue.now, "listing": offer.id}
    theirs = {**mine, "actor": member_of(other)}
    actions.ask_co_owners(**mine)
    actions.join_offer(**theirs)
    [technology] = offer.technologies
    longer = licence_terms([technology], mode="exclusive", ends_on=date(2029, 1, 1))
    actions.revise(**mine, terms=longer)
    assert queries.joinings(offer.id) == []
    actions.ask_co_owners(**mine)
    assert actions.decline_offer(**theirs, reason="Too long.").status == "declined"
    assert reasons(lambda: actions.submit(**mine)).reason is Refusal.CO_OWNERS_NOT_JOINED


def test_an_ordinary_licence_needs_nobody_else(venue: Any, owners: Any, offer: Any) -> None:
    seller, _other = owners
    [technology] = offer.technologies
    terms = licence_terms([technology], mode="ordinary", ends_on=date(2027, 1, 1))
    made = actions.draft(actor=member_of(seller), now=venue.now, terms=terms)
    mine = {"actor": member_of(seller), "now": venue.now, "listing": made.id}
    assert reasons(lambda: actions.ask_co_owners(**mine)).reason is Refusal.NOBODY_TO_JOIN
    assert actions.submit(**mine).status == "submitted"


def test_a_co_owner_reads_the_terms_and_joins_on_its_page(
    venue: Any, owners: Any, offer: Any, drain: Any
) -> None:
    from hutong.due.models import Clock

    seller, other = owners
    Clock.objects.update(offset=venue.now - datetime.now(UTC))
    page, theirs = browsing(member_of(seller)), browsing(member_of(other))
    path = f"/my/listings/{offer.id}"
    assert "乙大学" in page.get(path).content.decode()
    assert theirs.get(f"/my/joining/{offer.id}").status_code == 404
    assert page.post(path, {"act": "ask_co_owners"}).status_code == 302
    assert f"/my/joining/{offer.id}" in theirs.get("/my").content.decode()
    assert theirs.post(f"/my/joining/{offer.id}", {"act": "join"}).status_code == 302
    assert "Joined" in page.get(path).content.decode()
    drain()
    told = notices.notices_page(member_of(other).person)["items"]
    assert "listings.joining_asked" in {notice.kind for notice in told}
