"""The title report: page, drawing, proposal, and the signed PDF (RR-10)."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from hutong.due.models import Clock
from hutong.parties.testing import member_of, verified_party
from hutong.portal.title_drawing import band, chart
from hutong.rights.acts import EntryKind, Mode
from hutong.rights.scope import ALL_FIELDS, Scope, Term, Territory
from hutong.rights.testing import licensed, registered_technology
from hutong.ui.testing import browsing

A, B = UUID(int=1), UUID(int=2)


def entry(on: date, ownership: dict[UUID, Fraction] | None) -> Any:
    held = SimpleNamespace(ownership=ownership) if ownership else None
    return SimpleNamespace(
        holdings=held, effective_on=on, number="RR-1", kind=EntryKind.FIRST_REGISTRATION
    )


def test_shares_fill_the_band_between_two_entries() -> None:
    drawn = band(
        [
            entry(date(2020, 1, 1), {A: Fraction(1)}),
            entry(date(2021, 1, 1), {A: Fraction(1, 4), B: Fraction(3, 4)}),
        ],
        until=date(2022, 1, 1),
    )
    assert drawn is not None
    assert [(p.holder, p.y, p.height) for p in drawn.pieces] == [
        (A, "0.0", "132.0"),
        (A, "0.0", "33.0"),
        (B, "33.0", "99.0"),
    ]
    assert band([entry(date(2020, 1, 1), None)], until=date(2022, 1, 1)) is None


def grant(territory: str, start: int, end: int) -> Any:
    return SimpleNamespace(
        territory=(territory,),
        without=(),
        starts_on=date(start, 1, 1),
        ends_on=date(end, 12, 31),
        number="RR-2",
        mode=Mode.ORDINARY,
        status=SimpleNamespace(value="in_force"),
    )


def test_licences_of_one_place_that_overlap_stand_below_each_other() -> None:
    drawn = chart(
        [
            grant("CN", 2022, 2025),
            grant("CN", 2024, 2026),
            grant("CN", 2026, 2027),
            grant("US", 2022, 2030),
        ],
        today=date(2023, 1, 1),
    )
    assert drawn is not None
    assert [row.territory for row in drawn.rows] == ["CN", "US"]
    assert [bar.y for bar in drawn.bars] == [22, 56, 22, 116]


@pytest.mark.django_db
def test_the_report_answers_whether_it_could_be_licensed_so(venue: Any) -> None:
    university = verified_party("上海某大学", now=venue.now)
    firm = verified_party("某科技有限公司", kind="enterprise", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    later = venue.now + timedelta(days=20)
    scope = Scope(Territory.of(["310000"]), ALL_FIELDS, Term.of(later.date(), date(2026, 12, 31)))
    licensed(patent.id, university, firm, scope=scope, now=later)
    Clock.objects.update(offset=later + timedelta(days=1) - datetime.now(UTC))
    path = f"/technologies/{patent.id}/title"
    page = browsing().get(path).content.decode()
    assert "bar-ordinary" in page
    assert "某科技有限公司" in page
    asked = f"{path}?giver={university.id}&act="
    assert "alert-success" in browsing().get(f"{asked}transfer&share=1").content.decode()
    refused = browsing().get(
        f"{asked}exclusive&territory=CN&starts_on={later.date()}&ends_on=2026-01-01"
    )
    assert "RR-4" in refused.content.decode()
    early = browsing().get(f"{path}?on=2022-06-21").content.decode()
    assert "bar-ordinary" not in early
    assert browsing().get(f"/technologies/{patent.id}/title.pdf").status_code == 302


@pytest.mark.django_db
def test_the_paper_is_signed_by_the_venue(venue: Any, drain: Any) -> None:
    from hutong.certificates import pades
    from hutong.transparency import queries as transparency

    university = verified_party("上海某大学", now=venue.now)
    patent = registered_technology(university, now=venue.now)
    answer = browsing(member_of(university)).get(f"/technologies/{patent.id}/title.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    signed = pades.check_signature(
        pades.open_pdf(answer.content), transparency.public_keys().certificate_authorities
    )
    assert (signed.intact, signed.untouched, signed.trusted) == (True, True, True)
