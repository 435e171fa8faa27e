"""What the worker does at once, and what it lets come together."""

from hutong.node.worker import Breath


def test_what_happens_alone_is_followed_by_no_rest():
    breath = Breath(0.2, steps=20)
    assert [breath.seconds(now) for now in (10.0, 20.0, 30.0)] == [0, 0, 0]


def test_a_stream_is_rested_between_longer_and_longer_up_to_a_bound():
    breath = Breath(0.2, steps=4)
    rests = [breath.seconds(10 + n / 10) for n in range(6)]
    assert [round(rest, 3) for rest in rests] == [0, 0.05, 0.1, 0.15, 0.2, 0.2]
    assert breath.seconds(20.0) == 0
