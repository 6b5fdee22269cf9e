"""A recording's trends: of each tag as many points as have room, with every extreme and every gap."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch
from hmi.config.tags import Tag
from hmi.engine.history import History, Series, decimate
from hmi.model.clock import Instant
from hmi.model.samples import I64, U32

MOST_POINTS: Final = 2_000_000
"""Of all tags together; twice as many may be held for a moment. 17 bytes each."""

_LEAST: Final = 500
_CHUNK: Final = 400_000
"""Samples that wait until they are put in order by their tags, 21 bytes each: with few of each tag at a time
that would take ten times as long as to play them."""

F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]


class RecordedTrends:
    """Filled while a recording is played through; asked by tag id, whatever configuration it is of."""

    def __init__(self, most_points: int = MOST_POINTS) -> None:
        self._most = most_points
        self._series: dict[str, Series] = {}
        self._new: list[tuple[U32, I64, F64, U8]] = []
        self._waiting = 0
        self._tags: tuple[Tag, ...] = ()
        self._history: History | None = None

    def history(self, epoch: Epoch, now: Instant) -> History:
        """A `hmi.replay.playback.HistoryOf` that tells this what it keeps, and itself holds nothing."""
        self._settle()
        self._tags = epoch.tags
        self._history = History(epoch.tags, 1, now.utc, self._take)
        return self._history

    def series(self, tag: str, begin: int, end: int) -> Series:
        """The points of a tag in [begin, end] (UTC ns), and the one before them."""
        self._settle()
        held = self._series.get(tag, _NOTHING)
        first = max(int(np.searchsorted(held.time, begin)) - 1, 0)
        last = int(np.searchsorted(held.time, end, side="right"))
        return Series(held.time[first:last], held.value[first:last], held.severity[first:last])

    def _settle(self) -> None:
        if self._history is not None:
            self._history.settle()
        self._put_away()

    def _take(self, index: U32, time: I64, value: F64, severity: U8) -> None:
        self._new.append((index, time, value, severity))
        self._waiting += len(index)
        if self._waiting >= _CHUNK:
            self._put_away()

    def _put_away(self) -> None:
        if not self._new:
            return
        index, time, value, severity = (np.concatenate(each) for each in zip(*self._new, strict=True))
        self._new, self._waiting = [], 0
        order = np.argsort(index, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(index[order])) + 1):
            self._add(self._tags[int(index[rows[0]])].id, time[rows], value[rows], severity[rows])

    def _add(self, tag: str, time: I64, value: F64, severity: U8) -> None:
        held = self._series.get(tag, _NOTHING)
        time = np.concatenate([held.time, time])
        value, severity = np.concatenate([held.value, value]), np.concatenate([held.severity, severity])
        if len(time) > 1 and (np.diff(time) < 0).any():  # a device may date by a clock that steps
            order = np.argsort(time, kind="stable")
            time, value, severity = time[order], value[order], severity[order]
        found = Series(time, value, severity)
        most = max(_LEAST, self._most // max(len(self._tags), 1))
        self._series[tag] = decimate(found, most) if len(time) > 2 * most else found


_NOTHING: Final = Series(np.zeros(0, np.int64), np.zeros(0, np.float64), np.zeros(0, np.uint8))
