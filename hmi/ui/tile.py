"""The analogue tile: label, value, unit; track with normal band and limits; pointer; quality."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.tile import TileView
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, plate
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted


class TileWidget(Painted[TileView]):
    """One analogue indicator."""

    def draw(self, painter: QPainter, view: TileView, m: Metrics) -> None:
        """Still parts from a picture; then value, badge and pointer."""
        figure, look = view.readout, view.readout.quality.look
        key = (figure.label, figure.unit, view.scale, look, view.beyond)
        self.draw_still(painter, key, lambda p: self._still(p, view, m), m)
        value_font = m.font(24, fonts.SEMIBOLD)
        right = self.width() - m.px(16) - self._unit_room(m)
        middle = self._text_middle(m)
        room = right - m.px(16)
        left = right
        if figure.value:
            wide = min(painting.width(value_font, figure.value), room)
            if look.hatched:
                self._plate(painter, right - wide, right, middle, m)
            painting.text(
                painter,
                QPointF(right, painting.baseline(value_font, middle)),
                figure.value,
                value_font,
                self._value_colour(view),
                room=room,
                align=painting.RIGHT,
            )
            left = right - wide - m.px(14)
        if figure.quality.badge:
            left = badge(painter, left, middle, figure.quality.badge, self.theme, m, left - m.px(16)) - m.px(
                10
            )
        self._label(painter, view, m, left)
        if view.scale is not None and view.pointer is not None:
            self._pointer(painter, view, m)

    def _still(self, painter: QPainter, view: TileView, m: Metrics) -> None:
        area, radius = self.area(), m.px(6)
        look = view.readout.quality.look
        if look.hatched:
            fill_hatched(painter, area, radius, self.theme, m.scale)
        else:
            line = self.theme.fault if view.beyond else ""
            painting.box(painter, area, radius, self.theme.surface, line, 2 * m.scale)
        if view.readout.unit:
            unit_font = m.font(12)
            right = self.width() - m.px(16) - self._unit_room(m)
            middle = self._text_middle(m)
            begin = right + m.px(9)
            room = self._unit_room(m) - m.px(5)
            if look.hatched:
                wide = min(painting.width(unit_font, view.readout.unit), room)
                self._plate(painter, begin, begin + wide, middle, m)
            value_font = m.font(24, fonts.SEMIBOLD)
            painting.text(
                painter,
                QPointF(begin, painting.baseline(value_font, middle)),
                view.readout.unit,
                unit_font,
                self.theme.text_faint,
                room=room,
            )
        if view.scale is not None:
            self._track(painter, view, m)

    def _track(self, painter: QPainter, view: TileView, m: Metrics) -> None:
        track = self._track_area(m)
        scale = view.scale
        if scale is None:
            return
        round_end = track.height() / 2.5
        painting.box(painter, track, round_end, self.theme.track)
        if scale.band is not None:
            low, high = (track.left() + track.width() * each for each in scale.band)
            painting.box(painter, QRectF(low, track.top(), high - low, track.height()), 0, self.theme.band)
        for limit in scale.limits:
            x = round(track.left() + track.width() * limit)
            over = m.px(4)
            line = QRectF(x - m.scale, track.top() - over, 2 * m.scale, track.height() + 2 * over)
            painter.fillRect(line, painting.color(self.theme.limit))

    def _label(self, painter: QPainter, view: TileView, m: Metrics, right: float) -> None:
        font = m.font(14)
        middle = self._text_middle(m)
        left = m.px(16)
        room = max(0.0, right - left)
        hatched = view.readout.quality.look.hatched
        if hatched:
            wide = painting.width(font, painting.elided(font, view.readout.label, room))
            self._plate(painter, left, left + wide, middle, m)
        value_font = m.font(24, fonts.SEMIBOLD)
        base = painting.baseline(value_font, middle) - m.px(3)
        colour = self.theme.text if view.beyond else self.theme.text_soft
        painting.text(painter, QPointF(left, base), view.readout.label, font, colour, room=room)

    def _pointer(self, painter: QPainter, view: TileView, m: Metrics) -> None:
        track = self._track_area(m)
        tip = QPointF(track.left() + track.width() * (view.pointer or 0.0), track.top() + m.px(4))
        if view.readout.quality.look.hatched:
            colour = self.theme.text_faint
        else:
            colour = self.theme.fault if view.beyond else self.theme.text
        painting.triangle_down(painter, tip, m.px(8), m.px(11), colour)

    def _plate(self, painter: QPainter, left: float, right: float, middle: float, m: Metrics) -> None:
        high = m.px(26)
        area = QRectF(left - m.px(5), middle - high / 2, right - left + m.px(10), high)
        plate(painter, area, self.theme, m)

    def _value_colour(self, view: TileView) -> str:
        return self.theme.text_faint if view.readout.quality.look.hatched else self.theme.text

    def _text_middle(self, m: Metrics) -> float:
        """The middle of the line of text; the track takes the lower part where there is one."""
        if self.view is not None and self.view.scale is None:
            return self.height() / 2
        return (self._track_area(m).top() - m.px(8)) / 2 + m.px(3)

    def _track_area(self, m: Metrics) -> QRectF:
        high = m.px(10)
        bottom = max(m.px(10), min(m.px(16), round(self.height() * 0.2)))
        side = m.px(16)
        return QRectF(side, self.height() - bottom - high, self.width() - 2 * side, high)

    def _unit_room(self, m: Metrics) -> float:
        """One column of units in all tiles, so that the figures stand under each other."""
        return float(m.px(52))
