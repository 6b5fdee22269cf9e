"""When to poll next, and how often a pace is really polled. Pure; times in ns, monotonic."""

from __future__ import annotations

from collections import deque
from typing import Final

_AVERAGED: Final = 8
_AVERAGED_NS: Final = 3_000_000_000
"""Rounds, and time, over which the reached interval is averaged at least: one late round makes no other."""

_WORTH_TELLING: Final = 0.05
"""Relative change of the reached interval that is told again."""


class FixedRate:
    """Rounds at ``start + k × interval``: no drift, and what is missed is skipped, never made up for."""

    def __init__(self, interval: int, start: int) -> None:
        self._interval = interval
        self.due = start

    def advance(self, now: int) -> int:
        """The round that was due is over at ``now``: the next moment of the grid that is not past."""
        late = max(now - self.due, 1)
        self.due += -(-late // self._interval) * self._interval
        return self.due


class Reached:
    """The interval that is really reached, told again when it is another than was told last."""

    def __init__(self, interval: int) -> None:
        self.told = interval
        self._starts: deque[int] = deque(maxlen=max(_AVERAGED, -(-_AVERAGED_NS // interval)) + 1)

    def news(self, start: int) -> int | None:
        """Take the start of a round; the interval in ns where it is worth telling."""
        self._starts.append(start)
        rounds, lasted = len(self._starts) - 1, start - self._starts[0]
        if rounds < _AVERAGED or lasted < _AVERAGED_NS:
            return None
        reached = lasted // rounds
        if abs(reached - self.told) <= _WORTH_TELLING * self.told:
            return None
        self.told = reached
        self._starts.clear()
        self._starts.append(start)
        return reached
