"""Events and their entries (LO-1, LO-2)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from hutong.kit.event import Content, Event, Private, current_facts, plain, upcast

ID = UUID("01890000-0000-7000-8000-000000000001")


@dataclass(frozen=True, kw_only=True)
class Moved(Event, kind="kit.TestMoved", version=3):
    share: Fraction
    holder: Private[UUID]
    text: Content[str]


@upcast("kit.TestMoved", 1)
def _one_to_two(facts):
    return {"share": f"{facts['percent']}/100"}


@upcast("kit.TestMoved", 2)
def _two_to_three(facts):
    return {**facts, "unit": "part"}


def test_each_field_goes_where_it_is_marked_to_go():
    event = Moved(share=Fraction(1, 3), holder=ID, text="标题")
    assert event.facts() == {"share": "1/3"}
    assert event.private() == {"holder": str(ID)}
    assert event.content() == {"text": "标题"}


def test_floats_are_refused():
    with pytest.raises(TypeError, match="float"):
        plain({"price": 1.5})


def test_old_versions_are_brought_up_step_by_step():
    assert current_facts("kit.TestMoved", 1, {"percent": 50}) == {"share": "50/100", "unit": "part"}


def test_moments_keep_their_microseconds_and_their_zone():
    assert plain(datetime(2022, 6, 20, 1, tzinfo=UTC)) == "2022-06-20T01:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        plain(datetime(2022, 6, 20, 1))  # noqa: DTZ001


def test_a_kind_must_be_an_area_and_a_past_tense():
    with pytest.raises(TypeError, match="PastTense"):
        type("Bad", (Event,), {}, kind="listed")
