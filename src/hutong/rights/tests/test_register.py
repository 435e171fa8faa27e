from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.refusal import Refused
from hutong.rights.refusals import Refusal
from hutong.rights.register import (
    EVER,
    Disposal,
    Entry,
    FirstRegistration,
    Freeze,
    Lift,
    TitleState,
    Transfer,
    act_facts,
    act_from,
    append,
    pre_emption_holders,
    replay,
    require_disposable,
)
from hutong.rights.shares import Holdings, Power

A, B, C = (UUID(int=n) for n in (1, 2, 3))
TECHNOLOGY = UUID(int=77)
HALF = Fraction(1, 2)
NOON = datetime(2022, 6, 20, 4, tzinfo=UTC)
DAY = date(2022, 6, 20)


def entry(sequence, act, *, day=0, known=None, corrects=None):
    return Entry(
        id=UUID(int=1000 + sequence),
        number=f"SHTE-DEMO-RR-2022-{sequence:06d}",
        technology=TECHNOLOGY,
        sequence=sequence,
        act=act,
        effective_on=DAY + timedelta(days=day),
        known_at=NOON + timedelta(days=day if known is None else known),
        corrects=corrects,
    )


def first(*holders):
    return FirstRegistration(holdings=Holdings.of(holders or [(A, Fraction(1))]))


def give(giver, taker, share):
    return Transfer(giver=giver, taker=taker, share=share)


REGISTERED = entry(1, first())
SOLD_HALF = entry(2, give(A, B, HALF), day=10)
FREEZE = Freeze(authority="a court", paper="(2022) no. 8")


def test_nobody_holds_anything_before_first_registration():
    assert not replay([REGISTERED], on=DAY - timedelta(days=1), known_at=NOON).registered


def test_the_title_is_what_was_true_at_a_date():
    entries = [REGISTERED, SOLD_HALF]
    known = NOON + timedelta(days=30)
    assert replay(entries, on=DAY + timedelta(days=9), known_at=known).holdings == Holdings.of(
        [(A, Fraction(1))]
    )
    assert replay(entries, on=DAY + timedelta(days=10), known_at=known).holdings == Holdings.of(
        [(A, HALF), (B, HALF)]
    )


def test_the_title_is_what_was_known_at_a_moment():
    late = entry(2, give(A, B, HALF), day=5, known=20)
    on = DAY + timedelta(days=7)
    before = replay([REGISTERED, late], on=on, known_at=NOON + timedelta(days=19))
    after = replay([REGISTERED, late], on=on, known_at=NOON + timedelta(days=20))
    assert before.holdings == Holdings.of([(A, Fraction(1))])
    assert after.holdings == Holdings.of([(A, HALF), (B, HALF)])


def test_a_correction_names_what_it_corrects_and_the_past_view_stays():
    wrong = entry(1, first((A, Fraction(1))))
    right = entry(2, first((A, HALF), (C, HALF)), day=0, known=40, corrects=wrong.id)
    assert replay([wrong, right], on=DAY, known_at=NOON).holdings == Holdings.of([(A, Fraction(1))])
    assert replay(
        [wrong, right], on=DAY, known_at=NOON + timedelta(days=40)
    ).holdings == Holdings.of([(A, HALF), (C, HALF)])


def test_a_freeze_stops_disposal_until_it_is_lifted():
    frozen = entry(2, FREEZE, day=1)
    lifted = entry(3, Lift(freeze=frozen.id, authority="a court", paper="no. 9"), day=5)
    with pytest.raises(Refused) as refused:
        append([REGISTERED, frozen], entry(3, give(A, B, HALF), day=3))
    assert refused.value.reason is Refusal.FROZEN
    assert refused.value.facts["entry"] == frozen.number
    state = append([REGISTERED, frozen, lifted], entry(4, give(A, B, HALF), day=6))
    assert state.holdings == Holdings.of([(A, HALF), (B, HALF)])


def test_what_took_effect_before_a_freeze_stands_though_written_after_it():
    frozen = entry(2, FREEZE, day=8)
    late = entry(3, give(A, B, HALF), day=5, known=9)
    state = append([REGISTERED, frozen], late)
    assert state.holdings == Holdings.of([(A, HALF), (B, HALF)])
    assert [freeze.entry for freeze in state.freezes] == [frozen.id]
    assert replay([REGISTERED, frozen, late], on=EVER, known_at=late.known_at) == state


