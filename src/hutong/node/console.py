"""
Where structlog's lines go: to standard output, whose reader may have been killed.

A line that cannot be written must not end the thread that wanted to write it: the database thread
of the hot door still owes its bidders an answer, and its process an orderly end.
"""

import contextlib

import structlog


class Console(structlog.PrintLogger):
    """Prints, and goes on when nobody reads any more."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure() -> None:
    structlog.configure(logger_factory=lambda *_: Console())
