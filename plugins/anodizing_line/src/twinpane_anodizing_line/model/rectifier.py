"""An anodizing rectifier under current control: ramp, limits, voltage, charge.

Voltage at the terminals for a current density J (A/dm²), bath temperature T and film d (µm):

    U = U_b · J/(J + J_b) + r · J · (1 − α (T − 20)) + f · d · J + R · I

the barrier layer's share, the electrolyte's and pores' (less in a warmer bath), the growing film's, and
the bus bars'. The form follows the textbooks (Sheasby and Pinner, *The Surface Treatment and Finishing of
Aluminium and its Alloys*); the constants are assumed so that 1.5 A/dm² at 20 °C needs about 16 V.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from twinpane_anodizing_line.model import film
from twinpane_anodizing_line.model.recipes import RAMP, SOAK, Job

RATED_CURRENT: Final = 1500.0
RATED_VOLTAGE: Final = 22.0
"""A and V (assumed)."""

_BARRIER, _BARRIER_DENSITY = 9.0, 0.03
_SLOPE, _WARMTH = 4.2, 0.025
_FILM, _BUS = 0.03, 0.0003
_RAMP_DOWN: Final = 5.0
_MICRO: Final = 1_000_000


class RampState(IntEnum):
    """What the rectifier is doing; the numbers are those of the PLC."""

    OFF = 0
    SOAK = 1
    RAMP_UP = 2
    CONSTANT_CURRENT = 3
    VOLTAGE_LIMIT = 4
    RAMP_DOWN = 5


def voltage(density: float, area: float, celsius: float, thickness: float) -> float:
    """V at ``density`` A/dm² on ``area`` dm²; see the module."""
    bath = _SLOPE * density * (1.0 - _WARMTH * (celsius - 20.0))
    barrier = _BARRIER * density / (density + _BARRIER_DENSITY)
    return barrier + bath + _FILM * thickness * density + _BUS * density * area


def limited(current: float, area: float, celsius: float, thickness: float) -> float:
    """The current, or the largest below it that the rated voltage and current allow."""
    high = min(current, RATED_CURRENT)
    if voltage(high / area, area, celsius, thickness) <= RATED_VOLTAGE:
        return high
    low = 0.0
    for _ in range(40):
        middle = (low + high) / 2
        if voltage(middle / area, area, celsius, thickness) <= RATED_VOLTAGE:
            low = middle
        else:
            high = middle
    return low


@dataclass(slots=True)
class Rectifier:
    """The state. The counter is kept in whole µA·s, so that the ampere-seconds shown are exact."""

    total: int = 0
    state: RampState = RampState.OFF
    current: float = 0.0
    voltage: float = 0.0
    density_set: float = 0.0
    area: float = 1.0
    _age: float = 0.0
    _target: float = 0.0
    _passed: float = 0.0

    @property
    def ampere_seconds(self) -> int:
        """A·s since commissioning."""
        return self.total // _MICRO

    @property
    def setpoint(self) -> float:
        """A that the density asks for on the present area."""
        return self.density_set * self.area

    @property
    def time_left(self) -> float:
        """s until the target charge is reached at the set current, with what is left of soak and ramp."""
        if self.state in (RampState.OFF, RampState.RAMP_DOWN):
            return 0.0
        waiting = max(0.0, SOAK - self._age)
        ramped = min(1.0, max(0.0, self._age - SOAK) / RAMP)
        lost_to_ramp = RAMP / 2 * (1.0 - ramped) ** 2
        return waiting + lost_to_ramp + (self._target - self._passed) / self.setpoint

    def begin(self, job: Job) -> None:
        """Start the programme for a rack that was just lowered in."""
        self.area, self.density_set = job.area, job.recipe.density
        self._target, self._passed, self._age = film.charge_for(job.recipe.film, job.area), 0.0, 0.0
        self.state = RampState.SOAK

    def stop(self) -> None:
        """Current off at once: a rack is never lifted under current."""
        self.state, self.current, self.voltage = RampState.OFF, 0.0, 0.0

    def step(self, dt: float, celsius: float, thickness: float, mains: float = 1.0) -> float:
        """Go on by ``dt`` s; the A·s passed. ``mains``: factor on the regulated current."""
        if self.state is RampState.OFF:
            return 0.0
        self._age += dt
        if self._passed >= self._target:
            self._ramp_down(dt)
        else:
            share = min(1.0, max(0.0, self._age - SOAK) / RAMP)
            wanted = self.setpoint * share * mains
            self.current = limited(wanted, self.area, celsius, thickness)
            self.state = self._state(share, wanted)
        self.voltage = voltage(self.current / self.area, self.area, celsius, thickness)
        counted = round(self.current * dt * _MICRO)
        self.total += counted
        self._passed += counted / _MICRO
        return counted / _MICRO

    def _state(self, share: float, wanted: float) -> RampState:
        if share == 0.0:
            return RampState.SOAK
        if self.current < wanted:
            return RampState.VOLTAGE_LIMIT
        return RampState.RAMP_UP if share < 1.0 else RampState.CONSTANT_CURRENT

    def _ramp_down(self, dt: float) -> None:
        self.state = RampState.RAMP_DOWN
        self.current = max(0.0, self.current - self.setpoint * dt / _RAMP_DOWN)
        if self.current == 0.0:
            self.stop()
