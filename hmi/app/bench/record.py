"""``bench record``: how much the recorder takes in, on a real disk, and how fast that is verified.

What a source would say is handed to the recorder as the engine's loop does, as fast as the recorder gets
rid of it, with every commit on the disk (``synchronous=FULL``). The signals are those of sensors: each tag a
random walk in steps of its resolution, read every 100 ms, half of the tags in one batch and half in the
next. Beside it: the same samples as rows of an SQLite table, committed as often.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.app.bench.figures import spread
from hmi.app.bench.load_site import MACHINE, write_site
from hmi.app.bench.usage import Usage
from hmi.config.epoch import Epoch
from hmi.engine.history import History
from hmi.engine.machine_state import state_of
from hmi.engine.pipeline import Pipeline
from hmi.machines.resolve import resolve_site
from hmi.model.clock import MILLISECOND, ManualClock
from hmi.model.samples import Batch, Confirmation
from hmi.recorder.recorder import Recorder, machine_texts
from hmi.recorder.series import series
from hmi.recorder.verify import verify_file
from hmi.replay.plain_table import PlainTable

_EVERY: Final = 100 * MILLISECOND
_RESOLUTION: Final = 0.01
_WAITING: Final = 8 * 1024 * 1024
"""Bytes that may wait for the disk before the bench waits for the recorder."""

_BASELINE_SECONDS: Final = 2.0
_END_SECONDS: Final = 60.0


def measure_record(tags: int, seconds: float, folder: Path | None) -> dict[str, Any]:
    """Record for so many seconds into a folder of its own in ``folder`` (None: that for temporary files)."""
    with tempfile.TemporaryDirectory(prefix="bench-record-", dir=folder) as made:
        where = Path(made)
        write_site(where / "site", "opc.tcp://127.0.0.1:4840/", "urn:bench", tags, 10)
        taken = _take(resolve_site(where / "site").epoch, seconds, where / "recordings")
        files = series(where / "recordings" / MACHINE)
        began = time.monotonic()
        found = [verify_file(path) for path in files]
        verified = time.monotonic() - began
        return {
            "tags": tags,
            "seconds": seconds,
            "samples": taken.samples,
            "recorded": sum(each.samples for each in found),
            "samples_per_s": round(taken.samples / taken.seconds),
            "bytes_per_sample": round(sum(path.stat().st_size for path in files) / taken.samples, 2),
            "cpu_percent": taken.cpu_percent,
            "take_ms": spread(taken.took),
            "verify_samples_per_s": round(taken.samples / verified),
            "verify_codes": [each.code for each in found],
            "rows": _rows(tags, where / "rows.db"),
        }


@dataclass(frozen=True, slots=True)
class _Taken:
    samples: int
    seconds: float
    cpu_percent: float
    took: list[float]


class Signals:
    """Random walks of so many tags; the same ones at every run."""

    def __init__(self, tags: int) -> None:
        self._random = np.random.default_rng(1)
        self._steps = np.zeros(tags, np.int64)
        halves = np.array_split(np.arange(tags, dtype=np.uint32), 2)
        self._halves = [(half, np.zeros(len(half), np.uint32)) for half in halves]

    def batches(self, clock: ManualClock) -> Iterator[Batch]:
        """Batch after batch, for ever, each at the clock's next moment."""
        while True:
            for index, good in self._halves:
                now = clock.advance(_EVERY // 2)
                self._steps[index] += self._random.integers(-3, 4, len(index))
                value = np.round(self._steps[index] * _RESOLUTION, 2)
                source = np.full(len(index), now.utc - 5 * MILLISECOND, np.int64)
                bound = np.full(len(index), now.monotonic - 15 * MILLISECOND, np.int64)
                yield Batch(index, value.view(np.uint64), good, source, bound, now)


def _take(epoch: Epoch, seconds: float, folder: Path) -> _Taken:
    """Hand samples to a recorder for so many seconds, and wait until all of them are on the disk."""
    clock = ManualClock()
    table = PlainTable(epoch.tags)
    pipeline = Pipeline(epoch, table, History(epoch.tags, 1, clock.now().utc), clock.now())
    recorder = Recorder(folder, epoch.site, Ed25519PrivateKey.generate())
    recorder.begin(epoch, machine_texts(epoch), partial(state_of, pipeline, epoch), clock.now())
    everything = np.arange(len(epoch.tags), dtype=np.uint32)
    took: list[float] = []
    samples = 0
    usage, began = Usage(os.getpid()), time.monotonic()
    for batch in Signals(len(epoch.tags)).batches(clock):
        before = time.perf_counter_ns()
        recorder.take(MACHINE, "main", batch, batch.received)
        recorder.take(MACHINE, "main", Confirmation(everything, batch.received), batch.received)
        took.append((time.perf_counter_ns() - before) / MILLISECOND)
        samples += len(batch)
        while recorder.waiting(MACHINE) > _WAITING:
            time.sleep(0.001)
        if time.monotonic() - began >= seconds:
            break
    recorder.close(clock.now(), _END_SECONDS)
    return _Taken(samples, time.monotonic() - began, usage.cpu_percent(), took)


def _rows(tags: int, path: Path) -> dict[str, Any]:
    """The same samples as rows of a table, a commit for each 100 ms of them."""
    clock, samples = ManualClock(), 0
    batches = Signals(tags).batches(clock)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE sample (tag, value, status, source_time, received)")
        began = time.monotonic()
        while time.monotonic() - began < _BASELINE_SECONDS:
            with connection:
                for batch in (next(batches), next(batches)):
                    samples += len(batch)
                    columns = (batch.index, batch.raw.view(np.float64), batch.status, batch.source_time)
                    lists = (each.tolist() for each in columns)
                    received = [batch.received.utc] * len(batch)
                    rows = zip(*lists, received, strict=True)
                    connection.executemany("INSERT INTO sample VALUES (?,?,?,?,?)", rows)
        lasted = time.monotonic() - began
    return {
        "samples_per_s": round(samples / lasted),
        "bytes_per_sample": round(path.stat().st_size / samples, 2),
    }
