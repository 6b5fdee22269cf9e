"""The badge with the open lock: a link that is not secured, as a sign and in words."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPainterPath, QPen

from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics

_SIGN = 14
"""Design px of the sign's room, left of the words."""


def lock_room(label: str, m: Metrics) -> float:
    """What must be left free for `lock_after`; 0 where there is no label."""
    return _width(label, m) + m.px(8) if label else 0.0


def lock_after(painter: QPainter, left: float, middle: float, label: str, theme: Theme, m: Metrics) -> float:
    """A badge that begins a little after ``left``; returns where it ends. Nothing for an empty label."""
    if not label:
        return left
    right = left + lock_room(label, m)
    _draw(painter, right, middle, label, theme, m)
    return right


def lock_before(
    painter: QPainter, right: float, middle: float, label: str, theme: Theme, m: Metrics
) -> float:
    """A badge that ends at ``right``; returns what is free before it. Nothing for an empty label."""
    if not label:
        return right
    _draw(painter, right, middle, label, theme, m)
    return right - lock_room(label, m)


def _width(label: str, m: Metrics) -> float:
    return painting.width(m.font(12, fonts.SEMIBOLD), label) + m.px(18 + _SIGN)


def _draw(painter: QPainter, right: float, middle: float, label: str, theme: Theme, m: Metrics) -> None:
    font, wide, high = m.font(12, fonts.SEMIBOLD), _width(label, m), m.px(22)
    area = QRectF(right - wide, middle - high / 2, wide, high)
    painting.box(painter, area, m.px(4), theme.badge, theme.line)
    _sign(painter, QPointF(area.left() + m.px(14), middle), theme, m)
    at = QPointF(area.left() + m.px(9 + _SIGN), painting.baseline(font, middle))
    painting.text(painter, at, label, font, theme.text, room=wide - m.px(9 + _SIGN))


def _sign(painter: QPainter, centre: QPointF, theme: Theme, m: Metrics) -> None:
    """A padlock whose bow stands open to the right."""
    unit = m.scale
    painter.save()
    painter.setBrush(painting.color(theme.text))
    painter.setPen(Qt.PenStyle.NoPen)
    body = QRectF(centre.x() - 5 * unit, centre.y() - unit, 8 * unit, 6 * unit)
    painter.drawRoundedRect(body, unit, unit)
    bow = QPainterPath(QPointF(centre.x() + unit, centre.y() - unit))
    bow.lineTo(centre.x() + unit, centre.y() - 3 * unit)
    bow.arcTo(QRectF(centre.x() + unit, centre.y() - 6 * unit, 5 * unit, 5 * unit), 180, -180)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(painting.color(theme.text), 1.5 * unit))
    painter.drawPath(bow)
    painter.restore()
