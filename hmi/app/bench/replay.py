"""``bench seek``, ``bench trend`` and ``bench replay``: how soon a recording shows what was.

All three record a shift of their own first (`hmi.app.bench.recorded_shift`), and do the same beside it with
the same samples as rows of an indexed SQLite table.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from hmi.app.bench.figures import spread
from hmi.app.bench.recorded_shift import RecordedShift, milliseconds, record_shift
from hmi.engine.history import decimate
from hmi.model.clock import SECOND
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.player import Player
from hmi.replay.scan import Scan

_OPENED: Final = 5
_COLD: Final = 20
_POINTS: Final = 2000
"""Of a trend, as many as a wide screen shows."""


@contextmanager
def _shift(tags: int, minutes: float, folder: Path | None) -> Iterator[RecordedShift]:
    with tempfile.TemporaryDirectory(prefix="bench-replay-", dir=folder) as made:
        yield record_shift(tags, minutes * 60, Path(made))


def measure_seek(tags: int, minutes: float, seeks: int, folder: Path | None) -> dict[str, Any]:
    """Open a recording, and jump to moments anywhere in it: read before, and not in memory yet."""
    with _shift(tags, minutes, folder) as shift:
        moments = np.random.default_rng(1).integers(shift.begin, shift.end, seeks).tolist()
        opened = [milliseconds(lambda: _opened(shift.path)) for _ in range(_OPENED)]
        with RecordingReader(shift.path) as reader:
            player = Player(reader, RecordingIndex(reader), Keyframes(most_bytes=0))
            warm = [milliseconds(partial(player.seek, at)) for at in moments]
        cold = [_cold(shift.path, at) for at in moments[:_COLD]]
        return {
            "tags": tags,
            "minutes": minutes,
            "samples": shift.samples,
            "bytes_per_sample": round(shift.path.stat().st_size / shift.samples, 2),
            "open_ms": spread(opened),
            "seek_ms": spread(warm),
            "seek_cold_ms": spread(cold),
            "rows_ms": spread(_rows_seek(shift, seeks)),
        }


def measure_trend(tags: int, minutes: float, folder: Path | None) -> dict[str, Any]:
    """The points of one tag over the whole recording: after it was read through, and how long that takes."""
    with _shift(tags, minutes, folder) as shift, RecordingReader(shift.path) as reader:
        scan = Scan(reader, RecordingIndex(reader), Keyframes(most_bytes=0))
        scanned = milliseconds(lambda: scan.go_on(lambda: False))
        names = [f"load/t{number}" for number in range(min(tags, 50))]

        def points(name: str) -> int:
            return len(decimate(scan.trends.series(name, shift.begin, shift.end), _POINTS).time)

        asked = [milliseconds(partial(points, name)) for name in names]
        return {
            "tags": tags,
            "minutes": minutes,
            "samples": shift.samples,
            "points": points(names[0]),
            "scan_ms": round(scanned, 1),
            "trend_ms": spread(asked),
            "rows_ms": spread(_rows_trend(shift)),
        }


def measure_replay(tags: int, minutes: float, folder: Path | None) -> dict[str, Any]:
    """Play a recording from its begin to its end as fast as it goes, with everything evaluated."""
    with _shift(tags, minutes, folder) as shift, RecordingReader(shift.path) as reader:
        player = Player(reader, RecordingIndex(reader), Keyframes(most_bytes=0))
        began = time.perf_counter()
        while not player.ended:
            player.advance(SECOND)
        lasted = time.perf_counter() - began
        rows = _rows_replay(shift)
        return {
            "tags": tags,
            "minutes": minutes,
            "samples": shift.samples,
            "rate": round((shift.end - shift.begin) / SECOND / lasted, 1),
            "samples_per_s": round(shift.samples / lasted),
            "rows_samples_per_s": rows,
        }


def _opened(path: Path) -> None:
    with RecordingReader(path) as reader:
        Player(reader, RecordingIndex(reader))


def _cold(path: Path, utc: int) -> float:
    """With nothing of the file in the system's memory but what opening it reads."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    with RecordingReader(path) as reader:
        player = Player(reader, RecordingIndex(reader), Keyframes(most_bytes=0))
        return milliseconds(lambda: player.seek(utc))


def _rows_seek(shift: RecordedShift, seeks: int) -> list[float]:
    query = "SELECT value, status FROM sample WHERE tag=? AND received<=? ORDER BY received DESC LIMIT 1"
    moments = np.random.default_rng(1).integers(shift.begin, shift.rows_end, seeks).tolist()
    with closing(sqlite3.connect(shift.rows)) as rows:

        def seek(at: int) -> None:
            for tag in range(shift.tags):
                rows.execute(query, (tag, at)).fetchone()

        return [milliseconds(partial(seek, at)) for at in moments]


def _rows_trend(shift: RecordedShift) -> list[float]:
    query = "SELECT received, value FROM sample WHERE tag=? ORDER BY received"
    with closing(sqlite3.connect(shift.rows)) as rows:

        def all_of(tag: int) -> int:
            return len(rows.execute(query, (tag,)).fetchall())

        return [milliseconds(partial(all_of, tag)) for tag in range(min(shift.tags, 50))]


def _rows_replay(shift: RecordedShift) -> int:
    """Rows that are only read, in the order in which they were written."""
    with closing(sqlite3.connect(shift.rows)) as rows:
        began, count = time.perf_counter(), 0
        for count, _ in enumerate(rows.execute("SELECT * FROM sample ORDER BY rowid"), 1):  # noqa: B007
            pass
        return round(count / (time.perf_counter() - began))
