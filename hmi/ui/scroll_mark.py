"""A thin mark at the right of where in a list one is."""

from __future__ import annotations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QAbstractScrollArea

from hmi.ui import painting
from hmi.ui.metrics import Metrics


def paint_position(painter: QPainter, area: QAbstractScrollArea, colour: str, m: Metrics) -> None:
    """Paint it into the area's viewport; nothing where everything is in view."""
    bar, viewport = area.verticalScrollBar(), area.viewport()
    if bar is None or viewport is None or not bar.maximum():
        return
    whole = bar.maximum() + bar.pageStep()
    high = max(m.px(24), viewport.height() * bar.pageStep() / whole)
    y = (viewport.height() - high) * bar.value() / bar.maximum()
    painting.box(painter, QRectF(viewport.width() - m.px(4), y, m.px(3), high), m.px(1.5), colour)
