"""How the processes of a soak are, minute by minute, and whether they stay so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hmi.app.bench.soak.trend import slope_per_hour
from hmi.app.bench.usage import Usage

SETTLED_AFTER: Final = 600.0
"""Seconds of the run that no trend is taken of: screens are made ahead, and rings fill, meanwhile."""

OLD_ENOUGH: Final = 300.0
"""Seconds after which an engine's ring of history is full, and its memory should stay as it is."""

MOST_MB: Final = {"engine": 150.0, "panel": 250.0}
MOST_MB_PER_HOUR: Final = 10.0
MOST_HANDLES_PER_HOUR: Final = 2.0

_SHORTEST: Final = 1200.0
"""Seconds of settled run below which a slope says nothing."""

_SHARED: Final = Path("/dev/shm")  # noqa: S108 only counted


@dataclass(frozen=True, slots=True)
class Health:
    """One process at one moment; ``at`` s of the run, ``age`` s since the process was first seen."""

    at: float
    age: float
    memory_mb: float
    handles: int
    threads: int

    def line(self) -> dict[str, float]:
        """For JSON."""
        return {"memory_mb": self.memory_mb, "handles": self.handles, "threads": self.threads}


def look(pid: int, at: float, age: float) -> Health | None:
    """How a process is; None: there is none, or it has just ended."""
    if pid == 0:
        return None
    try:
        usage = Usage(pid)
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        return Health(at, age, usage.memory_mb(), usage.handles(), threads)
    except OSError:
        return None


def shared(directory: Path) -> dict[str, int]:
    """What lies in the run directory (tables are told apart), and how much in shared memory at all."""
    names = [each.name for each in directory.iterdir()]
    return {
        "run_entries": len(names),
        "tables": sum(name.startswith("table-") for name in names),
        "dev_shm_entries": len(list(_SHARED.iterdir())),
    }


def trends(series: Mapping[str, Sequence[Health]]) -> dict[str, Any]:
    """The slopes an hour of each process, and the highest figures that were met."""
    return {name: _trend(name, each) for name, each in series.items()}


def _trend(name: str, series: Sequence[Health]) -> dict[str, float | int | None]:
    old = [
        each for each in series if each.at >= SETTLED_AFTER and (name != "engine" or each.age >= OLD_ENOUGH)
    ]
    long = bool(old) and old[-1].at - old[0].at >= _SHORTEST
    return {
        "memory_mb_max": max((each.memory_mb for each in series), default=0.0),
        "handles_max": max((each.handles for each in series), default=0),
        "threads_max": max((each.threads for each in series), default=0),
        "memory_mb_per_hour": slope_per_hour([(e.at, e.memory_mb) for e in old]) if long else None,
        "handles_per_hour": slope_per_hour([(e.at, float(e.handles)) for e in old]) if long else None,
    }


def complaints(found: Mapping[str, Any]) -> list[str]:
    """Which of the bounds `trends` is beyond, in words."""
    wrong = []
    for name, trend in found.items():
        if trend["memory_mb_max"] > MOST_MB[name]:
            wrong.append(f"{name}: {trend['memory_mb_max']} MB, at most {MOST_MB[name]:g} are allowed")
        for figure, most in (("memory_mb", MOST_MB_PER_HOUR), ("handles", MOST_HANDLES_PER_HOUR)):
            slope = trend[f"{figure}_per_hour"]
            if slope is not None and slope > most:
                wrong.append(f"{name}: {figure} grows by {slope:g} an hour, at most {most:g} is flat")
    return wrong
