"""What the worker does at once, and what it lets come together."""

from hutong.node.worker import Breath


def rests(breath, *runs):
    return [round(breath.seconds(began, ended), 3) for began, ended in runs]


def test_what_happens_alone_is_followed_by_the_least_rest():
    breath = Breath(0.1, 2.0, steps=4)
    assert rests(breath, (10.0, 10.1), (20.0, 20.1), (30.0, 30.1)) == [0.1, 0.1, 0.1]


def test_a_stream_is_rested_between_longer_and_longer_up_to_a_bound():
    breath, now, found = Breath(0.0, 2.0, steps=4), 10.0, []
    for _ in range(6):
        found += rests(breath, (now, now + 0.1))
        now += 0.1 + found[-1]  # there is something to do as soon as it has rested
    assert found == [0.0, 0.5, 1.0, 1.5, 2.0, 2.0]


def test_a_stream_is_over_when_for_a_moment_there_was_nothing_to_do():
    breath = Breath(0.0, 2.0, steps=4)
    assert rests(breath, (10.0, 10.1), (10.1, 10.2), (10.7, 10.8)) == [0.0, 0.5, 1.0]
    assert rests(breath, (12.1, 12.2), (12.2, 12.3)) == [0.0, 0.5]
