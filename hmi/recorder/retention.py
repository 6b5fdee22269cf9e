"""Which recordings have been kept long enough: pure, but for the list of what there is.

Only whole files go, of each machine the one of the lowest number first, and never its newest.

The day in a file's name is by this computer's clock, which may have been wrong: a panel with an empty
battery begins in 1970. So a file counts as no older than any before it, nor than the one after it, which
began when it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hmi.config.recording import RecordingRules
from hmi.recorder.series import day_of, series


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there, of ``size`` bytes; ``day`` is the date in its name."""

    path: Path
    day: date
    size: int


def stored(folder: Path) -> list[Stored]:
    """The recordings in a machine's folder, by number.

    Raises:
        OSError: it cannot be read.
    """
    found = []
    for path in series(folder):
        day = day_of(path)
        if day is not None:
            found.append(Stored(path, day, path.stat().st_size))
    return found


def outlived(machines: Iterable[Sequence[Stored]], rules: RecordingRules, today: date) -> list[Stored]:
    """What is to be removed, in order; ``machines`` are the files of each, by number."""
    aged = [pair for files in machines for pair in _aged(files)]
    aged.sort(key=lambda pair: pair[0])  # of the same day in the order of numbers: sorting is stable
    total = sum(file.size for files in machines for file in files)
    removed = []
    for day, file in aged:
        too_old = rules.keep_days is not None and day < today - timedelta(days=rules.keep_days)
        too_much = rules.keep_gigabytes is not None and total > rules.keep_gigabytes * 1e9
        if not (too_old or too_much):
            break
        removed.append(file)
        total -= file.size
    return removed


def _aged(files: Sequence[Stored]) -> list[tuple[date, Stored]]:
    """Each file but the newest with the day as of which it counts; these never fall."""
    found: list[tuple[date, Stored]] = []
    latest = date.min
    for file, after in pairwise(files):
        latest = max(latest, file.day, after.day)
        found.append((latest, file))
    return found
