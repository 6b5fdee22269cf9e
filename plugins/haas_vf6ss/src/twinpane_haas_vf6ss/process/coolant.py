"""The coolant tank: a mass balance of water and concentrate."""

from __future__ import annotations

from typing import Final

from twinpane_haas_vf6ss.machine import figures

LATENT_HEAT: Final = 2.45e6
"""J/kg to evaporate water at 20 °C."""

EVAPORATING_SHARE: Final = 0.35
"""Of the cutting power, what evaporates water (assumed; the rest warms chips, part and tank)."""

STANDING_EVAPORATION: Final = 1.5e-5
"""kg/s from the tank's surface (assumed)."""

DRAG_OUT: Final = 0.12
"""kg of emulsion that leave on each kg of chips (assumed)."""

PUMP_FLOW: Final = 38.0
"""l/min of the standard pump (assumed)."""

PUMP_RISE: Final = 0.8
"""s until the flow stands."""


class Coolant:
    """Masses in kg; a litre of emulsion is taken as a kilogram.

    ``evaporated``, ``dragged_water``, ``dragged_concentrate`` and ``added_*`` since the beginning, so that
    the balance can be checked.
    """

    def __init__(self, level: float, concentration: float) -> None:
        total = figures.COOLANT_TANK * level / 100
        self.concentrate = total * concentration / 100
        self.water = total - self.concentrate
        self.flow = 0.0
        self.pump_on = False
        self.evaporated = 0.0
        self.dragged_water = 0.0
        self.dragged_concentrate = 0.0
        self.added_water = 0.0
        self.added_concentrate = 0.0

    @property
    def level(self) -> float:
        """Filling in % of the tank."""
        return 100.0 * (self.water + self.concentrate) / figures.COOLANT_TANK

    @property
    def concentration(self) -> float:
        """Concentrate in % by mass."""
        return 100.0 * self.concentrate / (self.water + self.concentrate)

    def step(self, dt: float, cutting_power: float, chips: float) -> None:
        """Go on for ``dt`` s with this power (W) at the cut and ``chips`` kg carried out in that time."""
        wanted = PUMP_FLOW if self.pump_on else 0.0
        self.flow += dt / (PUMP_RISE + dt) * (wanted - self.flow)
        wetted = self.flow / PUMP_FLOW
        steam = dt * (STANDING_EVAPORATION + EVAPORATING_SHARE * wetted * cutting_power / LATENT_HEAT)
        steam = min(steam, self.water)
        self.water -= steam
        self.evaporated += steam
        lost = min(DRAG_OUT * chips, self.water + self.concentrate)
        oily = lost * self.concentration / 100
        self.concentrate -= oily
        self.water -= lost - oily
        self.dragged_concentrate += oily
        self.dragged_water += lost - oily

    def top_up(self, litres: float, concentration: float) -> None:
        """Add emulsion of this concentration in %, never over the brim."""
        added = min(litres, figures.COOLANT_TANK - self.water - self.concentrate)
        oily = added * concentration / 100
        self.concentrate += oily
        self.water += added - oily
        self.added_concentrate += oily
        self.added_water += added - oily
