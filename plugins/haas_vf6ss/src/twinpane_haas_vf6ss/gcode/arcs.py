"""Where the centre of a programmed arc lies, and how far it sweeps."""

from __future__ import annotations

import math

TOLERANCE = 0.02
"""How far (mm) the end of an IJ arc may lie off its circle before the program is refused."""

Planar = tuple[float, float]


def centre_from_radius(start: Planar, end: Planar, radius: float, clockwise: bool) -> Planar:
    """The centre of an R arc. A negative radius asks for the arc of more than 180°.

    Raises:
        ValueError: start and end are the same, or farther apart than the diameter.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    chord = math.hypot(dx, dy)
    if chord == 0.0:
        raise ValueError("a full circle needs I and J: R leaves its centre open")
    if chord > 2 * abs(radius) + TOLERANCE:
        raise ValueError(f"R{radius:g} is too small for an end {chord:.3f} mm away")
    height = math.sqrt(max(radius * radius - chord * chord / 4, 0.0))
    # Seen along start → end, the centre of a short clockwise arc lies at the right.
    side = -1.0 if clockwise == (radius > 0) else 1.0
    return (
        (start[0] + end[0]) / 2 - side * height * dy / chord,
        (start[1] + end[1]) / 2 + side * height * dx / chord,
    )


def swept_angle(start: Planar, end: Planar, centre: Planar, clockwise: bool) -> float:
    """The angle swept from start to end in radians, positive counter-clockwise; the same point: 360°.

    Raises:
        ValueError: a radius of nothing, or an end that lies off the circle through the start.
    """
    radius = math.dist(start, centre)
    if radius == 0.0:
        raise ValueError("the arc's centre is its start")
    off = abs(math.dist(end, centre) - radius)
    if off > TOLERANCE:
        raise ValueError(f"the end lies {off:.3f} mm off the circle of radius {radius:.3f} mm")
    full = 2 * math.pi
    if math.dist(start, end) < 1e-9:
        return -full if clockwise else full
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    last = math.atan2(end[1] - centre[1], end[0] - centre[0])
    sweep = (last - first) % full
    return sweep - full if clockwise else sweep
