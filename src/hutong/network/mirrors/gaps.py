"""
Which entries of a log a mirror has not got yet: gaps below the size it knows (LO-4).

    size known ─────────────────────────────────────────────► grows with each checkpoint
    [====held====)[ gap )[===held===)[        gap            )
                                     ◄── filled from its end: the newest first

The tree is known first, by its hashes; entries come later, in any order, each checked against its
hash. What is in no gap is held: nothing is missed, whatever stopped when. Pure.
"""

from collections.abc import Sequence

from hutong.transparency.tiles import WIDTH

Gaps = tuple[tuple[int, int], ...]
"""Half-open ranges of indexes, in order, never touching."""


def grown(gaps: Gaps, size: int, to: int) -> Gaps:
    """The gaps when a log of `size` entries is known to have `to`."""
    if to <= size:
        return gaps
    if gaps and gaps[-1][1] == size:
        return (*gaps[:-1], (gaps[-1][0], to))
    return (*gaps, (size, to))


def newest(gaps: Gaps, bundles: int) -> tuple[int, int] | None:
    """What to fetch next: the end of the newest gap, of at most so many bundles. None: nothing."""
    if not gaps:
        return None
    start, end = gaps[-1]
    first_bundle = (end - 1) // WIDTH - bundles + 1
    return max(start, first_bundle * WIDTH), end


def filled(gaps: Gaps, start: int, end: int) -> Gaps:
    """The gaps when the entries [start, end) have come."""
    left: list[tuple[int, int]] = []
    for first, last in gaps:
        if first < min(last, start):
            left.append((first, min(last, start)))
        if max(first, end) < last:
            left.append((max(first, end), last))
    return tuple(left)


def missing(gaps: Gaps) -> int:
    return sum(end - start for start, end in gaps)


def of_json(pairs: Sequence[Sequence[int]]) -> Gaps:
    return tuple((start, end) for start, end in pairs)
