"""Who works on what: taken by one, handed over, let go by itself."""

from datetime import timedelta

import pytest

from hutong.casework import actions, queries
from hutong.casework.rules import Refusal
from hutong.journal import queries as journal
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party

pytestmark = pytest.mark.django_db
CASE, DECIDED_BY = "listings/1", ("listings.examine",)


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def take(actor, venue, **how):
    return actions.take(
        actor=actor, now=how.pop("now", venue.now), case=CASE, powers=DECIDED_BY, **how
    )


def test_a_case_is_taken_by_one_officer(venue):
    first, second = officer("listing"), officer("listing")
    take(first, venue)
    assert queries.claim(CASE, venue.now).person == first.person
    assert queries.taken_by(first.person, venue.now) == [CASE]
    assert refused(lambda: take(second, venue)) is Refusal.TAKEN
    assert queries.claim(CASE, venue.now).person == first.person


def test_a_case_is_let_go_by_itself(venue):
    first, second = officer("listing"), officer("listing")
    take(first, venue)
    later = venue.now + timedelta(hours=4)
    assert queries.claim(CASE, later) is None
    assert take(second, venue, now=later).person == second.person


def test_a_case_is_taken_over_knowingly(venue):
    take(officer("listing"), venue)
    second = officer("listing")
    assert take(second, venue, over=True).person == second.person


def test_a_case_is_handed_to_a_colleague_who_can_decide_it(venue):
    first, second, registrar = officer("listing"), officer("listing"), officer("registrar")

    def give(to):
        return lambda: actions.hand_over(
            actor=first, now=venue.now, case=CASE, powers=DECIDED_BY, to=to.person
        )

    assert refused(give(registrar)) is Refusal.CANNOT_DECIDE
    assert give(second)().person == second.person
    kinds = [e.kind for e in journal.of_subject(f"case:{CASE}")]
    assert kinds == ["casework.HandedOver"]


def test_only_who_holds_a_case_lets_it_go(venue):
    first, second = officer("listing"), officer("listing")
    take(first, venue)
    act = {"now": venue.now, "case": CASE, "powers": DECIDED_BY}
    assert refused(lambda: actions.let_go(actor=second, **act)) is Refusal.NOT_YOURS
    actions.let_go(actor=first, **act)
    assert queries.claim(CASE, venue.now) is None


def test_who_cannot_decide_a_case_does_not_take_it(venue):
    for who in (officer("registrar"), officer("supervisor"), member_of(verified_party())):
        assert refused(lambda who=who: take(who, venue)) is CommonRefusal.POWER_MISSING
    assert queries.claim(CASE, venue.now) is None
