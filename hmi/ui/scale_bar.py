"""The analogue part of an indicator: a track with the normal band, limits and a pointer."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.theme import Theme
from hmi.present.tile import Scale, TileView
from hmi.ui import painting
from hmi.ui.metrics import Metrics


def draw_scale(painter: QPainter, track: QRectF, scale: Scale, theme: Theme, m: Metrics) -> None:
    """What does not move."""
    radius = track.height() / 2.5
    painting.box(painter, track, radius, theme.track)
    if scale.band is not None:
        low, high = (track.left() + track.width() * each for each in scale.band)
        painter.save()
        painter.setClipRect(QRectF(low, track.top() - 1, high - low, track.height() + 2))
        painting.box(painter, track, radius, theme.band)
        painter.restore()
    for limit in scale.limits:
        x = round(track.left() + track.width() * limit)
        over = m.px(4)
        line = QRectF(x - m.scale, track.top() - over, 2 * m.scale, track.height() + 2 * over)
        painter.fillRect(line, painting.color(theme.limit))


def draw_pointer(painter: QPainter, track: QRectF, view: TileView, theme: Theme, m: Metrics) -> None:
    """Where the value stands: faint where it is not live, amber where it is beyond its limits."""
    tip = QPointF(track.left() + track.width() * (view.pointer or 0.0), track.top() + m.px(4))
    if view.readout.quality.look.hatched:
        colour = theme.text_faint
    else:
        colour = theme.fault if view.beyond else theme.text
    painting.triangle_down(painter, tip, m.px(8), m.px(11), colour)
