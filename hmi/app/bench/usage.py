"""What a process takes of the computer, read off /proc (proc(5))."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_MEGABYTE: Final = 1_000_000


class Usage:
    """Processor time and memory of one process from now on."""

    def __init__(self, pid: int) -> None:
        self._folder = Path("/proc") / str(pid)
        self._began = time.monotonic()
        self._ticks = self._spent()

    def cpu_percent(self) -> float:
        """Of one core, since this object was made."""
        seconds = time.monotonic() - self._began
        return round(100 * (self._spent() - self._ticks) / _TICKS / seconds, 2)

    def memory_mb(self) -> float:
        """Resident at present, in 1,000,000 bytes, with what it shares with others (code of libraries)."""
        return round(self._status("VmRSS") * 1024 / _MEGABYTE, 1)

    def handles(self) -> int:
        """Open file descriptors at present."""
        return len(list((self._folder / "fd").iterdir()))

    def _status(self, key: str) -> int:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1])
        raise ProcessLookupError(f"{self._folder}/status has no {key}")

    def _spent(self) -> int:
        # The name of the program may hold anything, so the fields are counted from its closing bracket.
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
