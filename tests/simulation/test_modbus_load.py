"""The load device against the library's client, and against what is no request of Modbus."""

from __future__ import annotations

import asyncio
import struct
import time

import pytest
from pymodbus.client import AsyncModbusTcpClient

from hmi.simulation.modbus_load import LoadDevice, library


async def test_the_librarys_client_reads_an_encoder_that_moves() -> None:
    async with LoadDevice(300, hz=100) as device:
        client = AsyncModbusTcpClient("127.0.0.1", port=device.port, retries=0)
        try:
            assert await client.connect()
            seen: list[tuple[float, float]] = []
            while len({moment for moment, _ in seen}) < 3:
                answer = await client.read_holding_registers(0, count=125)
                moment, counter, *others = library.values(answer.registers, 1)
                assert set(others) == {counter}, "all registers change at once"
                assert moment <= time.time()
                seen.append((moment, counter))
            assert seen == sorted(seen)
            assert device.counts.requests == len(seen)
            assert device.counts.changes >= 3
            last = await client.read_holding_registers(175, count=125)
            assert len(last.registers) == 125
            for wrong in (client.read_holding_registers(176, count=125), client.read_coils(0)):
                assert (await wrong).isError()
        finally:
            client.close()


async def test_requests_in_pieces_and_in_one_are_answered_in_their_order() -> None:
    async with LoadDevice(10, hz=1) as device:
        reader, writer = await asyncio.open_connection("127.0.0.1", device.port)
        try:
            two = b"".join(struct.pack(">HHHBBHH", n, 0, 6, 1, 3, 4, 1) for n in (7, 8))
            for piece in (two[:5], two[5:17], two[17:]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            for number in (7, 8):
                answer = await asyncio.wait_for(reader.readexactly(11), 30)
                assert struct.unpack(">HHHBBB", answer[:9]) == (number, 0, 5, 1, 3, 2)
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await asyncio.wait_for(reader.read(), 30) == b"", "what is no Modbus is let go"
        except ConnectionResetError:
            pass  # the same, told otherwise
        finally:
            writer.close()


@pytest.mark.parametrize(("registers", "hz"), [(3, 10.0), (65_537, 10.0), (10, 0.0)])
def test_what_is_no_device_is_refused(registers: int, hz: float) -> None:
    with pytest.raises(ValueError, match="4 to 65,536 registers and a positive rate"):
        LoadDevice(registers, hz)