@pytest.mark.parametrize(
    ("entries", "new", "refusal"),
    [
        ([], entry(1, give(A, B, HALF)), Refusal.NOT_REGISTERED),
        ([], entry(1, FREEZE), Refusal.NOT_REGISTERED),
        ([REGISTERED], entry(2, first((B, Fraction(1)))), Refusal.ALREADY_REGISTERED),
        ([REGISTERED], entry(2, give(B, C, HALF)), Refusal.HOLDS_NOTHING),
        ([REGISTERED], entry(2, give(A, A, HALF)), Refusal.SAME_PARTY),
        ([REGISTERED, SOLD_HALF], entry(3, give(A, C, Fraction(2, 3)), day=11), Refusal.HOLDS_LESS),
        (
            [REGISTERED],
            entry(2, Lift(freeze=UUID(int=5), authority="a court", paper="9")),
            Refusal.NOT_FROZEN,
        ),
        # in effect before the sale that is already registered, and it would leave it no ground
        (
            [REGISTERED, SOLD_HALF],
            entry(3, give(A, C, Fraction(2, 3)), day=5, known=12),
            Refusal.OUT_OF_ORDER,
        ),
    ],
)
def test_an_entry_the_title_does_not_carry_is_refused(entries, new, refusal):
    with pytest.raises(Refused) as refused:
        append(entries, new)
    assert refused.value.reason is refusal


HALVES = TitleState(holdings=Holdings.of([(A, HALF), (B, HALF)]))


@pytest.mark.parametrize(
    ("state", "disposal", "pending", "refusal"),
    [
        (TitleState(), Disposal(giver=A, share=HALF), False, Refusal.NOT_REGISTERED),
        (HALVES, Disposal(giver=C, share=HALF), False, Refusal.HOLDS_NOTHING),
        (HALVES, Disposal(giver=A, share=Fraction(1)), False, Refusal.OTHERS_MUST_JOIN),
        (HALVES, Disposal(giver=A, share=Fraction(2, 3)), False, Refusal.HOLDS_LESS),
        (HALVES, Disposal(giver=A, share=HALF, taker=A), False, Refusal.SAME_PARTY),
        (HALVES, Disposal(giver=A, share=Fraction(0)), False, Refusal.SHARE_OUT_OF_RANGE),
        (HALVES, Disposal(giver=A, share=HALF), True, Refusal.DISPOSAL_PENDING),
        (
            append([REGISTERED], entry(2, FREEZE)),
            Disposal(giver=A, share=HALF),
            False,
            Refusal.FROZEN,
        ),
    ],
)
def test_a_disposal_that_is_not_possible_says_why(state, disposal, pending, refusal):
    with pytest.raises(Refused) as refused:
        require_disposable(state, disposal, pending=pending)
    assert refused.value.reason is refusal


def test_a_co_owner_may_dispose_of_their_own_share_and_the_others_come_first():
    require_disposable(HALVES, Disposal(giver=A, share=HALF, taker=C), pending=False)
    assert pre_emption_holders(HALVES, A) == {B: "co_owner"}
    assert pre_emption_holders(TitleState(holdings=Holdings.of([(A, Fraction(1))])), A) == {}


@pytest.mark.parametrize(
    "act",
    [give(A, B, Fraction(3, 7)), FREEZE, Lift(freeze=A, authority="a court", paper="9"), first()],
)
def test_an_act_reads_back_as_it_was_written(act):
    holdings = act.holdings if isinstance(act, FirstRegistration) else None
    from hutong.rights.register import kind_of

    assert act_from(kind_of(act), act_facts(act), holdings) == act


parties = st.sampled_from([A, B, C])
wishes = st.tuples(parties, parties, st.fractions(0, 1, max_denominator=12), st.integers(0, 8))


@given(st.lists(wishes, max_size=25))
def test_every_date_and_moment_of_any_history_has_a_whole_title(history):
    entries = [REGISTERED]
    for sequence, (giver, taker, share, day) in enumerate(history, start=2):
        new = entry(sequence, give(giver, taker, share), day=day, known=10 + sequence)
        try:
            append(entries, new)
        except Refused:
            continue
        entries.append(new)
    last = NOON + timedelta(days=100)
    for known_at in [e.known_at for e in entries] + [last]:
        for day in range(9):
            on = DAY + timedelta(days=day)
            state = replay(entries, on=on, known_at=known_at)
            assert state.holdings is None or all(
                sum(state.holdings[power].values()) == 1 for power in Power
            )
    # independent arithmetic: the end is the sum of all that was given, whatever the order
    balance = {A: Fraction(1), B: Fraction(0), C: Fraction(0)}
    for e in entries[1:]:
        balance[e.act.giver] -= e.act.share
        balance[e.act.taker] += e.act.share
    end = replay(entries, on=EVER, known_at=last).holdings
    assert dict(end.ownership) == {party: share for party, share in balance.items() if share}
