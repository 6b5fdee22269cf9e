"""A plain figure under the twin: an axis, a feed."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter

from hmi.present.tile import ReadoutView
from hmi.ui import fonts, painting
from hmi.ui.badge import badge, plate
from hmi.ui.hatch import fill_hatched
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted


class ReadoutWidget(Painted[ReadoutView]):
    """Label and unit on top, the figure below. With a badge there are three rows: a name that is cut says
    nothing exactly when it matters which value is bad.
    """

    def draw(self, painter: QPainter, view: ReadoutView, m: Metrics) -> None:
        """All of it: it is small."""
        area, pad = self.area(), m.px(12)
        hatched = view.quality.look.hatched
        if hatched:
            fill_hatched(painter, area, m.px(6), self.theme, m.scale)
        else:
            painting.box(painter, area, m.px(6), self.theme.surface)
        top = round(self.height() * (0.18 if view.quality.badge else 0.26))
        right = self._unit(painter, view, m, top)
        label_font = m.font(13, fonts.MEDIUM)
        room = max(0.0, right - pad)
        label = painting.elided(label_font, view.label, room)
        if hatched and label:
            wide = painting.width(label_font, label)
            plate(painter, self._plate(pad, pad + wide, top, m.px(20), m), self.theme, m)
        base = painting.baseline(label_font, top)
        painting.text(painter, QPointF(pad, base), label, label_font, self.theme.text_soft, room=room)
        self._figure(painter, view, m)
        if view.quality.badge:
            end = self.width() - m.px(6)
            badge(painter, end, self.height() * 0.82, view.quality.badge, self.theme, m, end - m.px(6))

    def _unit(self, painter: QPainter, view: ReadoutView, m: Metrics, middle: float) -> float:
        """The unit at the right; returns where the label must end."""
        right = self.width() - m.px(12)
        font = m.font(11)
        if view.quality.look.hatched and view.unit:
            wide = painting.width(font, view.unit)
            plate(painter, self._plate(right - wide, right, middle, m.px(18), m), self.theme, m)
        wide = painting.text(
            painter,
            QPointF(right, painting.baseline(font, middle)),
            view.unit,
            font,
            self.theme.text_faint,
            room=self.width() * 0.5,
            align=painting.RIGHT,
        )
        return right - wide - m.px(6)

    def _figure(self, painter: QPainter, view: ReadoutView, m: Metrics) -> None:
        if not view.value:
            return
        pad, marked = m.px(12), bool(view.quality.badge)
        room = self.width() - 2 * pad
        font = m.font(22, fonts.SEMIBOLD)
        for size in (
            (17, 15) if marked else (22, 19, 16)
        ):  # a figure is made smaller before a digit of it is left out
            font = m.font(size, fonts.SEMIBOLD)
            if painting.width(font, view.value) <= room:
                break
        middle = self.height() * (0.5 if marked else 0.66)
        right = self.width() - pad
        hatched = view.quality.look.hatched
        if hatched:
            wide = min(room, painting.width(font, view.value))
            plate(
                painter,
                self._plate(right - wide, right, middle, m.px(20 if marked else 26), m),
                self.theme,
                m,
            )
        colour = self.theme.text_faint if hatched else self.theme.text
        base = QPointF(right, painting.baseline(font, middle))
        painting.text(painter, base, view.value, font, colour, room=room, align=painting.RIGHT)

    def _plate(self, left: float, right: float, middle: float, high: float, m: Metrics) -> QRectF:
        return QRectF(left - m.px(4), middle - high / 2, right - left + m.px(8), high)
