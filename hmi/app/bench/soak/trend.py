"""Whether a figure stays flat over hours: the median of all slopes, which no outlier moves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

_MOST: Final = 500
"""Points that are compared pair by pair; of more some are passed over, evenly."""


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float | None:
    """Theil's and Sen's slope of (seconds, figure), in figures an hour; None of fewer than three points.

    P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968).
    """
    if len(points) < 3:
        return None
    step = -(-len(points) // _MOST)
    at, figure = np.array(points[::step], np.float64).T
    first, second = np.triu_indices(len(at), 1)
    apart = at[second] - at[first]
    rises = figure[second] - figure[first]
    return round(float(np.median(rises[apart > 0] / apart[apart > 0])) * 3600, 3)
