"""A recording, step by step: each record goes into a pipeline as the engine's own calls did.

Nothing decides here but what was recorded: no clock is read, and what a source said is taken at the moment at
which the engine took it. So every state and every piece of news is what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from hmi.config.epoch import Epoch
from hmi.engine.history import History
from hmi.engine.machine_state import restore
from hmi.engine.pipeline import Pipeline
from hmi.link.messages import ToClient
from hmi.model.clock import Instant
from hmi.recorder import kinds
from hmi.recorder.errors import Damaged
from hmi.recorder.kinds import Begin, ClockSet
from hmi.recorder.payloads import PayloadReader
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record
from hmi.recorder.state import MachineState, check
from hmi.replay.plain_table import PlainTable

_HISTORY_SAMPLES: Final = 1_000_000
_EPOCHS_KEPT: Final = 4

HistoryOf = Callable[[Epoch, Instant], History]
"""Makes the history of a configuration, in which nothing is held yet, as of a moment."""


def roomy(epoch: Epoch, now: Instant) -> History:
    """A history as an engine has it."""
    return History(epoch.tags, _HISTORY_SAMPLES, now.utc)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a stretch of a recording plays on: its configuration, and the pipeline that follows it.

    ``began`` is the moment of the state that it began with: of what was before it has no history.
    """

    epoch: Epoch
    machine: str
    pipeline: Pipeline
    payloads: PayloadReader
    began: Instant


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One record, and what followed from it: ``news`` is what the engine told its screens then.

    ``stage`` is None until the first stretch has begun.
    """

    record: Record
    stage: Stage | None
    news: tuple[ToClient, ...] = ()


class Epochs:
    """Configurations by their text: to read that of a large machine takes tenths of a second."""

    def __init__(self) -> None:
        self._known: dict[bytes, Epoch] = {}

    def of(self, payload: bytes) -> Epoch:
        """The configuration in a record; the same one where it has been asked for of late.

        Raises:
            Damaged: it is none, or not of one machine.
        """
        key = hashlib.sha256(payload).digest()
        found = self._known.pop(key, None)
        self._known[key] = epoch_of(payload) if found is None else found
        while len(self._known) > _EPOCHS_KEPT:
            del self._known[next(iter(self._known))]
        return self._known[key]


class Playback:
    """Takes one record after the other; ``stage`` is what they play on, None until a stretch has begun."""

    def __init__(self, history: HistoryOf = roomy, epochs: Epochs | None = None) -> None:
        """``history`` makes that of each stretch; ``epochs`` may be shared with others of the same file."""
        self.stage: Stage | None = None
        self._history = history
        self._epochs = Epochs() if epochs is None else epochs
        self._epoch: Epoch | None = None

    def take(self, record: Record) -> tuple[ToClient, ...]:
        """Take one record; gives the news that follow from it.

        Raises:
            Damaged: the record makes no sense.
        """
        match record.kind:
            case kinds.BEGIN:
                kinds.unpacked(record.payload, Begin)
                self.stage = None
            case kinds.EPOCH:
                self._epoch = self._epochs.of(record.payload)
            case kinds.STATE if self._epoch is not None:
                state = check(kinds.unpacked(record.payload, MachineState))
                self.stage = begin(self._epoch, state, record.now, history=self._history)
        return () if self.stage is None else tuple(step(self.stage, record))


def playback(reader: RecordingReader) -> Iterator[Step]:
    """All records of a file, in order, each after it took effect. The stage is one and changes as it goes.

    Raises:
        RecordingError: the file cannot be read on.
        Damaged: what stands in it is not what was recorded.
    """
    played = Playback()
    for sequence in range(reader.last + 1):
        for record in reader.records(sequence).records:
            news = played.take(record)
            yield Step(record, played.stage, news)


def epoch_of(payload: bytes) -> Epoch:
    """The configuration in a record.

    Raises:
        Damaged: it is none, or not of one machine.
    """
    try:
        epoch = Epoch.model_validate_json(payload)
    except ValidationError as error:
        raise Damaged(f"a configuration that is none: {error.error_count()} mistakes") from error
    if len(epoch.machines) != 1:
        raise Damaged(f"a configuration of {len(epoch.machines)} machines, expected 1")
    return epoch


def begin(
    epoch: Epoch,
    state: MachineState,
    now: Instant,
    *,
    history: HistoryOf,
    sets: Sequence[bytes] = (),
) -> Stage:
    """A stage in this state; ``sets`` of tags were told before it (see `PayloadReader`).

    Raises:
        Damaged: the state is not one of this configuration.
    """
    machine = epoch.machines[0].id
    table = PlainTable(epoch.tags)
    pipeline = Pipeline(epoch, table, history(epoch, now), now)
    restore(pipeline, state, machine)
    table.revision = int(table.columns.changed.max(initial=0))
    return Stage(epoch, machine, pipeline, PayloadReader(epoch.tags, sets), now)


def step(stage: Stage, record: Record) -> list[ToClient]:
    """Take one record; gives the news that follow from it.

    Raises:
        Damaged: the record makes no sense.
    """
    pipeline = stage.pipeline
    if record.kind == kinds.CLOCK:
        return pipeline.clock_set(kinds.unpacked(record.payload, ClockSet).by, record.now)
    message = stage.payloads.message(record)
    if message is None:
        return []
    if record.endpoint >= len(pipeline.endpoints):
        raise Damaged(f"a record of the endpoint {record.endpoint}, there are {len(pipeline.endpoints)}")
    return pipeline.take(pipeline.endpoints[record.endpoint], message, record.now)
