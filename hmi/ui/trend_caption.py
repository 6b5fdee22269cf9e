"""The words over a trend's band."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.quality import Look
from hmi.present.theme import Theme
from hmi.present.trend_legend import LegendEntry
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics


def paint_caption(
    painter: QPainter, head: QRectF, entry: LegendEntry, colour: str, theme: Theme, m: Metrics
) -> None:
    """One line in ``head``: the line's colour and name at the left, value and freshness at the right."""
    middle, right = head.center().y(), head.right() - m.px(4)
    mark = QRectF(head.left(), middle - m.px(2), m.px(18), m.px(4))
    painting.box(painter, mark, m.px(2), colour)
    if entry.look is Look.LIVE:
        font = m.font(12)
        at = QPointF(right, painting.baseline(font, middle))
        right -= painting.text(
            painter, at, entry.note, font, theme.text_soft, room=m.px(220), align=painting.RIGHT
        )
    else:
        right = badge(painter, right, middle, entry.note, theme, m, badge_width(entry.note, m))
    font, right = m.font(15, fonts.SEMIBOLD), right - m.px(12)
    wide = painting.width(font, entry.figure) if entry.figure else 0.0
    if wide and entry.look.hatched:
        wide += m.px(12)
        plate = QRectF(right - wide, head.top() + m.px(1), wide, head.height() - m.px(2))
        fill_hatched(painter, plate, m.px(4), theme, m.scale)
        painting.box(painter, plate.adjusted(m.px(3), m.px(3), -m.px(3), -m.px(3)), m.px(3), theme.surface)
    ink = theme.text_faint if entry.look.hatched else theme.text
    at = QPointF(right - (m.px(6) if entry.look.hatched else 0), painting.baseline(font, middle))
    painting.text(painter, at, entry.figure, font, ink, room=wide, align=painting.RIGHT)
    left, font = mark.right() + m.px(8), m.font(13, fonts.MEDIUM)
    at = QPointF(left, painting.baseline(font, middle))
    painting.text(painter, at, entry.label, font, theme.text, room=max(right - wide - m.px(12) - left, 0.0))
