"""One bath: heat, level and contents, each a balance.

The model is one well-stirred volume. Its enthalpy is counted from 0 °C liquid; make-up, drag-in,
overflow and drag-out carry theirs, vapour takes the heat of evaporation too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinpane_anodizing_line.model.air import WATER_HEAT, Air, evaporation, evaporation_heat
from twinpane_anodizing_line.model.chemistry import Amounts, Species, conductivity
from twinpane_anodizing_line.model.rack import Drag, Rack


@dataclass(frozen=True, slots=True)
class BathSpec:
    """What a bath is built as. Sources and assumptions: README, *Figures*.

    ``surface`` m², ``depth`` m up to the overflow; ``density`` kg/m³, ``specific_heat`` J/(kg·K);
    ``wall`` W/K to the air; ``open_share`` of the surface that floats or lid leave open;
    ``heater`` W, ``setpoint`` °C, ``band`` K of the thermostat; ``feed`` l/min of the make-up valve,
    which opens below ``low`` and closes at ``full`` % level, or, in a rinse, by conductivity (µS/cm);
    ``contents`` g/l when made up.
    """

    contents: Mapping[Species, float]
    surface: float = 3.68
    depth: float = 1.2
    density: float = 1000.0
    specific_heat: float = 4186.0
    wall: float = 30.0
    open_share: float = 0.2
    heater: float = 0.0
    setpoint: float = 22.0
    band: float = 0.4
    feed: float = 20.0
    feed_temperature: float = 15.0
    low: float = 95.0
    full: float = 97.0
    rinse_limits: tuple[float, float] | None = None


FILM_LITRES = 0.0008
"""Drag-out in l per dm² after dripping (0.08 l/m²; assumed)."""
RACK_TRANSFER = 20.0
"""W/(K·dm²) between an immersed rack and its bath (2 kW/(m²·K), stirred liquid; assumed)."""


@dataclass(slots=True)
class Bath:
    """The state of one bath: ``volume`` m³, ``temperature`` and ``setpoint`` °C, ``contents`` in g."""

    spec: BathSpec
    volume: float = 0.0
    temperature: float = 0.0
    contents: Amounts = field(default_factory=dict)
    setpoint: float = 0.0
    heating: bool = False
    filling: bool = False
    dosing: set[Species] = field(default_factory=set)
    rack: Rack | None = None

    def __post_init__(self) -> None:
        """Make the bath up to its full level at its setpoint."""
        if not self.volume:
            self.volume = self.spec.surface * self.spec.depth * self.spec.full / 100.0
            self.temperature = self.setpoint = self.spec.setpoint
            self.contents = {s: c * self.volume * 1000.0 for s, c in self.spec.contents.items()}

    @property
    def capacity(self) -> float:
        """J/K of the liquid."""
        return self.volume * self.spec.density * self.spec.specific_heat

    @property
    def level(self) -> float:
        """% of the height up to the overflow; an immersed rack raises it."""
        immersed = self.rack.volume if self.rack is not None else 0.0
        return 100.0 * (self.volume + immersed) / (self.spec.surface * self.spec.depth)

    def concentration(self, species: Species) -> float:
        """g/l of one species."""
        return self.contents.get(species, 0.0) / (self.volume * 1000.0)

    @property
    def conductivity(self) -> float:
        """µS/cm; meant for rinses."""
        return conductivity(self.contents, self.volume * 1000.0)

    def immerse(self, rack: Rack) -> None:
        """Take a rack in, with the liquid that it brings.

        Raises:
            RuntimeError: there is a rack in the bath already.
        """
        if self.rack is not None:
            raise RuntimeError(f"rack {rack.number} lowered onto rack {self.rack.number}")
        self.rack = rack
        for species, grams in rack.drag.amounts.items():
            self.add(species, grams)
        self._mix(rack.drag.litres / 1000.0, rack.temperature)
        rack.drag = Drag()

    def withdraw(self) -> Rack:
        """Give the rack back, with the liquid that clings to it.

        Raises:
            RuntimeError: there is no rack in the bath.
        """
        rack, self.rack = self.rack, None
        if rack is None:
            raise RuntimeError("no rack to lift")
        litres = FILM_LITRES * rack.job.area
        rack.drag = Drag(litres, {s: self.concentration(s) * litres for s in self.contents})
        self._drain(litres / 1000.0)
        return rack

    def add(self, species: Species, grams: float) -> None:
        """Dissolve (or, negative, bind) an amount; none is left below zero."""
        self.contents[species] = max(0.0, self.contents.get(species, 0.0) + grams)

    def step(self, dt: float, air: Air, heat: float = 0.0) -> None:
        """Go on by ``dt`` s (≤ 2) with ``heat`` W put in by the process, less what is cooled away."""
        spec = self.spec
        self._control()
        power = (
            heat + (spec.heater if self.heating else 0.0) - spec.wall * (self.temperature - air.temperature)
        )
        vapour = evaporation(self.temperature, spec.surface * spec.open_share, air)
        power -= vapour * evaporation_heat(self.temperature)
        if self.rack is not None:
            power -= self.rack.exchange(RACK_TRANSFER, self.temperature, dt)
        self.temperature += power * dt / self.capacity
        self.volume -= vapour * dt / 1000.0
        if self.filling:
            self._mix(spec.feed / 60_000.0 * dt, spec.feed_temperature)
            if (excess := self.volume - spec.surface * spec.depth) > 0:
                self._drain(excess)

    def _control(self) -> None:
        spec = self.spec
        if self.temperature < self.setpoint - spec.band:
            self.heating = spec.heater > 0
        elif self.temperature > self.setpoint + spec.band:
            self.heating = False
        if spec.rinse_limits is not None:
            low, high = spec.rinse_limits
            reading = self.conductivity
            self.filling = reading > (low if self.filling else high) or self.level < spec.low
        elif self.level < spec.low:
            self.filling = True
        elif self.level >= spec.full:
            self.filling = False

    def _mix(self, volume: float, celsius: float) -> None:
        warmth = volume * 1000.0 * WATER_HEAT
        total = self.capacity + warmth
        self.temperature = (self.capacity * self.temperature + warmth * celsius) / total
        self.volume += volume

    def _drain(self, volume: float) -> None:
        left = 1.0 - volume / self.volume
        self.volume -= volume
        self.contents = {species: grams * left for species, grams in self.contents.items()}
