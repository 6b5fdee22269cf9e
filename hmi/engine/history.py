"""A bounded ring of the last samples of all tags, so that trends survive a restart of the screen. Pure.

One ring for all tags keeps the memory bounded whatever the tags do; the price is that it reaches back
less far on a busy site, which every reply says (``complete_from``). The recorder will reach further.

A gap begins with a Bad sample and ends with the next one that is not Bad. A device dates a value that it
had all along by its last change, which may lie before the gap or within it: only a change that was observed
counts from its own time, any other sample that ends a gap from when it was received. Else the gap would
swallow what follows, and be shorter than nobody looked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.tags import Tag
from hmi.model import values
from hmi.model.clock import NO_TIME
from hmi.model.samples import I64, U32
from hmi.model.status import Severity, severities
from hmi.model.values import ValueType
from hmi.twin.store import Samples

MOST_POINTS: Final = 20_000
"""In one answer, whatever is asked for: 340 kB."""

_BAD: Final = np.uint8(Severity.BAD)
"""As a number: to look it up in the enumeration takes as long as to compare a hundred."""

_MOST_ADDED: Final = 16
"""Batches that wait to be put away, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One tag's history: ``time`` i8[n] UTC ns not falling, ``value`` f8[n], ``severity`` u1[n]."""

    time: I64
    value: npt.NDArray[np.float64]
    severity: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Of each of n tags: ``latest`` i8[n] the latest time kept, ``in_gap`` bool[n] whether its last sample is
    Bad, ``began`` i8[n] since when samples are kept, ``first`` i8[2, n] when its first sample that is not
    Bad is dated, and when it was received. UTC ns or NO_TIME.
    """

    latest: I64
    in_gap: npt.NDArray[np.bool_]
    began: I64
    first: I64


Kept = Callable[[U32, I64, npt.NDArray[np.float64], npt.NDArray[np.uint8]], None]
"""Is told what a history keeps: index, time, value and severity, as in `Series`."""


class History:
    """The last ``capacity`` samples (21 bytes each) of the numeric tags of one epoch."""

    def __init__(self, tags: Sequence[Tag], capacity: int, began: int, kept: Kept | None = None) -> None:
        """``began``: UTC ns since when samples have been kept; ``kept`` is told all that comes."""
        self._kept = kept
        self._kind = np.array([_KINDS.index(t.type) if t.type.numeric else 255 for t in tags], np.uint8)
        self._index = np.zeros(capacity, np.uint32)
        self._time = np.zeros(capacity, np.int64)
        self._value = np.zeros(capacity, np.float64)
        self._severity = np.zeros(capacity, np.uint8)
        self._written = 0
        self._added: list[Samples] = []
        self._overwritten = NO_TIME  # the latest time that fell out of the ring
        self._began = np.full(len(tags), began, np.int64)
        # For each tag: the latest time that was ever kept, and whether its last sample is Bad.
        self._latest = np.full(len(tags), NO_TIME, np.int64)
        self._in_gap = np.zeros(len(tags), np.bool_)
        # For each tag: when its first sample that is not Bad is dated, and when it was received.
        self._first = np.full((2, len(tags)), NO_TIME, np.int64)

    def complete_from(self, index: int) -> int:
        """UTC ns since when every sample of a tag is still held: after the latest that was overwritten."""
        self.settle()
        began = int(self._began[index])
        return began if self._overwritten == NO_TIME else max(began, self._overwritten + 1)

    def carry(self, before: History, index: U32, former: U32) -> None:
        """Take over what another history holds: of its tags ``former`` as those of ``index`` here.

        To be called before anything is added.
        """
        before.settle()
        to = np.full(len(before._kind), -1, np.int64)
        to[former] = index
        held, capacity = min(before._written, len(before._index)), len(before._index)
        rows = (before._written - held + np.arange(held)) % capacity  # as they arrived
        rows = rows[to[before._index[rows]] >= 0]
        self._overwritten = before._overwritten
        self._began[index] = before._began[former]
        self._latest[index] = before._latest[former]
        self._in_gap[index] = before._in_gap[former]
        self._first[:, index] = before._first[:, former]
        now = to[before._index[rows]].astype(np.uint32)
        self._keep(now, before._time[rows], before._value[rows], before._severity[rows])

    def marks(self, index: npt.NDArray[np.integer]) -> Marks:
        """What was kept of each of these tags, apart from its samples: a copy."""
        self.settle()
        return Marks(self._latest[index], self._in_gap[index], self._began[index], self._first[:, index])

    def restore(self, marks: Marks) -> None:
        """Go on, with no samples held, as a history of the same tags that has these marks."""
        self._latest[:], self._in_gap[:], self._began[:] = marks.latest, marks.in_gap, marks.began
        self._first[:] = marks.first

    def clock_set(self, by: int) -> None:
        """Date all that is held as if our wall clock, which was set by ``by`` ns, had always been right.

        Else what comes after it was set back would lie before what was there already, and every gap begin
        in the future; and after it was set forward there would seem to be a gap.
        """
        self.settle()
        self._time[: min(self._written, len(self._time))] += by
        self._latest[self._latest != NO_TIME] += by
        self._first[self._first != NO_TIME] += by
        self._began += by
        if self._overwritten != NO_TIME:
            self._overwritten += by

    def after_last(self, index: U32, time: I64) -> I64:
        """``time`` i8[n], moved to directly after the last sample of each tag where it is not later."""
        self.settle()
        return np.maximum(time, np.where(self._latest[index] == NO_TIME, NO_TIME, self._latest[index] + 1))

    def add(self, samples: Samples) -> None:
        """Keep samples; strings and arrays have no trend and are passed over.

        Whoever asks finds them, and the work is done then, or by `settle`: what has been need not hold up
        what is on its way to a screen.
        """
        self._added.append(samples)
        if len(self._added) >= _MOST_ADDED:
            self.settle()

    def settle(self) -> None:
        """Put away what was added."""
        added, self._added = self._added, []
        if len(added) > 1 and not self._in_gap.any():
            joined = _joined(added)
            if joined is not None:
                self._put_away(joined)
                return
        for samples in added:
            self._put_away(samples)

    def _put_away(self, samples: Samples) -> None:
        rows = np.flatnonzero(self._kind[samples.index] != 255)
        if not len(rows):
            return
        index = samples.index[rows]
        severity = severities(samples.status[rows])
        time = self._out_of_gaps(samples, rows, severity)
        np.maximum.at(self._latest, index, time)
        self._in_gap[index] = severity == _BAD
        first = np.flatnonzero((self._first[0, index] == NO_TIME) & (severity != _BAD))[::-1]
        self._first[:, index[first]] = time[first], samples.receive_time[rows[first]]
        numbers = np.empty(len(rows), np.float64)
        kinds = self._kind[index]
        for kind in np.unique(kinds):
            of_kind = kinds == kind
            numbers[of_kind] = values.as_floats(samples.value[rows[of_kind]], _KINDS[kind])
        self._keep(index, time, numbers, severity)

    def _out_of_gaps(
        self, samples: Samples, rows: npt.NDArray[np.intp], severity: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.int64]:
        """The times at which samples count that end a gap; see this file's head."""
        index, time, received = samples.index[rows], samples.time[rows], samples.receive_time[rows]
        unseen = (time <= self._latest[index]) | (samples.not_before[rows] == NO_TIME)
        stale = self._in_gap[index] & (severity != _BAD) & unseen
        if not stale.any():
            return time
        # What the device tells of the time after it began the gap stays, and stays in order.
        told = ~stale & (time > self._latest[index])
        later = np.full(len(self._kind), np.iinfo(np.int64).max, np.int64)
        np.minimum.at(later, index[told], time[told])
        ends = np.minimum(np.maximum(received, self._latest[index] + 1), later[index])
        return np.where(stale, ends, time)

    def _keep(
        self, index: U32, time: I64, numbers: npt.NDArray[np.float64], severity: npt.NDArray[np.uint8]
    ) -> None:
        if self._kept is not None:
            self._kept(index, time, numbers, severity)
        capacity, n = len(self._index), len(index)
        held = min(self._written, capacity)
        # What falls out: of what is held the oldest, then of these samples the first.
        out = (self._written - held + np.arange(min(max(held + n - capacity, 0), held))) % capacity
        for lost in (self._time[out], time[: max(n - capacity, 0)]):
            if len(lost):
                self._overwritten = max(self._overwritten, int(lost.max()))
        at = (self._written + np.arange(n))[-capacity:] % capacity
        self._index[at] = index[-capacity:]
        self._time[at] = time[-capacity:]
        self._value[at] = numbers[-capacity:]
        self._severity[at] = severity[-capacity:]
        self._written += n

    def series(self, index: int, begin: int, end: int) -> Series:
        """All held samples of one tag in [begin, end], and the one before ``begin`` if it is held."""
        self.settle()
        held = min(self._written, len(self._index))
        rows = np.flatnonzero(self._index[:held] == index)
        # Ring order is arrival order only from the write position on; device times may step back too.
        rows = rows[np.lexsort(((rows - self._written) % len(self._index), self._time[rows]))]
        time = self._time[rows]
        first = max(int(np.searchsorted(time, begin)) - 1, 0)
        last = int(np.searchsorted(time, end, side="right"))
        rows = rows[first:last]
        return Series(self._time[rows], self._value[rows], self._severity[rows])

    def told(self, index: int, begin: int, end: int) -> Series:
        """As `series`, and with the gap from the moment since when samples are kept to the first of a tag.

        Nobody looked until the first was received, whatever older time the device dated it by. There is no
        such gap where older samples have fallen out of the ring: nothing is known of what they said, which
        is not that nobody vouched for it.
        """
        found, began = self.series(index, begin, end), int(self._began[index])
        older = int(np.searchsorted(found.time, began, side="right"))
        bad = older > 0 and found.severity[older - 1] == Severity.BAD
        if began > end or self.complete_from(index) != began or bad:
            return found
        held = slice(max(older - 1, 0), None)  # of what is dated before that the last
        time = found.time[held].copy()
        dated, received = self._first[:, index].tolist()
        if older or (len(time) and time[0] == dated):
            time[0] = min([max(received, began + 1, int(time[0])), *time[1:2].tolist()])
        kept = time <= end
        if len(time) and time[0] < begin:  # that gap is over when the stretch begins
            return Series(time[kept], found.value[held][kept], found.severity[held][kept])
        return Series(
            np.concatenate([[began], time[kept]]),
            np.concatenate([[0.0], found.value[held][kept]]),
            np.concatenate([np.array([Severity.BAD], np.uint8), found.severity[held][kept]]),
        )


def _joined(added: Sequence[Samples]) -> Samples | None:
    """Several as one, where that is the same: none of them begins or ends a gap. Else None."""
    status = np.concatenate([each.status for each in added])
    if (severities(status) == _BAD).any():
        return None
    return Samples(
        index=np.concatenate([each.index for each in added]),
        raw=np.zeros(0, np.uint64),  # not looked at
        value=np.concatenate([each.value for each in added]),
        status=status,
        source_time=np.zeros(0, np.int64),
        receive_time=np.concatenate([each.receive_time for each in added]),
        time=np.concatenate([each.time for each in added]),
        not_before=np.concatenate([each.not_before for each in added]),
    )


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
