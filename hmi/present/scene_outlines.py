"""What a scene is drawn with, in view coordinates: first axis right, second up, in the geometry's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

Bounds = tuple[float, float, float, float]
"""(left, bottom, right, top) in view coordinates."""


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """Points f8[n, 2], joined in order; filled where ``closed``."""

    points: F64
    closed: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """A circle: a cylinder seen along its axis."""

    centre: tuple[float, float]
    radius: float


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Separate lines f8[n, 2, 2]: n × (from, to) × (right, up)."""

    lines: F64


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A place for a text and, where ``tag`` is given, for that tag's value with its unit."""

    at: tuple[float, float]
    text: str | None
    tag: int | None
    size: Literal["small", "normal", "large"]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A trail: f8[n, 2], rows of NaN are breaks; ``faded`` f8[n] from 0 (new) to 1 (about to vanish).

    ``first`` is the number of the first point, counted from the trail's beginning.
    """

    points: F64
    faded: F64
    first: int = 0


Outline = Polygon | Disc | Segments | Mark | Path


def bounds(outline: Outline) -> Bounds | None:
    """The smallest box around an outline; None where there is nothing to draw."""
    match outline:
        case Disc((x, y), radius):
            return (x - radius, y - radius, x + radius, y + radius)
        case Mark(at=(x, y)):
            return (x, y, x, y)
        case Polygon(points=points) | Path(points=points):
            flat = points
        case Segments(lines=lines):
            flat = lines.reshape(-1, 2)
    flat = flat[np.isfinite(flat[:, 0])]
    if not len(flat):
        return None
    (left, bottom), (right, top) = flat.min(axis=0), flat.max(axis=0)
    return (float(left), float(bottom), float(right), float(top))
