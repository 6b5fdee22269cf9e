"""A recording, step by step: each record goes into a pipeline as the engine's own calls did.

Nothing decides here but what was recorded: no clock is read, and what a source said is taken at the moment at
which the engine took it. So every state and every piece of news is what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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

_HISTORY_SAMPLES = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What a stretch of a recording plays on: its configuration, and the pipeline that follows it."""

    epoch: Epoch
    machine: str
    pipeline: Pipeline
    payloads: PayloadReader


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One record, and what followed from it: ``news`` is what the engine told its screens then.

    ``stage`` is None until the first stretch has begun.
    """

    record: Record
    stage: Stage | None
    news: tuple[ToClient, ...] = ()


def playback(reader: RecordingReader) -> Iterator[Step]:
    """All records of a file, in order, each after it took effect. The stage is one and changes as it goes.

    Raises:
        RecordingError: the file cannot be read on.
        Damaged: what stands in it is not what was recorded.
    """
    stage: Stage | None = None
    epoch: Epoch | None = None
    for sequence in range(reader.last + 1):
        for record in reader.records(sequence).records:
            match record.kind:
                case kinds.BEGIN:
                    kinds.unpacked(record.payload, Begin)
                    stage = None
                case kinds.EPOCH:
                    epoch = epoch_of(record.payload)
                case kinds.STATE if epoch is not None:
                    stage = begin(epoch, check(kinds.unpacked(record.payload, MachineState)), record.now)
            if stage is None:
                yield Step(record, None)
            else:
                yield Step(record, stage, tuple(step(stage, record)))


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


def begin(epoch: Epoch, state: MachineState, now: Instant) -> Stage:
    """A stage in this state.

    Raises:
        Damaged: the state is not one of this configuration.
    """
    machine = epoch.machines[0].id
    table = PlainTable(epoch.tags)
    pipeline = Pipeline(epoch, table, History(epoch.tags, _HISTORY_SAMPLES, now.utc), now)
    restore(pipeline, state, machine)
    table.revision = int(table.columns.changed.max(initial=0))
    return Stage(epoch, machine, pipeline, PayloadReader(epoch.tags))


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
