"""Power and force of a cut after Kienzle (Kienzle 1952; kc = kc1.1 · h^-mc)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from twinpane_haas_vf6ss.machine.tools import Tool, cutting_speed

THINNEST: Final = 0.01
"""mm of chip below which Kienzle's law is not extrapolated."""

SMOOTHING: Final = 0.08
"""s over which removal is averaged: about two turns of the slowest tool, more than a column's width."""


@dataclass(frozen=True, slots=True)
class Material:
    """``kc11`` N/mm² and ``mc`` of Kienzle's law, ``density`` kg/mm³."""

    name: str
    kc11: float
    mc: float
    density: float


ALUMINIUM_6082: Final = Material("EN AW-6082 T6", 700.0, 0.23, 2.70e-6)
"""Wrought, hardened aluminium: kc1.1 600 … 800 N/mm², mc 0.23 … 0.25 in cutting tool makers' tables."""


@dataclass(frozen=True, slots=True)
class Cut:
    """``rate`` mm³/s removed, ``power`` W at the cutting edges, ``force`` N tangential."""

    rate: float = 0.0
    power: float = 0.0
    force: float = 0.0


def cut(material: Material, tool: Tool, speed: float, feed: float, rate: float, depth: float) -> Cut:
    """The cut that takes ``rate`` mm³/s with ``depth`` mm axially, at ``speed`` rpm and ``feed`` mm/s.

    The radial engagement is what rate, depth and feed leave for it.
    """
    if rate <= 0.0 or speed == 0.0 or feed <= 0.0:
        return Cut()
    per_tooth = feed * 60 / (abs(speed) * tool.flutes)
    if tool.kind == "drill":
        thickness = per_tooth * math.sin(math.radians(59.0))  # half of a 118° point
    else:
        width = min(rate / (max(depth, 1e-6) * feed), tool.diameter)
        thickness = mean_chip(per_tooth, width / tool.diameter)
    specific = material.kc11 * max(thickness, THINNEST) ** -material.mc * tool.force_factor
    power = specific * rate / 1000  # N/mm² · mm³/s = mW
    return Cut(rate, power, power / (cutting_speed(tool.diameter, speed) / 60))


def mean_chip(per_tooth: float, engagement: float) -> float:
    """Mean chip thickness of side milling in mm; ``engagement`` is width of cut ÷ diameter (0 … 1).

    h_m = f_z · 2(a_e/D)/φ with φ = arccos(1 - 2 a_e/D), for a cutting edge angle of 90°.
    """
    share = min(max(engagement, 1e-6), 1.0)
    return per_tooth * 2 * share / math.acos(1 - 2 * share)


class RemovalMeter:
    """Smooths what the height map gives, which comes column by column."""

    def __init__(self) -> None:
        self.rate = 0.0
        self.depth = 0.0

    def step(self, dt: float, volume: float, depth: float) -> None:
        """Take the volume (mm³) and depth (mm) of one step."""
        share = dt / (SMOOTHING + dt)
        self.rate += share * (volume / dt - self.rate)
        self.depth += share * (depth - self.depth)
        if self.rate < 0.5:
            self.rate = 0.0
