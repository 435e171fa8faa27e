"""
A thread beside the event loop: owns a database connection, does jobs in order, answers on the loop.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import structlog
from django.db import DatabaseError, connection

from hutong.kit.refusal import Refused

log = structlog.get_logger(__name__)

Job = tuple[Callable[[], Any], Callable[[Any], None]]


class DatabaseThread:
    """Starts at once. `stop` lets it finish what is queued.

    Not `durable`: what it commits is seen by all at once, but a crash of the machine may take it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, name: str, durable: bool = True) -> None:
        self._loop = loop
        self._durable = durable
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], Any], answer: Callable[[Any], None]) -> None:
        """Run `work` after what is queued; call `answer` on the loop with its result or exception."""
        self._jobs.put((work, answer))

    async def result_of(self, work: Callable[[], Any]) -> Any:
        future: asyncio.Future[Any] = self._loop.create_future()

        def answer(result: Any) -> None:
            if future.done():
                return
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)

        self.do(work, answer)
        return await future

    async def stop(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join, 10)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, answer = job
            result: Any
            try:
                if connection.connection is None:
                    _connect(self._durable)
                result = work()
            except BaseException as error:
                if isinstance(error, DatabaseError):
                    log.warning("database_job_failed", error=str(error))
                    connection.close()  # the next job connects anew
                elif not isinstance(error, Refused):
                    log.exception("database_job_failed")
                result = error
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                self._loop.call_soon_threadsafe(answer, result)
        connection.close()


def _connect(durable: bool) -> None:
    """Connect; a receipt must survive a crash whatever the database's default is."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
