"""The tank's controller behind a real Modbus TCP server on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from typing import Final

from hmi.api import Scalar
from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tags_file import TagEntry, load_tags
from twinpane_coolant_tank.model import Tank

TICK: Final = 0.05
LONGEST_STEP: Final = 1.0
"""s: after a longer pause (a suspended computer) the tank goes on from where it was."""


class CoolantTankSimulator:
    """`hmi.api.Simulator` of this machine type."""

    endpoints: Mapping[str, str] = {"main": "modbus"}

    async def serve(self, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None]) -> None:
        """Serve until cancelled; see `hmi.api.Simulator`."""
        with as_file(files(__package__) / "tags.yaml") as file:
            tags = load_tags(file)
        addresses = {name: tag.address.modbus for name, tag in tags.items() if tag.address.modbus is not None}
        server = ModbusMachineServer(addresses, port=ports.get("main", 0))
        tank = Tank()
        controller = Controller(tank, tags, server)
        async with server:
            ready({"main": server.port})
            last = time.monotonic()
            while True:
                await asyncio.sleep(TICK)
                now = time.monotonic()
                tank.step(min(now - last, LONGEST_STEP))
                last = now
                controller.publish()


class Controller:
    """Copies the tank into the registers and takes over what a master writes."""

    def __init__(self, tank: Tank, tags: Mapping[str, TagEntry], server: ModbusMachineServer) -> None:
        self._tank = tank
        self._tags = tags
        self._server = server
        server.on_write = self._written
        self._put("coolant", "Ecocool 68 lot 2214")
        self._put("level_set", tank.level_set)
        self.publish()

    def publish(self) -> None:
        """Write the present readings to the registers."""
        tank = self._tank
        for name in ("level", "temperature", "concentration", "flow"):
            self._put(name, float(getattr(tank, name)))
        self._put("pump", tank.pump)
        self._put("state", 1 if tank.pump else 2)

    def _put(self, name: str, value: Scalar) -> None:
        scaling = self._tags[name].scaling
        if scaling is not None and isinstance(value, float):
            value = round((value - scaling.offset) / scaling.gain)
        self._server.set(name, value)

    def _written(self, name: str, wire: Scalar) -> None:
        scaling = self._tags[name].scaling
        if name == "level_set" and scaling is not None and not isinstance(wire, str):
            self._tank.level_set = wire * scaling.gain + scaling.offset
