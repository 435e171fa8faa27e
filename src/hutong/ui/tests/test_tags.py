"""Components write money, time and states as the reader's language does."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils.translation import override

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ui.lifecycles import LIFECYCLES

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def drawn(source: str, language: str = "en", **context: object) -> str:
    with override(language):
        return Template("{% load ui %}" + source).render(Context(context))


def test_money_is_written_with_its_unit() -> None:
    assert drawn("{% money 123456789 %}") == '<span class="money">¥1,234,567.89</span>'


def test_money_out_stands_with_its_sign_in_front() -> None:
    assert "−¥324,000.00" in drawn("{% money -32400000 %}")


def test_money_in_capitals_is_chinese_in_every_language() -> None:
    assert "人民币壹佰元整" in drawn("{% money 10000 capitals=True %}")


def test_no_amount_is_a_dash() -> None:
    assert "—" in drawn("{% money nothing %}", nothing=None)


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (393_100_000_000, "39.31 亿元", "¥3.93 bn"),
        (45_800_000, "45.8 万元", "¥458 k"),
        (999_900, "9,999 元", "¥10 k"),
        (50_000, "500 元", "¥500"),
    ],
)
def test_headline_amounts_follow_the_language(fen: int, zh: str, en: str) -> None:
    assert drawn(f"{{% money_short {fen} %}}", "zh-hans") == zh
    assert drawn(f"{{% money_short {fen} %}}", "en") == en


def test_moments_stand_in_the_venues_zone_and_the_readers_language() -> None:
    assert "2026年11月20日 09:30" in drawn("{% moment at %}", "zh-hans", at=AT)
    assert "20 November 2026 09:30" in drawn("{% moment at %}", "en", at=AT)
    assert "2026年1月5日" in drawn("{% day on %}", "zh-hans", on=date(2026, 1, 5))


def test_a_countdown_carries_its_end_for_the_venues_clock() -> None:
    html = drawn("{% countdown at %}", at=AT)
    assert 'data-ends="2026-11-20T01:30:00+00:00"' in html
    assert "20 November 2026 09:30" in html  # without JavaScript the end is read


@pytest.mark.parametrize(
    ("value", "written"),
    [(Fraction(1, 3), "1/3"), (Fraction(1, 4), "25%"), (Fraction(1), "100%"), ("1/3", "1/3")],
)
def test_shares_stay_exact(value: object, written: str) -> None:
    assert drawn("{{ value|share }}", value=value) == written


def test_names_follow_the_language_and_fall_back() -> None:
    both = {"name_zh": "上海某大学", "name_en": "A university"}
    assert drawn("{{ it|named }}", "zh-hans", it=both) == "上海某大学"
    assert drawn("{{ it|named }}", "en", it=both) == "A university"
    assert (
        drawn("{{ it|named }}", "en", it={"name_zh": "上海某大学", "name_en": ""}) == "上海某大学"
    )


def test_hostile_names_stay_text() -> None:
    html = drawn("{% party it %}", it={"name_zh": "<script>x</script>", "status": "verified"})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_state_says_its_name_and_tone() -> None:
    html = drawn("{% state 'deal' 'signed' %}")
    assert "Contract signed" in html
    assert "state-running" in html


def test_an_unknown_state_is_shown_as_written() -> None:
    assert "half open" in drawn("{% state 'deal' 'half_open' %}")


@pytest.mark.parametrize("lifecycle", sorted(LIFECYCLES))
def test_steps_mark_exactly_one_present_step_in_every_state(lifecycle: str) -> None:
    cycle = LIFECYCLES[lifecycle]
    for known in (*cycle.course, *cycle.exits):
        html = drawn("{% steps name code %}", name=lifecycle, code=known.code)
        assert html.count('aria-current="step"') == 1


def test_a_problem_names_the_rule() -> None:
    html = drawn("{% problem it %}", it=Refused(CommonRefusal.SAME_EYES))
    assert "a second officer must" in html
    assert 'href="/rules#PA-5"' in html
    assert 'role="alert"' in html


def test_no_problem_draws_nothing() -> None:
    assert drawn("{% problem it %}", it=None).strip() == ""


def test_each_form_gets_a_token_of_its_own() -> None:
    first, second = drawn("{% once %}"), drawn("{% once %}")
    assert 'name="_once"' in first
    assert first != second
