"""
One model for each shape that is answered, however many operations answer with it.

django-ninja makes a model of its own for every status of every operation: two thousand of them for
the nine kinds of refusal alone, a second of every process that loads the API.
"""

from typing import Any

from ninja.operation import Operation

_make: Any = Operation._create_response_model
_made: dict[Any, Any] = {}


def share() -> None:
    """Let operations that are declared from now on share their answers' models; safe to repeat."""
    replaced: Any = Operation
    replaced._create_response_model = _shared


def _shared(operation: Operation, shape: Any) -> Any:
    try:
        if shape not in _made:
            _made[shape] = _make(operation, shape)
        return _made[shape]
    except TypeError:  # a shape that cannot be a key
        return _make(operation, shape)
