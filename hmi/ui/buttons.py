"""Things to touch: they answer at the press, and are never smaller than a gloved finger."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QWidget

from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics


class TouchButton(QAbstractButton):
    """A button with a text; checked it is the chosen one. Its owner gives it its geometry."""

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setText(label)
        self.setAccessibleName(label)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ground, body, text."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self.ground()))
        painting.begin(painter)
        self.draw(painter, Metrics.of(self))
        painter.end()

    def ground(self) -> str:
        """The colour behind the button."""
        return self.theme.background

    def draw(self, painter: QPainter, m: Metrics) -> None:
        """A filled body; the chosen one has a line around it."""
        theme = self.theme
        fill = theme.pressed if self.isDown() else theme.raised
        line = theme.running if self.isChecked() else theme.line
        area = QRectF(self.rect())
        painting.box(painter, area, m.px(6), fill, line, (2 if self.isChecked() else 1) * m.scale)
        self.draw_label(painter, m, m.font(14, fonts.MEDIUM), theme.text)

    def draw_label(self, painter: QPainter, m: Metrics, font: QFont, colour: str) -> None:
        """The text in the middle, elided where it does not fit."""
        area = QRectF(self.rect())
        at = QPointF(area.center().x(), painting.baseline(font, area.center().y()))
        room = area.width() - m.px(16)
        painting.text(painter, at, self.text(), font, colour, room=room, align=painting.CENTRE)


class NavButton(TouchButton):
    """A way to a screen, in the bar at the bottom."""

    def ground(self) -> str:
        """The bar's colour."""
        return self.theme.surface

    def draw(self, painter: QPainter, m: Metrics) -> None:
        """The screen in view is raised and underlined."""
        theme = self.theme
        area = QRectF(self.rect()).adjusted(m.px(6), m.px(6), -m.px(6), -m.px(6))
        if self.isDown() or self.isChecked():
            painting.box(painter, area, m.px(6), theme.pressed if self.isDown() else theme.raised)
        if self.isChecked():
            wide = min(area.width() * 0.6, m.px(104))
            line = QRectF(area.center().x() - wide / 2, area.bottom() - m.px(4), wide, m.px(4))
            painting.box(painter, line, m.px(2), theme.running)
        chosen = self.isChecked() or self.isDown()
        font = m.font(17, fonts.SEMIBOLD if chosen else fonts.MEDIUM)
        self.draw_label(painter, m, font, theme.text if chosen else theme.text_soft)
