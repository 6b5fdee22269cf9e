"""The mark where a trend's memory begins."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.metrics import Metrics


def paint_beginning(painter: QPainter, area: QRectF, x: float, said: str, theme: Theme, m: Metrics) -> None:
    """A dashed line over ``area`` at ``x``, and what it means, before it where there is room, else after."""
    x = min(max(x, area.left()), area.right())
    painter.setPen(QPen(painting.color(theme.text_faint), 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    wide, beside = badge_width(said, m), m.px(6)
    right = x - beside if x - beside - wide >= area.left() else min(x + beside + wide, area.right())
    badge(painter, right, area.center().y(), said, theme, m, wide)
