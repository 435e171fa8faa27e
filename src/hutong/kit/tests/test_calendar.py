"""Periods (TI-1)."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.calendar import (
    PeriodEnd,
    WorkingCalendar,
    natural_days_after,
    never_shorter,
    working_days_after,
)

MONDAY = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
# National Day 2022: 1–7 October free, 8 and 9 October (a weekend) worked.
AUTUMN = WorkingCalendar(
    holidays=frozenset(date(2022, 10, d) for d in (3, 4, 5, 6, 7)),
    makeup_workdays=frozenset({date(2022, 10, 8), date(2022, 10, 9)}),
    known_through=date(2022, 12, 31),
)
days = st.integers(1, 400)
dates = st.dates(date(2020, 1, 1), date(2024, 1, 1))
starts = dates.map(lambda day: datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC))


def test_the_start_day_is_not_counted_and_the_last_day_ends_at_17_local():
    assert natural_days_after(MONDAY, 15).at == datetime(2022, 7, 5, 9, 0, tzinfo=UTC)


def test_a_start_late_in_the_utc_day_counts_from_the_local_day():
    late = datetime(2022, 6, 20, 17, 0, tzinfo=UTC)  # already the 21st in Shanghai
    assert natural_days_after(late, 1).at == datetime(2022, 6, 22, 9, 0, tzinfo=UTC)


def test_make_up_workdays_count_and_holidays_do_not():
    start = datetime(2022, 9, 30, 2, 0, tzinfo=UTC)
    assert working_days_after(start, 1, AUTUMN).at.date() == date(2022, 10, 8)
    assert working_days_after(start, 3, AUTUMN).at.date() == date(2022, 10, 10)


def test_a_period_that_reaches_an_unpublished_year_is_provisional():
    start = datetime(2022, 12, 26, 2, 0, tzinfo=UTC)
    assert not working_days_after(start, 4, AUTUMN).provisional
    assert working_days_after(start, 5, AUTUMN).provisional


@given(starts, days, days)
def test_more_days_never_end_earlier(start, fewer, more):
    fewer, more = sorted((fewer, more))
    assert working_days_after(start, fewer, AUTUMN).at <= working_days_after(start, more, AUTUMN).at


@given(starts, days)
def test_a_working_period_ends_on_a_working_day_after_the_natural_one(start, length):
    end = working_days_after(start, length, AUTUMN).at
    assert AUTUMN.is_working((end + timedelta(hours=8)).date())
    assert end >= natural_days_after(start, length).at - timedelta(days=2)


def test_fixing_a_provisional_end_never_shortens_it():
    promised = datetime(2023, 1, 10, 9, 0, tzinfo=UTC)
    earlier = PeriodEnd(promised - timedelta(days=1), provisional=False)
    assert never_shorter(promised, earlier).at == promised
