"""The mark where a trend's memory begins."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics


def paint_beginning(
    painter: QPainter, area: QRectF, bands: Sequence[QRectF], x: float, said: str, theme: Theme, m: Metrics
) -> None:
    """A dashed line at ``x`` over ``bands`` and what it means, before it if ``area`` has room, else after."""
    x = min(max(x, area.left()), area.right())
    painter.setPen(QPen(painting.color(theme.text_faint), 1.0, Qt.PenStyle.DashLine))
    for band in bands:
        painter.drawLine(QPointF(x, band.top()), QPointF(x, band.bottom()))
    wide, beside = badge_width(said, m), m.px(6)
    right = x - beside if x - beside - wide >= area.left() else min(x + beside + wide, area.right())
    middle = bands[len(bands) // 2].center().y()  # not over the words between the bands
    badge(painter, right, middle, said, theme, m, wide)
