"""The table of kinds is what this venue speaks, and what the protocol's document says."""

import json
from pathlib import Path

from hutong.kit.canonical import canonical
from hutong.network.check.kinds import AREAS, KINDS, wrong
from hutong.network.check.telling import TOLD

PAGE = (Path(__file__).parents[5] / "docs" / "network.md").read_text(encoding="utf-8")


def test_every_kind_that_is_spoken_here_is_checked():
    from hutong.node.messaging import KINDS as SPOKEN

    assert {*KINDS, "network.ping"} == set(SPOKEN)


def test_every_kind_stands_in_the_document_with_its_fields():
    for kind, one in KINDS.items():
        assert f"`{kind}`" in PAGE, kind
        _, body = one.fresh("SHTE")
        for field in body:
            assert f"`{field}`" in PAGE or f'"{field}"' in PAGE, (kind, field)


def test_every_kind_of_entry_that_is_checked_stands_in_the_document():
    for _, kinds in TOLD.values():
        for kind in kinds:
            assert kind.removeprefix("network.") in PAGE, kind


def test_a_wrong_value_is_never_a_right_one():
    for kind, one in KINDS.items():
        _, body = one.fresh("SHTE")
        for field in one.checked:
            spoilt = {**body, field: wrong(body[field])}
            assert canonical(spoilt) != canonical(body), (kind, field)


def test_what_is_said_about_nothing_is_new_each_time():
    for _, kinds in AREAS.values():
        for one in kinds.values():
            first, second = one.fresh("SHTE"), one.fresh("SHTE")
            assert first[0] != second[0]
            assert json.loads(canonical(first[1])) == first[1]


def test_what_entries_are_checked_for_is_what_this_venue_enters_in_clear():
    import hutong.node.messaging  # noqa: F401 - every package of the network with its events
    from hutong.kit.event import KINDS as EVENTS
    from hutong.kit.event import Visibility, field_marks

    for area, kinds in TOLD.items():
        for kind, fields in kinds[1].items():
            event = EVENTS[kind]
            assert event.visibility is Visibility.LOGGED, (area, kind)
            marks = field_marks(event)
            hidden = {name for name, mark in marks.items() if "PRIVATE" in str(mark).upper()}
            assert set(fields) <= set(marks) - hidden, (area, kind)
