"""What the host of a virtual computer took away while a bench ran: every p99 has it, no profile shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

_FILE = Path("/proc/stat")
_COUNTED = 8
"""user nice system idle iowait irq softirq steal (proc(5)); what follows is in the first two already."""


@dataclass(frozen=True, slots=True)
class ProcessorTimes:
    """Of all processors since the computer started, in ticks: all time, and what the host gave to others."""

    all: int
    stolen: int

    @classmethod
    def now(cls) -> Self | None:
        """As they stand; None where there is no such file (not Linux)."""
        try:
            return cls.read(_FILE.read_text(encoding="ascii"))
        except OSError:
            return None

    @classmethod
    def read(cls, stat: str) -> Self:
        """Of the text of /proc/stat.

        Raises:
            ValueError: its first line is another than proc(5) says.
        """
        words = stat.partition("\n")[0].split()
        if words[:1] != ["cpu"] or len(words) <= _COUNTED:
            raise ValueError(f"expected the times of all processors, found {stat[:80]!r}")
        counted = [int(each) for each in words[1 : _COUNTED + 1]]
        return cls(sum(counted), counted[-1])

    @classmethod
    def stolen_percent(cls, before: Self | None) -> float | None:
        """What the host took from ``before`` until now; None where the computer does not tell."""
        now = cls.now()
        return None if before is None or now is None else now.stolen_percent_since(before)

    def stolen_percent_since(self, before: ProcessorTimes) -> float:
        """The share of all processor time since then that the host took."""
        passed = self.all - before.all
        return round(100 * (self.stolen - before.stolen) / passed, 2) if passed > 0 else 0.0


class Thefts:
    """The moments (UTC seconds) at which the kernel was seen to have counted more stolen time."""

    def __init__(self, moments: Sequence[float]) -> None:
        self._moments = np.array(moments, np.float64)

    def none_around(self, moments: Iterable[float], before: float, after: float) -> list[bool]:
        """For each moment whether nothing was stolen from ``before`` seconds before it to ``after`` after it.

        The window has to be the same for all, however long each of them took: a longer one meets a theft
        sooner, and to leave it out for that would make the rest look better than it is.
        """
        windows = np.array([(each - before, each + after) for each in moments]).reshape(-1, 2)
        first, last = np.searchsorted(self._moments, windows).T
        return [bool(each) for each in first == last]
