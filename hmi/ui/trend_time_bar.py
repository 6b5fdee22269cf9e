"""The bar under a trend: what can be looked back to, where its gaps are, and which part is shown."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPen

from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.hatch import hatch
from hmi.ui.metrics import Metrics


def paint_time_bar(
    painter: QPainter,
    area: QRectF,
    reach: tuple[int, int],
    shown: tuple[int, int],
    known_from: int,
    gaps: Sequence[tuple[int, int]],
    theme: Theme,
    m: Metrics,
    *,
    live: bool,
) -> None:
    """Paint the bar into ``area``; all times are UTC ns.

    ``reach`` what the bar spans; ``shown`` the part that the plot shows, with the knob at its end (filled
    while live); ``known_from`` since when there is history: before it the bar is only a thin line;
    ``gaps`` spells in which some shown value was not known.
    """
    begin, end = reach
    per_ns = area.width() / max(end - begin, 1)

    def x(time: int) -> float:
        return area.left() + (min(max(time, begin), end) - begin) * per_ns

    middle, thick = area.center().y(), m.px(6)
    painter.setPen(QPen(painting.color(theme.line), 1.0))
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
    known = QRectF(x(known_from), middle - thick / 2, max(area.right() - x(known_from), 0.0), thick)
    painting.box(painter, known, thick / 2, theme.line)
    part = QRectF(x(shown[0]), middle - thick / 2, max(x(shown[1]) - x(shown[0]), 2.0), thick)
    painting.box(painter, part, thick / 2, theme.band)
    painter.setPen(QPen(painting.color(theme.hatch_line), 1.0))
    painter.setBrush(hatch(theme, m.scale))
    for a, b in gaps:
        if b > begin and a < end:
            wide = max(x(b) - x(a), float(m.px(4)))
            painter.drawRoundedRect(QRectF(x(a), middle - m.px(6), wide, m.px(12)), m.px(2), m.px(2))
    knob = QPointF(x(shown[1]), middle)
    if live:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(painting.color(theme.text))
    else:
        painter.setPen(QPen(painting.color(theme.text), m.px(3)))
        painter.setBrush(painting.color(theme.surface))
    painter.drawEllipse(knob, m.px(9), m.px(9))
