"""How fast a move may be run: feed, axis limits and the corner to the next one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twinpane_haas_vf6ss.gcode import Arc, Line, Move
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.machine.path import Shape, helix, straight

_TANGENT = 1 - 5e-7
"""Cosine of the corner (0.001 rad) below which two moves count as one smooth path."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A move with its limits along the path.

    ``feed`` programmed speed in mm/s, ``rapid`` whether the rapid override governs it, ``cap`` what the
    axes and the centripetal acceleration allow in mm/s, ``acceleration`` along the path in mm/s².
    """

    line: int
    shape: Shape
    feed: float
    rapid: bool
    cap: float
    acceleration: float

    def speed(self, feed_override: float, rapid_override: float) -> float:
        """The speed that holds at these overrides (1.0 = 100 %); a rapid never goes over 100 %."""
        override = min(rapid_override, 1.0) if self.rapid else feed_override
        return min(self.feed * override, self.cap)


def segment(move: Move) -> Segment:
    """A move with the limits of this machine."""
    return _arc(move) if isinstance(move, Arc) else _line(move)


def _arc(move: Arc) -> Segment:
    """Half of the squared acceleration is kept for the centripetal part (v²/r), half for the change of
    speed, so that their vector sum stays within the axes' acceleration.
    """
    made = helix(move)
    acceleration = min(figures.ACCELERATION) * math.sqrt(0.5)
    cap = min(math.sqrt(acceleration * made.radius), figures.MAX_CUTTING_FEED / 60)
    return Segment(move.line, made, move.feed / 60, False, cap, acceleration)


def _line(move: Line) -> Segment:
    """The axis that is first at its limit, in this direction, limits the path."""
    made = straight(move)
    limits = [
        (speed / share / 60, acceleration / share)
        for speed, acceleration, share in zip(
            figures.RAPID, figures.ACCELERATION, map(abs, made.direction), strict=True
        )
        if share > 1e-9
    ]
    fastest, acceleration = min(speed for speed, _ in limits), min(a for _, a in limits)
    if move.feed is None:
        return Segment(move.line, made, fastest, True, fastest, acceleration)
    cap = min(fastest, figures.MAX_CUTTING_FEED / 60)
    return Segment(move.line, made, move.feed / 60, False, cap, acceleration)


def smooth(before: Segment, after: Segment) -> bool:
    """Whether the path goes on in the same direction; at any other corner the axes stop exactly."""
    a, b = before.shape.tangent(before.shape.length), after.shape.tangent(0.0)
    return sum(x * y for x, y in zip(a, b, strict=True)) > _TANGENT


def entry_speeds(run: Sequence[Segment], feed_override: float, rapid_override: float) -> list[float]:
    """The highest speed (mm/s) at which each segment may be entered, and one more: the stop at the end.

    Backward pass of the usual look-ahead: a segment may only be entered as fast as its length lets the
    axes brake to the entry speed of the next.
    """
    allowed = [0.0] * (len(run) + 1)
    for i in range(len(run) - 1, 0, -1):
        here, before = run[i], run[i - 1]
        if smooth(before, here):
            allowed[i] = min(
                here.speed(feed_override, rapid_override),
                before.speed(feed_override, rapid_override),
                math.sqrt(allowed[i + 1] ** 2 + 2 * here.acceleration * here.shape.length),
            )
    return allowed
