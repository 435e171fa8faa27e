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
    form = RulebookForm(BOOK, sent(note="Longer.", listings__period_working_days="25"))
    assert form.is_valid(), form.errors
    made = data_of(form, BOOK)
    assert [c["label"] for c in differences(BOOK, made)] == ["Listing period"]
    assert Rulebook.model_validate(made, strict=False).listings.period_working_days == 25
    assert [chapter["title"] for chapter in chapters(made)][:2] == ["The venue", "Rights"]


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


def sent(**changes: str) -> dict[str, str]:
    """What a browser sends for the form as it stands, with what somebody typed over it."""
    bound = RulebookForm(BOOK)
    typed = {name: bound[name].value() for name in bound.fields}
    typed = {name: "on" if value is True else value for name, value in typed.items()}
    return {
        k: v
        for k, v in (typed | {"note": "x"} | changes).items()
        if v is not None and v is not False
    }


def test_bands_of_fees_are_rows_of_fields() -> None:
    rest = "settlement__fee_bands__2"
    more = {f"{rest}__up_to_fen": "50,000,000", "settlement__fee_bands__3__bp": "0.5"}
    form = RulebookForm(BOOK, sent(**more))
    assert form.is_valid(), form.errors
    made = Rulebook.model_validate(data_of(form, BOOK), strict=False)
    assert [(band.up_to_fen, band.bp) for band in made.settlement.fee_bands] == [
        (100_000_000, 300),
        (1_000_000_000, 200),
        (5_000_000_000, 100),
        (None, 50),
    ]
    [change] = differences(BOOK, data_of(form, BOOK))
    assert change["label"] == "Fee of the venue by price"


def test_fees_of_registration_and_kinds_of_files_are_typed() -> None:
    fee = "rights__registration_fees__0"
    kinds = "application/pdf\n Image/PNG \n\n"
    form = RulebookForm(
        BOOK,
        sent(
            **{
                f"{fee}__kind": "first_registration",
                f"{fee}__file_fen": "200",
                f"{fee}__at_most_fen": "1,000",
            },
            documents__media_types=kinds,
        ),
    )
    assert form.is_valid(), form.errors
    made = Rulebook.model_validate(data_of(form, BOOK), strict=False)
    [first] = made.rights.registration_fees
    assert (first.file_fen, first.item_fen, first.at_most_fen) == (200_00, 0, 1_000_00)
    assert made.documents.media_types == ("application/pdf", "image/png")


def test_limits_are_typed_and_read_each_in_its_currency() -> None:
    general, one = "network__currency_exposures__0", "network__exposures__0"
    rows = {
        f"{general}__currency": "USD",
        f"{general}__exposure_fen": "1,000.50",
        f"{one}__venue": "SZTE",
        f"{one}__currency": "JPY",
        f"{one}__exposure_fen": "300000",
    }
    form = RulebookForm(BOOK, sent(**rows))
    assert form.is_valid(), form.errors
    data = data_of(form, BOOK)
    made = Rulebook.model_validate(data, strict=False).network
    assert made.limit_fen("SDTE", "USD") == 1_000_50
    assert made.limit_fen("SZTE", "JPY") == 300_000, "a yen has no smaller unit"
    again = RulebookForm(data)
    assert again[f"{one}__exposure_fen"].value() == "300000", "as it was typed"
    assert say("network.exposures", data["network"]["exposures"]) == "SZTE JP¥300,000"

    yen = RulebookForm(BOOK, sent(**rows | {f"{one}__exposure_fen": "0.50"}))
    assert not yen.is_valid()
    assert "no smaller unit" in str(yen.errors)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"settlement__fee_bands__0__up_to_fen": "99,000,000"}, "must rise"),
        ({"settlement__fee_bands__0__up_to_fen": ""}, "The last band, and only it"),
        ({"settlement__fee_bands__3__up_to_fen": "5"}, "Say this, too"),
        ({"documents__media_types": "application/pdf\npdf"}, "“pdf” is no kind of file"),
        ({"settlement__fee_bands__0__bp": "101"}, "less than or equal to 100"),
    ],
)
def test_rows_that_do_not_hold_together_are_named(changes: dict[str, str], said: str) -> None:
    form = RulebookForm(BOOK, sent(**changes))
    assert not form.is_valid()
    assert said in str(form.errors)


@pytest.mark.django_db
def test_a_version_is_looked_over_before_it_is_proposed(venue: Any) -> None:
    desk = browsing(officer("administrator"))
    shown = desk.get("/desk/rulebook/new").context["form"]
    typed = {name: shown[name].value() for name in shown.fields}
    typed = {
        k: "on" if v is True else v for k, v in typed.items() if v is not None and v is not False
    }
    typed |= {"act": "preview", "note": "Dearer.", "settlement__fee_bands__2__bp": "1.5"}
    before = len(queries.versions())
    seen = desk.post("/desk/rulebook/new", typed).content.decode()
    assert "Nothing is proposed yet" in seen
    assert "1.5% of the rest" in seen
    assert len(queries.versions()) == before
    assert 'value="Dearer."' in seen
    made = desk.post("/desk/rulebook/new", typed | {"act": "form"})
    assert made.status_code == 302
    assert queries.versions()[0].data["settlement"]["fee_bands"][2]["bp"] == 150
