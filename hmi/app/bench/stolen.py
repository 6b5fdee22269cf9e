"""What the host of a virtual computer took away while a bench ran: every p99 has it, no profile shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

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
        """As they stand; None where there is no such file (not Linux), or one of another form."""
        try:
            return cls.read(_FILE.read_text(encoding="ascii"))
        except (OSError, ValueError):
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
