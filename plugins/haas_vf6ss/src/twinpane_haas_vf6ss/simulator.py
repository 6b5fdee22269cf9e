"""The simulated machine behind a real OPC UA server: the only part with a clock and a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from hmi.api import SECOND, Clock, SystemClock, Value, status
from hmi.simulation.opcua_server import MachineServer, Variable
from twinpane_haas_vf6ss.faults import Spells
from twinpane_haas_vf6ss.model import Mill
from twinpane_haas_vf6ss.signals import SIGNALS, Pace, Signal

NAMESPACE: Final = "urn:twinpane:haas_vf6ss"
ENDPOINT: Final = "main"

LEAD_IN: Final = 84.0
"""s of the cycle that are behind when the server comes up: the rougher is about to open pocket 1."""

LONGEST_CATCH_UP: Final = 0.25
"""s of machine time made up for at once after this process stood still; the rest is left out."""


class MillSimulator:
    """`hmi.api.Simulator` of this machine type; the same seed gives the same machine."""

    endpoints: Mapping[str, str] = {ENDPOINT: "opcua"}

    def __init__(self, seed: int = 1, clock: Clock | None = None) -> None:
        self._seed = seed
        self._clock = clock or SystemClock()

    async def serve(self, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None]) -> None:
        """Serve on 127.0.0.1 until cancelled; see `hmi.api.Simulator`."""
        mill = Mill(self._seed)
        mill.step(LEAD_IN)
        variables = [_variable(signal, signal.read(mill)) for signal in SIGNALS]
        server = MachineServer(NAMESPACE, variables, name="Haas VF-6SS", port=ports.get(ENDPOINT, 0))
        async with server:
            ready({ENDPOINT: server.port})
            await self._run(mill, server)

    async def _run(self, mill: Mill, server: MachineServer) -> None:
        said = Said(server)
        spells = Spells(self._seed)
        begin = last = self._clock.now().monotonic
        while True:
            await asyncio.sleep(Pace.LIVE.value)
            now = self._clock.now()
            mill.step(min((now.monotonic - last) / SECOND, LONGEST_CATCH_UP))
            last = now.monotonic
            said.tell(mill, (now.monotonic - begin) / SECOND, spells, now.utc)
            await server.flush()


class Outlet(Protocol):
    """Where updates go: `hmi.simulation.opcua_server.MachineServer.set`."""

    def set(self, node: str, value: Value, status: int, source_time: int | None) -> None:
        """Note an update."""
        ...


class Said:
    """What the server said last, so that it says only what changed, each signal at its own pace."""

    def __init__(self, server: Outlet) -> None:
        self._server = server
        self._last: dict[str, tuple[Value, int]] = {}
        self._due = dict.fromkeys(Pace, 0.0)

    def tell(self, mill: Mill, seconds: float, spells: Spells, utc: int) -> None:
        """Set what is due ``seconds`` after the start; all of it was true at ``utc`` ns."""
        due = [pace for pace, at in self._due.items() if seconds >= at]
        self._due.update({pace: seconds + pace.value * 0.9 for pace in due})
        wrong = spells.at(seconds)
        for signal in SIGNALS:
            if signal.pace not in due:
                continue
            code = wrong.get(signal.node, status.GOOD)
            value, before = signal.read(mill), self._last.get(signal.node)
            if code != status.GOOD and before is not None:
                value = before[0]  # a sensor that does not measure keeps its last value
            if before != (value, code):
                self._last[signal.node] = (value, code)
                self._server.set(signal.node, value, code, utc)


def _variable(signal: Signal, value: Value) -> Variable:
    path = tuple(signal.node.split("."))
    return Variable(path, signal.node, value, signal.type, labels=signal.labels)
