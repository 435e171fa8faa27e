"""Members do their business on pages, and see nothing of others'."""

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from hutong.deals import queries as deals
from hutong.deals.testing import agreed_deal
from hutong.documents import queries as documents
from hutong.listings import queries as listings
from hutong.listings import rules as listing_rules
from hutong.listings.intents import LIVE
from hutong.listings.offers import LicenceTerms
from hutong.listings.testing import cut_off, deposited_intent, open_listing, qualified_intent
from hutong.my.deals import readable
from hutong.my.waiting import STEPS, tasks_of
from hutong.parties import queries as parties
from hutong.parties.testing import member_of, person, signed_in, verified_party
from hutong.rights import actions as rights_actions
from hutong.rights import queries as rights
from hutong.rights.testing import a_technology, noticed_application, registered_technology
from hutong.settlement.testing import funded
from hutong.technologies import exporting, tasks
from hutong.technologies import queries as technologies
from hutong.technologies.queries import Filters
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


def test_a_newcomer_is_led_to_register_a_party(venue: Any) -> None:
    page = browsing(signed_in(person(now=venue.now)))
    assert "Register your party" in page.get("/my").content.decode()
    answer = page.post(
        "/my/party",
        {"act": "register", "kind": "university", "name_zh": "某大学", "jurisdiction": "CN"},
    )
    assert answer.status_code == 302
    assert "某大学" in page.get("/my/party").content.decode()


def test_an_invitation_waits_on_ones_page_until_it_is_answered(venue: Any) -> None:
    party, who = verified_party("上海某大学", now=venue.now), person(now=venue.now)
    owner = browsing(member_of(party))
    for email in (who.email, "nobody@firm.example"):
        sent = {"act": "invite", "email": email, "role": "agent"}
        assert owner.post("/my/people", sent).status_code == 302
        assert email in owner.get("/my/people").content.decode()

    invited = browsing(signed_in(who))
    page = invited.get("/my", language="zh-hans").content.decode()
    assert "代表主体的邀请" in page
    assert "上海某大学" in page
    [invitation] = parties.invitations_to(who.id)
    answer = {"act": "accept", "invitation": str(invitation.id)}
    assert browsing(signed_in(person())).post("/my", answer).status_code == 404
    assert invited.post("/my", answer).status_code == 302
    assert signed_in(who).party == party.id
    assert "Invitations to act" not in invited.get("/my").content.decode()


