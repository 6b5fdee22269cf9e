"""The simulated source under the contract of every source, and what is its own: there is no device."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import numpy as np
import pytest

from hmi.config.endpoint_parts import Paces
from hmi.config.simulated import SimulatedAddress, SimulatedEndpoint
from hmi.config.tags import Tag
from hmi.model import status, values
from hmi.model.clock import NO_TIME, SECOND, Instant, SystemClock
from hmi.model.samples import Batch, Confirmation, WriteOutcome
from hmi.model.values import Value, ValueType
from hmi.sources.protocol import Source
from hmi.sources.simulated import make_simulated_source
from hmi.sources.simulated.pace import Pace
from hmi.testing.harness import Listener, SourceHarness
from hmi.testing.source_contract import SourceContract


def tag(name: str, wire: ValueType, access: str = "read", **address: object) -> Tag:
    return Tag.model_validate(
        {
            "id": f"device/{name}",
            "machine": "device",
            "name": name,
            "type": wire,
            "wire": wire,
            "access": access,
            "pace": "live",
            "labels": {2: "AUTO"} if wire is ValueType.ENUM else {},
            "address": SimulatedAddress.model_validate(address),
        }
    )


TAGS = (
    tag("a_float", ValueType.FLOAT, kind="constant", low=0.1 + 0.2),
    tag("an_int", ValueType.INT, kind="constant", low=-7.0),
    tag("a_bool", ValueType.BOOL, kind="constant", low=1.0),
    tag("an_enum", ValueType.ENUM, kind="constant", low=2.0),
    tag("a_string", ValueType.STRING, kind="constant", text="Ø 12 µm"),
    tag("an_array", ValueType.FLOATS, kind="constant", low=1.5),
    tag("a_setpoint", ValueType.FLOAT, "write", kind="constant", low=1.0),
    tag("a_name", ValueType.STRING, "write", kind="constant", text="A"),
    tag("a_ramp", ValueType.FLOAT, kind="ramp", low=0.0, high=100.0, period=50.0),
    tag("impossible", ValueType.UINT, kind="constant", low=-1.0),
    tag("impossible_array", ValueType.INTS, kind="constant", low=2.0**63),
)
EXACT: dict[str, Value] = {
    "a_float": 0.1 + 0.2,
    "an_int": -7,
    "a_bool": True,
    "an_enum": 2,
    "a_string": "Ø 12 µm",
    "an_array": (1.5,),
    "a_setpoint": 1.0,
}
IMPOSSIBLE = ("impossible", "impossible_array")
INDEX = {each.name: 10 + row for row, each in enumerate(TAGS)}


def samples(batches: list[Batch], name: str) -> list[tuple[int, Value]]:
    wire = TAGS[INDEX[name] - 10].wire
    found: list[tuple[int, Value]] = []
    for batch in batches:
        for row in (batch.index == INDEX[name]).nonzero()[0]:
            lane = int(batch.raw[row])
            if wire.in_side_area:
                offset, length = values.side_span(lane)
                value: Value = values.unpack_side(batch.side[offset : offset + length], wire)
            else:
                value = values.from_lane(lane, wire)
            found.append((int(batch.status[row]), value))
    return found


class SimulatedHarness:
    """`SourceHarness`: constants, of which only the set-point can become another."""

    tags: tuple[Tag, ...] = (
        tag("a_float", ValueType.FLOAT, kind="constant", low=0.1 + 0.2),
        tag("an_int", ValueType.INT, kind="constant", low=-(2.0**62) - 1024.0),
        tag("a_bool", ValueType.BOOL, kind="constant", low=1.0),
        tag("an_enum", ValueType.ENUM, kind="constant", low=2.0),
        tag("a_string", ValueType.STRING, kind="constant", text="Ø 12 µm — Schlichtgang"),
        tag("a_setpoint", ValueType.FLOAT, "write", kind="constant", low=-273.15),
        tag("a_ghost", ValueType.UINT, kind="constant", low=-1.0),
        tag("an_array", ValueType.FLOATS, kind="constant", low=0.1 + 0.2),
        tag("an_int_array", ValueType.INTS, kind="constant", low=-(2.0**62) - 1024.0),
    )
    exact: Mapping[str, Value] = {
        "a_float": 0.1 + 0.2,
        "an_int": -(2**62) - 1024,
        "a_bool": True,
        "an_enum": 2,
        "a_string": "Ø 12 µm — Schlichtgang",
        "a_setpoint": -273.15,
        "an_array": (0.1 + 0.2,),
        "an_int_array": (-(2**62) - 1024,),
    }

    def source(self) -> Source:
        endpoint = SimulatedEndpoint(protocol="simulated", paces=Paces(live=0.02))
        return make_simulated_source(endpoint, list(enumerate(self.tags)), SystemClock())


class TestSimulated(SourceContract):
    @pytest.fixture
    def harness(self) -> SourceHarness:
        return SimulatedHarness()


class Running(Listener):
    @property
    def batches(self) -> list[Batch]:
        return [message for message in self.messages if isinstance(message, Batch)]

    def has(self, name: str, value: Value) -> bool:
        found = samples(self.batches, name)
        return bool(found) and found[-1] == (status.GOOD, value)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    endpoint = SimulatedEndpoint(protocol="simulated", paces=Paces(live=0.02))
    source = make_simulated_source(endpoint, [(INDEX[each.name], each) for each in TAGS], SystemClock())
    async with Running(source) as listener:
        assert isinstance(listener, Running)
        await listener.until(lambda: bool(listener.batches), "samples")
        yield listener


async def test_every_tag_is_in_the_first_batch_of_its_pace(running: Running) -> None:
    assert set(running.batches[0].index.tolist()) == set(INDEX.values())
    for name, value in EXACT.items():
        assert running.has(name, value), name


async def test_what_the_type_cannot_hold_is_bad(running: Running) -> None:
    for name in IMPOSSIBLE:
        assert samples(running.batches, name)[0][0] == status.BAD_OUT_OF_RANGE


async def test_unchanged_values_are_confirmed_and_not_sent_again(running: Running) -> None:
    def rounds() -> int:
        return sum(isinstance(message, Confirmation) for message in running.messages)

    await running.until(lambda: rounds() >= 10, "ten rounds")
    for name in EXACT:
        assert len(samples(running.batches, name)) == 1, name
    assert len(samples(running.batches, "a_ramp")) >= 5
    for message in running.messages:
        if isinstance(message, Confirmation):
            assert set(message.index.tolist()) == set(INDEX.values()) - {INDEX[name] for name in IMPOSSIBLE}


async def test_source_times_are_given_and_bound_the_latency(running: Running) -> None:
    await running.until(lambda: len(running.batches) >= 5, "several batches")
    for batch in running.batches:
        assert (batch.source_time == batch.received.utc).all()
        assert (batch.not_before <= batch.received.monotonic).all()
        assert ((batch.not_before == NO_TIME) == (batch is running.batches[0])).all()


async def test_a_written_value_is_held(running: Running) -> None:
    source = running.source
    assert (await source.write(INDEX["a_setpoint"], 42.5, 1.0)).outcome is WriteOutcome.ACCEPTED
    assert (await source.write(INDEX["a_name"], "Bö", 1.0)).outcome is WriteOutcome.ACCEPTED
    await running.until(lambda: running.has("a_setpoint", 42.5) and running.has("a_name", "Bö"), "read back")
    for index, value in ((INDEX["a_float"], 1.0), (INDEX["a_setpoint"], "x"), (INDEX["a_name"], 1)):
        assert (await source.write(index, value, 1.0)).outcome is WriteOutcome.REFUSED
    await running.cancel()
    assert (await source.write(INDEX["a_setpoint"], 1.0, 1.0)).outcome is WriteOutcome.NOT_SENT


async def test_without_tags_it_runs_until_it_is_cancelled() -> None:
    source = make_simulated_source(SimulatedEndpoint(protocol="simulated"), [], SystemClock())
    task = asyncio.create_task(source.run(lambda _message: None))
    await asyncio.sleep(0.05)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_the_same_times_give_the_same_batches_on_every_run() -> None:
    def play() -> list[tuple[list[int], list[int], bytes]]:
        pace = Pace(SECOND, [(INDEX[each.name], each) for each in TAGS])
        found = []
        for number in range(20):
            batch = pace.batch(Instant(1_700_000_000 * SECOND + number * SECOND, number * SECOND), {})
            if batch is not None:
                found.append((batch.index.tolist(), batch.raw.tolist(), batch.side))
        return found

    assert play() == play()


def test_a_change_is_not_older_than_the_evaluation_before() -> None:
    pace = Pace(SECOND, [(INDEX["a_ramp"], TAGS[8])])
    first = pace.batch(Instant(1_700_000_000 * SECOND, 5 * SECOND), {})
    second = pace.batch(Instant(1_700_000_001 * SECOND, 6 * SECOND), {})
    assert first is not None
    assert second is not None
    assert np.array_equal(first.not_before, [NO_TIME]), "no change was observed"
    assert np.array_equal(second.not_before, [5 * SECOND])
