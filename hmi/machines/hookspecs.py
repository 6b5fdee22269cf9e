"""Every hook that a machine plugin may implement. All are called once, at load; none per sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import pluggy

API_VERSION: Final = 1
"""The version that a plugin states in machine.yaml; a plugin of another version is quarantined."""

hookspec = pluggy.HookspecMarker("twinpane")
hookimpl = pluggy.HookimplMarker("twinpane")


class Simulator(Protocol):
    """A plausible machine behind real protocol servers on loopback."""

    endpoints: Mapping[str, str]
    """Endpoint name → protocol (``opcua``, ``modbus`` or ``mtconnect``) that it serves."""

    async def serve(self, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None]) -> None:
        """Serve on 127.0.0.1 until cancelled.

        ``ports`` gives a port for each endpoint name, 0 for any free one; ``ready`` is called once with
        the ports in use when all servers answer. Cancelling closes everything that it opened.
        """
        ...


@hookspec(firstresult=True)
def twinpane_simulator() -> Simulator | None:
    """Give a simulator of this machine type, or None where there is none."""
