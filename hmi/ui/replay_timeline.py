"""The time bar of a recording: what was recorded, what happened when, and the moment that is shown."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QPainter, QPen

from hmi.present.replay import TimelineView
from hmi.ui import fonts, painting
from hmi.ui.hatch import hatch
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted

_SIDE: Final = 14
_TRACK: Final = 0.52
"""The middle of the bar itself, as a share of the height; above it the moment, below it the ends."""

_SEVERE: Final = frozenset(("link", "lost", "late", "begin"))


class ReplayTimeline(Painted[TimelineView]):
    """Emits ``asked`` with the share (0 to 1) that a finger is on: at the press and while it is drawn along
    with ``done`` False, at the end with True."""

    asked = pyqtSignal(float, bool)
    _held = False

    def ground(self) -> str:
        """That of the bars."""
        return self.theme.surface

    @property
    def held(self) -> bool:
        """Whether a finger is on it."""
        return self._held

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Go there at once."""
        self._held = True
        self._ask(event, done=False)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Follow the finger."""
        if self._held:
            self._ask(event, done=False)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Stay there."""
        if self._held:
            self._held = False
            self._ask(event, done=True)

    def _ask(self, event: QMouseEvent | None, *, done: bool) -> None:
        if event is not None:
            area = self._bar(Metrics.of(self))
            share = (event.position().x() - area.left()) / max(area.width(), 1.0)
            self.asked.emit(min(max(share, 0.0), 1.0), done)

    def _bar(self, m: Metrics) -> QRectF:
        side, high = m.px(_SIDE), m.px(10)
        return QRectF(side, self.height() * _TRACK - high / 2, self.width() - 2 * side, high)

    def draw(self, painter: QPainter, view: TimelineView, m: Metrics) -> None:
        """What never was recorded is hatched; marks stand on the bar, the knob over all."""
        theme, bar = self.theme, self._bar(m)
        painter.setPen(QPen(painting.color(theme.hatch_line), 1.0))
        painter.setBrush(hatch(theme, m.scale))
        painter.drawRoundedRect(bar, m.px(3), m.px(3))
        for begin, end in view.spans:
            left, right = self._x(bar, begin), self._x(bar, end)
            painting.box(
                painter, QRectF(left, bar.top(), max(right - left, 2.0), bar.height()), m.px(2), theme.band
            )
        if view.loop is not None:
            self._loop(painter, bar, view.loop, m)
        for share, kind in view.marks:
            self._mark(painter, bar, self._x(bar, share), kind, m)
        self._knob(painter, bar, view, m)
        self._ends(painter, bar, view, m)

    def _x(self, bar: QRectF, share: float) -> float:
        return bar.left() + share * bar.width()

    def _mark(self, painter: QPainter, bar: QRectF, x: float, kind: str, m: Metrics) -> None:
        """What was wrong by shape, not by colour alone: it hangs from above; all else is a plain tick."""
        if kind in _SEVERE:
            tip = QPointF(x, bar.top() + m.px(2))
            painting.triangle_down(painter, tip, m.px(5), m.px(9), self.theme.fault)
        else:
            tick = QRectF(x - m.px(1), bar.top(), m.px(2), bar.height() + m.px(5))
            painter.fillRect(tick, painting.color(self.theme.text_soft))

    def _loop(self, painter: QPainter, bar: QRectF, loop: tuple[float, float], m: Metrics) -> None:
        """Brackets under the bar, with a line between them."""
        left, right = self._x(bar, loop[0]), self._x(bar, loop[1])
        below, thick = bar.bottom() + m.px(4), m.px(3)
        for x in (left, right):
            painter.fillRect(
                QRectF(x - thick / 2, bar.top(), thick, m.px(17)), painting.color(self.theme.replay)
            )
        painter.fillRect(QRectF(left, below, right - left, thick), painting.color(self.theme.replay))

    def _knob(self, painter: QPainter, bar: QRectF, view: TimelineView, m: Metrics) -> None:
        theme, x = self.theme, self._x(bar, view.at)
        done = QRectF(bar.left(), bar.top(), x - bar.left(), bar.height())
        painter.setOpacity(0.35)
        painting.box(painter, done, m.px(2), theme.replay)
        painter.setOpacity(1.0)
        painter.setPen(QPen(painting.color(theme.surface), m.px(2)))
        painter.setBrush(painting.color(theme.replay))
        painter.drawEllipse(QPointF(x, bar.center().y()), m.px(11), m.px(11))
        painter.setPen(Qt.PenStyle.NoPen)

    def _ends(self, painter: QPainter, bar: QRectF, view: TimelineView, m: Metrics) -> None:
        theme = self.theme
        big, small = m.font(15, fonts.SEMIBOLD), m.font(12)
        half = painting.width(big, view.now) / 2
        x = min(max(self._x(bar, view.at), bar.left() + half), bar.right() - half)
        at = QPointF(x, painting.baseline(big, self.height() * 0.19))
        painting.text(painter, at, view.now, big, theme.text, room=bar.width(), align=painting.CENTRE)
        below = painting.baseline(small, self.height() * 0.84)
        room = bar.width() / 2
        painting.text(painter, QPointF(bar.left(), below), view.begin, small, theme.text_soft, room=room)
        end = f"{view.ended} {view.end}".strip()
        at = QPointF(bar.right(), below)
        painting.text(painter, at, end, small, theme.text_soft, room=room, align=painting.RIGHT)
