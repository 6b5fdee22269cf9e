"""Recipes: the way of a rack through the line, with the shortest and longest stay in each tank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twinpane_anodizing_line.model import film
from twinpane_anodizing_line.model.stations import CELLS, Station

RAMP: Final = 90.0
"""s over which the rectifier brings up the current (assumed; see `rectifier`)."""
SOAK: Final = 15.0
"""s from a rack's arrival in a cell to current on: contact check."""
AFTER: Final = 20.0
"""s that the plan leaves for current off before a rack may be lifted."""

_SEAL: Final = (2.0, 3.0)
"""min per µm of film: nickel acetate and hot-water sealing, shortest and longest."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay at one of ``stations``, from lowered to lifted, of ``shortest`` to ``longest`` seconds."""

    stations: tuple[Station, ...]
    shortest: float
    longest: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """``density`` A/dm² and ``film`` µm to make; ``low`` and ``high`` bound the accepted film."""

    name: str
    film: float
    low: float
    high: float
    density: float
    dyed: bool

    def route(self) -> tuple[Visit, ...]:
        """All stays between the load and the unload stand."""
        current_on = SOAK + RAMP / 2 + 60.0 * self.film / film.rate(self.density) + AFTER
        rinse_1 = Visit((Station.RINSE_1,), 45.0, 180.0)
        before = (
            Visit((Station.CLEAN,), 240.0, 600.0),
            rinse_1,
            Visit((Station.ETCH,), 90.0, 150.0),
            rinse_1,
            Visit((Station.DESMUT,), 60.0, 180.0),
            rinse_1,
            Visit(CELLS, current_on, current_on + 180.0),
            Visit((Station.RINSE_2,), 45.0, 180.0),
        )
        if not self.dyed:
            return before
        return (
            *before,
            Visit((Station.DYE,), 300.0, 900.0),
            Visit((Station.RINSE_2,), 40.0, 120.0),
            Visit((Station.SEAL,), 60.0 * _SEAL[0] * self.film, 60.0 * _SEAL[1] * self.film),
        )


BLACK: Final = Recipe("II-2 BLACK", film=11.5, low=10.0, high=14.0, density=1.55, dyed=True)
"""MIL-PRF-8625 type II class 2 (dyed), ASTM B580 type C (10 µm or more), sealed."""

BOND: Final = Recipe("II-1 BOND", film=11.0, low=10.0, high=14.0, density=1.45, dyed=False)
"""Type II class 1 left unsealed, as a base for bonding and paint: leaves after rinse 2."""


@dataclass(frozen=True, slots=True)
class Job:
    """What hangs on a rack: ``parts`` of an order's lot, ``area`` dm² and ``mass`` kg with the rack."""

    order: str
    part: str
    lot: int
    lots: int
    parts: int
    area: float
    mass: float
    recipe: Recipe
