"""One chiller for both anodizing cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHILLER: Final = 34_000.0
"""W (assumed: enough for one cell and most of the second, so that both warm while both run)."""
FULLY_OPEN: Final = 1.5
"""K above the setpoint at which a cell's valve is fully open."""
CELL_LIMIT: Final = 26_000.0
"""W that one cell's heat exchanger takes at most (assumed)."""

OXIDATION_VOLTS: Final = 1.41
"""V equivalent of the reaction heat: 2 Al + 3 H₂O → Al₂O₃ + 3 H₂ gives 818 kJ/mol for 6 F.

−ΔH = 1675.7 − 3 × 285.8 kJ/mol (CODATA): all of U·I becomes heat, and this much on top.
"""


def process_heat(volts: float, amperes: float) -> float:
    """W that an anodizing cell's bath takes up."""
    return (volts + OXIDATION_VOLTS) * amperes


def shares(above_setpoint: Sequence[float]) -> list[float]:
    """W taken from each cell that is so many K above its setpoint: proportional valves, one chiller."""
    wanted = [CELL_LIMIT * min(1.0, max(0.0, kelvin / FULLY_OPEN)) for kelvin in above_setpoint]
    scale = min(1.0, CHILLER / total) if (total := sum(wanted)) > 0 else 0.0
    return [watts * scale for watts in wanted]
