"""A bounded ring of the last samples of all tags, so that trends survive a restart of the screen. Pure.

One ring for all tags keeps the memory bounded whatever the tags do; the price is that it reaches back
less far on a busy site, which every reply says (``complete_from``). The recorder will reach further.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.samples import I64
from hmi.model.status import severities
from hmi.model.values import ValueType
from hmi.twin.store import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One tag's history: ``time`` i8[n] UTC ns rising, ``value`` f8[n], ``severity`` u1[n]."""

    time: I64
    value: npt.NDArray[np.float64]
    severity: npt.NDArray[np.uint8]


class History:
    """The last ``capacity`` samples (25 bytes each) of the numeric tags of one epoch."""

    def __init__(self, tags: Sequence[Tag], capacity: int, began: int) -> None:
        """``began``: UTC ns since when samples have been kept."""
        self._types = [tag.type for tag in tags]
        self._kind = np.array([_KINDS.index(t) if t.numeric else 255 for t in self._types], np.uint8)
        self._index = np.zeros(capacity, np.uint32)
        self._time = np.zeros(capacity, np.int64)
        self._value = np.zeros(capacity, np.float64)
        self._severity = np.zeros(capacity, np.uint8)
        self._written = 0
        self._began = began

    @property
    def complete_from(self) -> int:
        """UTC ns since when every sample is still held."""
        capacity = len(self._index)
        if self._written <= capacity:
            return self._began
        oldest = self._time[self._written % capacity]
        return max(self._began, int(oldest))

    def add(self, samples: Samples) -> None:
        """Keep samples; strings and arrays have no trend and are passed over."""
        rows = np.flatnonzero(self._kind[samples.index] != 255)[-len(self._index) :]
        if not len(rows):
            return
        index = samples.index[rows]
        numbers = np.empty(len(rows), np.float64)
        kinds = self._kind[index]
        for kind in np.unique(kinds):
            of_kind = kinds == kind
            numbers[of_kind] = values.as_floats(samples.value[rows[of_kind]], _KINDS[kind])
        at = (self._written + np.arange(len(rows))) % len(self._index)
        self._index[at] = index
        self._time[at] = samples.time[rows]
        self._value[at] = numbers
        self._severity[at] = severities(samples.status[rows])
        self._written += len(rows)

    def series(self, index: int, begin: int, end: int) -> Series:
        """All held samples of one tag in [begin, end], and the one before ``begin`` if it is held."""
        held = min(self._written, len(self._index))
        rows = np.flatnonzero(self._index[:held] == index)
        # Ring order is arrival order only from the write position on; device times may step back too.
        rows = rows[np.lexsort(((rows - self._written) % len(self._index), self._time[rows]))]
        time = self._time[rows]
        first = max(int(np.searchsorted(time, begin)) - 1, 0)
        last = int(np.searchsorted(time, end, side="right"))
        rows = rows[first:last]
        return Series(self._time[rows], self._value[rows], self._severity[rows])


def decimate(series: Series, points: int) -> Series:
    """At most about ``points`` points that keep each bucket's first, minimum, maximum, last and gaps.

    A bucket is an equal share of the samples. Changes of severity are kept, so that no gap is painted
    over.
    """
    n = len(series.time)
    if n <= max(points, 4):
        return series
    buckets = max(points // 4, 1)
    edges = np.linspace(0, n, buckets + 1).astype(np.intp)
    starts = edges[:-1]
    keep = np.zeros(n, np.bool_)
    keep[starts] = keep[edges[1:] - 1] = True
    # nan-safe extremes: a Bad sample may hold any value, and must not hide a good extreme.
    usable = np.isfinite(series.value) & (series.severity < 2)
    low = np.where(usable, series.value, np.inf)
    high = np.where(usable, series.value, -np.inf)
    for values_, reduce_ in ((low, np.minimum), (high, np.maximum)):
        extreme = np.repeat(reduce_.reduceat(values_, starts), np.diff(edges))
        hit = np.flatnonzero((values_ == extreme) & usable)
        bucket = np.searchsorted(edges, hit, side="right") - 1
        keep[hit[np.unique(bucket, return_index=True)[1]]] = True
    bad = series.severity == 2
    turns = np.flatnonzero(bad[1:] != bad[:-1])
    keep[turns] = keep[turns + 1] = True
    return Series(series.time[keep], series.value[keep], series.severity[keep])


_KINDS = tuple(t for t in ValueType if t.numeric)
