"""Who shows checkpoints to whom: all to all while they are few, and by relays when they are many."""

from hypothesis import given
from hypothesis import strategies as st

from hutong.venues.relaying import EVERYBODY, FEWEST_RELAYS, asked, relays, shown, slower
from hutong.venues.rules import MOST_WITNESSES

codes = st.sets(st.from_regex(r"[A-Z]{4}", fullmatch=True), min_size=1, max_size=35)


@given(codes)
def test_in_a_small_network_everybody_is_shown_everything_and_nobody_relays(members):
    few = sorted(members)[:EVERYBODY]
    assert relays("net", few) == ()
    for mine in few:
        assert set(shown(mine, "net", few)) == set(few) - {mine}
        assert asked(mine, "net", few) == ()


@given(codes)
def test_in_a_large_network_every_relay_is_shown_everything_and_everybody_else_asks_one(members):
    if len(members) <= EVERYBODY:
        return
    known = relays("net", members)
    assert len(known) == FEWEST_RELAYS
    for mine in members:
        told = shown(mine, "net", members)
        assert set(known) - {mine} <= set(told)
        assert len(told) == len(set(told)) == MOST_WITNESSES
        assert mine not in told
        assert set(asked(mine, "net", members)) == (set() if mine in known else set(known))


def test_all_agree_on_the_relays_in_whatever_order_they_name_the_members():
    members = [f"V{n:03}" for n in range(200)]
    assert relays("net", members) == relays("net", reversed(members))
    assert relays("net", members) != relays("another", members)


def test_whoever_asks_is_spread_over_the_relays():
    members = [f"V{n:04}" for n in range(1000)]
    firsts = [first for mine in members if (first := asked(mine, "net", members)[:1])]
    counts = [firsts.count((one,)) for one in relays("net", members)]
    assert len(counts) == 31
    assert sum(counts) == 1000 - 31
    assert max(counts) < 4 * min(counts)


def test_a_newcomer_changes_little_of_who_is_shown_what():
    members = [f"V{n:03}" for n in range(100)]
    before = {mine: set(shown(mine, "net", members)) for mine in members}
    changed = sum(before[mine] != set(shown(mine, "net", [*members, "NEW"])) for mine in members)
    assert changed < 40


def test_questions_to_each_member_are_as_many_in_all_however_many_there_are():
    assert slower(30, 9) == 30
    assert 1000 / slower(30, 1000) < 1.01 * EVERYBODY / 30
