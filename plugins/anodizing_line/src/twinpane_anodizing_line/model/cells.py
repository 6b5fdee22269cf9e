"""The two anodizing cells: rectifier, bath and rack together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from twinpane_anodizing_line.model import chemistry, cooling
from twinpane_anodizing_line.model.bath import Bath
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.rectifier import Rectifier
from twinpane_anodizing_line.model.stations import Station

MAINS_SPREAD: Final = 0.004
MAINS_MEMORY: Final = 5.0
"""Relative spread of the regulated current about its setpoint, and the s over which it wanders (assumed)."""


@dataclass(slots=True)
class Cell:
    """One cell. ``mains`` wanders about 1; ``cooled`` W is what the chiller takes from it now."""

    bath: Bath
    rectifier: Rectifier = field(default_factory=Rectifier)
    mains: float = 1.0
    cooled: float = 0.0

    @property
    def film(self) -> float:
        """Film in µm on the rack in the cell, 0 without one."""
        return self.bath.rack.film if self.bath.rack is not None else 0.0

    def pass_charge(self, dt: float, random: Random) -> float:
        """Let the rectifier go on by ``dt`` s; the W that this puts into the bath."""
        memory = math.exp(-dt / MAINS_MEMORY)
        spread = MAINS_SPREAD * math.sqrt(1.0 - memory**2)
        self.mains = 1.0 + (self.mains - 1.0) * memory + random.gauss(0.0, spread)
        charge = self.rectifier.step(dt, self.bath.temperature, self.film, self.mains)
        if self.bath.rack is not None:
            self.bath.rack.charge += charge
        aluminium = chemistry.aluminium_dissolved(charge)
        self.bath.add(Species.ALUMINIUM, aluminium)
        self.bath.add(Species.SULFURIC, -aluminium * chemistry.ACID_PER_ALUMINIUM)
        return cooling.process_heat(self.rectifier.voltage, self.rectifier.current)


def step(cells: Mapping[Station, Cell], dt: float, random: Random) -> dict[Station, float]:
    """Let all cells go on by ``dt`` s; the net W into each bath, process heat less cooling."""
    heats = {station: cell.pass_charge(dt, random) for station, cell in cells.items()}
    above = [cell.bath.temperature - cell.bath.setpoint for cell in cells.values()]
    for (station, cell), cooled in zip(cells.items(), cooling.shares(above), strict=True):
        cell.cooled = cooled
        heats[station] -= cooled
    return heats
