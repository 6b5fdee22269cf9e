"""A shift of the load machine, recorded as an engine records it; beside it the same as rows of a table."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.app.bench.load_site import MACHINE, write_site
from hmi.app.bench.record import Signals
from hmi.engine.history import History
from hmi.engine.machine_state import state_of
from hmi.engine.pipeline import Pipeline
from hmi.machines.resolve import resolve_site
from hmi.model.clock import SECOND, ManualClock
from hmi.model.samples import Batch, Confirmation, LinkEvent, LinkState
from hmi.recorder.recorder import Recorder, machine_texts
from hmi.recorder.series import series
from hmi.replay.plain_table import PlainTable

_MORNING: Final = round(datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp()) * SECOND
_WAITING: Final = 8 * 1024 * 1024
_END_SECONDS: Final = 60.0
ROWS_SECONDS: Final = 60.0
"""Of the shift, at most, that also become rows: an index finds them as quickly among more."""


@dataclass(frozen=True, slots=True)
class RecordedShift:
    """``path`` of the recording, its ``tags``, ``samples`` and UTC ns; ``rows``: the table of its first part,
    until ``rows_end``.
    """

    path: Path
    tags: int
    samples: int
    begin: int
    end: int
    rows: Path
    rows_end: int


def record_shift(tags: int, seconds: float, folder: Path) -> RecordedShift:
    """Record so many seconds of so many tags that all change ten times a second, faster than that."""
    write_site(folder / "site", "opc.tcp://127.0.0.1:4840/", "urn:bench", tags, 10)
    epoch = resolve_site(folder / "site").epoch
    clock = ManualClock(utc=_MORNING)
    begin = clock.now()
    pipeline = Pipeline(epoch, PlainTable(epoch.tags), History(epoch.tags, 1, begin.utc), begin)
    recorder = Recorder(folder / "recordings", epoch.site, Ed25519PrivateKey.generate())
    recorder.begin(epoch, machine_texts(epoch), partial(state_of, pipeline, epoch), begin)
    (endpoint,) = pipeline.endpoints
    everything = np.arange(len(epoch.tags), dtype=np.uint32)
    samples, ticked = 0, begin.monotonic
    with closing(_rows(folder / "rows.db")) as rows:
        recorder.take(MACHINE, endpoint.name, LinkEvent(LinkState.UP, begin), begin)
        pipeline.take(endpoint, LinkEvent(LinkState.UP, begin), begin)
        for batch in Signals(len(epoch.tags)).batches(clock):
            now = batch.received
            for message in (batch, Confirmation(everything, now)):
                recorder.take(MACHINE, endpoint.name, message, now)
                pipeline.take(endpoint, message, now)
            samples += len(batch)
            if now.monotonic - begin.monotonic <= ROWS_SECONDS * SECOND:
                _insert(rows, batch)
                rows_end = now.utc
            if now.monotonic - ticked >= SECOND:
                ticked = now.monotonic
                recorder.tick(now)
            while recorder.waiting(MACHINE) > _WAITING:
                time.sleep(0.001)
            if now.monotonic - begin.monotonic >= seconds * SECOND:
                break
        rows.commit()
        rows.execute("CREATE INDEX by_tag ON sample (tag, received)")
    recorder.close(clock.now(), _END_SECONDS)
    (path,) = series(folder / "recordings" / MACHINE)
    return RecordedShift(path, tags, samples, begin.utc, clock.now().utc, folder / "rows.db", rows_end)


def _rows(path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE sample (tag INTEGER, value REAL, status INTEGER, received INTEGER)")
    return made


def _insert(rows: sqlite3.Connection, batch: Batch) -> None:
    columns = (batch.index.tolist(), batch.raw.view(np.float64).tolist(), batch.status.tolist())
    received = [batch.received.utc] * len(batch)
    rows.executemany("INSERT INTO sample VALUES (?,?,?,?)", zip(*columns, received, strict=True))


def milliseconds(act: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - began) / 1e6
