"""The line behind a real Modbus TCP server on loopback."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib.resources import as_file, files
from itertools import count
from typing import Final

from hmi.simulation.modbus_server import ModbusMachineServer
from hmi.simulation.tags_file import TagEntry, load_tags
from twinpane_anodizing_line import measurements, registers
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.stations import CELLS, Station

TICK: Final = 0.05
"""s between the hoist's positions; the process is published every `PROCESS_EVERY` ticks."""
PROCESS_EVERY: Final = 4
LONGEST_STEP: Final = 2.0
"""s: after a longer pause (a suspended computer) the line goes on from where it was, without a jump."""

SETPOINTS: Final = {"ano_temp_set": CELLS, "seal_temp_set": (Station.SEAL,)}
"""The baths whose temperature a tag sets."""

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
        self._seed = seed
        self._clock = clock

    async def serve(self, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None]) -> None:
        """Serve until cancelled; see `hmi.machines.hookspecs.Simulator`."""
        described = tags()
        server = ModbusMachineServer(registers.addresses(described), port=ports.get("main", 0))
        controller = Controller(Line.in_production(self._seed), described, server)
        async with server:
            ready({"main": server.port})
            await self._run(controller)

    async def _run(self, controller: Controller) -> None:
        started = last = due = self._clock()
        for tick in count(1):
            due = max(due + TICK, last)
            await asyncio.sleep(max(0.0, due - self._clock()))
            now = self._clock()
            controller.step(min(now - last, LONGEST_STEP), whole=tick % PROCESS_EVERY == 0)
            controller.fail_probe(probe_fails(now - started))
            last = now


class Controller:
    """The line's PLC: copies the model into the registers, takes over what a master writes."""

    def __init__(self, line: Line, described: Mapping[str, TagEntry], server: ModbusMachineServer) -> None:
        self.line = line
        self._tags = described
        self._server = server
        server.on_write = self._written
        self.publish(whole=True)

    def step(self, dt: float, whole: bool) -> None:
        """Let the line go on by ``dt`` s and publish what moves, or the ``whole``."""
        self.line.step(dt)
        self.publish(whole)

    def publish(self, whole: bool) -> None:
        """Write the present readings to the registers."""
        readings = measurements.instant(self.line)
        if whole:
            readings |= measurements.process(self.line)
        for name, value in readings.items():
            self._server.set(name, registers.raw(self._tags[name], value))

    def fail_probe(self, out: bool) -> None:
        """Let bath A's pH answer exception 4, or work again."""
        self._server.fail(PROBE, out)

    def _written(self, name: str, wire: bool | int | float | str) -> None:
        if name == "line_hold":
            self.line.hold = bool(wire)
        elif name in SETPOINTS and not isinstance(wire, str):
            for station in SETPOINTS[name]:
                self.line.baths[station].setpoint = registers.reading(self._tags[name], wire)
