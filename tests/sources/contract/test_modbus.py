"""The Modbus source under the contract: against our server in a process that is killed and stopped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusFormat, ModbusTable
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.values import Value, ValueType
from hmi.sources.modbus import make_modbus_source
from hmi.sources.protocol import Source
from hmi.testing.device_contract import DeviceContract
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import EXACT, ChildDevice, DeviceHarness

DEVICE = Path(__file__).with_name("modbus_device.py")


def _at(address: int, format_: ModbusFormat, **more: object) -> ModbusAddress:
    return ModbusAddress.model_validate(
        {"table": ModbusTable.HOLDING_REGISTER, "address": address, "format": format_, **more}
    )


ADDRESSES = {
    "a_float": _at(100, ModbusFormat.FLOAT64, order="CDAB"),
    "an_int": _at(104, ModbusFormat.INT64),
    "a_bool": _at(108, ModbusFormat.BITS, bit=5),
    "an_enum": _at(109, ModbusFormat.UINT16, order="BADC"),
    "a_string": _at(110, ModbusFormat.STRING, length=20),
    "a_setpoint": _at(132, ModbusFormat.FLOAT64, order="DCBA"),
    # Near enough to be read along with the others, and past the device's last register.
    "a_ghost": _at(137, ModbusFormat.FLOAT64),
}
TYPES = {
    "a_float": ValueType.FLOAT,
    "an_int": ValueType.INT,
    "a_bool": ValueType.BOOL,
    "an_enum": ValueType.ENUM,
    "a_string": ValueType.STRING,
    "a_setpoint": ValueType.FLOAT,
    "a_ghost": ValueType.FLOAT,
}


class ModbusHarness:
    """`DeviceHarness` for Modbus TCP."""

    exact = EXACT
    frozen_limit = 0.05 + 2 * 0.5
    """The interval, then the time-outs of the request and of its witness."""

    def __init__(self, forks: ForkServer) -> None:
        self._port = 0
        self._device = ChildDevice(self._arguments, forks)
        self.tags = tuple(
            Tag(
                id=f"device/{name}",
                machine="device",
                name=name,
                type=TYPES[name],
                wire=TYPES[name],
                labels={0: "OFF", 1: "ON", 2: "AUTO"} if name == "an_enum" else {},
                pace="live" if name in ("a_float", "a_bool") else "normal",
                access="write" if name == "a_setpoint" else "read",
                address=address,
            )
            for name, address in ADDRESSES.items()
        )

    def _arguments(self) -> list[str]:
        addresses = {name: each.model_dump(mode="json") for name, each in ADDRESSES.items()}
        del addresses["a_ghost"]
        return ["--port", str(self._port), "--addresses", json.dumps(addresses)]

    async def start(self) -> None:
        await self._device.start()
        self._port = self._device.greeting["port"]

    async def stop(self) -> None:
        await self._device.stop()

    async def freeze(self) -> None:
        await self._device.freeze()

    async def thaw(self) -> None:
        await self._device.thaw()

    async def set(self, name: str, value: Value) -> None:
        await self._device.ask({"do": "set", "name": name, "value": value})

    async def fail(self, name: str) -> None:
        await self._device.ask({"do": "fail", "name": name})

    async def writes(self, name: str) -> int:
        return int((await self._device.ask({"do": "count", "name": name}))["writes"])

    def source(self) -> Source:
        endpoint = ModbusEndpoint(
            protocol="modbus",
            host="127.0.0.1",
            port=self._port or 1,
            paces=Paces(live=0.05, normal=0.1),
            timeout=0.5,
        )
        return make_modbus_source(endpoint, list(enumerate(self.tags)), SystemClock())


class TestModbus(DeviceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def forks(cls) -> Iterator[ForkServer]:
        with ForkServer(str(DEVICE)) as forks:
            yield forks

    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = ModbusHarness(forks)
        yield harness
        await harness.stop()
