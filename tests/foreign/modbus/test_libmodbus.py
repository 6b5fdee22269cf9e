"""The Modbus source under the contract, against a server and a serial slave in C over libmodbus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hmi.testing.device_contract import DeviceContract
from hmi.testing.harness import DeviceHarness
from tests.foreign.modbus.harness import LibmodbusHarness, foreign
from tests.sources.modbus.serial_pair import serial_pair

RATE = 115_200


class TestModbusTcp(DeviceContract):
    """With several requests under way, since this server takes them."""

    @pytest.fixture
    async def harness(self, slave: Path) -> AsyncIterator[DeviceHarness]:
        harness = LibmodbusHarness(
            foreign(slave, lambda port: ["tcp", str(port)]),
            lambda port: {"host": "127.0.0.1", "port": port, "pipeline": 4, "gap": 0},
        )
        harness.frozen_limit += 0.5  # several at once say nothing yet: they are asked again in turn
        yield harness
        await harness.stop()


class TestModbusRtu(DeviceContract):
    @pytest.fixture
    async def harness(self, slave: Path, tmp_path: Path) -> AsyncIterator[DeviceHarness]:
        async with serial_pair(tmp_path) as (ours, theirs):
            line = {"device": str(ours), "baud": RATE, "parity": "none"}
            harness = LibmodbusHarness(
                foreign(slave, lambda _port: ["rtu", str(theirs), str(RATE), "1"]),
                lambda _port: {"serial": line},
            )
            yield harness
            await harness.stop()
