"""Across all that is recorded: that it is, and of when. Nobody takes it, or a picture of it, for live."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics

_OPACITY: Final = 0.28
_FRAME: Final = 4


class Watermark(QWidget):
    """Lies over the screens; touches go through it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_text(self, text: str) -> None:
        """Repaint only where it is another one."""
        if text != self.text:
            self.text = text
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """A frame around everything, and the words so faint that what is below can be read."""
        painter = QPainter(self)
        painting.begin(painter)
        m = Metrics.of(self)
        area, thick = QRectF(self.rect()), float(m.px(_FRAME))
        painting.box(painter, area, 0, "", self._theme.replay, thick)
        font = m.font(44, fonts.SEMIBOLD)
        painter.setOpacity(_OPACITY)
        at = QPointF(area.center().x(), painting.baseline(font, area.bottom() - m.px(44)))
        room = area.width() - m.px(40)
        painting.text(painter, at, self.text, font, self._theme.replay, room=room, align=painting.CENTRE)
        painter.end()
