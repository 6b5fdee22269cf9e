"""A series as pixel columns: every extreme and every gap survives, nothing is interpolated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.present.trend_series import Samples

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TrendColumns:
    """w columns of equal duration.

    ``enter``  f8[w] the value that held as the column began, ``leave`` as it ended
    ``low``, ``high``  f8[w] the extremes of all values that held in the column
    ``gap``    bool[w] where in some part of the column nothing was known
    NaN where there is no such value.
    """

    enter: F64
    low: F64
    high: F64
    leave: F64
    gap: npt.NDArray[np.bool_]


def columns(samples: Samples, held_until: int, begin: int, duration: int, count: int) -> TrendColumns:
    """Reduce samples to ``count`` columns of ``duration`` ns from ``begin`` (UTC ns).

    Column c holds the moments begin + c·duration ≤ t < begin + (c+1)·duration. The last value holds to
    ``held_until`` and to its own sample at least; later columns are empty, but no gap.
    """
    edges = begin + duration * np.arange(count + 1, dtype=np.int64)
    time, value = samples.time, samples.value
    entering = np.searchsorted(time, edges[:-1], side="right") - 1
    first = np.searchsorted(time, edges, side="left")
    leaving = first[1:] - 1
    end = max(held_until, int(time[-1])) if len(time) else begin
    reached = edges[:-1] <= end
    enter = np.where((entering >= 0) & reached, value[entering] if len(value) else np.nan, np.nan)
    leave = np.where((leaving >= 0) & reached, value[leaving] if len(value) else np.nan, np.nan)
    low, high = enter.copy(), enter.copy()
    filled = np.flatnonzero(first[1:] > first[:-1])
    gap = (entering >= 0) & reached & np.isnan(enter)
    if len(filled):
        starts, stop = first[:-1][filled], int(first[-1])
        low[filled] = np.fmin(low[filled], np.fmin.reduceat(value[:stop], starts))
        high[filled] = np.fmax(high[filled], np.fmax.reduceat(value[:stop], starts))
        gap[filled] |= np.logical_or.reduceat(np.isnan(value[:stop]), starts)
    return TrendColumns(enter, low, high, leave, gap)


def polyline(reduced: TrendColumns) -> F64:
    """The line through columns as f8[n, 2]: (column, value), rows of NaN where it is broken.

    Each column gives what it enters with, its extremes, and what it leaves with. A column with a gap in
    it shows its extremes and is tied to neither neighbour on the side where nothing was known.
    """
    w = len(reduced.enter)
    c = np.arange(w, dtype=np.float64)
    upward = np.abs(reduced.enter - reduced.low) <= np.abs(reduced.enter - reduced.high)
    points = np.empty((w, 6, 2))
    points[:, 0] = np.stack([c, reduced.enter], axis=-1)
    points[:, 2] = np.stack([c + 0.5, np.where(upward, reduced.low, reduced.high)], axis=-1)
    points[:, 3] = np.stack([c + 0.5, np.where(upward, reduced.high, reduced.low)], axis=-1)
    points[:, 5] = np.stack([c + 1.0, reduced.leave], axis=-1)
    broken = reduced.gap[:, None] | np.isnan(reduced.enter)[:, None]
    points[:, 1] = np.where(broken, np.nan, points[:, 2])
    points[:, 4] = np.where(broken & np.isnan(reduced.leave)[:, None], np.nan, points[:, 3])
    # A gap in the middle of a column: both of its ends are known, its inside is not.
    inside = reduced.gap & ~np.isnan(reduced.enter)
    points[inside, 4] = np.nan
    return _without_repeats(points.reshape(-1, 2))


def _without_repeats(points: F64) -> F64:
    """Leave out points in the middle of a level stretch, and breaks after breaks."""
    y = points[:, 1]
    empty = np.isnan(y)
    keep = np.ones(len(y), np.bool_)
    keep[1:-1] = ~((y[1:-1] == y[:-2]) & (y[1:-1] == y[2:]))
    keep[1:] &= ~(empty[1:] & empty[:-1])
    return points[keep]
