"""Machine plugin for the Haas VF-6SS vertical machining centre."""

from __future__ import annotations

from hmi.api import Simulator, hookimpl


@hookimpl
def twinpane_simulator() -> Simulator:
    """A mill at work behind a real OPC UA server."""
    # The engine imports this package to see that it can be; numpy and the server it does not need.
    from twinpane_haas_vf6ss.simulator import MillSimulator  # noqa: PLC0415

    return MillSimulator()
