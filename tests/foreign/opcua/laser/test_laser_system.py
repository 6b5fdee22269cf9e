"""A laser system of the OPC Foundation's NodeSets, served by node-opcua and mapped by YAML alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import pytest

from hmi.engine.runtime import EpochRuntime
from hmi.link.messages import ToClient
from hmi.machines.lint.report import lint_path
from hmi.machines.resolve import resolve_site
from hmi.model import status, values
from hmi.model.clock import SystemClock
from hmi.model.values import Value
from hmi.testing.harness import ChildDevice
from tests.foreign.opcua.harness import free_port
from tests.foreign.opcua.node_server import NodeServer

HERE: Final = Path(__file__).parent
SITE: Final = HERE / "site"
NODESETS: Final = (
    *("di", "ia", "machinery", "isa95JobControl", "machineryJobs", "machineTool"),
    str(HERE / "nodesets" / "Opc.Ua.LaserSystems.NodeSet2.xml"),
    str(HERE / "nodesets" / "LaserSystem-Example.NodeSet2.xml"),
)
SECONDS: Final = 30.0


class Laser:
    """The server in its process, and an engine's runtime that reads it."""

    def __init__(self, device: ChildDevice, runtime: EpochRuntime) -> None:
        self.device = device
        self.runtime = runtime

    def status(self, name: str) -> int:
        return int(self.runtime.table.columns.status[self._index(name)])

    def value(self, name: str) -> Value:
        index = self._index(name)
        tag, columns = self.runtime.epoch.tags[index], self.runtime.table.columns
        lane = int(columns.value[index])
        if not tag.type.in_side_area:
            return values.from_lane(lane, tag.type)
        offset, length = values.side_span(lane)
        return values.unpack_side(columns.side[offset : offset + length].tobytes(), tag.type)

    def _index(self, name: str) -> int:
        return self.runtime.epoch.index[f"laser1/{name}"]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        end = asyncio.get_running_loop().time() + SECONDS
        while not condition():
            names = [tag.name for tag in self.runtime.epoch.tags]
            seen = {name: (hex(self.status(name)), self.value(name)) for name in names}
            assert asyncio.get_running_loop().time() < end, f"not within {SECONDS} s: {what}; {seen}"
            await asyncio.sleep(0.05)

    async def change(self, node: int, value: object, name: str, expected: Value, **more: Any) -> None:
        await self.device.ask({"node": node, "value": value, **more})
        await self.until(
            lambda: self.status(name) == status.GOOD and self.value(name) == expected, f"{name} = {expected}"
        )


@pytest.fixture
async def laser(tmp_path: Path) -> AsyncIterator[Laser]:
    port = free_port()
    server = NodeServer("laser/laser_system.js", tmp_path / "server", nodesets=NODESETS)
    device = ChildDevice(lambda: [str(port)], server)  # type: ignore[arg-type]
    await device.start()
    read = resolve_site(SITE, endpoint_overrides={"laser1.main": f"127.0.0.1:{port}"})
    assert not read.problems
    told: list[ToClient] = []
    ended: list[asyncio.Task[None]] = []
    runtime = EpochRuntime(read.epoch, tmp_path, 1, SystemClock(), told.append, lambda: None, ended.append)
    runtime.start()
    try:
        yield Laser(device, runtime)
    finally:
        await runtime.close()
        await device.stop()
    assert not ended, "a driver ended by itself"


def test_the_plugin_of_yaml_alone_is_sound() -> None:
    assert not lint_path(SITE).problems


async def test_values_of_six_namespaces_arrive_in_the_engine(laser: Laser) -> None:
    expected: dict[str, Value] = {
        "coolant_level": 90.0,
        "laser_state": 1,
        "laser_on": True,
        "item_state": "Executing",  # a LocalizedText
        "light_color": 2,
        "recipe": "Welding Programm 0815",
        "runs_completed": 1,
    }
    await laser.until(
        lambda: {name: laser.value(name) for name in expected} == expected, f"the example's values {expected}"
    )
    assert {laser.status(name) for name in expected} == {status.GOOD}
    await laser.change(6036, 12.5, "coolant_level", 12.5)
    await laser.change(6010, 2, "laser_state", 2)
    await laser.change(6009, False, "laser_on", False)
    await laser.change(6005, {"text": "Außer Betrieb", "locale": "de"}, "item_state", "Außer Betrieb")
    await laser.change(6055, [2**21, 1], "runs_completed", 2**53 + 1)
    await laser.change(6013, 7_200_000.0, "power_on", 7200.0)
    await laser.change(6063, [0, 1, 3], "id_types", (0, 1, 3), arrayType="Array", dataType="Int32")


async def test_what_no_tag_can_hold_is_bad_and_says_why(laser: Laser) -> None:
    expected = {
        "a_structure": status.BAD_TYPE_MISMATCH,
        "a_time": status.BAD_TYPE_MISMATCH,
        "a_node": status.BAD_TYPE_MISMATCH,
        "an_array": status.BAD_TYPE_MISMATCH,
        "an_object": status.BAD_ATTRIBUTE_ID_INVALID,
        "of_no_node": status.BAD_NODE_ID_UNKNOWN,
        "of_no_namespace": status.BAD_NODE_ID_UNKNOWN,
    }
    await laser.until(
        lambda: {name: laser.status(name) for name in expected} == expected, f"the statuses {expected}"
    )
    assert laser.status("coolant_level") == status.GOOD
