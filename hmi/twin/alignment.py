"""Several series on one time grid: hold last, never interpolate.

What a sensor said holds until it says something else; a value between two samples was never measured.
A combined result is as good as its worst input and as old as its oldest one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.model import status
from hmi.model.clock import NO_TIME

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The samples of one tag.

    ``time`` i8[n] UTC ns by our clock (offset-corrected source time, else receive time), not falling;
    of samples with the same time the last one counts. ``value`` f8[n]; ``status`` u4[n].
    """

    time: I64
    value: F64
    status: U32

    def __post_init__(self) -> None:
        """Refuse columns of different length and times that fall."""
        if not len(self.time) == len(self.value) == len(self.status):
            raise ValueError("the columns of a series differ in length")
        if np.any(self.time[1:] < self.time[:-1]):
            raise ValueError("the times of a series fall")


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """s series on a grid of m instants.

    ``value``   f8[s, m]; NaN before the first sample of a series
    ``status``  u4[m]: the worst input's; of equally bad ones the first series'
    ``oldest``  i8[m]: the time of the oldest input, NO_TIME where an input has no sample yet
    ``age``     i8[m]: grid − oldest in ns, NO_TIME where that is not known
    """

    value: F64
    status: U32
    oldest: I64
    age: I64


def align(series: Sequence[Series], grid: I64) -> Aligned:
    """Hold each series' last sample at or before each instant of ``grid`` (i8[m] UTC ns, any order).

    An instant before the first sample of a series has the status BadWaitingForInitialData.

    Raises:
        ValueError: there is no series.
    """
    if not series:
        raise ValueError("nothing to align")
    shape = (len(series), len(grid))
    value = np.full(shape, np.nan)
    code = np.full(shape, status.BAD_WAITING_FOR_INITIAL_DATA, np.uint32)
    time = np.full(shape, NO_TIME, np.int64)
    for row, one in enumerate(series):
        last = np.searchsorted(one.time, grid, side="right") - 1
        known = last >= 0
        value[row, known] = one.value[last[known]]
        code[row, known] = one.status[last[known]]
        time[row, known] = one.time[last[known]]
    worst = np.argmax(status.severities(code), axis=0)
    oldest = np.min(time, axis=0)
    age = np.where(oldest == NO_TIME, NO_TIME, grid - np.where(oldest == NO_TIME, 0, oldest))
    return Aligned(
        value=value,
        status=code[worst, np.arange(len(grid))],
        oldest=oldest,
        age=age.astype(np.int64),
    )
