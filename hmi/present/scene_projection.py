"""Parallel projection of solids: from a frame's coordinates to an outline in a view."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.geometry import View
from hmi.present.scene_outlines import Disc, Outline, Polygon
from hmi.twin.kinematics import AXES

F64 = npt.NDArray[np.float64]

_EXACT: Final = 1e-9
_ROUND: Final = 32
"""Corners of a circle that is seen neither along nor across its axis."""
_CORNERS: Final = np.array(list(product((0.0, 1.0), repeat=3)))


class Projection:
    """The parallel projection of one view.

    Raises:
        ValueError: the view's two directions are the same axis.
    """

    def __init__(self, view: View) -> None:
        if view.right[-1] == view.up[-1]:
            raise ValueError(f"view {view.name!r}: right and up are the same axis")
        self.matrix: F64 = np.array([_direction(view.right), _direction(view.up)])
        """f8[2, 3]: base coordinates to (right, up)."""

    def points(self, transform: F64, points: F64) -> F64:
        """Points f8[n, 3] of the frame at ``transform`` f8[4, 4] as f8[n, 2]."""
        linear = self.matrix @ transform[:3, :3]
        return np.asarray(points @ linear.T + self.matrix @ transform[:3, 3])

    def box(self, transform: F64, low: F64, high: F64) -> Polygon:
        """The outline of an axis-parallel box between two corners f8[3] of a frame."""
        linear = np.abs(self.matrix @ transform[:3, :3])
        if np.all((linear < _EXACT) | (linear > 1 - _EXACT)):
            (a, b), (c, d) = self.points(transform, np.array([low, high])).tolist()
            return Polygon(np.array([(a, b), (c, b), (c, d), (a, d)]))
        return Polygon(convex_hull(self.points(transform, low + _CORNERS * (high - low))))

    def cylinder(self, transform: F64, axis: str, at: F64, radius: float, length: float) -> Outline:
        """The outline of a cylinder along ``axis`` from ``at`` f8[3]: disc, rectangle, or in between."""
        along = np.zeros(3)
        along[AXES.index(axis)] = 1.0
        ends = self.points(transform, np.array([at, at + along * length]))
        shown = self.matrix @ transform[:3, :3] @ along
        size = float(np.hypot(shown[0], shown[1]))
        if size < _EXACT:
            return Disc((float(ends[0, 0]), float(ends[0, 1])), abs(radius))
        if size > 1 - _EXACT:
            side = np.array([-shown[1], shown[0]]) * radius
            return Polygon(np.array([ends[0] - side, ends[0] + side, ends[1] + side, ends[1] - side]))
        angle = np.linspace(0.0, 2 * np.pi, _ROUND, endpoint=False)
        rim = np.zeros((_ROUND, 3))
        rim[:, (AXES.index(axis) + 1) % 3] = radius * np.cos(angle)
        rim[:, (AXES.index(axis) + 2) % 3] = radius * np.sin(angle)
        rims = np.concatenate([at + rim, at + along * length + rim])
        return Polygon(convex_hull(self.points(transform, rims)))


def convex_hull(points: F64) -> F64:
    """The corners of the convex hull of f8[n, 2], anticlockwise (A. M. Andrew's monotone chain, 1979)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)
    lower, upper = _half_hull(ordered), _half_hull(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _half_hull(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    hull: list[tuple[float, float]] = []
    for x, y in ordered:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            hull.pop()
        hull.append((x, y))
    return hull


def _direction(name: str) -> F64:
    unit = np.zeros(3)
    unit[AXES.index(name[-1])] = -1.0 if name.startswith("-") else 1.0
    return unit
