"""Rules and working days at the desk: in words, compared, proposed by one and adopted by another."""

import json
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from hutong.desk.rulebook_form import RulebookForm, data_of
from hutong.desk.rulebook_words import FIGURES, POWERS, chapters, differences, flat, say
from hutong.parties.testing import officer
from hutong.rulebook import queries
from hutong.rulebook.rules import ROLES, Rulebook, VenueRules
from hutong.ui.testing import browsing

VENUE = VenueRules(code="SHTE", name_zh="上海某交易所", name_en="An exchange", region="CN-SH")
BOOK = Rulebook(venue=VENUE).model_dump(mode="json")


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with override("en"):
        yield


def test_every_figure_and_power_of_a_rulebook_has_words() -> None:
    unnamed = [p for p, _ in flat(BOOK) if not p.startswith("roles.") and p not in FIGURES]
    assert not unnamed, f"say what these are called in desk/rulebook_words.py: {unnamed}"
    powers = {power for held in ROLES.values() for power in held}
    assert not powers - set(POWERS), "name these powers in desk/rulebook_words.py"


def test_a_figure_is_read_with_its_unit() -> None:
    assert say("listings.period_working_days", 20) == "20 working days"
    assert say("settlement.forfeit_bp", 1_250) == "12.5%"
    assert say("auctions.limited_seconds", 300) == "5 minutes"
    assert say("documents.max_bytes", 50 * 1024 * 1024) == "50 MB"
    assert say("settlement.fee_bands", BOOK["settlement"]["fee_bands"]).startswith("3% up to")


def test_two_versions_are_compared_figure_by_figure() -> None:
    other = json.loads(json.dumps(BOOK))
    other["listings"]["period_working_days"] = 15
    other["calendar"]["holidays"] = ["2022-10-03"]
    other["roles"]["trading"] = ["auctions.run"]
    found = {change["label"]: (change["old"], change["new"]) for change in differences(BOOK, other)}
    assert found == {
        "Listing period": ("20 working days", "15 working days"),
        "Weekdays that are free": ("—", "3 October 2022"),
        "Trading officer": ("Run auctions, End deals", "Run auctions"),
    }
    assert differences(BOOK, BOOK) == []


def test_the_form_changes_what_was_typed_and_nothing_else() -> None:
    typed = {name: _typed(field) for name, field in RulebookForm(BOOK).fields.items()}
    typed |= {"note": "Longer.", "listings__period_working_days": "25"}
    form = RulebookForm(BOOK, {k: v for k, v in typed.items() if v is not None})
    assert form.is_valid(), form.errors
    made = data_of(form, BOOK)
    assert [c["label"] for c in differences(BOOK, made)] == ["Listing period"]
    assert Rulebook.model_validate(made, strict=False).listings.period_working_days == 25
    assert [chapter["title"] for chapter in chapters(made)][:2] == ["The venue", "Rights"]


def _typed(field: Any) -> Any:
    return "on" if field.initial is True else None if field.initial is False else field.initial


@pytest.mark.django_db
def test_a_version_is_proposed_by_one_and_adopted_by_another(venue: Any) -> None:
    first, second = officer("administrator"), officer("administrator")
    data = queries.versions()[0].data
    changed = {**data, "deals": {**data["deals"], "payment_days": 15}}
    sent = {"act": "json", "data": json.dumps(changed), "note": "More time to pay."}
    made = browsing(first).post("/desk/rulebook/new", sent)
    path = made["Location"]
    page = browsing(first).get(path).content.decode()
    assert "Time to pay the price" in page
    assert "You proposed it" in page
    assert 'value="adopt"' not in page
    assert browsing(first).post(path, {"act": "adopt"}).status_code == 403
    assert path in browsing(second).get("/desk").content.decode()
    answer = browsing(second).post(path, {"act": "adopt", "effective_on": "2030-01-01"})
    assert answer.status_code == 302
    assert queries.versions()[0].status == "adopted"


@pytest.mark.django_db
def test_what_is_no_rulebook_is_said_and_nothing_is_proposed(venue: Any) -> None:
    page = browsing(officer("administrator"))
    before = len(queries.versions())
    data = queries.versions()[0].data
    for text, said in (
        ("{", "This is no JSON: line 1"),
        ("[]", "an object with its parts"),
        (json.dumps({**data, "deals": {"payment_days": 0}}), "does not hold together"),
        (json.dumps(data), "nothing is changed"),
    ):
        answer = page.post("/desk/rulebook/new", {"act": "json", "data": text, "note": "x"})
        assert said in answer.content.decode()
        assert answer.status_code in (409, 422)
    assert len(queries.versions()) == before


@pytest.mark.django_db
def test_working_days_are_proposed_with_their_effect_in_view(venue: Any) -> None:
    page = browsing(officer("administrator"))
    typed = {
        "holidays": "2023-01-02, 2023-01-23\n2023-01-24",
        "makeup_workdays": "2023-01-28",
        "known_through": "2023-12-31",
        "note": "The notice for 2023.",
    }
    seen = page.post("/desk/calendar?year=2023", {"act": "preview", **typed}).content.decode()
    assert "Nothing is proposed yet" in seen
    made = page.post("/desk/calendar?year=2023", {"act": "propose", **typed})
    [proposed] = [v for v in queries.versions() if v.status == "proposed"]
    assert made["Location"] == f"/desk/rulebook/{proposed.version}"
    rules = Rulebook.model_validate(proposed.data, strict=False).calendar
    assert date(2023, 1, 24) in rules.holidays
    assert not rules.working_calendar().is_working(date(2023, 1, 23))
    assert rules.working_calendar().is_working(date(2023, 1, 28))
    in_force = queries.in_force(venue.now).rules.calendar
    assert {d for d in in_force.holidays if d.year != 2023} <= set(rules.holidays), (
        "other years stay"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("holidays", "2023-13-01", "is no day"),
        ("holidays", "2023-01-01", "on a weekend and free anyway"),
        ("holidays", "2022-10-03", "is not in 2023"),
        ("makeup_workdays", "2023-01-02", "a weekday, worked anyway"),
    ],
)
def test_a_wrong_day_is_named(venue: Any, name: str, text: str, said: str) -> None:
    typed = {"holidays": "", "makeup_workdays": "", "known_through": "2023-12-31", "note": "x"}
    answer = browsing(officer("administrator")).post(
        "/desk/calendar?year=2023", {"act": "propose", **typed, name: text}
    )
    assert said in answer.content.decode()
    assert answer.status_code == 422
