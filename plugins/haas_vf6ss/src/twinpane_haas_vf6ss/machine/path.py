"""Geometry of a move: length, place and direction along it. No time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twinpane_haas_vf6ss.gcode import Arc, Line, Point


@dataclass(frozen=True, slots=True)
class Straight:
    """A straight line of ``length`` mm from ``start`` in the unit direction ``direction``."""

    start: Point
    direction: Point
    length: float

    def at(self, s: float) -> Point:
        """The point ``s`` mm from the start."""
        x, y, z = self.start
        dx, dy, dz = self.direction
        return (x + dx * s, y + dy * s, z + dz * s)

    def tangent(self, _s: float) -> Point:
        """The unit direction of travel."""
        return self.direction


@dataclass(frozen=True, slots=True)
class Helix:
    """An arc in XY about ``centre`` with a steady rise; ``angle`` in radians, positive counter-clockwise.

    ``length`` is that of the path, ``radius`` that of its projection; ``first`` is the angle of the start.
    """

    start: Point
    centre: tuple[float, float]
    radius: float
    first: float
    angle: float
    rise: float
    length: float

    def at(self, s: float) -> Point:
        """The point ``s`` mm along the path."""
        share = s / self.length
        angle = self.first + self.angle * share
        return (
            self.centre[0] + self.radius * math.cos(angle),
            self.centre[1] + self.radius * math.sin(angle),
            self.start[2] + self.rise * share,
        )

    def tangent(self, s: float) -> Point:
        """The unit direction of travel ``s`` mm along the path."""
        angle = self.first + self.angle * s / self.length
        turn = self.angle * self.radius / self.length
        return (-turn * math.sin(angle), turn * math.cos(angle), self.rise / self.length)


Shape = Straight | Helix


def straight(move: Line) -> Straight:
    """The geometry of a line.

    Raises:
        ValueError: a line of no length.
    """
    length = math.dist(move.start, move.end)
    if length == 0.0:
        raise ValueError(f"line {move.line}: a move of no length")
    dx, dy, dz = ((b - a) / length for a, b in zip(move.start, move.end, strict=True))
    return Straight(move.start, (dx, dy, dz), length)


def helix(move: Arc) -> Helix:
    """The geometry of an arc."""
    start, centre = move.start, move.centre
    radius = math.dist(start[:2], centre)
    rise = move.end[2] - start[2]
    return Helix(
        start,
        centre,
        radius,
        math.atan2(start[1] - centre[1], start[0] - centre[0]),
        move.angle,
        rise,
        math.hypot(radius * move.angle, rise),
    )
