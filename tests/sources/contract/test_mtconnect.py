"""The MTConnect source under the contract: against our agent in a process that is killed and stopped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.config.mtconnect import MtconnectAddress, MtconnectEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.values import Value, ValueType
from hmi.sources.mtconnect import MtconnectSource, make_mtconnect_source
from hmi.testing.device_contract import DeviceContract
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import EXACT, ChildDevice, DeviceHarness

DEVICE = Path(__file__).with_name("mtconnect_device.py")
LABELS = {0: "OFF", 1: "ON", 2: "AUTOMATIC"}
TAGS: Mapping[str, tuple[ValueType, dict[str, object]]] = {
    "a_float": (ValueType.FLOAT, {"item": "i_float"}),
    "an_int": (ValueType.INT, {"item": "an_int"}),
    "a_bool": (ValueType.BOOL, {"component": (), "type": "POWER_STATE"}),
    "an_enum": (ValueType.ENUM, {"item": "i_enum"}),
    "a_string": (ValueType.STRING, {"item": "i_string"}),
    "a_setpoint": (ValueType.FLOAT, {"component": ("Axes",), "type": "LOAD"}),
    "a_ghost": (ValueType.FLOAT, {"item": "i_ghost"}),
    "an_array": (ValueType.FLOATS, {"item": "i_array"}),
    "an_int_array": (ValueType.INTS, {"item": "i_ints"}),
}


class MtconnectHarness:
    """`DeviceHarness` for MTConnect; ``options`` are those of the agent."""

    exact: Mapping[str, Value] = dict(EXACT) | {
        "an_array": (0.1 + 0.2, -1e300, 5e-324),
        "an_int_array": (2**53 + 1, -(2**63), 0),
    }

    def __init__(self, forks: ForkServer, **options: bool) -> None:
        self._port = 0
        self._options = options
        self._device = ChildDevice(self._arguments, forks)
        self.tags = tuple(
            Tag(
                id=f"device/{name}",
                machine="device",
                name=name,
                type=wire,
                wire=wire,
                labels=LABELS if wire is ValueType.ENUM else {},
                address=MtconnectAddress.model_validate(address),
            )
            for name, (wire, address) in TAGS.items()
        )
        self.frozen_limit = self.source().silence_limit
        self.one_at_a_time = False

    def _arguments(self) -> list[str]:
        return ["--port", str(self._port), "--options", json.dumps(self._options)]

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
        return 0

    def source(self) -> MtconnectSource:
        endpoint = MtconnectEndpoint(
            protocol="mtconnect",
            url=f"http://127.0.0.1:{self._port or 1}/",
            paces=Paces(live=0.05, normal=0.1),
            timeout=1.0,
        )
        return make_mtconnect_source(endpoint, list(enumerate(self.tags)), SystemClock())


class TestMtconnect(DeviceContract):
    read_only = True

    @pytest.fixture(scope="class")
    @classmethod
    def forks(cls) -> Iterator[ForkServer]:
        with ForkServer(str(DEVICE)) as forks:
            yield forks

    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = MtconnectHarness(forks)
        yield harness
        await harness.stop()


@pytest.mark.full
class TestMtconnectByPolling(TestMtconnect):
    """An agent that cannot stream and tells whole seconds, as the oldest do."""

    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = MtconnectHarness(forks, streams=False, whole_seconds=True)
        yield harness
        await harness.stop()
