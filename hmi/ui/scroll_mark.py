"""A thin mark of where in a list one is: at its right, or below where it goes sideways."""

from __future__ import annotations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QAbstractScrollArea, QScrollBar

from hmi.ui import painting
from hmi.ui.metrics import Metrics


def paint_position(painter: QPainter, area: QAbstractScrollArea, colour: str, m: Metrics) -> None:
    """Paint it into the area's viewport; nothing where everything is in view."""
    bar, viewport = area.verticalScrollBar(), area.viewport()
    if bar is None or viewport is None or not bar.maximum():
        return
    y, high = _place(bar, viewport.height(), m)
    painting.box(painter, QRectF(viewport.width() - m.px(4), y, m.px(3), high), m.px(1.5), colour)


def paint_place_across(painter: QPainter, area: QAbstractScrollArea, colour: str, m: Metrics) -> None:
    """The same along the viewport's lower edge."""
    bar, viewport = area.horizontalScrollBar(), area.viewport()
    if bar is None or viewport is None or not bar.maximum():
        return
    x, wide = _place(bar, viewport.width(), m)
    painting.box(painter, QRectF(x, viewport.height() - m.px(3), wide, m.px(3)), m.px(1.5), colour)


def _place(bar: QScrollBar, length: int, m: Metrics) -> tuple[float, float]:
    """(where the mark begins, how long it is) in pixels of a viewport so long."""
    long = max(m.px(24), length * bar.pageStep() / (bar.maximum() + bar.pageStep()))
    return (length - long) * bar.value() / bar.maximum(), long
