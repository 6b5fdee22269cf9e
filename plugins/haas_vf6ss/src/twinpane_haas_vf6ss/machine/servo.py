"""Load of an axis drive: inertia, friction and cutting force against the rated thrust."""

from __future__ import annotations

import math
from typing import Final

from twinpane_haas_vf6ss.machine import figures

COULOMB: Final = 0.015
"""Friction of the linear guides as a share of the weight carried (assumed)."""

VISCOUS: Final = 6.0
"""N per mm/s of screw and seals (assumed)."""

SMOOTHING: Final = 0.1
"""Time constant of the drive's load value in s."""


class Servo:
    """One axis drive; ``load`` in % of the rated thrust, always positive."""

    def __init__(self, axis: int) -> None:
        self._mass = figures.AXIS_MASS[axis]
        self._thrust = figures.AXIS_THRUST[axis]
        self._velocity = 0.0
        self.load = 0.0

    def step(self, dt: float, velocity: float, cutting_force: float) -> None:
        """Go on for ``dt`` s at ``velocity`` mm/s with this part of the cutting force (N) against it."""
        acceleration = (velocity - self._velocity) / dt
        self._velocity = velocity
        friction = VISCOUS * velocity
        if velocity:
            friction += math.copysign(COULOMB * self._mass * 9.81, velocity)
        force = abs(self._mass * acceleration / 1000 + friction) + cutting_force
        self.load += dt / (SMOOTHING + dt) * (100.0 * force / self._thrust - self.load)
