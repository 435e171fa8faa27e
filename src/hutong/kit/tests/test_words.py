"""Money, ids, canonical JSON, refusals, powers."""

from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.actor import ACT, ANONYMOUS, SYSTEM, Actor, PersonId, require_other_eyes
from hutong.kit.canonical import canonical, commit_all, commitment
from hutong.kit.ids import new_id, subject, subject_id, subject_kind
from hutong.kit.money import in_capitals, plain, share_of, with_unit
from hutong.kit.refusal import CommonRefusal, Refused

PERSON = PersonId(UUID("01890000-0000-7000-8000-000000000001"))


def test_amounts_are_written_with_unit_and_in_capitals():
    assert plain(123_456_789) == "1,234,567.89"
    assert with_unit(50_000_000_00) == "¥50,000,000.00"
    assert in_capitals(10_000) == "壹佰元整"
    assert in_capitals(1_234_567_89) == "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_a_share_rounds_half_up_and_never_exceeds_the_amount(amount, bp):
    share = share_of(amount, bp)
    assert 0 <= share <= amount
    assert abs(share * 10_000 - amount * bp) <= 5_000


def test_ids_are_version_seven_and_sort_by_birth():
    made = [new_id() for _ in range(50)]
    assert all(i.version == 7 for i in made)
    assert made[0].int >> 80 <= made[-1].int >> 80


def test_subjects_name_kind_and_id():
    assert subject("listing", PERSON) == f"listing:{PERSON}"
    assert (subject_kind("lot:7"), subject_id("lot:7")) == ("lot", "7")


TEXTS = st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS | st.integers(), inner),
    max_leaves=8,
)


def written_by(function, value):
    try:
        return function(value)
    except Exception as error:
        return type(error), str(error)


@given(JSON)
def test_canonical_json_is_that_of_rfc_8785(value):
    assert written_by(canonical, value) == written_by(rfc8785.dumps, value)


def test_canonical_json_sorts_names_and_keeps_chinese():
    assert canonical({"b": 1, "a": "互通"}) == '{"a":"互通","b":1}'.encode()


def test_a_field_opens_alone():
    public, openings = commit_all({"seller": "a university", "price": 5})
    opened = openings["seller"]
    assert commitment(opened["salt"], "seller", opened["value"]) == public["seller"]
    assert commitment(opened["salt"], "seller", "another") != public["seller"]


@pytest.mark.parametrize(
    ("actor", "power", "reason"),
    [
        (ANONYMOUS, ACT, CommonRefusal.NOT_SIGNED_IN),
        (Actor(person=PERSON), ACT, CommonRefusal.POWER_MISSING),
        (
            Actor(person=PERSON, powers=frozenset({"parties.verify"})),
            "parties.verify",
            CommonRefusal.SECOND_FACTOR_MISSING,
        ),
    ],
)
def test_powers_are_refused_with_their_reason(actor, power, reason):
    with pytest.raises(Refused) as refused:
        actor.need(power)
    assert refused.value.reason is reason


def test_the_venue_itself_has_every_power_and_four_eyes_are_two_people():
    SYSTEM.need("settlement.settle")
    with pytest.raises(Refused) as refused:
        require_other_eyes(Actor(person=PERSON), [PERSON])
    assert refused.value.reason is CommonRefusal.SAME_EYES
    require_other_eyes(Actor(person=PersonId(new_id())), [PERSON, None])


def test_a_refusal_is_always_said_even_without_its_facts():
    assert str(Refused(CommonRefusal.OUT_OF_STATE)) == (
        "out_of_state: Not possible now: this is …, and it would have to be …."
    )
