"""Claims and messages under a seeded scheduler of everything that can go wrong (NE-2, NE-5)."""

from collections import Counter

import pytest

from hutong.network.claims import finality
from network import simulation
from network.simulation import Conditions, Node, Simulation

ORDINARY = Conditions()
RESTLESS = Conditions(venues=3, numbers=2, partings=8, changes=25, replacements=4, loss=0.15)
WIDE = Conditions(venues=10, numbers=4)
STORMY = Conditions(
    venues=3, numbers=2, partings=14, changes=60, replacements=3, loss=0.3, slowest=3.0
)


def problem_of(seed, conditions=ORDINARY):
    """What one run shows that must not be, or None."""
    world = Simulation(seed, conditions)
    try:
        history = world.run()
    except AssertionError as error:
        return f"seed {seed}: {error or 'an assertion'}"
    if history.two_winners():
        return f"seed {seed}: two winners"
    if not history.is_linearizable():
        return f"seed {seed}: not linearizable"
    handled = Counter(n for node in world.nodes.values() for n in node.disk.handled.values())
    if handled.keys() - {1}:
        return f"seed {seed}: a message was handled twice"
    return stuck(world, seed)


def stuck(world, seed):
    """Nothing stays open that could be answered: at a venue that lives, under a registrar that does.

    Where votes were split between two candidates, officers have to agree anew (docs/network.md).
    """
    latest = max((node.disk.listing for node in world.nodes.values()), key=lambda one: one.rank)
    votes = [node.disk.promised.get(latest.term) for node in world.nodes.values()]
    split = len({vote[0] for vote in votes if vote}) > 0
    gone = world.lost_for_good
    left = [o for o in world.history.operations if o.ended is None and o.venue != gone]
    if left and latest.registrar != gone and not split:
        return f"seed {seed}: {len(left)} left open"
    return None


def problems(seeds, conditions=ORDINARY):
    return [found for seed in seeds if (found := problem_of(seed, conditions))]


def test_claims_are_linearizable_whatever_befalls_the_network():
    assert problems(range(50)) == []


def test_claims_survive_members_who_come_and_go():
    assert problems(range(50, 70), RESTLESS) == []


def test_the_same_seed_tells_the_same_story():
    first, second = Simulation(7), Simulation(7)
    first.run()
    second.run()
    assert first.history.operations == second.history.operations


def test_runs_are_eventful():
    worlds = [Simulation(seed) for seed in range(15)]
    for world in worlds:
        world.run()
    assert sum(world.replacements for world in worlds) > 5
    assert sum(world.crashes for world in worlds) > 20
    outcomes = Counter(one.outcome for world in worlds for one in world.history.operations)
    assert min(outcomes["final"], outcomes["lost"], outcomes["released"]) > 5


# -- the checks can fail: each rule, when broken, is missed -------------------------------------------


def acknowledges_for_ever(self):
    listing = self.disk.listing
    if listing.registrar != self.code:
        mirror = self.disk.mirrors[listing.registrar]
        self.say(listing.registrar, "held", listing.term, len(mirror), mirror.root(len(mirror)))


def of_the_last_term_only(bases, opened):
    for basis in bases[:1]:
        if opened(basis) is None:
            raise simulation.Undecided
        if opened(basis):
            return basis
    return None


def smallest(term, registrar, votes, members):
    given = {vote.venue: vote for vote in votes if vote.venue in members}
    found = TAKE(term, registrar, given.values(), members)
    least = min(given.values(), key=lambda vote: vote.size)
    return simulation.replace(found, size=least.size, root=least.root, holders=(least.venue,))


TAKE = simulation.claims.basis
BROKEN = [
    (Node, "_acknowledge", acknowledges_for_ever),  # a vote promises nothing
    (simulation.claims, "final_size", lambda held, rolls: 10**9),  # final when entered
    (simulation.claims, "basis", smallest),  # not the largest log is taken over
    (simulation.claims, "to_take_over", of_the_last_term_only),  # an unopened term forgets all
    (simulation.claims, "in_term", lambda asked, *, term, own: None),  # asked in any term
    (  # what was answered is not looked up
        simulation.messages,
        "judge",
        lambda message, *, same_id, same_place, expected: simulation.Verdict.HANDLE,
    ),
]


@pytest.mark.parametrize(("where", "name", "broken"), BROKEN, ids=[name for _, name, _ in BROKEN])
def test_a_broken_rule_is_found_out(monkeypatch, where, name, broken):
    monkeypatch.setattr(where, name, broken)
    assert any(problem_of(seed) for seed in range(80))


# -- at length -----------------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.parametrize("part", range(10))
def test_claims_are_linearizable_in_thousands_of_runs(part):
    assert problems(range(10_000 + part * 400, 10_400 + part * 400)) == []


@pytest.mark.drill
@pytest.mark.parametrize("part", range(5))
def test_claims_survive_members_who_come_and_go_in_a_thousand_runs(part):
    assert problems(range(20_000 + part * 200, 20_200 + part * 200), RESTLESS) == []


@pytest.mark.drill
def test_claims_survive_a_storm():
    assert problems(range(400), STORMY) == []


@pytest.mark.drill
def test_ten_venues_agree():
    assert problems(range(30_000, 30_100), WIDE) == []


def held_by_fewer(held, members):
    sizes = sorted((held.get(member, 0) for member in members), reverse=True)
    return sizes[max(0, len(members) // 2 - 1)]


@pytest.mark.drill
@pytest.mark.parametrize("rule", ["a minority is enough", "the next list before this is final"])
def test_finer_rules_too_are_found_out_when_broken(monkeypatch, rule):
    if rule == "a minority is enough":
        monkeypatch.setattr(finality, "held_by_majority", held_by_fewer)
    else:
        monkeypatch.setattr(simulation.claims, "are_final", lambda held, rolls: True)
    assert any(problem_of(seed, STORMY) for seed in range(400))
