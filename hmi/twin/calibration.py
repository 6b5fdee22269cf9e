"""How reported positions lie in the drawing, fitted to measured pairs of points by least squares.

With p̄ and q̄ the points' means, q ≈ M (p − p̄) + q̄. Shift: M = 1. Rigid: M is the rotation that K. S. Arun,
T. S. Huang and S. D. Blostein found from singular values, *Least-Squares Fitting of Two 3-D Point Sets*
(IEEE PAMI, 1987), kept from mirroring as in S. Umeyama (IEEE PAMI, 1991). Affine: any linear M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.calibration import Fit as Kind

F64 = npt.NDArray[np.float64]

_FLAT: Final = 1e-3
"""Points that spread less than this part of their widest spread in a direction say nothing about it."""
_LIE: Final = ("in one place", "on one line", "in one plane")


class CalibrationError(ValueError):
    """The points cannot carry the fit; the text says why and what is expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The relation: drawing = ``matrix`` f8[d, d] · machine + ``offset`` f8[d], d axes.

    ``residuals`` f8[n]: the distance that is left at each point, in the geometry's unit.
    """

    matrix: F64
    offset: F64
    residuals: F64

    @property
    def rms(self) -> float:
        """Root mean square of the residuals."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def largest(self) -> float:
        """The residual of the point that fits worst."""
        return float(self.residuals.max())

    def place(self, positions: npt.ArrayLike) -> F64:
        """Reported positions f8[..., d] as places in the drawing f8[..., d]."""
        return np.asarray(positions, np.float64) @ self.matrix.T + self.offset


def fit(kind: Kind, machine: npt.ArrayLike, drawing: npt.ArrayLike) -> Fitted:
    """Fit points of the machine f8[n, d] to the same points in the drawing f8[n, d].

    Raises:
        CalibrationError: too few points, or they do not spread in enough directions.
    """
    source, target = np.asarray(machine, np.float64), np.asarray(drawing, np.float64)
    n, d = source.shape
    # One more than determine it: else there is nothing left over that could tell how well it fits.
    least = {"shift": 1, "rigid": d, "affine": d + 1}[kind] + 1
    if n < least:
        text = f"found {n} points, expected at least {least} for the fit `{kind}` of {d} axes"
        raise CalibrationError(text)
    from_mean, to_mean = source.mean(axis=0), target.mean(axis=0)
    p, q = source - from_mean, target - to_mean
    _spread_enough(kind, p)
    matrix = np.eye(d) if kind == "shift" else _rotation(p, q) if kind == "rigid" else _linear(p, q)
    offset = to_mean - matrix @ from_mean
    residuals = np.linalg.norm(source @ matrix.T + offset - target, axis=1)
    return Fitted(matrix, offset, residuals)


def _spread_enough(kind: Kind, p: F64) -> None:
    d = p.shape[1]
    needed = {"shift": 0, "rigid": d - 1, "affine": d}[kind]
    spread = np.linalg.svd(p, compute_uv=False)
    directions = int(np.count_nonzero(spread > _FLAT * spread[0]))
    if directions < needed:
        text = f"the points lie (nearly) {_LIE[directions]}, expected points that spread in "
        raise CalibrationError(text + ("1 direction" if needed == 1 else f"{needed} directions"))


def _rotation(p: F64, q: F64) -> F64:
    u, _, vt = np.linalg.svd(q.T @ p)
    keep = np.ones(len(u))
    keep[-1] = np.sign(np.linalg.det(u @ vt))
    return np.asarray((u * keep) @ vt)


def _linear(p: F64, q: F64) -> F64:
    solution, *_ = np.linalg.lstsq(p, q, rcond=None)
    return np.asarray(solution.T)
