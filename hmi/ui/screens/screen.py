"""What all screens are."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from hmi.present.drawn import Drawn
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import painting


class Screen(QWidget):
    """A screen of one session; only the one in view is refreshed."""

    def __init__(self, session: Session, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.theme = theme
        self.texts = texts
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def refresh(self, frame: Frame) -> None:
        """Show what is new in a frame."""
        raise NotImplementedError

    def drawn(self) -> Drawn:
        """Which tags it shows, as far as the last `refresh` has brought them up to date."""
        raise NotImplementedError

    def show_machine(self, machine_id: str) -> None:
        """Turn to a machine; a screen that does not depend on one does nothing."""

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The ground between the widgets."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self.theme.background))
        painter.end()
