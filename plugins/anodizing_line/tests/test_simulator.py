"""The simulator by a foreign Modbus client, decoding by this file's own means."""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping

import pytest
from pymodbus.client import AsyncModbusTcpClient
from twinpane_anodizing_line import measurements, registers
from twinpane_anodizing_line.measurements import LineState
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.stations import Station
from twinpane_anodizing_line.simulator import AnodizingLineSimulator, Controller, probe_fails, tags

from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tags_file import ModbusAddress, TagEntry

TAGS: Mapping[str, TagEntry] = tags()
CODES = {"int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "uint64": "Q", "float32": "f"}


@pytest.fixture
async def plc() -> AsyncIterator[tuple[Controller, AsyncModbusTcpClient]]:
    server = ModbusMachineServer(registers.addresses(TAGS))
    controller = Controller(Line.in_production(1), TAGS, server)
    async with server:
        client = AsyncModbusTcpClient("127.0.0.1", port=server.port, retries=0, timeout=10)
        assert await client.connect()
        yield controller, client
        client.close()
        await asyncio.sleep(0.05)


async def read(client: AsyncModbusTcpClient, at: ModbusAddress) -> list[int] | list[bool]:
    call = {
        "coil": client.read_coils,
        "discrete_input": client.read_discrete_inputs,
        "input_register": client.read_input_registers,
        "holding_register": client.read_holding_registers,
    }[str(at.table)]
    answer = await call(at.address, count=at.registers, device_id=1)
    assert not answer.isError(), answer
    return answer.bits[:1] if at.table.of_bits else answer.registers


def decode(items: list[int] | list[bool], tag: TagEntry) -> bool | float | str:
    at = tag.address.modbus
    assert at is not None
    if at.table.of_bits:
        return bool(items[0])
    if at.format == "bits":
        return items[0] >> at.bit & (1 << at.bits) - 1
    payload = b"".join(
        word.to_bytes(2, "little" if at.order in ("BADC", "DCBA") else "big")
        for word in (items[::-1] if at.order in ("CDAB", "DCBA") else items)
    )
    if at.format == "string":
        return payload.decode().rstrip("\0 ")
    number = struct.unpack(f">{CODES[str(at.format)]}", payload)[0]
    return number if tag.scaling is None else number * tag.scaling.gain


async def test_every_register_holds_what_the_model_has(plc: tuple[Controller, AsyncModbusTcpClient]) -> None:
    controller, client = plc
    for _ in range(600):
        controller.line.step(0.5)
    controller.publish(whole=True)
    expected = measurements.instant(controller.line) | measurements.process(controller.line)
    for name, value in expected.items():
        tag = TAGS[name]
        assert tag.address.modbus is not None
        got = decode(await read(client, tag.address.modbus), tag)
        if isinstance(value, str | bool) or tag.address.modbus.format == "uint64":
            assert got == value, name
        else:
            float32 = tag.address.modbus.format == "float32"
            half = abs(value) * 1e-6 if float32 else 0.501 * (tag.scaling.gain if tag.scaling else 1.0)
            assert got == pytest.approx(float(value), abs=half), name


async def test_a_64_bit_counter_arrives_exactly(plc: tuple[Controller, AsyncModbusTcpClient]) -> None:
    controller, client = plc
    controller.line.cells[Station.ANODIZE_B].rectifier.total = (2**63 + 12_345) * 1_000_000
    controller.publish(whole=True)
    tag = TAGS["ano_b_charge"]
    assert tag.address.modbus is not None
    assert decode(await read(client, tag.address.modbus), tag) == 2**63 + 12_345


async def test_the_ph_probe_fails_alone_and_comes_back(plc: tuple[Controller, AsyncModbusTcpClient]) -> None:
    controller, client = plc
    at = TAGS["ano_a_ph"].address.modbus
    assert at is not None
    controller.fail_probe(True)
    answer = await client.read_input_registers(at.address, count=1, device_id=1)
    assert answer.isError()
    assert answer.exception_code == 4
    for name, tag in TAGS.items():
        if tag.address.modbus is not None and name != "ano_a_ph":
            await read(client, tag.address.modbus)
    controller.fail_probe(False)
    assert decode(await read(client, at), TAGS["ano_a_ph"]) == pytest.approx(0.43, abs=0.02)


async def test_a_master_holds_the_line_and_sets_temperatures(
    plc: tuple[Controller, AsyncModbusTcpClient],
) -> None:
    controller, client = plc
    assert not (await client.write_coil(0, True, device_id=1)).isError()
    assert not (await client.write_register(0, 185, device_id=1)).isError()
    assert not (await client.write_register(1, 985, device_id=1)).isError()
    controller.step(0.2, whole=True)
    assert measurements.state(controller.line) is LineState.HOLDING
    assert {controller.line.cells[station].bath.setpoint for station in controller.line.cells} == {18.5}
    assert controller.line.baths[Station.SEAL].setpoint == 98.5
    for name, value in (("line_hold", True), ("ano_temp_set", 18.5), ("line_state", LineState.HOLDING)):
        tag = TAGS[name]
        assert tag.address.modbus is not None
        assert decode(await read(client, tag.address.modbus), tag) == pytest.approx(value)


async def test_it_serves_in_real_time_until_cancelled() -> None:
    ready: asyncio.Future[Mapping[str, int]] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(AnodizingLineSimulator(seed=1).serve({"main": 0}, ready.set_result))
    port = (await asyncio.wait_for(ready, 60))["main"]
    client = AsyncModbusTcpClient("127.0.0.1", port=port, retries=0, timeout=10)
    assert await client.connect()
    tag = TAGS["hoist_z"]
    assert tag.address.modbus is not None
    seen = set()
    async with asyncio.timeout(60):
        while len(seen) < 10:  # it lowers its hook within seconds
            seen.add(decode(await read(client, tag.address.modbus), tag))
            await asyncio.sleep(0.02)
    client.close()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection("127.0.0.1", port)


def test_the_probe_is_out_14_s_of_100_and_first_after_20() -> None:
    out = [probe_fails(second / 10.0) for second in range(3000)]
    assert out.index(True) == 200
    assert sum(out) == 3 * 140


@pytest.mark.parametrize(
    ("name", "value", "wire"),
    [
        ("clean_temp", 61.84, 618),
        ("clean_temp", -5.0, -50),
        ("ano_a_temp", 19.523, 1952),
        ("clean_level", -1.0, 0),
        ("clean_level", 9e9, 65_535),
        ("ano_a_current", 1184.5, 1184.5),
        ("rinse1_feed", True, True),
        ("order", "55 120", "55 120"),
    ],
)
def test_scaling_to_registers(name: str, value: float | bool | str, wire: float | bool | str) -> None:
    assert registers.raw(TAGS[name], value) == wire


def test_a_derived_tag_has_no_register() -> None:
    with pytest.raises(ValueError, match="derived"):
        registers.raw(TAGS["ano_a_power"], 1.0)
