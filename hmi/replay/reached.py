"""How fast a replay really goes on. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from hmi.model.clock import SECOND

_OVER: Final = SECOND
"""The time over which it is taken."""


class ReachedRate:
    """``rate`` of the last second: recorded time by real time."""

    def __init__(self) -> None:
        self._steps: deque[tuple[int, int, int]] = deque()

    def begin(self) -> None:
        """Forget what was: another rate is wanted from now on."""
        self._steps.clear()

    def note(self, now: int, real: int, recorded: int) -> None:
        """In ``real`` ns until ``now`` (monotonic ns), ``recorded`` ns were played."""
        self._steps.append((now, real, max(recorded, 0)))
        while self._steps[0][0] < now - _OVER:
            self._steps.popleft()

    @property
    def rate(self) -> float:
        """0 where nothing was played yet."""
        real = sum(each[1] for each in self._steps)
        return round(sum(each[2] for each in self._steps) / real, 3) if real else 0.0
