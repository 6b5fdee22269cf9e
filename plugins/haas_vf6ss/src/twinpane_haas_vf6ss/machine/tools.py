"""The tools in the magazine and how they wear."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

TAYLOR_EXPONENT: Final = 0.3
"""n in v T^n = C for carbide (Taylor 1907; 0.2 … 0.4 in any machining handbook)."""

WORN_FORCE: Final = 0.5
"""How much more force a tool takes at the end of its life (assumed)."""


@dataclass(slots=True)
class Tool:
    """One tool. Lengths in mm, ``life`` in minutes of cutting at ``life_speed`` m/min, ``wear`` 0 … 1."""

    number: int
    name: str
    kind: Literal["mill", "drill"]
    diameter: float
    length: float
    flutes: int
    life: float
    life_speed: float
    wear: float = 0.0

    @property
    def radius(self) -> float:
        """mm."""
        return self.diameter / 2

    @property
    def remaining(self) -> float:
        """Tool life left in %."""
        return 100.0 * (1.0 - self.wear)

    @property
    def force_factor(self) -> float:
        """Cutting force relative to the sharp tool."""
        return 1.0 + WORN_FORCE * self.wear

    def cut(self, dt: float, speed: float) -> None:
        """Wear for ``dt`` seconds of cutting at ``speed`` m/min."""
        if speed > 0.0:
            life = self.life * (speed / self.life_speed) ** (-1 / TAYLOR_EXPONENT)
            self.wear = min(self.wear + dt / 60 / life, 1.0)


def cutting_speed(diameter: float, speed: float) -> float:
    """v_c in m/min at the circumference, from mm and rpm."""
    return math.pi * diameter * abs(speed) / 1000


def magazine() -> dict[int, Tool]:
    """The four tools of O01234, worn as after sixteen parts."""
    tools = (
        Tool(1, "Ø63 face mill", "mill", 63.0, 96.5, 5, 90.0, 1200.0, 0.38),
        Tool(2, "Ø20 end mill", "mill", 20.0, 124.2, 3, 30.0, 630.0, 0.80),
        Tool(3, "Ø10 drill", "drill", 10.0, 138.0, 2, 45.0, 160.0, 0.23),
        Tool(4, "Ø12 end mill", "mill", 12.0, 108.7, 3, 55.0, 430.0, 0.59),
    )
    return {tool.number: tool for tool in tools}
