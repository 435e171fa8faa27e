"""Pledges consented to and released, corrections and pre-emptions asked for, on members' pages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hutong.due.models import Clock
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import queries
from hutong.rights.acts import Mode
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import approved, licensed, pledged, registered_technology
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


def clock(at: datetime) -> None:
    Clock.objects.update(offset=at - datetime.now(UTC))


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("c.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")


def uscc(party: Any) -> str:
    return next(value for scheme, value in party.identifiers if scheme == "uscc")


def test_a_pledgee_chooses_what_becomes_of_the_price_and_releases_on_its_page(venue: Any) -> None:
    university = verified_party(now=venue.now)
    bank = verified_party("某银行", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    pledge = pledged(patent.id, university, bank, now=venue.now, debt_due_on=date(2024, 12, 31))
    path = f"/my/restrictions/{patent.id}/{pledge}"
    page = browsing(member_of(bank))
    assert path in page.get("/my/rights").content.decode()
    shown = page.get(path).content.decode()
    assert "It prepays the debt" in shown
    assert "It is deposited" in shown
    said = {"act": "consent", "kinds": ["transfer", "ordinary"], "until": "2023-06-30"}
    assert page.post(path, said).status_code == 422  # what becomes of the price is to be said
    assert page.post(path, {**said, "proceeds": "deposit"}).status_code == 302
    [consent] = queries.restrictions_on(patent.id)[0].consents
    assert (consent.kinds, consent.proceeds) == (("ordinary", "transfer"), "deposit")
    assert browsing(member_of(university)).get(path).status_code == 404
    assert page.post(path, {"act": "release"}).status_code == 302
    assert queries.restrictions_on(patent.id) == ()


def test_a_wrong_licence_is_put_right_on_pages_by_all_it_names(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    scope = Scope(Territory.of(["310000"]), Field.of(), Term.of(venue.now.date(), date(2026, 1, 1)))
    entry = licensed(patent.id, university, firm, scope=scope, now=venue.now)
    path = f"/my/entries/{entry}/correction"
    page = browsing(member_of(firm))
    assert page.get(f"/my/grants/{entry}").status_code == 200
    assert uscc(firm) in page.get(path).content.decode()
    said = {
        "act": "correct",
        "licensee": uscc(firm),
        "mode": "ordinary",
        "territory": "320000",
        "starts_on": venue.now.date().isoformat(),
        "ends_on": "2026-01-01",
        "effective_on": venue.now.date().isoformat(),
        "reason": "The contract says Jiangsu.",
    }
    answer = page.post(path, {**said, "evidence": paper()})
    assert answer.status_code == 302, answer.content.decode()
    owner = browsing(member_of(university))
    shown = owner.get(answer["Location"]).content.decode()
    assert "Jiangsu" in shown
    assert "The contract says Jiangsu." in shown
    assert owner.post(answer["Location"], {"act": "agree"}).status_code == 302
    filing = queries.filings(member_of(firm))["items"][0]
    desk = browsing(officer("registrar", now=venue.now))
    assert "In the place of" in desk.get(f"/desk/filings/{filing.id}").content.decode()
    approved(filing.id, now=venue.now)
    [grant] = queries.use_of(patent.id, venue.now.date())
    assert grant.territory == ("320000",)
    stranger = browsing(member_of(verified_party("无关公司", kind="enterprise", now=venue.now)))
    assert stranger.post(path, {**said, "evidence": paper()}).status_code == 403


def test_a_pre_emption_by_contract_is_noted_when_the_holder_agrees(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    number = queries.title(patent.id).chain[0].number
    answer = browsing(member_of(firm)).post(
        "/my/filings/new/pre-emption",
        {
            "act": "file",
            "right": number,
            "holder": uscc(firm),
            "origin": "contract",
            "words": "Clause 7",
            "evidence": paper(),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    owner = browsing(member_of(university))
    assert owner.post(answer["Location"], {"act": "agree"}).status_code == 302
    [filing] = queries.filings(member_of(university))["items"]
    approved(filing.id, now=venue.now)
    [noted] = queries.restrictions_on(patent.id)
    assert (noted.party, noted.words) == (firm.id, "contract")


def test_a_sublicence_names_the_licence_it_derives_from(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm, other = (verified_party(n, kind="enterprise", now=venue.now) for n in ("甲", "乙"))
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    scope = Scope(Territory.of(["CN"]), Field.of(), Term.of(venue.now.date(), date(2026, 1, 1)))
    parent = licensed(
        patent.id, university, firm, scope=scope, now=venue.now, mode=Mode.SOLE, sublicensable=True
    )
    answer = browsing(member_of(firm)).post(
        "/my/filings/new/licence",
        {
            "act": "file",
            "technology": f"{patent.id}:{parent}",
            "other": uscc(other),
            "mode": "ordinary",
            "territory": "310000",
            "starts_on": venue.now.date().isoformat(),
            "ends_on": "2025-01-01",
            "evidence": paper(),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    assert browsing(member_of(other)).post(answer["Location"], {"act": "agree"}).status_code == 302
    assert [u.parent for u in queries.use_of(patent.id, venue.now.date())] == [None, parent]
    gave = browsing(member_of(other))
    sub = queries.uses_of(other.id)[0].entry
    assert gave.post(f"/my/grants/{sub}", {"act": "surrender"}).status_code == 302


def test_an_officer_replaces_a_wrong_entry_and_notes_a_pre_emption_on_pages(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    pledge = pledged(patent.id, university, firm, now=venue.now)
    desk = browsing(officer("registrar", now=venue.now))
    title = desk.get(f"/desk/register/{patent.id}").content.decode()
    assert f"/desk/entries/{pledge}/correction" in title
    said = {
        "act": "correct",
        "pledgee": uscc(firm),
        "rank": "2",
        "secured_fen": "1,000,000",
        "effective_on": venue.now.date().isoformat(),
        "reason": "Rank two in the contract.",
    }
    answer = desk.post(f"/desk/entries/{pledge}/correction", {**said, "evidence": paper()})
    assert answer.status_code == 302, answer.content.decode()
    noted = desk.post(
        f"/desk/register/{patent.id}",
        {"act": "preempt", "holder": uscc(firm), "origin": "contract", "evidence": paper()},
    )
    assert noted.status_code == 302, noted.content.decode()
    for made in (answer, noted):
        other = browsing(officer("registrar", now=venue.now))
        path = made["Location"]
        assert other.post(path, {"act": "approve", "findings": "Right."}).status_code == 302
    kinds = {r.kind.value: r for r in queries.restrictions_on(patent.id)}
    assert kinds["pledge"].rank == 2
    assert kinds["pre_emption"].party == firm.id


def test_new_shares_are_filed_on_a_page(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    page = browsing(member_of(university))
    form = page.get(f"/my/filings/new/shares?technology={patent.id}").content.decode()
    assert f"{uscc(university)} 1" in form
    answer = page.post(
        "/my/filings/new/shares",
        {
            "act": "file",
            "technology": str(patent.id),
            "ownership": f"{uscc(university)} 2/3\n{uscc(firm)} 1/3",
            "evidence": paper(),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    other = browsing(member_of(firm))
    assert "1/3" in other.get(answer["Location"]).content.decode()
