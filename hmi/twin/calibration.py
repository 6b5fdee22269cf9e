"""Where a machine's coordinates lie in the drawing, fitted to measured pairs of points.

Rigid: the least-squares rotation and translation by singular values, reflections ruled out; K. S. Arun,
T. S. Huang, S. D. Blostein, *Least-Squares Fitting of Two 3-D Point Sets* (1987), and S. Umeyama (1991).
Affine: linear least squares, which also takes up scale and skew, and so needs one point outside the plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from hmi.config.geometry import Calibration

F64 = npt.NDArray[np.float64]

_FLAT: Final = 1e-6
"""Points spread less than this part of their widest spread in some direction do not span it."""

_DIMENSIONS: Final = {"rigid": (2, "on one line"), "affine": (3, "in one plane")}


class CalibrationError(ValueError):
    """The points do not determine the transform."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted transform f8[4, 4], machine to drawing, and each pair's distance f8[n] that is left."""

    transform: F64
    residuals: F64

    @property
    def residual(self) -> float:
        """Root mean square of the distances, in the geometry's unit."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def worst(self) -> int:
        """The pair that fits worst, from 0."""
        return int(np.argmax(self.residuals))


def fit(machine: npt.ArrayLike, drawing: npt.ArrayLike, kind: Literal["rigid", "affine"] = "rigid") -> Fit:
    """Fit a transform that takes ``machine`` f8[n, 3] to ``drawing`` f8[n, 3].

    Raises:
        CalibrationError: the machine's points do not span a plane (rigid) or space (affine).
    """
    source, target = np.asarray(machine, np.float64), np.asarray(drawing, np.float64)
    centre, aim = source.mean(axis=0), target.mean(axis=0)
    spread = np.linalg.svd(source - centre, compute_uv=False)
    needed, lie = _DIMENSIONS[kind]
    if int(np.count_nonzero(spread > _FLAT * spread[0])) < needed:
        raise CalibrationError(f"the machine's points lie {lie}")
    linear = (_rotation if kind == "rigid" else _linear)(source - centre, target - aim)
    transform = np.eye(4)
    transform[:3, :3] = linear
    transform[:3, 3] = aim - linear @ centre
    return Fit(transform, np.linalg.norm(source @ linear.T + transform[:3, 3] - target, axis=1))


def fitted(calibration: Calibration) -> Fit:
    """The fit of a calibration's own pairs.

    Raises:
        CalibrationError: see `fit`.
    """
    pairs: Sequence[tuple[tuple[float, float, float], tuple[float, float, float]]]
    pairs = [(pair.machine, pair.drawing) for pair in calibration.pairs]
    return fit([each for each, _ in pairs], [each for _, each in pairs], calibration.fit)


def _rotation(source: F64, target: F64) -> F64:
    u, _, vt = np.linalg.svd(target.T @ source)
    turn = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(u @ vt)))])
    return np.asarray(u @ turn @ vt)


def _linear(source: F64, target: F64) -> F64:
    solution, *_ = np.linalg.lstsq(source, target, rcond=None)
    return np.asarray(solution.T)
