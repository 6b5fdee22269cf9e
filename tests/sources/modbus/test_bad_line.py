"""A line that changes, loses, adds and tears bytes, from a seed: values are right or there are none."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hmi.config.modbus import ModbusFormat
from hmi.model import status
from hmi.simulation.modbus_server import ModbusMachineServer
from tests.sources.modbus.devices import Watch, at

ADDRESSES = {f"r{i}": at(300 * i + 2) for i in range(3)} | {"pair": at(100, ModbusFormat.UINT32)}
VALUES = {"r0": 11, "r1": 22, "r2": 33, "pair": 0x1234_5678}


def mangled(data: bytes, chance: random.Random, rate: float) -> bytes:
    out = bytearray()
    for byte in data:
        draw = chance.random()
        if draw < rate:
            out.append(byte ^ 1 << chance.randrange(8))
        elif draw < 2 * rate:
            continue
        elif draw < 3 * rate:
            out += bytes([byte, chance.randrange(256)])
        else:
            out.append(byte)
    return bytes(out)


class BadLine:
    """Passes bytes between a client and a server, and mangles them both ways at a ``rate`` per byte."""

    def __init__(self, target: int, seed: int) -> None:
        self.rate = 0.0
        self._target = target
        self._chance = random.Random(seed)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[int]:
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            there, to_there = await asyncio.open_connection("127.0.0.1", self._target)
            ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, to_there), (there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                pass
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                for each in (writer, to_there):
                    each.transport.abort()
                tasks.discard(task)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()
            await asyncio.sleep(0)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            data = mangled(data, self._chance, self.rate)
            half = self._chance.randrange(len(data) + 1)
            for part in (data[:half], data[half:]):
                writer.write(part)
                await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("seed", "seconds"), [(1, 3.0), *(pytest.param(seed, 30.0, marks=pytest.mark.full) for seed in (2, 3))]
)
async def test_no_value_is_wrong_and_all_is_well_afterwards(seed: int, seconds: float) -> None:
    async with ModbusMachineServer(ADDRESSES, framing="rtu") as server:
        for name, value in VALUES.items():
            server.set(name, value)
        line = BadLine(server.port, seed)
        async with line.served() as port, Watch(port, ADDRESSES, framing="rtu", timeout=0.1) as watch:
            for name, value in VALUES.items():
                await watch.until(lambda n=name, v=value: watch.last(n) == (status.GOOD, v), name)  # type: ignore[misc]
            line.rate = 0.003
            await asyncio.sleep(seconds)
            line.rate = 0.0
            since = len(watch.messages)
            for name in VALUES:
                await watch.until(lambda n=name: watch.confirmed(n, since) >= 3, f"{name} goes on")  # type: ignore[misc]
            for name, value in VALUES.items():
                assert {found for code, found in watch.samples(name) if code == status.GOOD} == {value}
            assert sum(watch.known.seen.values()) > 0, "nothing was mangled"