def test_a_wrong_identifier_is_named_and_nothing_typed_is_lost(venue: Any) -> None:
    page = browsing(signed_in(person(now=venue.now)))
    answer = page.post(
        "/my/party",
        {
            "act": "register",
            "kind": "university",
            "name_zh": "某大学",
            "jurisdiction": "CN",
            "uscc": "12310000000000000X",
        },
        language="zh-hans",
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "12310000000000000X" in text
    assert 'value="某大学"' in text
    assert "校验" in text


def test_the_template_of_the_venue_comes_as_a_workbook(venue: Any) -> None:
    page = browsing(member_of(verified_party(now=venue.now)))
    answer = page.get("/my/technologies/template.xlsx")
    assert answer.content.startswith(b"PK")


def test_an_empty_workbook_is_refused_in_place(venue: Any) -> None:
    university = verified_party(now=venue.now)
    page = browsing(member_of(university))
    upload = BytesIO(exporting.template())
    upload.name = "technologies.xlsx"
    answer = page.post("/my/technologies/imports", {"act": "hand_in", "file": upload})
    assert answer.status_code == 302
    place = answer["Location"]
    assert "data-follow" in page.get(place).content.decode()
    tasks.import_file(place.rsplit("/", 1)[-1])
    text = page.get(place).content.decode()
    assert "data-follow" not in text
    assert "no records" in text
    today = venue.now.date()
    assert technologies.page(Filters(party=university.id), today)["items"] == []


def test_the_faults_of_a_workbook_stand_in_place_in_the_readers_language(venue: Any) -> None:
    page = browsing(member_of(verified_party(now=venue.now)))
    upload = BytesIO(
        exporting.workbook(
            [{"kind": "专利", "title_zh": "甲", "application_number": "201710601862.9"}]
        )
    )
    upload.name = "technologies.xlsx"
    place = page.post("/my/technologies/imports", {"act": "hand_in", "file": upload})["Location"]
    tasks.import_file(place.rsplit("/", 1)[-1])
    text = page.get(place, language="zh-hans").content.decode()
    assert "201710601862.9" in text
    assert "D 申请号" in text
    assert "校验" in text
    assert browsing(member_of(verified_party("另一所大学"))).get(place).status_code == 404


def test_what_is_wrong_with_a_technology_stands_at_its_field(venue: Any) -> None:
    page = browsing(member_of(verified_party(now=venue.now)))
    typed = {"kind": "patent", "title_zh": "一种工艺", "application_number": "201710601862.9"}
    answer = page.post("/my/technologies/new", {"act": "enter", **typed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="201710601862.9"' in text
    assert 'href="#id_application_number"' in text
    assert 'id="id_application_number_error"' in text


def test_a_technology_is_changed_and_its_documents_change_hands(venue: Any) -> None:
    university = verified_party(now=venue.now)
    made = a_technology(university, now=venue.now)
    page, place = browsing(member_of(university)), f"/my/technologies/{made.id}"
    form = page.get(f"{place}/edit").content.decode()
    assert made.title_zh in form
    kept = {"kind": made.kind.value, "title_zh": made.title_zh, "trl": "5", "act": "save"}
    kept |= {f"{role}_number": number for role, number in made.numbers.items()}
    answer = page.post(f"{place}/edit", {**kept, "legal_status": "in_force"})
    assert answer.status_code == 302, answer.content.decode()
    assert technologies.technology(made.id).trl == 5

    paper = BytesIO(b"%PDF-1.7\n% drawings\n%%EOF\n")
    paper.name = "drawings.pdf"
    page.post(place, {"act": "attach", "files": paper, "access": "secret"})
    [file] = documents.of_owner(f"technology:{made.id}")
    other = browsing(member_of(verified_party("另一所大学")))
    opened = {"act": "access", "document": str(file.id), "access": "public"}
    assert other.post(place, opened).status_code == 302  # sent to the public page; nothing is done
    assert documents.document(file.id).access == "secret"
    page.post(place, opened)
    assert documents.document(file.id).access == "public"
    page.post(place, {"act": "remove", "document": str(file.id)})
    assert documents.of_owner(f"technology:{made.id}") == []


def test_a_bundle_is_made_of_ones_own(venue: Any) -> None:
    university = verified_party(now=venue.now)
    parts = [a_technology(university, now=venue.now).id for _ in range(3)]
    page = browsing(member_of(university))
    form = {"act": "bundle", "title_zh": "成果包", "parts": [str(id) for id in parts]}
    answer = page.post("/my/technologies/bundle", form)
    assert answer.status_code == 302, answer.content.decode()
    made = technologies.technology(UUID(answer["Location"].rsplit("/", 1)[-1]))
    assert set(made.parts) == set(parts)
    assert page.get(answer["Location"]).content.decode().count("1/3") == 3


def test_a_file_that_is_no_workbook_is_refused_in_place(venue: Any) -> None:
    page = browsing(member_of(verified_party(now=venue.now)))
    upload = BytesIO(b"\x00\x01 not a workbook")
    upload.name = "technologies.xlsx"
    answer = page.post("/my/technologies/imports", {"act": "hand_in", "file": upload})
    assert answer.status_code in (413, 422)
    assert "Not done." in answer.content.decode()


def test_a_technology_is_entered_and_its_registration_applied_for(venue: Any) -> None:
    university = verified_party(now=venue.now)
    page = browsing(member_of(university))
    answer = page.post(
        "/my/technologies/new", {"act": "enter", "kind": "know_how", "title_zh": "一种工艺"}
    )
    assert answer.status_code == 302
    id = answer["Location"].rsplit("/", 1)[-1]
    paper = BytesIO(b"%PDF-1.7\n% evidence\n%%EOF\n")
    paper.name = "evidence.pdf"
    answer = page.post(
        "/my/rights/new",
        {"act": "draft", "technologies": [id], "holders": "", "evidence": paper},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert page.post(answer["Location"], {"act": "submit"}).status_code == 302
    (application,) = rights.applications(member_of(university))["items"]
    assert application.status == "submitted"


def test_a_listing_is_drafted_and_submitted(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    page = browsing(member_of(university))
    form = {
        "act": "draft",
        "technologies": [str(patent.id)],
        "title_zh": "专利权转让",
        "share": "100%",
        "price_mode": "floor",
        "price_fen": "1,280,000",
        "payment": "lump_sum",
        "scope": "local",
    }
    answer = page.post("/my/listings/new", form)
    assert answer.status_code == 302, answer.content.decode()
    assert page.post(answer["Location"], {"act": "submit"}).status_code == 302
    (listing,) = listings.listings(member_of(university))["items"]
    assert (listing.status, listing.price_fen) == ("submitted", 128_000_000)


def test_a_licence_is_offered_changed_and_told_in_words(venue: Any) -> None:
    university = verified_party(now=venue.now)
    patent = registered_technology(university, now=venue.now)
    page = browsing(member_of(university))
    form = {
        "act": "draft",
        "technologies": [str(patent.id)],
        "title_zh": "专利普通许可",
        "offer": "licence",
        "licence_mode": "ordinary",
        "territory": "CN，JP",
        "without": "310000",
        "ipc": "C22C",
        "sublicensable": "on",
        "price_mode": "fixed",
        "price_fen": "1,280,000",
        "payment": "lump_sum",
        "scope": "local",
    }
    missing = page.post("/my/listings/new", form)
    assert missing.status_code == 422
    nowhere = page.post("/my/listings/new", {**form, "ends_on": "2030-12-31", "territory": "XX"})
    assert nowhere.status_code == 422
    answer = page.post("/my/listings/new", {**form, "ends_on": "2030-12-31"})
    assert answer.status_code == 302, answer.content.decode()
    (listing,) = listings.listings(member_of(university))["items"]
    assert (listing.offer_kind, listing.licence_mode, listing.share) == (
        "licence",
        "ordinary",
        None,
    )
    assert listing.licence == LicenceTerms(
        territory=("CN", "JP"),
        without=("310000",),
        ipc=("C22C",),
        ends_on=date(2030, 12, 31),
        sublicensable=True,
    )
    edit = page.get(f"/my/listings/{listing.id}/edit").content.decode()
    assert 'value="CN, JP"' in edit
    shown = page.get(f"/my/listings/{listing.id}").content.decode()
    assert "Ordinary licence" in shown
    assert "Shanghai" in shown
    assert "C22C" in shown


def test_a_buyer_applies_on_the_listings_page_and_nobody_else_sees_it(venue: Any) -> None:
    university = verified_party(now=venue.now)
    listing = open_listing(
        university, [registered_technology(university, now=venue.now).id], now=venue.now
    )
    buyer = verified_party("某科技公司", kind="enterprise", now=venue.now)
    page = browsing(member_of(buyer))
    answer = page.post(f"/listings/{listing.id}", {"act": "apply", "accept": "on"})
    assert answer.status_code == 302
    path = answer["Location"]
    assert page.get(path).status_code == 200
    assert browsing(member_of(university)).get(path).status_code == 404
    assert "某科技公司" not in browsing().get(f"/listings/{listing.id}").content.decode()


def test_conditions_not_accepted_are_asked_for_again(venue: Any) -> None:
    university = verified_party(now=venue.now)
    listing = open_listing(
        university, [registered_technology(university, now=venue.now).id], now=venue.now
    )
    buyer = verified_party("某科技公司", kind="enterprise", now=venue.now)
    answer = browsing(member_of(buyer)).post(f"/listings/{listing.id}", {"act": "apply"})
    assert answer.status_code == 422
    assert listings.intents_of(listing.id, member_of(buyer)) == []


def test_both_sides_accept_the_contract_they_read(venue: Any) -> None:
    deal = agreed_deal(now=venue.now)
    for party in (deal.seller, deal.buyer):
        page = browsing(member_of(party))
        assert deal.contract_digest in page.get(f"/my/deals/{deal.id}").content.decode()
        page.post(f"/my/deals/{deal.id}", {"act": "accept", "digest": deal.contract_digest})
    assert deals.deal(deal.id).status == "signed"


def test_a_contracts_words_stay_words() -> None:
    page = readable(
        "# T\n<script>x</script> [a](javascript:x) ![b](http://e.vil/c.png) <http://e.vil>"
    )
    assert "<h1>T</h1>" in page
    assert not any(tag in page for tag in ("<script", "<a ", "<img"))


def test_another_text_cannot_be_accepted(venue: Any) -> None:
    deal = agreed_deal(now=venue.now)
    page = browsing(member_of(deal.buyer))
    answer = page.post(f"/my/deals/{deal.id}", {"act": "accept", "digest": "sha256:" + "0" * 64})
    assert answer.status_code == 409
    assert deals.deal(deal.id).status == "agreed"


def test_a_deal_is_not_found_by_others(venue: Any) -> None:
    deal = agreed_deal(now=venue.now)
    other = verified_party("另一家公司", kind="enterprise", now=venue.now)
    assert browsing(member_of(other)).get(f"/my/deals/{deal.id}").status_code == 404


def test_a_tampered_hidden_field_is_refused_not_a_crash(venue: Any) -> None:
    page = browsing(member_of(verified_party(now=venue.now)))
    answer = page.post("/my/people", {"act": "revoke", "mandate": "'; DROP TABLE"})
    assert answer.status_code == 422
    assert page.post("/my/party", {"act": "no such act"}).status_code == 404


def test_a_token_is_shown_once(venue: Any) -> None:
    university = verified_party(now=venue.now)
    page = browsing(member_of(university))
    page.post(
        "/my/tokens",
        {
            "act": "issue",
            "label": "our program",
            "party": str(university.id),
            "scopes": ["member.read"],
            "days": "30",
        },
    )
    first, second = (page.get("/my/tokens").content.decode() for _ in range(2))
    assert "Copy the token now" in first
    assert "Copy the token now" not in second
    (token,) = parties.tokens_of(member_of(university).person)
    assert token.scopes == ("member.read",)


def test_another_partys_technology_shows_its_public_page(venue: Any) -> None:
    technology = a_technology(verified_party(now=venue.now), now=venue.now)
    other = verified_party("另一所大学", now=venue.now)
    answer = browsing(member_of(other)).get(f"/my/technologies/{technology.id}")
    assert answer["Location"] == f"/technologies/{technology.id}"


def test_the_seller_reads_no_paddle_on_a_buyers_page(venue: Any, drain: Any) -> None:
    seller = verified_party("上海某大学")
    firms = [verified_party(f"某科技公司{n}", kind="enterprise") for n in (1, 2)]
    listing = open_listing(seller)
    intents = [deposited_intent(listing, firm) for firm in firms]
    venue.now = cut_off(listing).cut_off_at
    drain()  # the auction is announced, paddles are given
    for intent, firm in zip(intents, firms, strict=True):
        page = f"/my/intents/{intent.id}"
        assert browsing(member_of(firm)).get(page).status_code == 200
        assert browsing(member_of(seller)).get(page).status_code == 404


HOSTILE = "<script>alert(1)</script>\u202e\u2067" + "长" * 10_000


def test_sent_twice_acts_once_and_says_the_same(venue: Any) -> None:
    university = verified_party(now=venue.now)
    page = browsing(member_of(university))
    form = {"act": "enter", "kind": "know_how", "title_zh": "一种工艺"}
    first = page.post("/my/technologies/new", form, once="the form's token")
    again = page.post(
        "/my/technologies/new", form, once="the form's token"
    )  # double click, or back
    assert first["Location"] == again["Location"]
    today = venue.now.date()
    assert len(technologies.page(Filters(party=university.id), today)["items"]) == 1


def test_two_tabs_on_one_contract_accept_it_once(venue: Any) -> None:
    deal = agreed_deal(now=venue.now)
    page, sent = (
        browsing(member_of(deal.buyer)),
        {"act": "accept", "digest": deal.contract_digest},
    )
    assert page.post(f"/my/deals/{deal.id}", sent).status_code == 302
    assert page.post(f"/my/deals/{deal.id}", sent).status_code == 409
    assert len(deals.deal(deal.id).acceptances) == 1


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/my/technologies/new", {"act": "enter", "kind": "know_how", "title_zh": HOSTILE}),
        ("/my/technologies/new", {"act": "enter", "kind": HOSTILE, "fields": HOSTILE}),
        ("/my/people", {"act": "invite", "email": HOSTILE, "role": "agent"}),
        ("/my/listings/new", {"act": "draft", "title_zh": HOSTILE, "price_fen": HOSTILE}),
        ("/my/technologies/bundle", {"act": "bundle", "title_zh": HOSTILE, "parts": [HOSTILE]}),
        ("/my/money", {"act": "payout", "amount_fen": HOSTILE, "holder": HOSTILE}),
        ("/my/tokens", {"act": "issue", "label": HOSTILE, "days": HOSTILE}),
    ],
)
def test_hostile_text_is_refused_in_place_and_never_markup(
    venue: Any, path: str, form: dict[str, Any]
) -> None:
    answer = browsing(member_of(verified_party(now=venue.now))).post(path, form)
    assert answer.status_code in (413, 422), answer.status_code
    assert "<script>alert(1)" not in answer.content.decode()


def test_hostile_titles_stand_as_text_on_every_list(venue: Any) -> None:
    university = verified_party(now=venue.now)
    title = "<b onclick=alert(1)>甲</b>\u202e"
    a_technology(university, title_zh=title, now=venue.now)
    page = browsing(member_of(university))
    for path in ("/my/technologies", "/my/technologies/bundle", "/my/rights/new"):
        text = page.get(path).content.decode()
        assert "&lt;b onclick" in text, path
        assert "<b onclick" not in text, path


def test_the_statement_pages_back_and_comes_as_a_file(venue: Any) -> None:
    party = verified_party(now=venue.now)
    for _ in range(3):
        funded(party.id, 1_280_000_50, now=venue.now)
    page = browsing(member_of(party))
    assert page.get("/my/money/statement").content.decode().count("Money received") == 3
    assert page.get("/my/money/statement?before=2").content.decode().count("Money received") == 2
    assert page.get("/my/money/statement?before=%F0%9F%98%80").status_code == 200
    file = page.get("/my/money/statement.csv")
    assert file.content.decode("utf-8-sig").splitlines()[1].split(",", 3)[2] == "Money received"
    stranger = browsing(member_of(verified_party("另一所大学")))
    assert "Money received" not in stranger.get("/my/money/statement.csv").content.decode()


def test_what_waits_says_whose_move_it_is_and_until_when(venue: Any) -> None:
    seller, buyer = verified_party("上海某大学"), verified_party("某科技公司", "enterprise")
    offer = open_listing(seller, title_zh="传感器专利权转让", now=venue.now)
    qualified_intent(offer, buyer, now=venue.now)
    [mine] = tasks_of(buyer.id, venue.now)
    assert (mine.mine, mine.due_by, mine.about) == (True, offer.ends_at, "传感器专利权转让")
    [others] = tasks_of(seller.id, venue.now)
    assert (others.mine, others.href) == (False, f"/my/listings/{offer.id}")
    assert tasks_of(verified_party("另一所大学").id, venue.now) == []


def test_every_state_the_areas_tell_of_has_its_step() -> None:
    told = {
        *(f"application:{s}" for s in ("draft", "submitted", "notice", "held", "stopped")),
        *("application:to_agree", "objection:to_answer", "objection:to_reply"),
        *(f"listing:{s}" for s in listing_rules.Status if s != "closed"),
        *(f"intent:{s}" for s in LIVE),
        *(f"deal:{s}" for s in ("to_sign", "other_signs", "to_pay", "other_pays")),
        *(f"deal:{s}" for s in ("paid", "moved", "certified")),
    }
    assert told <= set(STEPS)


def test_an_objection_waits_for_whose_turn_it_is(venue: Any) -> None:
    university, objector = verified_party("上海某大学"), verified_party("另一所大学")
    noticed = noticed_application(university, now=venue.now)
    rights_actions.object_to(
        actor=member_of(objector), now=venue.now, application=noticed.id, grounds="本校共同完成。"
    )

    def moves(party: Any) -> list[str]:
        return [task.href for task in tasks_of(party.id, venue.now) if task.mine]

    assert moves(university) == [f"/my/rights/{noticed.id}"]
    assert moves(objector) == []
