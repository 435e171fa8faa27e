"""What waits for whom, and decisions made on pages."""

from datetime import timedelta
from typing import Any

import pytest

from hutong.deals import queries as deals
from hutong.kit.ids import subject
from hutong.listings import queries as listings
from hutong.listings.intents import IntentStatus
from hutong.listings.testing import applied_intent, open_listing, submitted_listing
from hutong.parties import queries as parties
from hutong.parties.testing import member_of, officer, unverified_party, verified_party
from hutong.rights import queries as rights
from hutong.rights.checklists import all_yes
from hutong.rights.testing import registered_technology, submitted_application
from hutong.settlement import queries as settlement
from hutong.settlement.testing import funded, paid_deal, with_outside_steps
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
NOTICE = timedelta(days=16)

CHECKED = {f"check:{code}": "on" for code in all_yes()}


def test_the_desk_is_for_officers_alone(venue: Any) -> None:
    university = verified_party(now=venue.now)
    assert browsing(member_of(university)).get("/desk").status_code == 403
    assert browsing().get("/desk").status_code == 302


def test_the_queue_shows_what_an_officers_powers_reach(venue: Any) -> None:
    university = verified_party(now=venue.now)
    application = submitted_application(university, now=venue.now)
    registrar = browsing(officer("registrar", now=venue.now)).get("/desk").content.decode()
    listing = browsing(officer("listing", now=venue.now)).get("/desk").content.decode()
    assert f"/desk/rights/{application.id}" in registrar
    assert f"/desk/rights/{application.id}" not in listing


def test_a_right_goes_into_notice_by_page(venue: Any) -> None:
    application = submitted_application(verified_party(now=venue.now), now=venue.now)
    registrar = browsing(officer("registrar", now=venue.now))
    path = f"/desk/rights/{application.id}"
    unchecked = registrar.post(path, {"act": "accept", "findings": "Complete."})
    assert unchecked.status_code == 409
    answer = registrar.post(path, {"act": "accept", "findings": "Complete.", **CHECKED})
    assert answer.status_code == 302
    assert rights.application(application.id).status == "notice"


def test_a_refusal_stands_beside_the_form_with_what_was_typed(venue: Any) -> None:
    application = submitted_application(verified_party(now=venue.now), now=venue.now)
    registrar = browsing(officer("registrar", now=venue.now))
    path = f"/desk/rights/{application.id}"
    registrar.post(path, {"act": "accept", "findings": "Complete.", **CHECKED})
    answer = registrar.post(path, {"act": "accept", "findings": "Once more.", **CHECKED})
    assert answer.status_code == 409
    assert "Not done." in answer.content.decode()


def test_a_form_sent_twice_acts_once(venue: Any) -> None:
    party = _waiting_party(venue)
    registrar = browsing(officer("registrar", now=venue.now))
    path = f"/desk/parties/{party.id}"
    first = registrar.post(path, {"act": "verify"}, once="a token of this form")
    again = registrar.post(path, {"act": "verify"}, once="a token of this form")
    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Idempotent-Replay"] == "true"
    assert parties.party(party.id).is_verified


def test_the_page_tells_who_may_not_decide(venue: Any) -> None:
    """PA-5 is shown before it refuses."""
    registrar = officer("registrar", now=venue.now)
    from hutong.parties.membership import MandateRole
    from hutong.parties.testing import let_in

    party = _waiting_party(venue)
    let_in(party, registrar.person, MandateRole.VIEWER, now=venue.now)
    page = browsing(registrar)
    assert "another officer decides" in page.get(f"/desk/parties/{party.id}").content.decode()
    assert page.post(f"/desk/parties/{party.id}", {"act": "verify"}).status_code == 403
    assert not parties.party(party.id).is_verified


def test_an_unanswered_check_keeps_a_listing_off_the_board(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    listing = submitted_listing(university, [patent.id], now=venue.now + NOTICE)
    desk = browsing(officer("listing", now=venue.now))
    told = {"export_class": "free", "findings": "Fine.", "title": "on", "completeness": "on"}
    answer = desk.post(f"/desk/listings/{listing.id}", {"act": "accept", **told})
    assert answer.status_code == 409
    answer = desk.post(
        f"/desk/listings/{listing.id}", {"act": "accept", "pre_emption": "on", **told}
    )
    assert answer.status_code == 302
    assert listings.listing(listing.id).listed_at is not None


def test_a_buyer_is_qualified_by_page(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    listing = open_listing(university, [patent.id], now=venue.now)
    buyer = verified_party("某科技公司", kind="enterprise", now=venue.now)
    intent = applied_intent(listing, buyer, now=venue.now)
    desk = browsing(officer("listing", now=venue.now))
    answer = desk.post(f"/desk/intents/{intent.id}", {"act": "qualify", "findings": "Fit."})
    assert answer.status_code == 302
    assert listings.intent(intent.id).status is IntentStatus.QUALIFIED


def test_right_against_money_by_page(venue: Any) -> None:
    deal = with_outside_steps(paid_deal(now=venue.now))
    desk = browsing(officer("settlement", now=venue.now))
    assert f"/desk/deals/{deal.id}" in desk.get("/desk").content.decode()
    assert desk.post(f"/desk/deals/{deal.id}", {"act": "settle"}).status_code == 302
    assert deals.deal(deal.id).status == "moved"


def test_who_asked_for_a_payout_does_not_approve_it(venue: Any) -> None:
    party = verified_party("某科技公司", kind="enterprise", now=venue.now)
    funded(party.id, 5_000_000, now=venue.now)
    first, second = (browsing(officer("settlement", now=venue.now)) for _ in range(2))
    form = {
        "act": "ask",
        "party": dict(party.identifiers)["uscc"],
        "amount_fen": "20,000",
        "holder": "某科技公司",
        "bank": "某银行",
        "number": "6222021234567890",
    }
    assert first.post("/desk/payouts", form).status_code == 302
    row = settlement.payouts_seen_by(officer("settlement", now=venue.now)).get()
    path = f"/desk/payouts/{row.id}"
    assert first.post(path, {"act": "approve"}).status_code == 403
    assert second.post(path, {"act": "approve"}).status_code == 302
    assert settlement.payout(row.id).status == "approved"


def _waiting_party(venue: Any) -> Any:
    from hutong.documents import actions as documents
    from hutong.parties import actions
    from hutong.parties.testing import EVIDENCE

    party = unverified_party("浦东某研究院", "research_institute", now=venue.now)
    owner = member_of(party)
    stored = documents.store(
        actor=owner,
        now=venue.now,
        owner=subject("party", party.id),
        name="licence.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    )
    actions.attach_evidence(
        actor=owner, now=venue.now, party=party.id, document=stored.id, proves="licence"
    )
    return actions.submit_for_verification(actor=owner, now=venue.now, party=party.id)
