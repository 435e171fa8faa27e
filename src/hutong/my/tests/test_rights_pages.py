"""Applications, agreements, objections, filings and shared income on members' pages."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from hutong.due.models import Clock
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.parties.testing import member_of, verified_party
from hutong.rights import actions, queries
from hutong.rights.procedure_words import Form
from hutong.rights.testing import (
    a_technology,
    empowered,
    empowerment_file,
    noticed_application,
    registered_technology,
)
from hutong.technologies import actions as technologies
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


def clock(at: datetime) -> None:
    Clock.objects.update(offset=at - datetime.now(UTC))


def test_an_objection_is_answered_on_its_page(venue: Any) -> None:
    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    application = noticed_application(university, now=venue.now)
    objection = actions.object_to(
        actor=member_of(firm), now=venue.now, application=application.id, grounds="It is ours."
    )
    page = browsing(member_of(university))
    assert "Answer an objection" in page.get("/my/rights").content.decode()
    path = f"/my/rights/{application.id}"
    said = {"act": "argue", "objection": str(objection.id), "text": "See the contract, clause 7."}
    assert page.post(path, said).status_code == 302
    assert queries.objection(objection.id).arguments[0].text == "See the contract, clause 7."
    other = browsing(member_of(firm)).get(f"/public-notices/{application.id}").content.decode()
    assert "clause 7" in other


def test_the_other_seller_of_a_bundle_agrees_on_its_page(venue: Any) -> None:
    sellers = [verified_party("甲大学", now=venue.now), verified_party("乙大学", now=venue.now)]
    parts = [a_technology(one, now=venue.now).id for one in sellers]
    from hutong.parties.testing import officer

    bundle = technologies.make_bundle(
        actor=officer("registrar", now=venue.now),
        now=venue.now,
        said={"title_zh": "联合成果包"},
        parts=[(part, Fraction(1, 2)) for part in parts],
        party=sellers[0].id,
    )
    first = browsing(member_of(sellers[0]))
    made = first.post("/my/rights/new", {"act": "bundle", "bundle": str(bundle.id)})
    assert made.status_code == 302
    other = browsing(member_of(sellers[1]))
    assert "Agree to an application" in other.get("/my/rights").content.decode()
    assert other.post(made["Location"], {"act": "consent"}).status_code == 302
    assert not queries.waiting_for_consent(sellers[1].id)


def test_pages_of_empowerment_and_income_open_for_both_sides(venue: Any) -> None:
    institute = verified_party("上海某研究所", kind="research_institute", now=venue.now)
    inventor = verified_party("发明人甲", kind="individual", now=venue.now)
    patent = registered_technology(institute, now=venue.now)
    now = venue.later(days=16)
    done = empowered(institute, [patent.id], [inventor], now=now, form=Form.LONG_TERM_USE)
    clock(done.ended_at + timedelta(hours=1))
    [statement] = actions.income_arose(
        actor=SYSTEM,
        now=done.ended_at,
        deal=new_id(),
        seller=institute.id,
        entries=[queries.title(patent.id).chain[0].id],
        amount_fen=100_000_000,
        fee_fen=3_000_000,
    )
    path = f"/my/incomes/{statement.id}"
    owner, contributor = browsing(member_of(institute)), browsing(member_of(inventor))
    cost = {"act": "cost", "kind": "maintenance", "amount": "10,000", "reason": "Annuities"}
    assert owner.post(path, cost).status_code == 302
    assert owner.post(path, {"act": "confirm"}).status_code == 302
    assert "672,000.00" in contributor.get(path).content.decode()
    for page in (owner, contributor):
        assert page.get("/my/rights").status_code == 200
        assert page.get(f"/my/rights/{done.id}").status_code == 200
    assert owner.get("/my/empowerments/new").status_code == 200
    assert owner.get("/my/filings/new/licence").status_code == 200
    assert empowerment_file(institute, [inventor.id], now=now).plan.share == Fraction(7, 10)


def test_a_licence_is_filed_and_agreed_to_by_page(venue: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    university = verified_party(now=venue.now)
    firm = verified_party("某公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    clock(venue.later(days=20))
    uscc = next(value for scheme, value in firm.identifiers if scheme == "uscc")
    answer = browsing(member_of(university)).post(
        "/my/filings/new/licence",
        {
            "act": "file",
            "technology": str(patent.id),
            "other": uscc,
            "mode": "ordinary",
            "territory": "CN, US",
            "starts_on": "2022-08-01",
            "ends_on": "2026-07-31",
            "evidence": SimpleUploadedFile("c.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf"),
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    page = browsing(member_of(firm))
    assert page.post(answer["Location"], {"act": "agree"}).status_code == 302
    assert "Entered in the register" in page.get(answer["Location"]).content.decode()
    assert "held from" in page.get("/my/rights").content.decode()
