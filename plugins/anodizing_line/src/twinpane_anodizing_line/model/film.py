"""Film thickness by the 720 rule.

The rule: 720 ampere-minutes per square foot make one mil (25.4 µm) of oxide on aluminium in sulfuric
acid, so minutes = 720 × mils / (A/ft²). S. Westre, "How to Apply the 720 Rule to Current Density
Anodizing", Products Finishing. It already contains the oxide that the acid takes back.
"""

from __future__ import annotations

from typing import Final

MICROMETRES_PER_MIL: Final = 25.4
DM2_PER_FT2: Final = 9.290304
"""Exact: (3.048 dm)²."""

GROWTH: Final = MICROMETRES_PER_MIL * DM2_PER_FT2 / 720.0
"""µm of film per A·min/dm²: 25.4 × 9.290304 / 720 = 0.32774."""


def thickness(charge: float, area: float) -> float:
    """Film in µm after ``charge`` A·s on ``area`` dm²."""
    return GROWTH * charge / 60.0 / area


def charge_for(film: float, area: float) -> float:
    """A·s that make ``film`` µm on ``area`` dm²."""
    return film / GROWTH * 60.0 * area


def rate(density: float) -> float:
    """µm per minute at ``density`` A/dm²."""
    return GROWTH * density
