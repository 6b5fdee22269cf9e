"""The Modbus server for machine simulators, asked by pymodbus' own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pymodbus.client import AsyncModbusTcpClient

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.model.values import Scalar
from hmi.simulation.modbus_server import ModbusMachineServer


def at(table: ModbusTable, address: int, format_: ModbusFormat, **more: object) -> ModbusAddress:
    return ModbusAddress.model_validate({"table": table, "address": address, "format": format_, **more})


TAGS = {
    "coil": at(ModbusTable.COIL, 20, ModbusFormat.BOOL),
    "input": at(ModbusTable.DISCRETE_INPUT, 3, ModbusFormat.BOOL),
    "measured": at(ModbusTable.INPUT_REGISTER, 0, ModbusFormat.FLOAT32),
    "count": at(ModbusTable.HOLDING_REGISTER, 10, ModbusFormat.UINT32, order="CDAB"),
    "door": at(ModbusTable.HOLDING_REGISTER, 12, ModbusFormat.BITS, bit=0),
    "step": at(ModbusTable.HOLDING_REGISTER, 12, ModbusFormat.BITS, bit=4, bits=4),
    "name": at(ModbusTable.HOLDING_REGISTER, 20, ModbusFormat.STRING, length=4),
    "other_unit": at(ModbusTable.HOLDING_REGISTER, 10, ModbusFormat.INT16, unit=9),
}
SAMPLE: dict[str, Scalar] = {
    "coil": True,
    "input": True,
    "measured": 1.5,
    "count": 0x0A0B0C0D,
    "door": True,
    "step": 9,
    "name": "häl",
    "other_unit": -2,
}


@asynccontextmanager
async def client(port: int) -> AsyncIterator[AsyncModbusTcpClient]:
    made = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0, reconnect_delay=0, timeout=20)
    assert await made.connect()
    try:
        yield made
    finally:
        made.close()


async def test_values_lie_where_the_addresses_say() -> None:
    async with ModbusMachineServer(TAGS) as server, client(server.port) as ask:
        for name, value in SAMPLE.items():
            server.set(name, value)
            assert server.get(name) == value
        assert (await ask.read_coils(20, count=1)).bits[0]
        assert (await ask.read_discrete_inputs(3, count=1)).bits[0]
        assert (await ask.read_input_registers(0, count=2)).registers == [0x3FC0, 0]
        held = (await ask.read_holding_registers(10, count=14)).registers
        assert held == [0x0C0D, 0x0A0B, 0x0091, 0, 0, 0, 0, 0, 0, 0, 0x68C3, 0xA46C, 0, 0]
        assert (await ask.read_holding_registers(10, count=1, device_id=9)).registers == [0xFFFE]


async def test_what_is_not_there_is_an_exception() -> None:
    async with ModbusMachineServer(TAGS, mask_write=False) as server, client(server.port) as ask:
        assert (await ask.read_holding_registers(9, count=2)).exception_code == 2
        assert (await ask.read_holding_registers(23, count=2)).exception_code == 2
        assert (await ask.read_input_registers(50, count=1)).exception_code == 2
        assert (await ask.read_holding_registers(10, count=1, device_id=5)).exception_code == 11
        assert (await ask.write_register(99, 1)).exception_code == 2
        assert (await ask.mask_write_register(address=12, and_mask=0, or_mask=1)).exception_code == 1
        assert server.writes == 0


async def test_a_failing_tag_fails_every_request_that_touches_it_and_no_other() -> None:
    async with ModbusMachineServer(TAGS) as server, client(server.port) as ask:
        server.fail("door")
        assert (await ask.read_holding_registers(10, count=3)).exception_code == 4
        assert not (await ask.read_holding_registers(10, count=2)).isError()
        server.fail("step")
        server.fail("door", False)
        assert (await ask.read_holding_registers(12, count=1)).exception_code == 4, "they share a register"
        server.fail("step", False)
        assert not (await ask.read_holding_registers(12, count=1)).isError()
        with pytest.raises(KeyError):
            server.fail("nobody")


async def test_writes_are_told_by_tag() -> None:
    told: list[tuple[str, Scalar]] = []
    async with ModbusMachineServer(TAGS) as server, client(server.port) as ask:
        server.on_write = lambda name, value: told.append((name, value))
        await ask.write_coil(20, True)
        await ask.write_registers(10, [0x0C0D, 0x0A0B])
        await ask.mask_write_register(address=12, and_mask=0xFF0F, or_mask=0x0030)
        await ask.write_register(10, -2 & 0xFFFF, device_id=9)
        assert told == [("coil", True), ("count", 0x0A0B0C0D), ("step", 3), ("other_unit", -2)]
        assert server.writes == 4
        assert server.get("door") is False


async def test_the_port_is_free_again_after_closing() -> None:
    async with ModbusMachineServer(TAGS) as server:
        port = server.port
        async with client(port) as ask:
            assert not (await ask.read_coils(20, count=1)).isError()
    async with ModbusMachineServer(TAGS, port=port) as server, client(port) as ask:
        assert server.port == port
        assert not (await ask.read_coils(20, count=1)).isError()
