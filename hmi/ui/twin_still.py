"""What never moves in a twin: the ground, the views' titles and their axis scales."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QLineF, QPointF, QRectF
from PyQt6.QtGui import QPainter, QPen

from hmi.config.geometry import View
from hmi.present import format as formats
from hmi.present.scene_layout import Placed, Surround, round_ticks
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics

TITLE_ROW: Final = 36
_TICK: Final = 5
_APART: Final = 64


def surround(view: View, travels: bool, m: Metrics) -> Surround:
    """The room that titles and scales need around a view."""
    return Surround(
        left=m.px(44 if view.scales else 16),
        right=m.px(76 if travels else 16),
        above=m.px(TITLE_ROW),
        below=m.px(26 if view.scales else 4),
    )


def paint_still(
    painter: QPainter,
    area: QRectF,
    views: list[tuple[View, Placed]],
    unit: str,
    texts: Texts,
    theme: Theme,
    m: Metrics,
) -> None:
    """Ground, titles and axis scales of all views."""
    painter.fillRect(area, painting.color(theme.background))
    painting.box(painter, area, m.px(6), theme.surface)
    for number, (view, placed) in enumerate(views):
        left = m.px(16) if number == 0 else placed.left - (m.px(30) if view.scales else 0)
        baseline = m.px(26)
        title = texts.text(view.title)
        painting.text(
            painter,
            QPointF(left, baseline),
            title,
            m.font(13, fonts.MEDIUM),
            theme.text_soft,
            room=placed.left + placed.width - left,
        )
        if view.scales:
            _axes(painter, view, placed, unit, texts, theme, m)


def _axes(
    painter: QPainter, view: View, placed: Placed, unit: str, texts: Texts, theme: Theme, m: Metrics
) -> None:
    font, point = m.font(10), texts.text("format.point")
    decimals = 0 if unit == "mm" else 1
    painter.setPen(QPen(painting.color(theme.line), 1.0))
    bottom, left = placed.top + placed.height + m.px(5), placed.left - m.px(5)
    right_ticks = round_ticks(view.span_right.low, view.span_right.high, placed.width, m.px(_APART))
    up_ticks = round_ticks(view.span_up.low, view.span_up.high, placed.height, m.px(_APART * 0.7))
    lines = [QLineF(placed.left, bottom, placed.left + placed.width, bottom)]
    lines.append(QLineF(left, placed.top, left, placed.top + placed.height))
    for value in right_ticks:
        x = placed.point(value, view.span_up.low)[0]
        lines.append(QLineF(x, bottom, x, bottom + m.px(_TICK)))
    for value in up_ticks:
        y = placed.point(view.span_right.low, value)[1]
        lines.append(QLineF(left - m.px(_TICK), y, left, y))
    painter.drawLines(lines[0], *lines[1:])
    for number, value in enumerate(right_ticks):
        said = formats.number(value, decimals, point) + (f" {unit}" if number == len(right_ticks) - 1 else "")
        at = QPointF(placed.point(value, view.span_up.low)[0], bottom + m.px(17))
        painting.text(painter, at, said, font, theme.text_faint, room=m.px(_APART), align=painting.CENTRE)
    for value in up_ticks:
        y = painting.baseline(font, placed.point(view.span_right.low, value)[1])
        at = QPointF(left - m.px(_TICK + 3), y)
        said = formats.number(value, decimals, point)
        painting.text(painter, at, said, font, theme.text_faint, room=m.px(40), align=painting.RIGHT)
