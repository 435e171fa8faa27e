"""The feed is read by other people's calendars, so it keeps to the letter of RFC 5545."""

from datetime import UTC, date, datetime

import pytest

from hutong.portal.calendar import Due, _month, _turned, as_ics

AT = datetime(2022, 8, 9, 9, 0, tzinfo=UTC)


def test_an_event_says_what_when_and_where() -> None:
    due = Due(
        what="ending", at=AT, word="截止", title="一种合金; 转让, 整体\n全部", href="/listings/1"
    )
    told = as_ics([due], stamp=AT, name="日历")
    assert told.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert "DTSTART:20220809T090000Z\r\n" in told
    assert "SUMMARY:截止: 一种合金\\; 转让\\, 整体 全部\r\n" in told
    assert "UID:ending-1-20220809T090000Z@hutong\r\n" in told
    assert told.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_no_line_is_longer_than_75_octets_and_folding_loses_nothing() -> None:
    title = "一种用于海洋平台的高熵合金及其制备方法" * 9
    due = Due(what="auction", at=AT, word="竞价", title=title, href="/lots/1")
    lines = as_ics([due], stamp=AT, name="日历").split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert title in "\r\n".join(lines).replace("\r\n ", "")


@pytest.mark.parametrize("typed", ["", "2022-13", "abc", "9999-01", "0001-01", "2022-02-30x"])
def test_what_is_no_month_is_this_one(typed: str) -> None:
    today = date(2022, 6, 20)
    assert _month(typed, today) in (date(2022, 6, 1), date(2022, 2, 1))


def test_months_turn_over_the_year() -> None:
    assert _turned(date(2022, 12, 1), 1) == date(2023, 1, 1)
    assert _turned(date(2022, 1, 1), -1) == date(2021, 12, 1)
