"""A headline figure on a machine's card: the value, its label, and where there is room its scale."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.theme import Theme
from hmi.present.tile import TileView
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width, plate
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.scale_bar import draw_pointer, draw_scale

_SIZES: Final = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


def draw_figure(
    painter: QPainter, view: TileView, cell: QRectF, size: float, theme: Theme, m: Metrics
) -> None:
    """Draw a figure of ``size`` design px into a cell; hatched with its badge where it is not live."""
    figure = view.readout
    hatched = figure.quality.look.hatched
    roomy = cell.height() > m.px(110) and view.scale is not None
    line = cell.center().y() + m.px(-10 if roomy else 4)
    value = figure.value or "–"
    value_font, unit_font, unit = m.font(size, fonts.SEMIBOLD), m.font(16), 0.0
    for share in _SIZES:  # a figure is made smaller before a digit of it is left out
        value_font, unit_font = m.font(size * share, fonts.SEMIBOLD), m.font(max(14.0, size * share * 0.42))
        unit = painting.width(unit_font, figure.unit) + m.px(6) if figure.unit else 0.0
        if painting.width(value_font, value) + unit <= cell.width():
            break
    wide = min(painting.width(value_font, value), max(0.0, cell.width() - unit))
    if hatched:
        high = m.px(size) + m.px(10)
        back = QRectF(cell.left() - m.px(6), line - high, wide + unit + m.px(12), high + m.px(8))
        fill_hatched(painter, back, m.px(4), theme, m.scale)
        inset = m.px(4)
        plate(painter, back.adjusted(inset, inset, -inset, -inset), theme, m)
    colour = theme.text_faint if hatched else theme.text
    painting.text(painter, QPointF(cell.left(), line), value, value_font, colour, room=wide + 1)
    at = QPointF(cell.left() + wide + m.px(6), line)
    painting.text(painter, at, figure.unit, unit_font, theme.text_soft, room=unit)
    below = line + m.px(24)
    if figure.quality.badge:
        room = min(badge_width(figure.quality.badge, m), cell.width())
        badge(painter, cell.left() - m.px(6) + room, below, figure.quality.badge, theme, m, room)
    else:
        small = m.font(15)
        at = QPointF(cell.left(), painting.baseline(small, below))
        painting.text(painter, at, figure.label, small, theme.text_soft, room=cell.width())
    if roomy and view.scale is not None:
        track = QRectF(cell.left(), below + m.px(26), min(cell.width(), m.px(230)), m.px(8))
        draw_scale(painter, track, view.scale, theme, m)
        if view.pointer is not None:
            draw_pointer(painter, track, view, theme, m)
