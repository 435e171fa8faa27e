"""
Loading the house: a million objects that stay.

The garbage collector need not look at them, neither while they come, which is a fifth of a start, nor
ever after: a full collection looks at every object there is, a tenth of a second in the middle of a
page.
"""

import contextlib
import gc
from collections.abc import Iterator

YOUNG = 10_000  # objects made before the young are looked through; a page makes some thousands


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Let the collector rest while the block loads, and leave alone for good what it loaded."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        gc.enable()
