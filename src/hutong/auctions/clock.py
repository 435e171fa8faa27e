"""
The venue's time in microseconds, for stamping arrivals: real time plus offset, never going back.
"""

import time
from datetime import timedelta


class VenueClock:
    """A demo venue's offset moves only while no lot is open (TI-2)."""

    def __init__(self) -> None:
        self.offset = 0
        self._last = 0

    def now(self) -> int:
        """Microseconds since 1970; not earlier than what it said before under this offset."""
        now = time.time_ns() // 1000 + self.offset
        if now < self._last:  # the machine's clock was set back
            return self._last
        self._last = now
        return now

    def set_offset(self, offset: timedelta) -> None:
        offset_us = offset // timedelta(microseconds=1)
        if offset_us != self.offset:
            self.offset, self._last = offset_us, 0
