"""Items of a scene as Qt shapes in pixels: made when an item changes, painted as often as needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF, QRegion

from hmi.present.freshness import Freshness
from hmi.present.scene_layout import Placed
from hmi.present.scene_outlines import Disc, Path, Polygon, Segments
from hmi.present.scene_parts import Item
from hmi.ui.twin_geometry import as_rectangle, polygon
from hmi.ui.twin_styles import ZONE_STEPS, Styles

_MARGIN: Final = 4
"""Pixels around a shape that its pen and its smoothing may touch."""
_STEP: Final = 8
"""A sprite that moved by less than 1/8 pixel is not painted again."""
_TRAIL_RUN: Final = 48
"""Points of a trail that are stroked at once, in one opacity."""
_PALER: Final = 0.04
"""A run is painted again when it has faded by so much: a step that nobody sees."""


class Sprite(Protocol):
    """Something that can be painted; ``rect`` holds every pixel that it touches."""

    rect: QRect

    def paint(self, painter: QPainter, styles: Styles, dirty: QRect) -> None:
        """Paint it; only ``dirty`` must be right afterwards."""
        ...

    def key(self) -> tuple[object, ...]:
        """Equal keys look the same."""
        ...


class ShapeSprite:
    """A polygon, a rectangle, a disc or lines."""

    def __init__(self, item: Item, placed: Placed, scale: float) -> None:
        self._style = item.style
        self._item = item
        self._disc: tuple[QPointF, float] | None = None
        self._lines: list[QLineF] = []
        self._polygon = QPolygonF()
        self._rectangle: QRectF | None = None
        self._closed = True
        self._cross = 0.0
        numbers: list[float]
        match item.outline:
            case Disc(centre=(x, y), radius=radius):
                px, py = placed.point(x, y)
                size = radius * placed.scale
                if item.style == "tool":
                    size = max(size, 8 * scale)
                    self._cross = size + 9 * scale
                self._disc = (QPointF(px, py), size)
                reach = max(size, self._cross)
                box = QRectF(px - reach, py - reach, 2 * reach, 2 * reach)
                numbers = [px, py, size]
            case Segments(lines=lines):
                pixels = np.floor(placed.to_pixels(lines)) + 0.5
                numbers = pixels.ravel().tolist()
                self._lines = [QLineF(*line) for line in pixels.reshape(-1, 4).tolist()]
                box = _box(pixels.reshape(-1, 2))
            case Polygon(points=points, closed=closed):
                pixels = placed.to_pixels(points)
                numbers = pixels.ravel().tolist()
                self._closed = closed
                self._rectangle = as_rectangle(pixels) if closed else None
                self._polygon = polygon(pixels)
                box = _box(pixels)
            case _:
                raise TypeError(f"{item.outline!r} is no shape")
        margin = math.ceil(_MARGIN * scale)
        self.rect = box.toAlignedRect().adjusted(-margin, -margin, margin, margin)
        zone = None if item.zone is None else round(item.zone * ZONE_STEPS)
        look = (item.visible, item.live, item.freshness, bool(item.unknown), zone)
        self._key = (*look, tuple(round(n * _STEP) for n in numbers))

    def key(self) -> tuple[object, ...]:
        """Equal keys look the same."""
        return self._key

    def paint(self, painter: QPainter, styles: Styles, dirty: QRect) -> None:
        """Paint the shape."""
        stroke = styles.of(self._item)
        if self._item.freshness == Freshness.UNCERTAIN and self._style not in ("grid", "envelope", "rail"):
            stroke = styles.uncertain(stroke)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not self._lines)
        painter.setPen(stroke.pen)
        painter.setBrush(stroke.brush)
        if self._lines:
            painter.drawLines(self._lines[0], *self._lines[1:])
        elif self._disc is not None:
            self._paint_disc(painter, styles, *self._disc)
        elif self._rectangle is not None:
            self._paint_rectangle(painter, self._rectangle)
        elif self._closed:
            painter.drawPolygon(self._polygon)
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(self._polygon)

    def _paint_rectangle(self, painter: QPainter, rectangle: QRectF) -> None:
        if self._style == "rail":
            painter.setPen(Qt.PenStyle.NoPen)
        radius = 0.0 if self._style == "envelope" else min(3.0, rectangle.width() / 4, rectangle.height() / 4)
        painter.drawRoundedRect(rectangle, radius, radius)

    def _paint_disc(self, painter: QPainter, styles: Styles, centre: QPointF, radius: float) -> None:
        if not self._cross:
            painter.drawEllipse(centre, radius, radius)
            return
        if self._item.live:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(styles.ring if self._item.live else styles.of(self._item).pen)
        painter.drawEllipse(centre, radius, radius)
        if self._item.live:
            painter.setPen(styles.crosshair)
        x, y, far = centre.x(), centre.y(), self._cross
        painter.drawLine(QPointF(x - far, y), QPointF(x + far, y))
        painter.drawLine(QPointF(x, y - far), QPointF(x, y + far))


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A stretch of a trail that is stroked at once; ``ends``: its length, and where it begins and ends."""

    rect: QRect
    line: QPolygonF
    faded: float
    ends: tuple[float, ...]


