"""Where a recorded finger touched the screen: a ring that goes by itself."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, Qt, QTimer
from PyQt6.QtGui import QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.metrics import Metrics

_SHOWN_MS: Final = 700
_ACROSS: Final = 72


class TouchMark(QWidget):
    """Lies over everything while it is shown; touches go through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def show_at(self, x: float, y: float) -> None:
        """Show it around a place of the window, in pixels."""
        across = Metrics.of(self).px(_ACROSS)
        self.setGeometry(round(x - across / 2), round(y - across / 2), across, across)
        self.show()
        self.raise_()
        self._timer.start(_SHOWN_MS)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """A ring with a dot in it."""
        painter = QPainter(self)
        painting.begin(painter)
        centre, thick = QPointF(self.width() / 2, self.height() / 2), max(2.0, self.width() / 14)
        painter.setPen(QPen(painting.color(self._theme.replay), thick))
        painter.drawEllipse(centre, self.width() / 2 - thick, self.width() / 2 - thick)
        painting.dot(painter, centre, thick, self._theme.replay)
        painter.end()
