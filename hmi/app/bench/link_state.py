"""The state that ``bench link`` carries from process to process: all columns of a table, every row new."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from hmi.model.clock import MILLISECOND, SECOND, monotonic_ns
from hmi.model.columns import COLUMN_TYPES, Columns
from hmi.model.samples import U64

SETTLING: Final = SECOND // 5
"""What arrives in the first fifth of a second (ns) is not counted: both ends are still loading pages."""


class Packed(msgspec.Struct, frozen=True):
    """All columns as bytes, by name: one message for the socket that the table is compared with."""

    columns: dict[str, bytes]

    @classmethod
    def of(cls, columns: Columns) -> Packed:
        """Pack a state."""
        return cls({name: getattr(columns, name).tobytes() for name in COLUMN_TYPES})

    def unpacked(self) -> dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]:
        """The columns as arrays, without a copy."""
        return {name: np.frombuffer(self.columns[name], dtype) for name, dtype in COLUMN_TYPES.items()}


def stamp(columns: Columns, revision: int, now: int) -> None:
    """Write ``now`` (monotonic ns) into every row, as an engine does after a batch of all tags."""
    columns.raw[:] = now
    columns.value[:] = now
    columns.status[:] = 0
    for times in (columns.source_time, columns.receive_time, columns.not_before, columns.confirmed):
        times[:] = now
    columns.changed[:] = revision


def due_times(start: float, hz: float, seconds: float) -> list[float]:
    """When each state is due, on the clock of ``start`` (s): always as many, whatever the clock says.

    Each is computed from the start: a sum of periods drifts, and may fit in one beat more.
    """
    return [start + beat / hz for beat in range(round(hz * seconds))]


def beat(hz: float, seconds: float, once: Callable[[], None]) -> int:
    """Call ``once`` at a steady rate for so long; how often. A beat that could not be kept is made up for."""
    due_at = due_times(time.monotonic(), hz, seconds)
    for due in due_at:
        time.sleep(max(due - time.monotonic(), 0))
        once()
    return len(due_at)


class Arrivals:
    """How old each new state is when a reader has it whole."""

    def __init__(self) -> None:
        self.ages_ms: list[float] = []
        self.states = 0
        self._from: int | None = None
        self._before = 0

    def arrived(self, value: U64) -> None:
        """The reader holds a whole state; ``value`` is its column of values.

        Raises:
            ValueError: the state is torn: its rows were written at different moments.
        """
        now, written = monotonic_ns(), int(value[0])
        if written != int(value[-1]):
            raise ValueError("a torn state was taken for a whole one")
        if written in (0, self._before):
            return
        self._before = written
        self.states += 1
        if self._from is None:
            self._from = now + SETTLING
        if now >= self._from:
            self.ages_ms.append((now - written) / MILLISECOND)
