"""What a mirror has not got yet: filled from the newest end, without missing or taking one twice."""

from hypothesis import given
from hypothesis import strategies as st

from hutong.network.mirrors import gaps


@given(st.lists(st.one_of(st.integers(1, 3000), st.none()), max_size=40), st.integers(1, 4))
def test_growing_and_filling_in_any_turn_every_entry_comes_exactly_once(steps, bundles):
    size, left, came = 0, (), []
    for step in [*steps, *[None] * 10_000]:
        if step is not None:
            left, size = gaps.grown(left, size, size + step), size + step
            continue
        found = gaps.newest(left, bundles)
        if found is None:
            break
        start, end = found
        assert start < end
        assert end - start <= bundles * 256
        came += range(start, end)
        left = gaps.filled(left, start, end)
    assert sorted(came) == list(range(size))
    assert left == ()


def test_the_newest_come_first():
    left = gaps.grown((), 0, 1000)
    assert gaps.newest(left, 1) == (768, 1000)
    left = gaps.filled(left, 768, 1000)
    left = gaps.grown(left, 1000, 1001)
    assert gaps.newest(left, 2) == (1000, 1001)
    left = gaps.filled(left, 1000, 1001)
    assert gaps.newest(left, 2) == (256, 768)
