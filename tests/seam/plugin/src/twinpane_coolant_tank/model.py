"""The tank's balances of volume, concentrate and heat. Pure: time is a parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AREA: Final = 0.8
"""m²: 1 mm of level is 0.8 l."""

MINIMUM: Final = 100.0
"""mm of level below which the pump is stopped."""

_MAKE_UP: Final = 1.0
"""1/s: the valve opens in proportion to what is missing."""
_FASTEST: Final = 60.0
"""mm/s, valve fully open: a small tank that is quick to watch."""
_MIX: Final = 7.0
"""% of concentrate in what is made up."""
_EVAPORATION: Final = 2e-4
"""mm/s of water while the pump runs; the concentrate stays."""
_PUMP_HEAT: Final = 1500.0
"""W that the pump leaves in the coolant."""
_LOSS: Final = 120.0
"""W/K to the air around."""
_AIR: Final = 20.0
_FLOW: Final = 75.0


@dataclass(slots=True)
class Tank:
    """``level`` and ``level_set`` in mm, ``temperature`` in °C, ``concentration`` in %."""

    level: float = 300.0
    level_set: float = 300.0
    temperature: float = 24.0
    concentration: float = 7.0

    @property
    def pump(self) -> bool:
        """Whether the pump runs: it does unless the level is too low for it."""
        return self.level >= MINIMUM

    @property
    def flow(self) -> float:
        """What the pump delivers, l/min."""
        return _FLOW if self.pump else 0.0

    def step(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        inflow = min(max(self.level_set - self.level, 0.0) * _MAKE_UP, _FASTEST) * dt
        outflow = min(max(self.level - self.level_set, 0.0) * _MAKE_UP, _FASTEST) * dt
        concentrate = (self.level - outflow) * self.concentration + inflow * _MIX
        heat = (self.level - outflow) * self.temperature + inflow * _AIR
        self.level += inflow - outflow - (_EVAPORATION * dt if self.pump else 0.0)
        if self.level > 0.0:
            self.concentration = concentrate / self.level
            power = (_PUMP_HEAT if self.pump else 0.0) - _LOSS * (heat / self.level - _AIR)
            # 1 mm over 0.8 m² is 0.8 kg of water, 4186 J/(kg·K).
            self.temperature = heat / self.level + power * dt / (self.level * AREA * 4186.0)
