"""The samples of one tag that a trend holds: ordered, bounded, with its gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

CAPACITY: Final = 65_536
"""Samples kept of one tag: an hour and 49 minutes at 10 Hz; 1 MiB."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """``time`` i8[n] UTC ns, rising; ``value`` f8[n], NaN where a gap begins."""

    time: I64
    value: F64


class TrendSeries:
    """A ring of samples. A value holds until the next sample; NaN says that nothing is known from there.

    ``held_until`` is the moment (UTC ns) up to which the last value has been vouched for.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        # Twice the room, so that the samples lie in one piece and move only once in ``capacity`` times.
        self._time = np.zeros(2 * capacity, np.int64)
        self._value = np.zeros(2 * capacity, np.float64)
        self._begin = self._end = 0
        self.held_until = 0
        self.revision = 0
        """Counts changes other than samples at the end: after one, everything must be drawn again."""

    def __len__(self) -> int:
        return self._end - self._begin

    def read(self) -> Samples:
        """All samples, as views that the next change may overwrite."""
        held = slice(self._begin, self._end)
        return Samples(self._time[held], self._value[held])

    @property
    def last(self) -> tuple[int, float] | None:
        """Time and value of the newest sample."""
        if not len(self):
            return None
        return int(self._time[self._end - 1]), float(self._value[self._end - 1])

    def append(self, time: int, value: float) -> None:
        """One more sample. One that is older than the end finds its place; one of the same time replaces."""
        last = self.last
        if last is not None and time <= last[0]:
            if time != last[0] or not _same(value, last[1]):
                self.replace(time, time, np.array([time], np.int64), np.array([value]))
            return
        if self._end == len(self._time):
            self._compact()
        self._time[self._end], self._value[self._end] = time, value
        self._end += 1
        if len(self) > self._capacity:
            self._begin += 1

    def replace(self, begin: int, end: int, time: I64, value: F64) -> None:
        """Put these samples in the place of all that lie in [begin, end]; the oldest go beyond capacity.

        Samples outside of [begin, end] are left out; of several with one time the last one counts.
        """
        inside = (time >= begin) & (time <= end)
        time, value = time[inside], value[inside]
        last_of_time = np.ones(len(time), np.bool_)
        last_of_time[:-1] = time[1:] != time[:-1]
        held = self.read()
        before = int(np.searchsorted(held.time, begin, side="left"))
        after = int(np.searchsorted(held.time, end, side="right"))
        joined_time = np.concatenate([held.time[:before], time[last_of_time], held.time[after:]])
        joined_value = np.concatenate([held.value[:before], value[last_of_time], held.value[after:]])
        kept = joined_time[-self._capacity :]
        self._time[: len(kept)] = kept
        self._value[: len(kept)] = joined_value[-self._capacity :]
        self._begin, self._end = 0, len(kept)
        self.revision += 1

    def clock_set(self, by: int) -> None:
        """Our wall clock was set by so many ns: date all samples as it would have."""
        self._time[self._begin : self._end] += by
        self.held_until += by
        self.revision += 1

    def at(self, time: int) -> float:
        """The value that held at a moment (UTC ns); NaN in a gap, before the first and after the last."""
        held = self.read()
        row = int(np.searchsorted(held.time, time, side="right")) - 1
        if row < 0 or time > max(self.held_until, int(held.time[-1])):
            return float("nan")
        return float(held.value[row])

    def gaps(self, begin: int, end: int) -> list[tuple[int, int]]:
        """The spells in [begin, end] in which nothing was known, after the first sample."""
        held = self.read()
        if not len(held.time):
            return []
        unknown = np.concatenate([[False], np.isnan(held.value), [False]])
        edges = np.flatnonzero(unknown[1:] != unknown[:-1])
        moments = np.append(held.time, end)[edges].tolist()
        spells = [(max(a, begin), min(b, end)) for a, b in zip(moments[::2], moments[1::2], strict=True)]
        return [(a, b) for a, b in spells if a < b]

    def _compact(self) -> None:
        n = len(self)
        self._time[:n] = self._time[self._begin : self._end].copy()
        self._value[:n] = self._value[self._begin : self._end].copy()
        self._begin, self._end = 0, n


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)
