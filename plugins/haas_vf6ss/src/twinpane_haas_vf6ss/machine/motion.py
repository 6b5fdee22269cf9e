"""Moving along a run of segments in time, never over speed or acceleration, overrides changing at will."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from twinpane_haas_vf6ss.gcode import Point
from twinpane_haas_vf6ss.machine.segments import Segment, entry_speeds

TICK: Final = 0.01
"""s over which the acceleration is kept at most."""


class Motion:
    """One run of moves without anything between them, from standstill to standstill.

    ``position`` mm, ``speed`` along the path mm/s, ``velocity`` per axis mm/s; ``current`` is the segment
    under way (the last one when done).
    """

    def __init__(self, run: Sequence[Segment]) -> None:
        if not run:
            raise ValueError("a run of no moves")
        self._run = run
        self._index = 0
        self._s = 0.0
        self._overrides = (1.0, 1.0)
        self._entry = entry_speeds(run, 1.0, 1.0)
        self.speed = 0.0
        self._done = False

    @property
    def done(self) -> bool:
        """Whether the axes stand at the end of the run."""
        return self._done

    @property
    def index(self) -> int:
        """Which segment of the run is under way."""
        return self._index

    @property
    def current(self) -> Segment:
        """The segment under way."""
        return self._run[self._index]

    @property
    def share(self) -> float:
        """How much of the current segment is behind (0 … 1)."""
        return self._s / self.current.shape.length

    @property
    def position(self) -> Point:
        """Where the axes are."""
        return self.current.shape.at(self._s)

    @property
    def velocity(self) -> Point:
        """How fast each axis moves."""
        x, y, z = self.current.shape.tangent(self._s)
        return (x * self.speed, y * self.speed, z * self.speed)

    def advance(self, dt: float, feed_override: float = 1.0, rapid_override: float = 1.0) -> float:
        """Move for ``dt`` seconds; gives the seconds left over when the run ended before.

        Overrides are factors; 0 brings the axes to a stop as fast as they may and holds them.
        """
        if (feed_override, rapid_override) != self._overrides:
            self._overrides = (feed_override, rapid_override)
            self._entry = entry_speeds(self._run, feed_override, rapid_override)
        left = dt
        while left > 1e-12 and not self.done:
            left -= self._piece(min(left, TICK))
        return max(left, 0.0)

    def _piece(self, dt: float) -> float:
        """Move within the current segment; the time that it took (at most ``dt``)."""
        segment = self.current
        a, v = segment.acceleration, self.speed
        ahead = segment.shape.length - self._s
        exit_speed = self._entry[self._index + 1]
        wanted = min(segment.speed(*self._overrides), _braking_speed(v, a, ahead, exit_speed, dt))
        after = min(max(wanted, v - a * dt, 0.0), v + a * dt)
        if (v + after) / 2 * dt < ahead:
            if v == 0.0 and after == 0.0:
                return dt
            self._s += (v + after) / 2 * dt
            self.speed = after
            return dt
        slowest = math.sqrt(max(v * v - 2 * a * ahead, 0.0))
        fastest = math.sqrt(v * v + 2 * a * ahead)
        at_end = min(max(exit_speed, slowest), fastest)
        taken = min(2 * ahead / (v + at_end), dt) if v + at_end > 0 else 0.0
        self.speed = at_end
        self._next()
        return taken

    def _next(self) -> None:
        if self._index + 1 == len(self._run):
            self._s = self.current.shape.length
            self.speed = 0.0
            self._done = True
        else:
            self._index += 1
            self._s = 0.0


def _braking_speed(v: float, a: float, ahead: float, exit_speed: float, dt: float) -> float:
    """The highest speed after ``dt`` from which the axes can still brake to ``exit_speed`` in time.

    From v'² ≤ v_exit² + 2a(ahead - (v + v')dt/2), solved for v'.
    """
    half = a * dt / 2
    inside = half * half + exit_speed**2 + a * (2 * ahead - v * dt)
    return math.sqrt(inside) - half if inside > 0 else 0.0
