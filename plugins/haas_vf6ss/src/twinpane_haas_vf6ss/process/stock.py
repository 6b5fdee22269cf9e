"""The workpiece as a height map: what a tool takes away is measured, not guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

PITCH = 1.0
"""mm between two columns of the height map."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What one step took away: ``volume`` in mm³, ``depth`` the deepest column's loss in mm."""

    volume: float
    depth: float


NOTHING = Removal(0.0, 0.0)


class Stock:
    """A raw block in work coordinates (mm): from ``low`` (x, y) to ``high``, with its top at ``top``.

    Each column of ``PITCH`` × ``PITCH`` keeps one height, so undercuts are not modelled: a three-axis
    machine makes none.
    """

    def __init__(
        self, low: tuple[float, float], high: tuple[float, float], bottom: float, top: float
    ) -> None:
        self._low = low
        size = (round((high[0] - low[0]) / PITCH), round((high[1] - low[1]) / PITCH))
        self._x = low[0] + (np.arange(size[0]) + 0.5) * PITCH
        self._y = low[1] + (np.arange(size[1]) + 0.5) * PITCH
        self._bottom, self._top = bottom, top
        self.heights = np.full(size, top)

    @property
    def volume(self) -> float:
        """What is left, in mm³."""
        return float((self.heights - self._bottom).sum()) * PITCH**2

    def renew(self) -> None:
        """Clamp a new raw block."""
        self.heights[:] = self._top

    def cut(self, x: float, y: float, tip: float, radius: float) -> Removal:
        """Take away what stands above a flat tool's face at ``tip``, centred at (x, y)."""
        if tip >= self._top:
            return NOTHING
        rows, columns = self._window(x, radius, 0), self._window(y, radius, 1)
        if rows.stop <= rows.start or columns.stop <= columns.start:
            return NOTHING
        under = self.heights[rows, columns]
        dx, dy = self._x[rows] - x, self._y[columns] - y
        inside = (dx * dx)[:, None] + (dy * dy)[None, :] <= radius * radius
        loss = np.where(inside, under - max(tip, self._bottom), 0.0)
        np.maximum(loss, 0.0, out=loss)
        volume = float(loss.sum()) * PITCH**2
        if volume == 0.0:
            return NOTHING
        under -= loss
        return Removal(volume, float(loss.max()))

    def _window(self, centre: float, radius: float, axis: int) -> slice:
        first = math.floor((centre - radius - self._low[axis]) / PITCH)
        last = math.ceil((centre + radius - self._low[axis]) / PITCH)
        return slice(max(first, 0), min(max(last, 0), self.heights.shape[axis]))
