"""The hall's air: what baths lose to it by evaporation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

WATER_HEAT: Final = 4186.0
"""J/(kg·K) of liquid water."""


@dataclass(frozen=True, slots=True)
class Air:
    """``temperature`` °C, ``humidity`` 0…1, ``draught`` m/s over the baths from the exhaust (assumed)."""

    temperature: float = 22.0
    humidity: float = 0.5
    draught: float = 0.3


def saturation_pressure(celsius: float) -> float:
    """kPa of water vapour over water: Magnus form with the coefficients of Alduchov and Eskridge (1996)."""
    return 0.61094 * math.exp(17.625 * celsius / (celsius + 243.04))


def evaporation_heat(celsius: float) -> float:
    """J/kg to evaporate water: linear fit to steam tables, within 0.3 % from 0 to 100 °C."""
    return 2.501e6 - 2_430.0 * celsius


def evaporation(celsius: float, surface: float, air: Air) -> float:
    """kg/s from ``surface`` m² of open water.

    Carrier's formula as in the ASHRAE Handbook (HVAC Applications, natatoriums):
    A (p_w − p_a)(0.089 + 0.0782 v) / Y with kPa, m/s and kJ/kg. Dissolved salts are neglected.
    """
    deficit = saturation_pressure(celsius) - air.humidity * saturation_pressure(air.temperature)
    latent = evaporation_heat(celsius) / 1000.0
    return max(0.0, surface * deficit * (0.089 + 0.0782 * air.draught) / latent)
