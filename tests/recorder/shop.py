"""A machine whose engine is a pipeline in hand, recorded by a journal or by the whole recorder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.config.epoch import Epoch
from hmi.config.shifts import ShiftCalendar
from hmi.config.tags import TagDescription
from hmi.engine.history import History
from hmi.engine.machine_state import state_of
from hmi.engine.pipeline import Pipeline
from hmi.model.clock import SECOND, Instant, ManualClock
from hmi.model.context import ContextKey
from hmi.model.samples import SourceMessage
from hmi.model.values import Value, ValueType
from hmi.recorder import kinds
from hmi.recorder.calendar import shift_at
from hmi.recorder.journal import MachineJournal, Stretch
from hmi.recorder.kinds import Begin
from hmi.recorder.payloads import PayloadWriter
from hmi.recorder.records import Record
from hmi.replay.plain_table import PlainTable
from hmi.testing.epochs import batch_of, epoch_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
EPOCH = epoch_of(
    {
        "load": TagDescription(),
        "count": TagDescription(type=ValueType.INT),
        "part": TagDescription(type=ValueType.STRING),
        "double": TagDescription(derived="load * 2"),
    },
    context={ContextKey.PART: "part"},
)
NOON = 1_800_000_000 * SECOND - 1_800_000_000 % 86_400 * SECOND + 43_200 * SECOND


def pipeline_of(epoch: Epoch, now: Instant) -> Pipeline:
    return Pipeline(epoch, PlainTable(epoch.tags), History(epoch.tags, 10_000, now.utc), now)


class Shop:
    """A machine ``m`` with a journal; each `say` is a batch of the journal, 100 ms after the one before."""

    def __init__(
        self,
        folder: Path,
        key: Ed25519PrivateKey = KEY,
        utc: int = NOON,
        calendar: ShiftCalendar = EPOCH.shifts,
    ) -> None:
        self.calendar = calendar
        self.clock = ManualClock(utc=utc)
        self.pipeline = pipeline_of(EPOCH, self.clock.now())
        self.folder = folder
        self.journal = MachineJournal(folder, "test", "m", key)
        self._payloads = PayloadWriter()

    @property
    def path(self) -> Path:
        assert self.journal.path is not None
        return self.journal.path

    def begin(self, cause: str = kinds.STARTED) -> None:
        now = self.clock.now()
        state = state_of(self.pipeline, EPOCH, "m")
        self._payloads = PayloadWriter()
        shift = shift_at(self.calendar, now.utc)
        self.journal.begin(Stretch(Begin(cause), shift, EPOCH.canonical, state, now))

    def say(self, *messages: SourceMessage) -> None:
        now = self.clock.advance(SECOND // 10)
        records: list[Record] = []
        local = np.arange(len(EPOCH.tags), dtype=np.uint32)
        for message in messages:
            records += self._payloads.records(0, message, local, now)
            self.pipeline.take(self.pipeline.endpoints[0], message, now)
        self.journal.add(records, now)

    def sample(self, *rows: tuple[str, Value]) -> None:
        self.say(batch_of(EPOCH, rows, self.clock.now()))

    def shift(self, batches: int = 20, end: str | None = kinds.STOPPED) -> Path:
        """Record so many batches into one file and close it (``end`` None: let go of it); its path."""
        self.begin()
        for number in range(batches):
            self.sample(("load", float(number)), ("count", number), ("part", f"Bracket {number}"))
        path = self.path
        if end is None:
            self.journal.abandon()
        else:
            self.journal.end(end, self.clock.advance(SECOND // 10))
        return path
