"""The OPC UA source under the contract, against a real server in a process that is killed and frozen."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

from hmi.config.credentials import resolve
from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.values import Value, ValueType
from hmi.sources.opcua import OpcUaSource, make_opcua_source
from hmi.testing.device_contract import DeviceContract
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import EXACT, ChildDevice, DeviceHarness
from hmi.testing.opcua_device import NAMESPACE, UNSECURED


def tag(name: str, wire: ValueType, *, access: str = "read", path: bool = False) -> Tag:
    address = (
        OpcUaAddress(path=(f"{{{NAMESPACE}}}Device", f"{{{NAMESPACE}}}{name}"))
        if path
        else OpcUaAddress(node=f"nsu={NAMESPACE};s=Device.{name}")
    )
    return Tag(
        id=f"device/{name}",
        machine="device",
        name=name,
        type=wire,
        wire=wire,
        access=access,  # type: ignore[arg-type]
        address=address,
        pace="live" if name == "a_float" else "normal",
    )


class OpcUaHarness:
    """`hmi.testing.opcua_device` in a child process."""

    def __init__(self, forks: ForkServer) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.tags: tuple[Tag, ...] = (
            tag("a_float", ValueType.FLOAT),
            tag("an_int", ValueType.INT, path=True),
            tag("a_bool", ValueType.BOOL),
            tag("an_enum", ValueType.ENUM),
            tag("a_string", ValueType.STRING),
            tag("a_setpoint", ValueType.FLOAT, access="write"),
            tag("a_ghost", ValueType.FLOAT),
            tag("an_array", ValueType.FLOATS),
            tag("an_int_array", ValueType.INTS),
        )
        self.exact: Mapping[str, Value] = dict(EXACT) | {
            "an_array": (0.1 + 0.2, -1e300, 5e-324),
            "an_int_array": (2**53 + 1, -(2**63), 0),
        }
        self._device = ChildDevice(lambda: ["--port", str(self.port)], forks)
        self.frozen_limit = self.source().silence_limit
        self.one_at_a_time = False

    async def start(self) -> None:
        await self._device.start()

    async def stop(self) -> None:
        await self._device.stop()

    async def freeze(self) -> None:
        await self._device.freeze()

    async def thaw(self) -> None:
        await self._device.thaw()

    async def set(self, name: str, value: Value) -> None:
        await self._device.ask({"set": name, "value": value})

    async def fail(self, name: str) -> None:
        await self._device.ask({"fail": name})

    async def writes(self, name: str) -> int:
        count: int = (await self._device.ask({"writes": name}))["writes"]
        return count

    def source(self) -> OpcUaSource:
        endpoint = OpcUaEndpoint(
            protocol="opcua",
            url=f"opc.tcp://127.0.0.1:{self.port}/",
            security=UNSECURED,
            paces=Paces(live=0.05, normal=0.2),
        )
        return make_opcua_source(endpoint, list(enumerate(self.tags)), SystemClock(), resolve)


class TestOpcUaSource(DeviceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def forks(cls) -> Iterator[ForkServer]:
        with ForkServer("hmi.testing.opcua_device") as forks:
            yield forks

    @pytest.fixture(autouse=True)
    def _quiet(self) -> Iterator[None]:
        logger = logging.getLogger("asyncua")
        before = logger.level
        logger.setLevel(logging.CRITICAL)
        yield
        logger.setLevel(before)

    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = OpcUaHarness(forks)
        try:
            yield harness
        finally:
            await harness.stop()
