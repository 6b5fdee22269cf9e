"""The buttons of the trends: the accent says that what they name is so now."""

from __future__ import annotations

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from hmi.ui import fonts, painting
from hmi.ui.buttons import TouchButton
from hmi.ui.metrics import Metrics


class TrendButton(TouchButton):
    """A touch button on a surface; checked, it is filled with the accent."""

    def ground(self) -> str:
        """The colour of the card behind it."""
        return self.theme.surface

    def draw(self, painter: QPainter, m: Metrics) -> None:
        """A filled body."""
        theme = self.theme
        fill, ink, line = theme.raised, theme.text, theme.line
        if self.isChecked():
            fill, ink, line = theme.running, theme.background, ""
        if self.isDown():
            fill, ink = theme.pressed, theme.text
        if not self.isEnabled():
            ink = theme.text_faint
        painting.box(painter, QRectF(self.rect()), m.px(6), fill, line)
        weight = fonts.SEMIBOLD if self.isChecked() else fonts.MEDIUM
        self.draw_label(painter, m, m.font(15, weight), ink)