class TrailSprite:
    """A trail in runs of points, paler with age.

    Runs begin at fixed numbers of points, so that those of the sprite ``before`` are used again: only
    the growing end is made anew.
    """

    def __init__(self, item: Item, placed: Placed, scale: float, before: TrailSprite | None = None) -> None:
        outline = item.outline
        if not isinstance(outline, Path):
            raise TypeError(f"{outline!r} is no trail")
        self._width = 2.2 * scale
        known = {} if before is None else before.runs
        self.runs: dict[tuple[int, int], _Run] = {}
        pixels = placed.to_pixels(outline.points)
        for begin, end in _pieces(pixels):
            first = begin
            while first < end - 1:
                number = outline.first + first
                last = min(first + _TRAIL_RUN - number % _TRAIL_RUN, end - 1)
                # A run that grows at its end, or is eaten at its beginning, is another one.
                key = (number, outline.first + last)
                faded = float(outline.faded[first])
                self.runs[key] = _run(pixels[first : last + 1], faded, known.get(key))
                first = last
        self.rect = QRect()
        for run in self.runs.values():
            self.rect = self.rect.united(run.rect)
        ends = pixels[-1].tolist() if len(pixels) else [0.0, 0.0]
        first_end = pixels[0].tolist() if len(pixels) else [0.0, 0.0]
        age = round(float(outline.faded[0]) * 50) if len(pixels) else 0
        self._key = (len(pixels), age, *ends, *first_end)

    def key(self) -> tuple[object, ...]:
        """Equal keys look the same."""
        return self._key

    def changed(self, before: TrailSprite) -> QRegion:
        """Where it looks different from the sprite before: mostly at its growing end."""
        region = QRegion()
        for key in self.runs.keys() | before.runs.keys():
            now, then = self.runs.get(key), before.runs.get(key)
            if now is not then:
                for run in (now, then):
                    if run is not None:
                        region += QRegion(run.rect)
        return region

    def paint(self, painter: QPainter, styles: Styles, dirty: QRect) -> None:
        """Paint the runs that the dirty rectangle touches."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for run in self.runs.values():
            if run.rect.intersects(dirty):
                colour = QColor(styles.trail_colour)
                colour.setAlphaF(max(0.15, 1.0 - 0.85 * run.faded))
                painter.setPen(QPen(colour, self._width))
                painter.drawPolyline(run.line)


def _run(points: npt.NDArray[np.float64], faded: float, before: _Run | None) -> _Run:
    ends = (*points[0].tolist(), *points[-1].tolist())
    if before is not None and before.ends == ends:
        if abs(faded - before.faded) < _PALER:
            return before
        return _Run(before.rect, before.line, faded, ends)
    rect = _box(points).toAlignedRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    return _Run(rect, polygon(points), faded, ends)


def _pieces(pixels: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Where the unbroken pieces of a trail begin and end."""
    broken = np.isnan(pixels[:, 0]) if len(pixels) else np.zeros(0, np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], broken, [True]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _box(pixels: npt.NDArray[np.float64]) -> QRectF:
    if not len(pixels):
        return QRectF()
    (left, top), (right, bottom) = pixels.min(axis=0).tolist(), pixels.max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)
