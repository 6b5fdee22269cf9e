"""The line behind a real Modbus TCP server on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from typing import Final

from hmi.api import TagEntry, load_tags
from hmi.simulation.modbus_server import ModbusMachineServer
from twinpane_anodizing_line import measurements, registers
from twinpane_anodizing_line.measurements import Reading
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.stations import CELLS, Station

TICK: Final = 0.05
"""s between the hoist's positions; the process is published every `PROCESS_EVERY` ticks."""
PROCESS_EVERY: Final = 4
LONGEST_LAG: Final = 2.0
"""s: after a longer pause of the process the line goes on from where it was, without a jump."""

PROBE: Final = "ano_a_ph"
_FIRST_FAULT, _FAULT_EVERY, _FAULT_LASTS = 20.0, 100.0, 14.0


def probe_fails(uptime: float) -> bool:
    """Whether bath A's pH probe is out, ``uptime`` s after the start: 14 s of every 100, first at 20 s."""
    return uptime >= _FIRST_FAULT and (uptime - _FIRST_FAULT) % _FAULT_EVERY < _FAULT_LASTS


def tags() -> Mapping[str, TagEntry]:
    """The plugin's own tags.yaml."""
    with as_file(files(__package__) / "tags.yaml") as file:
        return load_tags(file)


class AnodizingLineSimulator:
    """Serves a line in mid-production. ``seed`` fixes orders and disturbances; ``clock`` gives seconds."""

    endpoints: Mapping[str, str] = {"main": "modbus"}

    def __init__(self, seed: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._line = Line.in_production(seed)
        self._tags = tags()
        self._clock = clock

    async def serve(self, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None]) -> None:
        """Serve until cancelled; see `hmi.machines.hookspecs.Simulator`."""
        server = ModbusMachineServer(registers.addresses(self._tags), port=ports["main"])
        server.on_write = self._written
        self._publish(server, measurements.instant(self._line) | measurements.process(self._line))
        async with server:
            ready({"main": server.port})
            await self._run(server)

    async def _run(self, server: ModbusMachineServer) -> None:
        started = last = self._clock()
        tick = 0
        while True:
            tick += 1
            await asyncio.sleep(max(0.0, started + tick * TICK - self._clock()))
            now = self._clock()
            if now - last > LONGEST_LAG:
                started, tick, last = now - (last - started), round((last - started) / TICK), now - TICK
            self._line.step(now - last)
            last = now
            self._publish(server, measurements.instant(self._line))
            if tick % PROCESS_EVERY == 0:
                self._publish(server, measurements.process(self._line))
                server.fail(PROBE, probe_fails(now - started))

    def _publish(self, server: ModbusMachineServer, readings: Mapping[str, Reading]) -> None:
        for name, value in readings.items():
            server.set(name, registers.raw(self._tags[name], value))

    def _written(self, name: str, wire: bool | int | float | str) -> None:
        """Take over what a master wrote: hold and the two setpoints."""
        if name == "line_hold":
            self._line.hold = bool(wire)
        elif name == "ano_temp_set" and not isinstance(wire, str):
            for station in CELLS:
                self._line.baths[station].setpoint = registers.reading(self._tags[name], wire)
        elif name == "seal_temp_set" and not isinstance(wire, str):
            self._line.baths[Station.SEAL].setpoint = registers.reading(self._tags[name], wire)
