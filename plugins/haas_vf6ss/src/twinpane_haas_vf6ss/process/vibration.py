"""Vibration velocity at the spindle head (RMS, mm/s): unbalance and the teeth's impacts."""

from __future__ import annotations

import random
from typing import Final

from twinpane_haas_vf6ss.machine import figures

UNBALANCE: Final = 0.55
"""mm/s at the highest speed; the force of an unbalance grows with the speed's square (assumed)."""

PER_KILONEWTON: Final = 0.95
"""mm/s per kN of interrupted cutting force with a sharp tool (assumed)."""

WORN: Final = 1.1
"""How much more a blunt tool shakes: factor 1 + WORN · wear (assumed)."""

SCATTER: Final = 0.10
"""Relative scatter from tooth to tooth."""

WINDOW: Final = 0.4
"""s over which the sensor's RMS is taken."""


class Vibration:
    """``velocity`` in mm/s; its scatter comes from a seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - scatter of a sensor, no secret
        self.velocity = 0.0

    def step(self, dt: float, speed: float, force: float, wear: float) -> None:
        """Go on for ``dt`` s at ``speed`` rpm with ``force`` N from a tool of this wear (0 … 1)."""
        level = UNBALANCE * (speed / figures.SPINDLE_MAX_SPEED) ** 2
        level += PER_KILONEWTON * force / 1000 * (1 + WORN * wear)
        level *= max(1.0 + SCATTER * self._random.gauss(0.0, 1.0), 0.0)
        self.velocity += dt / (WINDOW + dt) * (level - self.velocity)
