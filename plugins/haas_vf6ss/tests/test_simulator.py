"""The simulator as a client meets it: a real OPC UA connection over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime

import pytest
from asyncua import Client, ua
from twinpane_haas_vf6ss.faults import VIBRATION
from twinpane_haas_vf6ss.signals import SIGNALS
from twinpane_haas_vf6ss.simulator import ENDPOINT, NAMESPACE, MillSimulator

from hmi.api import Instant, status

PATIENCE = 90.0
"""s, on a machine that is busy with other tests."""


class QuickClock:
    """Time that runs ``factor`` times as fast, so that a spell half a minute ahead is seen soon."""

    def __init__(self, factor: int) -> None:
        self._factor = factor
        self._begin = time.monotonic_ns()

    def now(self) -> Instant:
        passed = (time.monotonic_ns() - self._begin) * self._factor
        return Instant(utc=time.time_ns(), monotonic=self._begin + passed)


@contextlib.asynccontextmanager
async def serving(simulator: MillSimulator, port: int = 0) -> AsyncIterator[int]:
    ready: asyncio.Future[Mapping[str, int]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(simulator.serve({ENDPOINT: port}, ready.set_result))
    try:
        ports = await asyncio.wait_for(ready, PATIENCE)
        yield ports[ENDPOINT]
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def reading(port: int) -> AsyncIterator[Callable[[str], Awaitable[ua.DataValue]]]:
    async with Client(f"opc.tcp://127.0.0.1:{port}/", timeout=PATIENCE) as client:
        index = await client.get_namespace_index(NAMESPACE)

        async def read(node: str) -> ua.DataValue:
            return await client.get_node(ua.NodeId(node, index)).read_data_value(raise_on_bad_status=False)

        yield read


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - as a client polls a server
            await asyncio.sleep(0.05)


async def test_a_client_sees_every_node_and_the_axes_move() -> None:
    async with serving(MillSimulator()) as port, reading(port) as read:
        for signal in SIGNALS:
            value = await read(signal.node)
            assert value.StatusCode.is_good(), signal.node
            assert value.Value.Value is not None
        first = (await read("Monitoring.Axes.X.WorkPosition")).Value.Value

        async def moved() -> bool:
            found: float = (await read("Monitoring.Axes.X.WorkPosition")).Value.Value
            return abs(found - first) > 1.0

        await until(moved)
        value = await read("Monitoring.Axes.X.WorkPosition")
        assert isinstance(value.SourceTimestamp, datetime)
        execution = await read("Production.ActiveProgram.Execution")
        assert execution.Value.VariantType is ua.VariantType.Int32
        revolutions = await read("Monitoring.Spindle.Revolutions")
        assert revolutions.Value.VariantType is ua.VariantType.Int64
        assert revolutions.Value.Value > 2**32
        loads = await read("Monitoring.Axes.Loads")
        assert len(loads.Value.Value) == 3


async def test_a_sensor_fails_and_comes_back() -> None:
    async with serving(MillSimulator(clock=QuickClock(10))) as port, reading(port) as read:

        async def failed() -> bool:
            return (await read(VIBRATION)).StatusCode.value == status.BAD_SENSOR_FAILURE

        async def good() -> bool:
            return (await read(VIBRATION)).StatusCode.is_good()

        assert await good()
        await until(failed)
        await until(good)


async def test_the_port_is_free_again_after_the_end() -> None:
    async with serving(MillSimulator()) as port:
        pass
    async with serving(MillSimulator(), port) as again:
        assert again == port
