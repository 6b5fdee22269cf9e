"""What a site asks of a Modbus device is how often it is asked, seen from the device."""

from __future__ import annotations

import asyncio
import struct
import time
from collections import Counter

from hmi.config.endpoint_parts import Paces
from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusTable
from hmi.config.tags import Pace, Tag
from hmi.engine.sources import Shared, make_source
from hmi.model.clock import SystemClock
from hmi.model.samples import Granted, SourceMessage
from hmi.model.values import ValueType

PACES = Paces(live=0.05, normal=0.2, slow=0.5)
REGISTERS: dict[Pace, int] = {"live": 0, "normal": 1000, "slow": 2000}


class Device:
    """Answers reads of registers with zeros, and counts them by their first register."""

    def __init__(self) -> None:
        self.reads: Counter[int] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                number, _, _, unit, function, start, count = struct.unpack(
                    ">HHHBBHH", await reader.readexactly(12)
                )
                self.reads[start] += 1
                body = struct.pack(">BBB", unit, function, 2 * count) + bytes(2 * count)
                writer.write(struct.pack(">HHH", number, 0, len(body)) + body)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def _tag(pace: Pace) -> Tag:
    address = ModbusAddress(table=ModbusTable.HOLDING_REGISTER, address=REGISTERS[pace])
    kind = ValueType.INT
    return Tag(id=f"m/{pace}", machine="m", name=pace, type=kind, wire=kind, pace=pace, address=address)


async def test_each_pace_is_polled_at_its_interval_and_never_faster() -> None:
    device = Device()
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoint = ModbusEndpoint(protocol="modbus", host="127.0.0.1", port=port, paces=PACES)
    heard: list[SourceMessage] = []
    tags = [(index, _tag(pace)) for index, pace in enumerate(REGISTERS)]
    source = make_source(endpoint, tags, SystemClock(), Shared())
    began = time.monotonic()
    running = asyncio.create_task(source.run(heard.append))
    try:
        async with asyncio.timeout(60):
            while device.reads[REGISTERS["slow"]] < 5:
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()
        await server.wait_closed()
    elapsed = time.monotonic() - began
    for pace, register in REGISTERS.items():
        # One at the beginning, and one that was late.
        assert device.reads[register] <= elapsed / PACES.of(pace) + 2
    live, normal, slow = (device.reads[REGISTERS[pace]] for pace in ("live", "normal", "slow"))
    assert live > normal > slow
    granted = {int(i): each.sampling for each in heard if isinstance(each, Granted) for i in each.index}
    assert all(granted[index] >= PACES.of(tag.pace) for index, tag in tags)
