"""Compressed air and chips: two small balances."""

from __future__ import annotations

from typing import Final

SHOP_PRESSURE: Final = 6.9
"""bar before the machine (the pressure that Haas asks for)."""

RECEIVER: Final = 12.0
"""Litres behind the machine's check valve (assumed)."""

INLET: Final = 4.0
"""Normal litres per second and bar of difference through regulator and hose (assumed)."""

PURGE: Final = 0.9
"""Normal litres per second into the spindle's labyrinth while it turns (assumed)."""

TOOL_CHANGE_AIR: Final = 10.0
"""Normal litres for one release of the drawbar and the taper's air blast (assumed)."""


class Air:
    """``pressure`` in bar above atmosphere; ideal gas at constant temperature."""

    def __init__(self) -> None:
        self.pressure = SHOP_PRESSURE - 0.3

    def step(self, dt: float, spindle_turning: bool, released: bool) -> None:
        """Go on for ``dt`` s; ``released`` says that the drawbar opened in this step."""
        inflow = INLET * max(SHOP_PRESSURE - self.pressure, 0.0) * dt
        outflow = PURGE * dt if spindle_turning else 0.0
        outflow += TOOL_CHANGE_AIR if released else 0.0
        self.pressure = max(self.pressure + (inflow - outflow) / RECEIVER, 0.0)


CONVEYOR_RATE: Final = 0.06
"""kg/s."""

CONVEYOR_START: Final = 1.0
CONVEYOR_STOP: Final = 0.05
"""kg of chips in the trough at which the conveyor starts and stops (assumed)."""


class Chips:
    """Chips in kg: ``trough`` in the machine, ``bin`` carried out; ``conveyor_on`` by trough level."""

    def __init__(self) -> None:
        self.trough = 0.4
        self.bin = 0.0
        self.conveyor_on = False

    def step(self, dt: float, made: float) -> float:
        """Add ``made`` kg and run the conveyor for ``dt`` s; what it carried out, in kg."""
        self.trough += made
        if self.trough > CONVEYOR_START:
            self.conveyor_on = True
        elif self.trough < CONVEYOR_STOP:
            self.conveyor_on = False
        carried = min(CONVEYOR_RATE * dt, self.trough) if self.conveyor_on else 0.0
        self.trough -= carried
        self.bin += carried
        return carried
