"""Arrays as Qt points, without a Python object per point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPolygonF


def polygon(points: npt.NDArray[np.float64]) -> QPolygonF:
    """f8[n, 2] as a QPolygonF (whose points lie in memory just like that: pairs of doubles)."""
    made = QPolygonF()
    made.fill(QPointF(), len(points))
    memory = made.data()
    if len(points) and memory is not None:
        memory.setsize(len(points) * 16)
        # A voidptr of known size is a buffer; its stub does not say so.
        np.frombuffer(memory, np.float64)[:] = np.ascontiguousarray(points).reshape(-1)  # type: ignore[call-overload]
    return made


def as_rectangle(points: npt.NDArray[np.float64]) -> QRectF | None:
    """The rectangle that four points f8[4, 2] are the corners of, in order; None for anything else."""
    if len(points) != 4:
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points.tolist()
    level = abs(ay - by) + abs(bx - cx) + abs(cy - dy) + abs(dx - ax)
    upright = abs(ax - bx) + abs(by - cy) + abs(cx - dx) + abs(dy - ay)
    if min(level, upright) > 1e-6:
        return None
    return QRectF(min(ax, cx), min(ay, cy), abs(cx - ax), abs(cy - ay))
