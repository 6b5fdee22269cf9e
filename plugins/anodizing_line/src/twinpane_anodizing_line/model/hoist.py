"""The hoist's motion as a pure function of time.

A *cycle* takes a rack from one station to another: lower the empty hook, grip, lift, drip, travel,
lower, release, raise. Travel and lift follow trapezoidal speed profiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Final

from twinpane_anodizing_line.model.stations import Station, position

TRAVEL_SPEED, TRAVEL_ACCELERATION = 600.0, 300.0
LIFT_SPEED, LIFT_ACCELERATION = 130.0, 130.0
"""mm/s and mm/s² (assumed; 36 and 7.8 m/min)."""
HIGH: Final = 1910.0
SEAT: Final = 1170.0
"""mm: the flight bar above the floor, carried and seated."""
GRIP, DRIP, RELEASE = 1.0, 8.0, 1.0
"""s (assumed)."""


class HoistState(IntEnum):
    """What the hoist is doing; the numbers are those of the PLC."""

    IDLE = 0
    APPROACH = 1
    LOWER_EMPTY = 2
    GRIP = 3
    LIFT = 4
    DRIP = 5
    TRAVEL = 6
    LOWER = 7
    RELEASE = 8
    RAISE_EMPTY = 9


@dataclass(frozen=True, slots=True)
class Profile:
    """Rest to rest over ``distance`` (mm, ≥ 0): constant acceleration, speed, deceleration."""

    distance: float
    speed: float
    acceleration: float

    @property
    def _ramp(self) -> float:
        return min(self.speed / self.acceleration, math.sqrt(self.distance / self.acceleration))

    @property
    def duration(self) -> float:
        """Seconds from rest to rest."""
        ramp = self._ramp
        return 2 * ramp + (self.distance - self.acceleration * ramp**2) / self.speed

    def at(self, seconds: float) -> float:
        """mm travelled ``seconds`` after the start."""
        ramp, left = self._ramp, self.duration - seconds
        if seconds <= 0:
            return 0.0
        if left <= 0:
            return self.distance
        if seconds < ramp:
            return self.acceleration * seconds**2 / 2
        if left < ramp:
            return self.distance - self.acceleration * left**2 / 2
        return self.acceleration * ramp**2 / 2 + self.speed * (seconds - ramp)


_LIFT: Final = Profile(HIGH - SEAT, LIFT_SPEED, LIFT_ACCELERATION)


def travel(start: float, end: float) -> Profile:
    """The run from one x to another, in mm."""
    return Profile(abs(end - start), TRAVEL_SPEED, TRAVEL_ACCELERATION)


def travel_time(start: Station, end: Station) -> float:
    """Seconds for the run between two stations."""
    return travel(position(start), position(end)).duration


@dataclass(frozen=True, slots=True)
class Cycle:
    """Seconds after a cycle's start: the rack ``lifted`` off, ``lowered`` into place, all at the ``end``."""

    phases: tuple[tuple[HoistState, float], ...]
    lifted: float
    lowered: float
    end: float


@cache
def cycle(source: Station, target: Station) -> Cycle:
    """The cycle from one station to another."""
    phases = (
        (HoistState.LOWER_EMPTY, _LIFT.duration),
        (HoistState.GRIP, GRIP),
        (HoistState.LIFT, _LIFT.duration),
        (HoistState.DRIP, DRIP),
        (HoistState.TRAVEL, travel_time(source, target)),
        (HoistState.LOWER, _LIFT.duration),
        (HoistState.RELEASE, RELEASE),
        (HoistState.RAISE_EMPTY, _LIFT.duration),
    )
    lasts = [duration for _, duration in phases]
    return Cycle(phases, lifted=sum(lasts[:2]), lowered=sum(lasts[:6]), end=sum(lasts))


@dataclass(frozen=True, slots=True)
class Move:
    """One cycle with a rack, beginning at ``start`` seconds with the hook above the source."""

    rack: int
    source: Station
    target: Station
    start: float

    @property
    def cycle(self) -> Cycle:
        """The times within the move."""
        return cycle(self.source, self.target)

    @property
    def lifted(self) -> float:
        """When the rack's stay at the source ends."""
        return self.start + self.cycle.lifted

    @property
    def lowered(self) -> float:
        """When the rack's stay at the target begins."""
        return self.start + self.cycle.lowered

    @property
    def end(self) -> float:
        """When the hook is up again, above the target."""
        return self.start + self.cycle.end


@dataclass(frozen=True, slots=True)
class Pose:
    """``x`` of the carriage and ``z`` of the hook in mm; ``rack`` on the hook, 0 for none."""

    state: HoistState
    x: float
    z: float
    rack: int = 0


def pose(parked: Station, upcoming: Move | None, now: float) -> Pose:
    """Where the hoist is, parked at a station, before or during its next move.

    It leaves for the next source as late as it can, so that a move can still be put in before.
    """
    home = position(parked)
    if upcoming is None:
        return Pose(HoistState.IDLE, home, HIGH)
    source, target = position(upcoming.source), position(upcoming.target)
    if now < upcoming.start:
        run = travel(home, source)
        gone = run.at(now - (upcoming.start - run.duration))
        state = HoistState.APPROACH if gone > 0 else HoistState.IDLE
        return Pose(state, home + math.copysign(gone, source - home), HIGH)
    left = now - upcoming.start
    for state, duration in upcoming.cycle.phases:
        if left < duration:
            return _within(state, left, source, target, upcoming.rack)
        left -= duration
    return Pose(HoistState.IDLE, target, HIGH)


def _within(state: HoistState, seconds: float, source: float, target: float, rack: int) -> Pose:
    way = _LIFT.at(seconds)
    match state:
        case HoistState.LOWER_EMPTY:
            return Pose(state, source, HIGH - way)
        case HoistState.GRIP:
            return Pose(state, source, SEAT)
        case HoistState.LIFT:
            return Pose(state, source, SEAT + way, rack)
        case HoistState.DRIP:
            return Pose(state, source, HIGH, rack)
        case HoistState.TRAVEL:
            gone = math.copysign(travel(source, target).at(seconds), target - source)
            return Pose(state, source + gone, HIGH, rack)
        case HoistState.LOWER:
            return Pose(state, target, HIGH - way, rack)
        case HoistState.RELEASE:
            return Pose(state, target, SEAT)
        case _:
            return Pose(state, target, SEAT + way)
