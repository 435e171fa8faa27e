"""What everybody may see, in both languages, and what nobody may."""

from fractions import Fraction
from typing import Any

import pytest
from django.utils.translation import override

from hutong.listings.testing import applied_intent, drafted_listing, open_listing
from hutong.parties.testing import member_of, verified_party
from hutong.portal.rulebook import band_text, chapters, seconds
from hutong.rights import queries as rights
from hutong.rights.testing import noticed_application, registered_technology
from hutong.rulebook import queries as rulebook
from hutong.settlement.testing import settled_deal
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
PAGES = ("/", "/technologies", "/listings", "/lots", "/public-notices", "/certificates", "/rules")


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_venue_has_every_page_in_both_languages(venue: Any, path: str) -> None:
    for language, word in (("en", "Listings"), ("zh-hans", "挂牌")):
        answer = browsing().get(path, language)
        assert answer.status_code == 200
        assert word in answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_draft_is_no_public_listing(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    draft = drafted_listing(university, [patent.id], now=venue.now)
    assert browsing().get(f"/listings/{draft.id}").status_code == 404
    assert browsing(member_of(university)).get(f"/listings/{draft.id}").status_code == 200


def test_how_many_applied_stays_hidden_from_everybody(venue: Any) -> None:
    """LI-4."""
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    listing = open_listing(university, [patent.id], now=venue.now)
    empty = browsing().get(f"/listings/{listing.id}").content
    buyer = verified_party("某科技公司", kind="enterprise", now=venue.now)
    applied_intent(listing, buyer, now=venue.now)
    full = browsing().get(f"/listings/{listing.id}").content
    assert _without_tokens(full) == _without_tokens(empty)
    seller = browsing(member_of(university)).get(f"/my/listings/{listing.id}").content.decode()
    assert "某科技公司" not in seller


def test_a_notice_takes_an_objection_and_stands_still(venue: Any) -> None:
    application = noticed_application(verified_party(now=venue.now), now=venue.now)
    objector = verified_party("另一所大学", now=venue.now)
    page = browsing(member_of(objector))
    path = f"/public-notices/{application.id}"
    answer = page.post(path, {"act": "object", "grounds": "It is ours: contract of 2019."})
    assert answer.status_code == 302
    assert rights.notice(application.id).stopped
    assert "stands still" in browsing().get(path).content.decode()
    assert "contract of 2019" not in browsing().get(path).content.decode()


def test_a_stranger_cannot_object(venue: Any) -> None:
    application = noticed_application(verified_party(now=venue.now), now=venue.now)
    path = f"/public-notices/{application.id}"
    answer = browsing().post(path, {"act": "object", "grounds": "No."})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=%2Fpublic-notices%2F")
    assert not rights.notice(application.id).stopped


def test_hostile_words_stay_words(venue: Any) -> None:
    party = verified_party("<img src=x onerror=alert(1)>大学", now=venue.now)
    application = noticed_application(party, now=venue.now)
    page = browsing().get(f"/public-notices/{application.id}").content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_title_shows_its_holders_and_chain(venue: Any) -> None:
    university = verified_party(now=venue.now)
    other = verified_party("另一所大学", now=venue.now)
    patent = registered_technology(
        university,
        holders=[(university.id, Fraction(2, 3)), (other.id, Fraction(1, 3))],
        now=venue.now,
    )
    page = browsing().get(f"/technologies/{patent.id}").content.decode()
    assert "2/3" in page
    assert "另一所大学" in page
    assert "First registration" in page


def test_what_is_no_certificate_is_said_to_be_none(venue: Any, drain: Any) -> None:
    from io import BytesIO

    upload = BytesIO(b'{"not": "a certificate"}')
    upload.name = "x.json"
    answer = browsing().post("/verify", {"file": upload})
    assert answer.status_code == 200
    assert 'class="is-not"' in answer.content.decode()


def test_a_printed_number_leads_to_the_register_and_opens_nothing_without_its_code(
    venue: Any, drain: Any
) -> None:
    deal, _ = settled_deal(now=venue.now)
    venue.now = max(venue.now, deal.opened_at)
    drain()
    from hutong.certificates import queries as certificates

    row = certificates.register().filter(kind="transaction").get()
    answer = browsing().get(f"/verify?number={row.number}&code=WRONG")
    assert answer["Location"] == f"/certificates/{row.number}?code=WRONG"
    page = browsing().get(answer["Location"]).content.decode()
    assert "not the code of this certificate" in page
    assert browsing().get(f"/certificates/{row.number}/pdf?code=WRONG").status_code == 404
    code = certificates.printed_code(row.number)
    assert browsing().get(f"/certificates/{row.number}/pdf?code={code}").content[:4] == b"%PDF"


@pytest.mark.parametrize(
    "path", ["/technologies?cursor=nonsense", "/listings?up_to=%00", "/technologies?ipc=%F0%9F"]
)
def test_nonsense_in_the_address_is_no_server_error(venue: Any, path: str) -> None:
    assert browsing().get(path).status_code < 500


def test_the_rules_page_says_every_figure_of_the_rulebook(venue: Any) -> None:
    rules = rulebook.in_force(venue.now).rules
    with override("en"):
        lines = [line for chapter in chapters(rules) for line in chapter.lines]
    said = " ".join(f"{line.text} {line.value}" for line in lines)
    assert f"{rules.rights.notice_days} day" in said
    assert len([line for line in lines if line.rule == "SE-3"]) >= len(rules.settlement.fee_bands)
    assert band_text(rules.settlement.fee_bands, len(rules.settlement.fee_bands) - 1)


@pytest.mark.parametrize(
    ("n", "written"), [(10, "10 秒"), (300, "5 分钟"), (3600, "1 小时"), (90, "90 秒")]
)
def test_lengths_of_time_are_written_in_their_largest_whole_unit(n: int, written: str) -> None:
    with override("zh-hans"):
        assert seconds(n) == written


def _without_tokens(page: bytes) -> list[bytes]:
    hidden = (b"_once", b"csrfmiddlewaretoken", b"data-now", b"<time")
    return [line for line in page.splitlines() if not any(mark in line for mark in hidden)]
