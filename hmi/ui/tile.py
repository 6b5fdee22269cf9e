"""The analogue tile: label, value, unit; track with normal band and limits; pointer; quality."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QFont, QPainter

from hmi.present.tile import Scale, TileView
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, badge_width, plate
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted
from hmi.ui.scale_bar import draw_pointer, draw_scale

_TALL = 92
"""From this height on (of the design) the normal range is said in words too."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand in a tile of this size; all tiles of one size are alike."""

    left: float
    value_right: float
    unit_left: float
    unit_room: float
    middle: float
    base: float
    value_font: QFont
    label_font: QFont
    track: QRectF

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, width: int, height: int, scaled: bool, m: Metrics) -> _Layout:
        """``scaled``: whether the tile has a track."""
        side, design = m.px(16), height / m.scale
        tall = design >= _TALL
        size = 32 if tall else min(24.0, max(18.0, design * 0.38))
        thick = m.px(10)
        below = m.px(34) if tall else max(m.px(7), min(m.px(16), round(height * 0.18)))
        track = QRectF(side, height - below - thick, width - 2 * side, thick)
        middle = height / 2 if not scaled else (track.top() - m.px(8)) / 2 + m.px(3 if design > 56 else 1)
        value_font = m.font(size, fonts.SEMIBOLD)
        unit_room = m.px(52)  # one column of units in all tiles, so that figures stand under each other
        right = width - side - unit_room
        base = painting.baseline(value_font, middle)
        unit_left, room = right + m.px(9), unit_room - m.px(5)
        return cls(side, right, unit_left, room, middle, base, value_font, m.font(14), track)


class TileWidget(Painted[TileView]):
    """One analogue indicator."""

    still_covers = True

    def draw(self, painter: QPainter, view: TileView, m: Metrics) -> None:
        """Still parts and the label from a picture; then value, badge and pointer."""
        figure, hatched = view.readout, view.readout.quality.look.hatched
        at = _Layout.of(self.width(), self.height(), view.scale is not None, m)
        wide = self._width(view, at)
        right = at.value_right - (wide + m.px(14) if wide else 0)
        room, badge_room = right - at.left, 0.0
        if figure.quality.badge:
            badge_room = min(badge_width(figure.quality.badge, m), room) + m.px(10)
        label = painting.elided(at.label_font, figure.label, max(0.0, room - badge_room))
        key = (figure.unit, view.scale, hatched, view.beyond, label)
        self.draw_still(painter, key, lambda p: self._still(p, view, label, at, m), m)
        if figure.value:
            self._value(painter, view, wide, at, m)
        if figure.quality.badge:
            badge(painter, right, at.middle, figure.quality.badge, self.theme, m, room)
        if view.scale is not None and view.pointer is not None:
            draw_pointer(painter, at.track, view, self.theme, m)

    def _still(self, painter: QPainter, view: TileView, label: str, at: _Layout, m: Metrics) -> None:
        area, radius = self.area(), m.px(6)
        hatched = view.readout.quality.look.hatched
        if hatched:
            fill_hatched(painter, area, radius, self.theme, m.scale)
        else:
            line = self.theme.fault if view.beyond else ""
            painting.box(painter, area, radius, self.theme.surface, line, 2 * m.scale)
            self._unit(painter, view, at, m)
        if view.scale is not None:
            self._track(painter, view.scale, at, hatched, m)
        self._label(painter, view, label, at, m)

    def _track(self, painter: QPainter, scale: Scale, at: _Layout, hatched: bool, m: Metrics) -> None:
        draw_scale(painter, at.track, scale, self.theme, m)
        if self.height() / m.scale >= _TALL and not hatched:
            font = m.font(12)
            base = painting.baseline(font, (at.track.bottom() + self.height()) / 2)
            below, room = QPointF(at.left, base), at.track.width()
            painting.text(painter, below, scale.normal, font, self.theme.text_soft, room=room)

    def _width(self, view: TileView, at: _Layout) -> float:
        """How wide the figure is."""
        if not view.readout.value:
            return 0.0
        return min(painting.width(at.value_font, view.readout.value), at.value_right - at.left)

    def _value(self, painter: QPainter, view: TileView, wide: float, at: _Layout, m: Metrics) -> None:
        """The figure, on a plate with its unit where it stands on hatch."""
        hatched = view.readout.quality.look.hatched
        if hatched:
            end = at.value_right
            if view.readout.unit:
                end = at.unit_left + min(painting.width(m.font(12), view.readout.unit), at.unit_room)
            self._plate(painter, at.value_right - wide, end, at, m)
            self._unit(painter, view, at, m)
        colour = self.theme.text_faint if hatched else self.theme.text
        spot, room = QPointF(at.value_right, at.base), at.value_right - at.left
        painting.text(
            painter, spot, view.readout.value, at.value_font, colour, room=room, align=painting.RIGHT
        )

    def _unit(self, painter: QPainter, view: TileView, at: _Layout, m: Metrics) -> None:
        spot = QPointF(at.unit_left, at.base)
        painting.text(painter, spot, view.readout.unit, m.font(12), self.theme.text_faint, room=at.unit_room)

    def _label(self, painter: QPainter, view: TileView, label: str, at: _Layout, m: Metrics) -> None:
        """The name as far as there is room for it, on a plate where it stands on hatch."""
        wide = painting.width(at.label_font, label)
        if view.readout.quality.look.hatched and label:
            self._plate(painter, at.left, at.left + wide, at, m)
        colour = self.theme.text if view.beyond else self.theme.text_soft
        spot = QPointF(at.left, painting.baseline(at.label_font, at.middle))
        painting.text(painter, spot, label, at.label_font, colour, room=wide)

    def _plate(self, painter: QPainter, left: float, right: float, at: _Layout, m: Metrics) -> None:
        high = min(m.px(26), at.track.top() - m.px(2))
        area = QRectF(left - m.px(5), at.middle - high / 2, right - left + m.px(10), high)
        plate(painter, area, self.theme, m)
