"""The path that a frame has drawn: real samples, bounded in time and in number."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model.clock import SECOND

CAPACITY: Final = 4096
"""Points kept at most: 68 s of one point per 60 Hz frame; beyond, the oldest go first."""

_BREAK: Final = (np.nan, np.nan, np.nan)


class TrailPoints:
    """The last points (UTC ns, position in the frame that it is seen from), in arrays of twice the
    capacity: they are moved to the front once in so many points, and are always read in one piece.
    """

    def __init__(self, seconds: float, capacity: int = CAPACITY) -> None:
        self._keep = round(seconds * SECOND)
        self._capacity = capacity
        self._times = np.zeros(2 * capacity, np.int64)
        self._places = np.zeros((2 * capacity, 3))
        self._begin = self._end = 0
        self.first = 0
        """How many points went before those that are kept: the oldest kept one's number."""

    def __len__(self) -> int:
        return self._end - self._begin

    def add(self, time: int, at: tuple[float, float, float]) -> bool:
        """Lengthen the path; say whether it became longer. A sample that is older than the end or did
        not move does not lengthen it.
        """
        if len(self):
            last = self._end - 1
            if time < self._times[last] or tuple(self._places[last]) == at:
                return False
        self._append(time, at)
        return True

    def lift(self) -> None:
        """End the line here: whatever comes next begins a new one."""
        if len(self) and not np.isnan(self._places[self._end - 1, 0]):
            self._append(int(self._times[self._end - 1]), _BREAK)

    def expire(self, now: int) -> bool:
        """Forget what is older than the trail's length at ``now`` (UTC ns); say whether anything was."""
        old = int(np.searchsorted(self._times[self._begin : self._end], now - self._keep))
        self._begin += old
        self.first += old
        return old > 0

    def read(self, now: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """(points f8[n, 3], oldest first, NaN rows are breaks; faded f8[n], 0 new … 1 vanishing).

        Both are the reader's own.
        """
        kept = slice(self._begin, self._end)
        return self._places[kept].copy(), np.clip((now - self._times[kept]) / self._keep, 0.0, 1.0)

    def _append(self, time: int, at: tuple[float, float, float]) -> None:
        if len(self) == self._capacity:
            self._begin += 1
            self.first += 1
        if self._end == len(self._times):
            kept = slice(self._begin, self._end)
            count = len(self)
            self._times[:count], self._places[:count] = self._times[kept].copy(), self._places[kept].copy()
            self._begin, self._end = 0, count
        self._times[self._end], self._places[self._end] = time, at
        self._end += 1
