"""The Modbus source under the contract: against our server in a process that is killed and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hmi.testing.device_contract import DeviceContract
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import DeviceHarness
from tests.sources.contract.modbus_harness import ModbusHarness, our_device
from tests.sources.modbus.serial_pair import serial_pair

DEVICE = Path(__file__).with_name("modbus_device.py")
HOST = "127.0.0.1"


class _OurDevice(DeviceContract):
    @pytest.fixture(scope="class")
    @classmethod
    def forks(cls) -> Iterator[ForkServer]:
        with ForkServer(str(DEVICE)) as forks:
            yield forks


class TestModbus(_OurDevice):
    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = ModbusHarness(our_device(), lambda port: {"host": HOST, "port": port}, forks)
        yield harness
        await harness.stop()


@pytest.mark.full
class TestSeveralRequestsUnderWay(_OurDevice):
    """Asked of a device that answers only one at a time: it must be found out, and nothing be wrong."""

    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = ModbusHarness(
            our_device(), lambda port: {"host": HOST, "port": port, "pipeline": 4, "gap": 0}, forks
        )
        harness.frozen_limit += 0.5  # several at once say nothing yet: they are asked again in turn
        yield harness
        await harness.stop()


@pytest.mark.full
class TestRtuOverTcp(_OurDevice):
    @pytest.fixture
    async def harness(self, forks: ForkServer) -> AsyncIterator[DeviceHarness]:
        harness = ModbusHarness(
            our_device(["--rtu"]), lambda port: {"host": HOST, "port": port, "framing": "rtu"}, forks
        )
        yield harness
        await harness.stop()


@pytest.mark.full
class TestRtuOverSerial(_OurDevice):
    @pytest.fixture
    async def harness(self, forks: ForkServer, tmp_path: Path) -> AsyncIterator[DeviceHarness]:
        async with serial_pair(tmp_path) as (ours, theirs):
            line = {"device": str(ours), "baud": 115_200, "parity": "none"}
            harness = ModbusHarness(
                our_device(["--serial", str(theirs)]), lambda _port: {"serial": line}, forks
            )
            yield harness
            await harness.stop()
