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


def runs(reduced: TrendColumns) -> list[tuple[int, int]]:
    """The unbroken stretches of a signal as (first column, column after the last).

    Two neighbours belong together where a value was known at the moment between them.
    """
    known = np.isfinite(reduced.low)
    linked = np.zeros(len(known) + 1, np.bool_)
    linked[1:-1] = known[1:] & known[:-1] & np.isfinite(reduced.enter[1:])
    first = np.flatnonzero(known & ~linked[:-1])
    last = np.flatnonzero(known & ~linked[1:])
    return list(zip(first.tolist(), (last + 1).tolist(), strict=True))
