"""Where each view of a scene stands on a surface, and how large: pixels, y down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.geometry import View

_COMMON_ENOUGH: Final = 0.7
"""One scale for all views is kept while it draws at least this part of the largest possible area …"""
_LARGE_ENOUGH: Final = 0.5
"""… and each view at least at this part of the scale that it could have."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A view's rectangle on the surface and its map: ``scale`` pixels per unit of the geometry."""

    left: float
    top: float
    width: float
    height: float
    scale: float
    _low: tuple[float, float]

    def to_pixels(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """View coordinates f8[..., 2] as pixels f8[..., 2]."""
        x, y = self.point(0.0, 0.0)
        return points * (self.scale, -self.scale) + (x, y)

    def point(self, right: float, up: float) -> tuple[float, float]:
        """One point of the view as pixels."""
        return (
            self.left + (right - self._low[0]) * self.scale,
            self.top + self.height - (up - self._low[1]) * self.scale,
        )


@dataclass(frozen=True, slots=True)
class Surround:
    """What stands around a view, in pixels: left and right of it, above it and below."""

    left: float = 0.0
    right: float = 0.0
    above: float = 0.0
    below: float = 0.0


def place(views: Sequence[View], around: Sequence[Surround], width: float, height: float) -> list[Placed]:
    """Put views side by side on ``width`` × ``height``.

    They share one scale, so that the machine is equally large in all of them, unless that would leave
    much of the surface empty; then each fills the height as far as the width allows. Rows of views stand
    on the surface's middle, spread over its width. Nothing is larger than its place, and no view smaller
    than a pixel per span.
    """
    free = max(width - sum(a.left + a.right for a in around), 1.0)
    room = max(min((height - a.above - a.below for a in around), default=height), 1.0)
    spans = [(v.span_right.high - v.span_right.low, v.span_up.high - v.span_up.low) for v in views]
    common = min(free / sum(w for w, _ in spans), room / max(h for _, h in spans))
    equal_height = min(room, free / sum(w / h for w, h in spans))
    own = [equal_height / h for _, h in spans]
    drawn = sum(common**2 * w * h for w, h in spans)
    possible = sum(s**2 * w * h for s, (w, h) in zip(own, spans, strict=True))
    shared = drawn >= _COMMON_ENOUGH * possible and all(common >= _LARGE_ENOUGH * s for s in own)
    scales = [common] * len(views) if shared else own
    spare = (free - sum(s * w for s, (w, _) in zip(scales, spans, strict=True))) / (len(views) + 1)
    placed: list[Placed] = []
    x = 0.0
    for view, scale, (w, h), edge in zip(views, scales, spans, around, strict=True):
        x += max(spare, 0.0) + edge.left
        top = edge.above + (height - edge.above - edge.below - h * scale) / 2
        low = (view.span_right.low, view.span_up.low)
        placed.append(Placed(x, top, w * scale, h * scale, scale, low))
        x += w * scale + edge.right
    return placed


def round_ticks(low: float, high: float, pixels: float, apart: float) -> list[float]:
    """Multiples of 1, 2 or 5 × 10ⁿ in [low, high], at least ``apart`` pixels from one another."""
    if not (high > low and pixels > 0):
        return []
    least = (high - low) * apart / pixels
    power = 10.0 ** np.floor(np.log10(least))
    step = next(float(m * power) for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return [float(n * step) for n in np.arange(first, last + 1)]
