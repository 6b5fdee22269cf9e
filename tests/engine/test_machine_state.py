"""A machine's state, taken out of a site's pipeline and put into one of its own, goes on as there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.history import History
from hmi.engine.machine_state import restore, state_of
from hmi.engine.pipeline import Pipeline
from hmi.model.clock import MILLISECOND, SECOND, Instant
from hmi.model.context import ContextKey
from hmi.model.samples import (
    ClockOffset,
    Confirmation,
    Granted,
    Irregular,
    Irregularity,
    LinkEvent,
    LinkState,
    Lost,
    SourceMessage,
)
from hmi.model.status import BAD, GOOD, UNCERTAIN
from hmi.model.values import ValueType
from hmi.recorder import kinds
from hmi.recorder.state import MachineState, check
from hmi.replay.plain_table import PlainTable
from hmi.testing.epochs import batch_of, epoch_of
from tests.replay.live import digest, said_of

TAGS = {
    "load": TagDescription(),
    "part": TagDescription(type=ValueType.STRING, capacity=16),
    "double": TagDescription(derived="load * 2 + count"),
    "count": TagDescription(type=ValueType.INT),
    "lot": TagDescription(type=ValueType.STRING, capacity=9),
}
CONTEXT = {ContextKey.PART: "part", ContextKey.PART_COUNT: "count"}
ONE, OTHER = (epoch_of(TAGS, machine=machine, context=CONTEXT) for machine in ("a", "b"))
BOTH = ONE.model_copy(update={"machines": (*ONE.machines, *OTHER.machines), "tags": (*ONE.tags, *OTHER.tags)})
BEGAN = Instant(1_800_000_000 * SECOND, 1000 * SECOND)

STATUSES = st.sampled_from([GOOD, GOOD, UNCERTAIN, BAD])
TIMES = st.integers(-3000, 200).map(lambda ms: ms * MILLISECOND)
ROWS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.floats(-1e6, 1e6), STATUSES, TIMES),
        st.tuples(st.just("count"), st.integers(-5, 2**60), STATUSES, TIMES),
        st.tuples(st.sampled_from(["part", "lot"]), st.text(max_size=12), STATUSES, TIMES),
    ),
    min_size=1,
    max_size=4,
)
EVENTS = st.one_of(
    ROWS,
    ROWS,
    st.sampled_from(["confirm", "up", "down", "down again", "granted", "offset", "lost", "noise", "clock"]),
)


def message(event: object, machine: str, now: Instant) -> SourceMessage:
    """What a source of one machine in ``BOTH`` says."""
    if isinstance(event, list):
        rows = [(name, value, status, now.utc + time) for name, value, status, time in event]
        return batch_of(BOTH, rows, now, machine=machine, not_before=now.monotonic - SECOND)
    index = np.array(BOTH.tags_of(machine), np.uint32)
    match event:
        case "confirm":
            return Confirmation(index[[0, 1, 3]], now)
        case "up":
            return LinkEvent(LinkState.UP, now, secured="Basic256Sha256")
        case "down" | "down again":
            return LinkEvent(LinkState.DOWN, now, f"connection reset: {event}")
        case "granted":
            return Granted(index[:2], 0.01, 0.02)
        case "offset":
            return ClockOffset(7 * MILLISECOND, MILLISECOND, now)
        case "lost":
            return Lost(3, "a queue overflowed", now)
    return Irregularity(Irregular.NOISE, 2, now)


def local(said: SourceMessage, machine: str) -> SourceMessage:
    """The same in the machine's own epoch."""
    if not hasattr(said, "index"):
        return said
    first = BOTH.tags_of(machine)[0]
    return replace(said, index=said.index - np.uint32(first))  # type: ignore[type-var]


def pipeline_of(epoch: object) -> Pipeline:
    return Pipeline(epoch, PlainTable(epoch.tags), History(epoch.tags, 500, BEGAN.utc), BEGAN)  # type: ignore[attr-defined,arg-type]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), EVENTS, st.integers(0, 3000)), max_size=25),
    st.integers(0, 25),
    st.sampled_from("ab"),
)
def test_it_goes_on_as_it_would_have(
    events: list[tuple[str, object, int]], taken_after: int, machine: str
) -> None:
    whole, alone, own = pipeline_of(BOTH), None, BOTH.of_machine(machine)
    now = BEGAN
    for number, (who, event, passed) in enumerate([*events, (machine, "confirm", 5)]):
        if number == min(taken_after, len(events)):
            state = state_of(whole, BOTH, machine)
            through = kinds.unpacked(kinds.packed(state), MachineState)
            alone = pipeline_of(own)
            restore(alone, check(through), machine)
            alone._table.revision = int(alone.columns.changed.max())  # type: ignore[attr-defined]
            assert digest(alone, own, machine) == digest(whole, BOTH, machine)
        now = Instant(now.utc + passed * MILLISECOND, now.monotonic + passed * MILLISECOND)
        if event == "clock":
            now = Instant(now.utc - 3600 * SECOND, now.monotonic)
            news = whole.clock_set(-3600 * SECOND, now)
            again = [] if alone is None else alone.clock_set(-3600 * SECOND, now)
        else:
            said = message(event, who, now)
            at = next(each for each in whole.endpoints if each.machine == who)
            news, again = whole.take(at, said, now), []
            if alone is not None and who == machine:
                again = alone.take(alone.endpoints[0], local(said, machine), now)
        if alone is not None:
            assert digest(alone, own, machine) == digest(whole, BOTH, machine)
            assert said_of(again, own, machine) == said_of(news, BOTH, machine)
