"""The badge that says how old or bad a value is, and the plates that keep text legible on hatch."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics


def badge_width(label: str, m: Metrics) -> float:
    """How wide the badge of a text is."""
    return painting.width(m.font(12, fonts.SEMIBOLD), label) + m.px(18) if label else 0.0


def badge(
    painter: QPainter, right: float, middle: float, label: str, theme: Theme, m: Metrics, room: float
) -> float:
    """A badge that ends at ``right``; returns where it begins."""
    font = m.font(12, fonts.SEMIBOLD)
    wide = min(badge_width(label, m), room)
    high = m.px(22)
    area = QRectF(right - wide, middle - high / 2, wide, high)
    painting.box(painter, area, m.px(4), theme.badge, theme.line)
    painting.text(
        painter,
        QPointF(area.center().x(), painting.baseline(font, middle)),
        label,
        font,
        theme.text,
        room=wide - m.px(8),
        align=painting.CENTRE,
    )
    return area.left()


def badge_after(painter: QPainter, left: float, middle: float, label: str, theme: Theme, m: Metrics) -> float:
    """A badge that begins a little after ``left``, where a name ends; returns where it ends itself."""
    right = left + badge_room(label, m)
    badge(painter, right, middle, label, theme, m, badge_width(label, m))
    return right


def badge_room(label: str, m: Metrics) -> float:
    """What a name must leave free for `badge_after`; 0 where there is no label."""
    return badge_width(label, m) + m.px(8) if label else 0.0


def plate(painter: QPainter, area: QRectF, theme: Theme, m: Metrics) -> None:
    """A quiet ground under a text that stands on hatch."""
    painting.box(painter, area, m.px(4), theme.surface)
