"""Time as a parameter.

Two scales, both in integer nanoseconds: *UTC* (since 1970) for what people and records read, and
*monotonic* for ages, delays and latency, because wall clocks step. On Linux the monotonic scale is
one for all processes of a machine, so an age can be taken across the process boundary. It goes on while
the machine sleeps: a value from before a suspend is as old as it is.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Final, Protocol

NO_TIME: Final = -(2**63)
"""In a time lane: the source gave no time."""

MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both scales."""

    utc: int
    monotonic: int


class Clock(Protocol):
    """Where a composition root's time comes from; the logic itself is handed instants."""

    def now(self) -> Instant:
        """The present moment."""
        ...


if sys.platform == "linux":

    def monotonic_ns() -> int:
        """The monotonic scale now; `time.monotonic_ns` would stand still while the machine is suspended."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

else:

    def monotonic_ns() -> int:
        """The monotonic scale now; whether it goes on during a suspend is the platform's."""
        return time.monotonic_ns()


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> Instant:
        """The present moment of this machine."""
        return Instant(utc=time.time_ns(), monotonic=monotonic_ns())


class ManualClock:
    """A clock that stands still until it is moved: for tests and for replay."""

    def __init__(self, utc: int = 1_700_000_000 * SECOND, monotonic: int = SECOND) -> None:
        self._now = Instant(utc, monotonic)

    def now(self) -> Instant:
        """The moment it was set to."""
        return self._now

    def advance(self, nanoseconds: int) -> Instant:
        """Move both scales forward and return the new moment."""
        self._now = Instant(self._now.utc + nanoseconds, self._now.monotonic + nanoseconds)
        return self._now

    def set_wall(self, utc: int) -> None:
        """Set the wall clock alone, as a person or a time service does."""
        self._now = Instant(utc, self._now.monotonic)
