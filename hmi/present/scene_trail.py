"""The path that a frame has drawn: real samples, bounded in time and in number."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model.clock import SECOND

CAPACITY: Final = 4096
"""Points kept at most: 68 s of one point per 60 Hz frame; beyond, the oldest go first."""

_BREAK: Final = (np.nan, np.nan, np.nan)


class TrailPoints:
    """A ring of points (UTC ns, position in the frame that it is seen from)."""

    def __init__(self, seconds: float, capacity: int = CAPACITY) -> None:
        self._keep = round(seconds * SECOND)
        self._points: deque[tuple[int, tuple[float, float, float]]] = deque(maxlen=capacity)

    def __len__(self) -> int:
        return len(self._points)

    def add(self, time: int, at: tuple[float, float, float]) -> bool:
        """Lengthen the path; say whether it became longer. A sample that is older than the end or did
        not move does not lengthen it.
        """
        if self._points:
            last, end = self._points[-1]
            if time < last or end == at:
                return False
        self._points.append((time, at))
        return True

    def lift(self) -> None:
        """End the line here: whatever comes next begins a new one."""
        if self._points and not np.isnan(self._points[-1][1][0]):
            self._points.append((self._points[-1][0], _BREAK))

    def expire(self, now: int) -> bool:
        """Forget what is older than the trail's length at ``now`` (UTC ns); say whether anything was."""
        before = len(self._points)
        while self._points and self._points[0][0] < now - self._keep:
            self._points.popleft()
        return len(self._points) != before

    def read(self, now: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """(points f8[n, 3], oldest first, NaN rows are breaks; faded f8[n], 0 new … 1 vanishing)."""
        if not self._points:
            return np.zeros((0, 3)), np.zeros(0)
        points = np.array([at for _, at in self._points])
        age = now - np.array([time for time, _ in self._points], np.int64)
        return points, np.clip(age / self._keep, 0.0, 1.0)
