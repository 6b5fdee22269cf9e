"""The spindle: speed, power, load and heat."""

from __future__ import annotations

import math
from typing import Final

from twinpane_haas_vf6ss.machine import figures

INERTIA: Final = 0.02
"""kg m² of rotor, spindle, holder and tool (assumed)."""

FRICTION_AT_MAX: Final = 950.0
"""W in bearings and air at the highest speed (assumed); grows with the square of the speed."""

MAX_TORQUE: Final = 122.0
"""N m; below the base speed the torque is the limit, above it the power."""

MOTOR_EFFICIENCY: Final = 0.87
MOTOR_HEAT_SHARE: Final = 0.15
"""Of the motor's loss, what reaches the spindle housing through the coupling (assumed)."""

HEAT_CAPACITY: Final = 12_000.0
"""J/K of the housing near the bearings (assumed: about 25 kg of steel)."""

CONVECTION: Final = 45.0
"""W/K to the shop's air (assumed: settles some 20 K over it at 10,000 rpm, after four minutes)."""

METER_SECONDS: Final = 0.15
"""Time constant of the load meter."""


class Spindle:
    """Follows a commanded speed; ``load`` in % of what it may give at this speed, ``temperature`` in °C.

    ``heat_in`` and ``heat_out`` in J since the beginning, so that the balance can be checked.
    """

    def __init__(self, temperature: float, ambient: float) -> None:
        self.command = 0.0
        self.speed = 0.0
        self.load = 0.0
        self.power = 0.0
        self.temperature = temperature
        self.ambient = ambient
        self.heat_in = 0.0
        self.heat_out = 0.0

    @property
    def at_speed(self) -> bool:
        """Whether the speed is the commanded one within 1 %."""
        return abs(self.speed - self.command) <= 0.01 * max(abs(self.command), 100.0)

    def step(self, dt: float, cutting_power: float) -> None:
        """Go on for ``dt`` seconds with this power (W) taken by the cut."""
        before = self.speed
        ramp = figures.SPINDLE_RAMP * dt
        self.speed += min(max(self.command - before, -ramp), ramp)
        friction = FRICTION_AT_MAX * (self.speed / figures.SPINDLE_MAX_SPEED) ** 2
        accelerating = INERTIA * _radians(self.speed) * _radians(self.speed - before) / dt
        # A braking spindle feeds energy back into the drive; the load meter shows none of it.
        mechanical = max(friction + cutting_power + accelerating, 0.0)
        share = dt / (METER_SECONDS + dt)
        self.power += share * (mechanical - self.power)
        self.load = 100.0 * self.power / available_power(self.speed)
        self._warm(dt, friction + MOTOR_HEAT_SHARE * mechanical * (1 / MOTOR_EFFICIENCY - 1))

    def _warm(self, dt: float, loss: float) -> None:
        """Lumped heat balance C dT/dt = loss - hA (T - ambient), solved exactly over the step."""
        settled = self.ambient + loss / CONVECTION
        after = settled + (self.temperature - settled) * math.exp(-CONVECTION * dt / HEAT_CAPACITY)
        self.heat_in += loss * dt
        self.heat_out += loss * dt - HEAT_CAPACITY * (after - self.temperature)
        self.temperature = after


def available_power(speed: float) -> float:
    """The power in W that the spindle may give at a speed (rpm): constant torque, then constant power."""
    return min(max(MAX_TORQUE * abs(_radians(speed)), 1_000.0), figures.SPINDLE_RATED_POWER)


def _radians(speed: float) -> float:
    return speed * 2 * math.pi / 60
