"""What every race needs: acts that start together, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from hutong.kit.refusal import Refused


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results[index] = act()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "an act never came back"
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return results


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Return a function that runs acts together and gives results or refusals, in their order;
    whatever else an act raises fails the test."""
    return _at_once
