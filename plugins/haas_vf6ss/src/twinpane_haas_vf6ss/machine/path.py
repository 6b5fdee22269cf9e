"""Geometry of a move: length, place and direction along it. No time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twinpane_haas_vf6ss.gcode import Arc, Line, Move, Point


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


def shape(move: Move) -> Shape:
    """The geometry of a program's move.

    Raises:
        ValueError: a move of no length.
    """
    match move:
        case Line(start=start, end=end):
            length = math.dist(start, end)
            if length == 0.0:
                raise ValueError(f"line {move.line}: a move of no length")
            dx, dy, dz = ((b - a) / length for a, b in zip(start, end, strict=True))
            return Straight(start, (dx, dy, dz), length)
        case Arc(start=start, centre=centre):
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
