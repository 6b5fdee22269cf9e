"""Whether our wall clock was set, told from the monotonic one beside it: pure."""

from __future__ import annotations

from typing import Final

from hmi.model.clock import MILLISECOND, Instant

LEAST: Final = 100 * MILLISECOND
"""What counts as set. Time services slew what is less (ntpd steps from 125 ms on: RFC 5905, STEPT), and
less may be that we were held up between the readings of the two clocks."""


class WallClock:
    """Follows UTC less monotonic, which on Linux changes when the clock is set, and else not at all."""

    def __init__(self, began: Instant) -> None:
        self._difference = began.utc - began.monotonic

    def set_by(self, now: Instant) -> int:
        """By how many ns the clock was set since this was asked last, forward more than 0; 0: it was not."""
        moved = now.utc - now.monotonic - self._difference
        if abs(moved) < LEAST:
            return 0
        self._difference += moved
        return moved
