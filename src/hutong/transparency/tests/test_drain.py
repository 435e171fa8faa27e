"""The harness itself: each test's log begins anew, and draining signs it."""

import pytest

from hutong.transparency import queries
from hutong.transparency.tests.writing import write


@pytest.mark.parametrize("count", [5, 3])
def test_a_test_has_a_log_of_its_own(drain, count):
    write(count)
    drain()
    assert queries.checkpoint().size == queries.tree_size() >= count
    assert list(queries.audit()) == []
