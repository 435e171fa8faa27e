"""What fills a refusal is said in the reader's language: words for codes, days as people write them."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from django.utils.translation import override

from hutong.doors.problems import sentence_of
from hutong.doors.words import MEANT, NOUNS, STATES, said, write_day, write_moment
from hutong.kit.refusal import CommonRefusal, Reason, Refused, reason

SOURCE = Path(__file__).parents[2]
# Facts that are shown as they are: file parts and places, figures with their unit, officers' powers.
AS_WRITTEN = {"detail", "limit", "part", "place", "power"}


class Sample(Reason):
    ENDED = reason("sample.ended", "", "Ended at {ended_at}, at {price_fen}, on {on}.")


def facts_in_code() -> Iterator[tuple[str, str, str]]:
    """(file, name, text) of every text that code itself gives to a refusal."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" in path.parts or path.name == "testing.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused":
                for given in node.keywords:
                    value = given.value
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield str(path.relative_to(SOURCE)), given.arg or "", value.value


def test_what_fills_a_refusal_is_a_word_in_both_languages() -> None:
    with override("zh-hans"):
        foreign = [
            (file, name, text)
            for file, name, text in facts_in_code()
            if name not in AS_WRITTEN and text and text.isascii() and said(text).isascii()
        ]
    assert foreign == []


def test_codes_of_powers_and_roles_are_said_in_words() -> None:
    for language, word in (("en", "act for the party"), ("zh-hans", "代表主体办理")):
        with override(language):
            refused = Refused(CommonRefusal.POWER_MISSING, power="member.act")
            assert word in sentence_of(refused)
    with override("en"):
        assert not any("_" in said(code) or "." in said(code) for code in MEANT)


def test_joined_states_are_said_one_by_one() -> None:
    with override("zh-hans"):
        assert said("draft / submitted").count("/") == 1
        assert not any(part.isascii() for part in said("draft / submitted").split(" / "))
        assert said("一种工艺") == "一种工艺"
        assert not [word for word in (*NOUNS, *STATES) if said(word).isascii()]


def test_moments_days_and_money_are_written_as_the_language_does() -> None:
    at = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    refused = Refused(Sample.ENDED, ended_at=at, price_fen=128_000_000, on=date(2026, 11, 20))
    with override("zh-hans"):
        assert (write_day(date(2026, 11, 20)), write_moment(at, seconds=True)) == (
            "2026年11月20日",
            "2026年11月20日 09:30:00",
        )
        assert "2026年11月20日 09:30" in sentence_of(refused)
    with override("en"):
        sentence = sentence_of(refused)
        assert sentence == "Ended at 20 November 2026 09:30, at ¥1,280,000.00, on 20 November 2026."
