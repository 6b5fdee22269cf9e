"""How long the threads of a process wanted a processor and got none: one that is starved does not hang."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PROCESSES = Path("/proc")


def processor_waits(pid: int) -> Mapping[int, int]:
    """Of each thread the ns that it has spent waiting for a processor since it began.

    The second figure of /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst of the kernel);
    nothing where there is no such process, or the kernel does not count.
    """
    waits: dict[int, int] = {}
    try:
        for thread in (_PROCESSES / str(pid) / "task").iterdir():
            waits[int(thread.name)] = int((thread / "schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):  # it ends while we look; or the file is of another form
        return {}
    return waits


def longest_wait(before: Mapping[int, int], after: Mapping[int, int]) -> int:
    """Between two looks, the ns that the thread waited that waited longest.

    Any of them may be the one that all others wait for, because it holds the interpreter's lock.
    """
    return max((waited - before.get(thread, 0) for thread, waited in after.items()), default=0)
