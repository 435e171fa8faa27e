"""Officers see which institutions of other exchanges are recognised here, by whose word, for what
(PA-4, PA-6)."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from hutong.kit.actor import SYSTEM
from hutong.network.recognition.models import AcceptedAccreditation
from hutong.parties import actions
from hutong.parties.actions import Vouched
from hutong.parties.rules import Kind, Vouching
from hutong.parties.testing import a_uscc, officer
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
PAGE = "/desk/network/institutions"


@pytest.fixture(autouse=True)
def joined(venue):
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))


def recognised(venue, home, name):
    vouched = Vouched(
        home_venue=home,
        foreign_id=uuid4(),
        credential=f"{home}-ZT-2022-000001",
        until=date(2023, 6, 30),
        kind=Kind.SERVICE_INSTITUTION,
        name_zh=name,
        name_en="",
        jurisdiction="CN",
        identifiers=(("uscc", a_uscc()),),
    )
    return actions.recognise(actor=SYSTEM, now=venue.now, vouched=vouched), vouched.foreign_id


def accredited(venue, home, institution, until):
    AcceptedAccreditation.objects.create(
        venue=home,
        number=f"{home}-RD-2022-000001",
        institution=institution,
        name_zh="",
        name_en="",
        capability="valuation",
        starts_on=date(2022, 1, 1),
        until=until,
        accepted_at=venue.now,
    )


def test_an_institution_is_shown_with_its_exchange_credential_and_businesses(venue):
    _, there = recognised(venue, "SZTE", "深圳某评估公司")
    accredited(venue, "SZTE", there, date(2022, 12, 31))
    page = browsing(officer("network.operate")).get(PAGE).content.decode()

    for said in ("深圳某评估公司", "SZTE-ZT-2022-000001", "Recognised", "Valuation", "2022-12-31"):
        assert said in page, said


def test_what_ended_is_shown_as_ended_and_can_be_chosen(venue):
    gone, there = recognised(venue, "SZTE", "深圳某评估公司")
    accredited(venue, "SZTE", there, date(2022, 5, 31))
    recognised(venue, "SDTE", "山东某公司")
    actions.end_recognition(actor=SYSTEM, now=venue.now, party=gone.id, why=Vouching.REVOKED)
    desk = browsing(officer("network.operate"))

    ended = desk.get(f"{PAGE}?ended=on").content.decode()
    assert "Credential revoked" in ended
    assert "ended" in ended
    assert "山东某公司" not in ended
    assert "深圳某评估公司" not in desk.get(f"{PAGE}?venue=SDTE").content.decode()


def test_the_page_is_for_officers_of_the_network(venue):
    assert browsing(officer("settlement")).get(PAGE).status_code == 403


def test_an_empty_page_says_when_somebody_comes(venue):
    page = browsing(officer("network.operate")).get(PAGE, language="zh-hans").content.decode()
    assert "暂无其他交易所的机构" in page
