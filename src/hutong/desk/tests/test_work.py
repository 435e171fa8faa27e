"""Deadlines, who does what, many at once, finding a case; and a supervisor who only looks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.urls import URLPattern, get_resolver

import hutong.desk.urls  # noqa: F401 (registers what lists cases)
from hutong.casework import queries as casework
from hutong.deals import queries as deals
from hutong.desk.queue import waiting_for
from hutong.due.models import Clock
from hutong.journal import queries as journal
from hutong.listings import queries as listings
from hutong.listings.intents import IntentStatus
from hutong.listings.testing import applied_intent, open_listing, submitted_listing
from hutong.parties.testing import officer, verified_party
from hutong.rights.testing import registered_technology, submitted_application
from hutong.settlement import queries as settlement
from hutong.settlement.testing import paid_deal, received, with_outside_steps
from hutong.technologies import queries as technologies
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
NOTICE = timedelta(days=16)


def waiting_listing(venue: Any) -> Any:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    return submitted_listing(university, [patent.id], now=venue.now + NOTICE)


def intents(venue: Any, *buyers: str) -> list[Any]:
    university = verified_party(now=venue.now)
    listing = open_listing(
        university, [registered_technology(university, now=venue.now).id], now=venue.now + NOTICE
    )
    return [
        applied_intent(
            listing, verified_party(name, "enterprise", now=venue.now), now=venue.now + NOTICE
        )
        for name in buyers
    ]


def test_a_deadline_is_counted_in_working_days(venue: Any) -> None:
    """Submitted on Wednesday 6 July; five working days end on the 13th at 17:00 (TI-1)."""
    waiting_listing(venue)
    registrar = officer("listing")
    [case] = waiting_for(registrar, venue.now + NOTICE)
    assert case.since == venue.now + NOTICE
    assert case.due_by is not None
    assert f"{case.due_by:%Y-%m-%d %H:%M}" == "2022-07-13 09:00"  # in UTC


def test_what_is_overdue_is_marked_and_found_alone(venue: Any) -> None:
    listing = waiting_listing(venue)
    page = browsing(officer("listing"))
    Clock.objects.update(offset=F("offset") + NOTICE)
    assert "overdue since" not in page.get("/desk").content.decode()
    Clock.objects.update(offset=F("offset") + timedelta(days=14))
    assert "overdue since" in page.get("/desk").content.decode()
    assert f"/desk/listings/{listing.id}" in page.get("/desk?late=1").content.decode()
    assert page.get("/desk/counts").json() == {"waiting": 1, "late": 1}


def test_two_officers_do_not_do_the_same(venue: Any) -> None:
    listing = waiting_listing(venue)
    first, second = officer("listing"), officer("listing")
    ref, path = f"listings/{listing.id}", f"/desk/listings/{listing.id}"
    assert browsing(first).post("/desk/claims", {"case": ref, "act": "take"})["Location"] == path
    assert "You work on this case" in browsing(first).get(path).content.decode()
    seen = browsing(second).get(path).content.decode()
    assert "Take it over first" in seen
    assert " disabled>" in seen
    again = browsing(second).post("/desk/claims", {"case": ref, "act": "take"})
    assert again.status_code == 409
    assert ref not in browsing(second).get("/desk?who=free").content.decode()
    assert ref in browsing(first).get("/desk?who=mine").content.decode()
    browsing(second).post("/desk/claims", {"case": ref, "act": "take_over"})
    assert casework.claim(ref, venue.now).person == second.person


def test_a_case_is_handed_to_a_colleague_on_its_page(venue: Any) -> None:
    listing = waiting_listing(venue)
    first, second, registrar = officer("listing"), officer("listing"), officer("registrar")
    ref = f"listings/{listing.id}"
    page = browsing(first)
    choice = page.get(f"/desk/claims?case={ref}").content.decode()
    assert str(second.person) in choice
    assert str(registrar.person) not in choice
    sent = {"case": ref, "act": "hand_over", "to": str(second.person)}
    assert page.post("/desk/claims", sent).status_code == 302
    assert casework.claim(ref, venue.now).person == second.person
    sent["to"] = str(registrar.person)
    assert page.post("/desk/claims", sent).status_code == 422
    assert browsing(registrar).get(f"/desk/claims?case={ref}").status_code == 403


def test_many_are_decided_with_one_result_for_each(venue: Any) -> None:
    good, gone = intents(venue, "甲公司", "乙公司")
    desk = browsing(officer("listing"))
    desk.post(f"/desk/intents/{gone.id}", {"act": "qualify", "findings": "Fit."})
    answer = desk.post(
        "/desk/bulk",
        {
            "act": "qualify",
            "words": "Both fit.",
            "case": [f"intents/{good.id}", f"intents/{gone.id}", "deals/unknown"],
        },
    )
    assert answer["Location"] == "/desk/bulk"
    said = desk.get("/desk/bulk").content.decode()
    assert "1 done." in said
    assert "2 were decided meanwhile" in said
    assert listings.intent(good.id).status is IntentStatus.QUALIFIED
    assert listings.intent(good.id).findings == "Both fit."


def test_what_one_may_not_decide_stops_none_of_the_others(venue: Any) -> None:
    first, second = intents(venue, "甲公司", "乙公司")
    desk = browsing(officer("listing"))
    cases = [f"intents/{first.id}", f"intents/{second.id}"]
    assert desk.get("/desk/bulk")["Location"] == "/desk", "nothing was decided together yet"
    desk.post("/desk/bulk", {"act": "qualify", "words": " ", "case": cases})
    assert desk.get("/desk/bulk").content.decode().count("not done") == 2
    assert listings.intent(first.id).status is IntentStatus.APPLIED
    assert desk.post("/desk/bulk", {"act": "no such act", "case": cases}).status_code == 404


def test_an_ending_is_proposed_by_one_and_confirmed_by_another_on_the_page(venue: Any) -> None:
    deal = paid_deal(now=venue.now)
    first, second = officer("trading"), officer("trading")
    path = f"/desk/deals/{deal.id}"
    sent = browsing(first).post(path, {"act": "terminate", "reason": "Both asked for it."})
    assert sent.status_code == 302
    own = browsing(first).get(path).content.decode()
    assert "You proposed it; another officer confirms it." in own
    assert 'value="confirm"' not in own
    assert browsing(first).post(path, {"act": "confirm"}).status_code == 403
    assert path in browsing(second).get("/desk").content.decode()
    assert browsing(second).post(path, {"act": "confirm"}).status_code == 302
    assert deals.deal(deal.id).status == "terminated"


def test_overdue_deals_wait_for_whoever_may_end_them(venue: Any) -> None:
    from hutong.deals import jobs
    from hutong.deals.testing import signed_deal
    from hutong.kit.ids import subject

    deal = signed_deal(now=venue.now)
    jobs.payment_due(subject("deal", deal.id), deal.pay_by, deal.pay_by)
    path = f"/desk/deals/{deal.id}"
    assert path in browsing(officer("trading")).get("/desk").content.decode()
    assert path not in browsing(officer("settlement")).get("/desk").content.decode()


def test_a_case_is_found_by_number_party_and_reference(venue: Any) -> None:
    deal = with_outside_steps(paid_deal(now=venue.now))
    reference = settlement.money_of(deal.id).reference
    clerk = browsing(officer("settlement"))
    path = f"/desk/deals/{deal.id}"
    for words in (deal.number, deal.number[-7:].lower(), "某科技公司", reference):
        assert path in clerk.get(f"/desk/search?q={words}").content.decode(), words
    assert path not in clerk.get("/desk/search?q=D1999-00001").content.decode()
    for hostile in ("%", "'; --", "x" * 10_000, "‮"):
        assert clerk.get(f"/desk/search?q={hostile}").status_code == 200


def test_what_an_office_may_not_see_is_not_found(venue: Any) -> None:
    [intent] = intents(venue, "甲公司")
    path = f"/desk/intents/{intent.id}"
    for role, sees in (("listing", True), ("supervisor", True), ("registrar", False)):
        page = browsing(officer(role))
        assert (path in page.get("/desk/search?q=甲公司").content.decode()) is sees, role
        kinds = page.get("/desk/procedures?kind=intents").content.decode()
        assert (path in kinds) is sees, role


def test_the_supervisor_sees_every_procedure_its_clock_and_its_officers(venue: Any) -> None:
    application = submitted_application(verified_party(now=venue.now), now=venue.now)
    registrar = officer("registrar")
    checked = {"act": "accept", "findings": "Complete."}
    page = browsing(registrar).get(f"/desk/rights/{application.id}")
    ticks = {c.name: "on" for c in page.context["case"].checks if c.name}
    browsing(registrar).post(f"/desk/rights/{application.id}", {**checked, **ticks})
    supervisor = browsing(officer("supervisor"))
    seen = supervisor.get("/desk/procedures?kind=registrations").content.decode()
    for shown in (application.number, "The public notice ends", "交易所专员"):
        assert shown in seen
    entries = supervisor.get(f"/desk/journal?subject=right_application:{application.id}")
    assert "Public notice opened" in entries.content.decode()
    [entry] = [
        e
        for e in journal.of_subject(f"right_application:{application.id}")
        if e.kind == "rights.Applied"
    ]
    whole = supervisor.get(f"/desk/journal/{entry.id}").content.decode()
    assert "Private part" in whole
    assert "上海某大学" in whole


def test_the_journal_is_the_supervisors(venue: Any) -> None:
    for role in ("registrar", "administrator"):
        page = browsing(officer(role))
        assert page.get("/desk/journal").status_code == 403
        assert page.get("/desk/journal/1").status_code == 403
    page = browsing(officer("supervisor"))
    assert page.get("/desk/journal/999999").status_code == 404
    assert page.get("/desk/journal?cursor=nonsense").status_code == 422


def addresses() -> list[str]:
    """Every address of the desk with something where its parts are filled in."""
    parts = {"uuid": str(uuid4()), "int": "1", "str": "nothing"}
    found = []
    for pattern in get_resolver("hutong.desk.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        for kind, value in parts.items():
            while f"<{kind}:" in route:
                start = route.index(f"<{kind}:")
                route = route[:start] + value + route[route.index(">", start) + 1 :]
        found.append("/" + route)
    return found


def test_the_supervisor_changes_nothing(venue: Any) -> None:
    """No address of the desk takes a form from the supervisor, whatever it says."""
    page = browsing(officer("supervisor"))
    before = journal.end(), journal.pending_count()
    for path in addresses():
        answer = page.post(path, {"act": "accept", "case": f"deals/{uuid4()}", "reason": "x"})
        assert answer.status_code == 403, path
    assert (journal.end(), journal.pending_count()) == before


def test_the_supervisors_buttons_are_not_there(venue: Any) -> None:
    deal = with_outside_steps(paid_deal(now=venue.now))
    received("no reference", 10_000, now=venue.now)
    row = settlement.receipts_seen_by(officer("supervisor")).order_by("-recorded_at").first()
    page = browsing(officer("supervisor"))
    for path in (
        f"/desk/deals/{deal.id}",
        f"/desk/receipts/{row.id}",
        f"/desk/parties/{deal.buyer}",
    ):
        seen = page.get(path)
        assert seen.status_code == 200
        assert 'name="act"' not in seen.content.decode(), path
        assert "You read this case; deciding it is for" in seen.content.decode(), path
    for act in ("settle", "terminate", "default"):
        sent = {"act": act, "reason": "x", "side": "buyer"}
        assert page.post(f"/desk/deals/{deal.id}", sent).status_code == 403
    assert deals.deal(deal.id).status == "paid"


def test_the_registrar_keeps_the_legal_status_right(venue: Any) -> None:
    patent = registered_technology(verified_party(now=venue.now), now=venue.now)
    path = f"/desk/technologies/{patent.id}"
    registrar = browsing(officer("registrar"))
    sent = {"act": "legal", "legal_status": "lapsed", "expires_on": "2022-06-01"}
    assert registrar.post(path, sent).status_code == 302
    assert technologies.technology(patent.id).legal_status == "lapsed"
    assert registrar.post(path, {**sent, "legal_status": "nonsense"}).status_code == 422
    assert browsing(officer("settlement")).post(path, sent).status_code == 404
    seen = browsing(officer("supervisor")).get(path).content.decode()
    assert 'name="act"' not in seen
    assert (
        path
        in browsing(officer("listing"))
        .get(f"/desk/search?q={next(iter(patent.numbers.values()))}")
        .content.decode()
    )


def test_a_provisional_end_is_fixed_on_the_listings_page(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    listing = open_listing(university, [patent.id], now=venue.now + NOTICE)
    page = browsing(officer("listing")).get(f"/desk/listings/{listing.id}").content.decode()
    assert ('value="fix_end"' in page) is listing.ends_provisional
