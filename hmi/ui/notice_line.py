"""The line under the header, where the alarm banner will be: the one thing to know now."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter

from hmi.present.notices import NoticeView
from hmi.ui import fonts, painting
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted

HEIGHT = 52


class NoticeLine(Painted[NoticeView]):
    """Calm it is one grey line; otherwise a sign, a title and what it means. A touch asks for the rest."""

    touched = pyqtSignal()
    _down = False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Answer the touch at once."""
        self._press(True)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """A finger that is lifted elsewhere asks for nothing."""
        was, inside = self._down, event is not None and self.area().contains(event.position())
        self._press(False)
        if was and inside:
            self.touched.emit()

    def _press(self, down: bool) -> None:
        if down != self._down:
            self._down = down
            self.update()

    def draw(self, painter: QPainter, view: NoticeView, m: Metrics) -> None:
        """One look for calm, one for a notice; the height never changes."""
        if view.calm:
            self._calm(painter, view, m)
        else:
            self._warning(painter, view, m)

    def _calm(self, painter: QPainter, view: NoticeView, m: Metrics) -> None:
        theme, area = self.theme, self.area()
        painter.fillRect(area, painting.color(theme.pressed if self._down else theme.surface))
        self._rule(painter, theme.line, m)
        side, middle = m.px(20), area.center().y()
        font, small = m.font(14, fonts.MEDIUM), m.font(13)
        at = QPointF(side, painting.baseline(font, middle))
        used = painting.text(painter, at, view.title, font, theme.text_soft, room=area.width() / 2)
        painting.text(
            painter,
            QPointF(area.right() - side, painting.baseline(small, middle)),
            view.detail,
            small,
            theme.text_faint,
            room=area.width() - 3 * side - used,
            align=painting.RIGHT,
        )

    def _warning(self, painter: QPainter, view: NoticeView, m: Metrics) -> None:
        theme, area = self.theme, self.area()
        ground = theme.pressed if self._down else theme.warning_surface
        painter.fillRect(area, painting.color(ground))
        self._rule(painter, theme.warning_line, m)
        side = m.px(20)
        sign = QRectF(side, (area.height() - m.px(32)) / 2, m.px(37), m.px(32))
        painting.warning_sign(painter, sign, theme.fault, ground)
        right, x = area.right() - side, sign.right() + m.px(16)
        if view.more:
            font = m.font(14)
            at = QPointF(right, painting.baseline(font, area.center().y()))
            room = area.width() * 0.2
            wide = painting.text(
                painter, at, view.more, font, theme.text_soft, room=room, align=painting.RIGHT
            )
            right -= wide + m.px(20)
        big, small = m.font(17, fonts.SEMIBOLD), m.font(13)
        middle = area.height() * (0.31 if view.detail else 0.5)
        at = QPointF(x, painting.baseline(big, middle))
        painting.text(painter, at, view.title, big, theme.text, room=right - x)
        at = QPointF(x, painting.baseline(small, area.height() * 0.71))
        painting.text(painter, at, view.detail, small, theme.text_soft, room=right - x)

    def _rule(self, painter: QPainter, colour: str, m: Metrics) -> None:
        thick = max(1, round(m.scale))
        painter.fillRect(0, self.height() - thick, self.width(), thick, painting.color(colour))
