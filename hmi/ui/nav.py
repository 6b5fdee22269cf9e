"""The bar at the bottom: one wide button for each screen that exists."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.buttons import NavButton
from hmi.ui.metrics import Metrics

HEIGHT = 76
SCREENS = ("site", "machine", "trends", "diagnostics")


class NavBar(QWidget):
    """Emits ``chosen`` with the name of a screen when its button is touched."""

    chosen = pyqtSignal(str)

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.buttons: dict[str, NavButton] = {}
        for name in SCREENS:
            button = NavButton(theme, texts.text(f"nav.{name}"), self)
            button.clicked.connect(partial(self._touched, name))
            button.setCheckable(True)
            self.buttons[name] = button

    def mark(self, screen: str) -> None:
        """Show which screen is in view."""
        for name, button in self.buttons.items():
            button.setChecked(name == screen)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Share the width; no button is wider than three of the design's."""
        m = Metrics.of(self)
        each = min(self.width() / len(self.buttons), m.px(320))
        left = (self.width() - each * len(self.buttons)) / 2
        for number, button in enumerate(self.buttons.values()):
            x = round(left + number * each)
            button.setGeometry(x, 0, round(left + (number + 1) * each) - x, self.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The ground beside the buttons."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self._theme.surface))
        painter.end()

    def _touched(self, name: str, checked: bool) -> None:
        self.buttons[name].setChecked(True)  # a touch on the screen in view leaves it chosen
        self.chosen.emit(name)
