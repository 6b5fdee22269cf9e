"""Twinpane machine plugin: the coolant tank of a machine tool. Hooks only."""

from __future__ import annotations

from hmi.api import Simulator, hookimpl


@hookimpl
def twinpane_simulator() -> Simulator:
    """A tank at work behind a Modbus TCP server."""
    # The engine imports this package to see that it can be; a server it does not need.
    from twinpane_coolant_tank.simulator import CoolantTankSimulator  # noqa: PLC0415

    return CoolantTankSimulator()
