"""A rack with its parts: what it is, where it hangs, what it carries along."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from twinpane_anodizing_line.model import film
from twinpane_anodizing_line.model.chemistry import Amounts
from twinpane_anodizing_line.model.recipes import Job
from twinpane_anodizing_line.model.stations import Station


@dataclass(slots=True)
class Drag:
    """Liquid that clings to a rack: ``litres`` with grams of each species."""

    litres: float = 0.0
    amounts: Amounts = field(default_factory=dict)


@dataclass(slots=True)
class Rack:
    """One rack. ``charge`` in A·s since it was hung with its present parts; ``temperature`` in °C."""

    number: int
    job: Job
    station: Station = Station.OFF_LINE
    temperature: float = 22.0
    charge: float = 0.0
    drag: Drag = field(default_factory=Drag)

    @property
    def film(self) -> float:
        """Film in µm."""
        return film.thickness(self.charge, self.job.area)

    @property
    def heat_capacity(self) -> float:
        """J/K of parts and rack: aluminium, 897 J/(kg·K)."""
        return self.job.mass * 897.0

    @property
    def volume(self) -> float:
        """m³ that the immersed rack displaces."""
        return self.job.mass / 2700.0

    def exchange(self, transfer: float, celsius: float, dt: float) -> float:
        """Warm up (or cool down) in surroundings at ``celsius`` for ``dt`` s; the mean W that this takes.

        ``transfer`` in W/(K·dm²). The exact exponential approach, so that any step is stable.
        """
        share = -math.expm1(-transfer * self.job.area * dt / self.heat_capacity)
        warmer = (celsius - self.temperature) * share
        self.temperature += warmer
        return warmer * self.heat_capacity / dt

    def load(self, job: Job, ambient: float) -> None:
        """Hang new parts."""
        self.job, self.charge, self.drag, self.temperature = job, 0.0, Drag(), ambient
