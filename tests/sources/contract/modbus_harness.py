"""One Modbus device of the contract, over whichever line: the tags, their addresses, and the process."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from hmi.config.endpoint_parts import Paces
from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusFormat, ModbusTable
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.values import Value, ValueType
from hmi.sources.modbus import make_modbus_source
from hmi.sources.protocol import Source
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import EXACT, ChildDevice


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
FIRST, COUNT = 100, 36
"""The registers that the device has."""

TYPES = {
    "a_float": ValueType.FLOAT,
    "an_int": ValueType.INT,
    "a_bool": ValueType.BOOL,
    "an_enum": ValueType.ENUM,
    "a_string": ValueType.STRING,
    "a_setpoint": ValueType.FLOAT,
    "a_ghost": ValueType.FLOAT,
}
TAGS = tuple(
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


class ModbusHarness:
    """`DeviceHarness` for Modbus.

    ``command`` gives the device's arguments for a port (0 for any free one), ``endpoint`` how it is
    reached at that port.
    """

    exact = EXACT
    tags = TAGS
    frozen_limit = 0.05 + 2 * 0.5
    """The interval, then the time-outs of the request and of its witness."""

    def __init__(
        self,
        command: Callable[[int], Sequence[str]],
        endpoint: Callable[[int], dict[str, object]],
        forks: ForkServer | None = None,
    ) -> None:
        self._port = 0
        self._endpoint = endpoint
        given = endpoint(0)
        self.one_at_a_time = "serial" in given or given.get("framing") == "rtu"
        self._device = ChildDevice(lambda: command(self._port), forks)

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
        await self._ask("set", name, value)

    async def fail(self, name: str) -> None:
        await self._ask("fail", name)

    async def writes(self, name: str) -> int:
        return await self._ask("count", name)

    def source(self) -> Source:
        endpoint = ModbusEndpoint.model_validate(
            {"protocol": "modbus", "paces": Paces(live=0.05, normal=0.1), "timeout": 0.5}
            | self._endpoint(self._port or 1)
        )
        return make_modbus_source(endpoint, list(enumerate(self.tags)), SystemClock())

    async def _ask(self, what: str, name: str, value: Value | None = None) -> int:
        return int((await self._device.ask({"do": what, "name": name, "value": value}))["writes"])


def our_device(line: Sequence[str] = ()) -> Callable[[int], list[str]]:
    """The arguments of ``modbus_device.py``; ``line`` says which line, if not Modbus TCP."""
    addresses = {name: each.model_dump(mode="json") for name, each in ADDRESSES.items() if name != "a_ghost"}
    return lambda port: ["--port", str(port), "--addresses", json.dumps(addresses), *line]
