"""Components of cases say who may decide, and what follows."""

from datetime import UTC, datetime

from django.template import Context, Template
from django.utils.translation import override

from hutong.ui.case import Check, Decision, Hand, Outcome, Paper, Step
from hutong.ui.history import steps
from hutong.ui.samples import SampleFile

AT = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
ACCEPT = Outcome(act="accept", label="Accept", consequence="It is listed.", rule="LI-2", good=True)
RETURN = Outcome(act="return", label="Return", consequence="It goes <back>.", grave=True)


def drawn(source: str, language: str = "en", **context: object) -> str:
    with override(language):
        return Template("{% load case %}" + source).render(Context(context))


def test_each_outcome_stands_with_its_consequence_and_a_grave_one_asks_again() -> None:
    page = drawn("{% decisions d %}", d=[Decision(title="Examine", outcomes=[ACCEPT, RETURN])])
    assert page.index("It is listed.") < page.index(">Accept</button>")
    assert 'data-confirm="It goes &lt;back&gt;."' in page
    assert "disabled" not in page


def test_eyes_that_may_not_decide_read_why_and_press_nothing() -> None:
    why = "You entered it."
    decision = [Decision(title="Examine", outcomes=[ACCEPT, RETURN])]
    page = drawn(
        "{% decisions d why %}{% hands h why %}", d=decision, why=why, h=[Hand(did="By", name="x")]
    )
    assert page.count("disabled") == 2
    assert why in page


def test_a_named_check_is_ticked_as_a_field_of_the_decision() -> None:
    page = drawn('{% checklist c "f" %}', c=[Check(text="Complete", name="complete", ticked=True)])
    assert 'name="complete" form="f" checked' in page


def test_what_a_reader_may_not_open_has_no_link() -> None:
    file = SampleFile("secret.pdf", 10, "qualified", "sha256:00")
    page = drawn("{% papers p %}", p=[Paper(file=file, opens=False)])
    assert "secret.pdf" in page
    assert "For qualified buyers" in page
    assert "<a " not in page


def test_a_history_is_told_in_the_readers_words() -> None:
    class Entry:
        id, kind, at, log_index, person, party = 1, "listings.Listed", AT, 7, None, None

    [step] = steps([Entry()])
    assert isinstance(step, Step)
    page = drawn("{% timeline s %}", "zh-hans", s=steps([Entry()]))
    assert "/log/entries/7" in page


def test_a_state_opens_to_its_lifecycle_with_the_ways_out() -> None:
    page = drawn('{% lifecycle "listing" "listed" %}')
    assert 'aria-current="step">Listed<' in page
    assert "Withdrawn" in page
