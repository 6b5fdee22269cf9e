"""Fingers on a trend: one pans, two stretch, one that stays shows values."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QEventPoint, QMouseEvent, QTouchEvent, QWheelEvent
from PyQt6.QtWidgets import QWidget

HOLD_MS: Final = 450
_STILL: Final = 10.0
"""Pixels that a finger may wander and still stay."""
_NARROW: Final = 24.0
"""Fingers closer together than this along the time axis stretch as if they were this far apart."""
_NOTCH: Final = 120.0


class TrendGestures(QObject):
    """Turns touch, mouse and wheel events into what is meant by them. All positions are pixels.

    ``panned(by)`` since the gesture's last news; ``stretched(factor, around)``; ``held(at)`` a finger
    stays, or moves after it stayed; ``tapped(at)``.
    """

    panned = pyqtSignal(float)
    stretched = pyqtSignal(float, float)
    held = pyqtSignal(float)
    tapped = pyqtSignal(float)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._points: list[float] = []
        self._origin = QPointF()
        self._moved = self._holding = False
        self.hold = QTimer(self)
        self.hold.setSingleShot(True)
        self.hold.setInterval(HOLD_MS)
        self.hold.timeout.connect(self._stayed)
        """Runs while a finger that has not moved may still become one that stays."""

    def take(self, event: QEvent) -> bool:
        """Use an event; False where it is none of ours."""
        match event:
            case QTouchEvent():
                self._touch(event)
            case QWheelEvent():
                self._wheel(event)
            case QMouseEvent():
                return self._mouse(event)
            case _:
                return False
        event.accept()
        return True

    def _touch(self, event: QTouchEvent) -> None:
        if event.type() == QEvent.Type.TouchCancel:
            self._end(cancelled=True)
            return
        released = QEventPoint.State.Released
        down = [
            self._widget.mapFromGlobal(point.globalPosition())
            for point in event.points()
            if point.state() != released
        ]
        if not down:
            self._end()
            return
        self._follow(down)

    def _mouse(self, event: QMouseEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._end()
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._follow([event.position()])
        else:
            return False
        event.accept()
        return True

    def _wheel(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if abs(pixels.x()) > abs(pixels.y()):
            self.panned.emit(float(pixels.x()))
        elif abs(angle.x()) > abs(angle.y()):
            self.panned.emit(angle.x() / 2)
        elif angle.y():
            self.stretched.emit(1.25 ** (angle.y() / _NOTCH), event.position().x())

    def _follow(self, down: list[QPointF]) -> None:
        now = sorted(point.x() for point in down[:2])
        if len(now) != len(self._points):
            if not self._points:
                self._origin = down[0]
                self._moved = self._holding = False
                self.hold.start()
            if len(now) == 2:
                self._moved = True
                self.hold.stop()
            self._points = now
            return
        before, self._points = self._points, now
        if len(now) == 2:
            apart = [max(pair[1] - pair[0], _NARROW) for pair in (before, now)]
            middle = sum(now) / 2
            self.panned.emit(middle - sum(before) / 2)
            if apart[0] != apart[1]:
                self.stretched.emit(apart[1] / apart[0], middle)
            return
        if self._holding:
            self.held.emit(now[0])
            return
        away = down[0] - self._origin
        if not self._moved and abs(away.x()) + abs(away.y()) > _STILL:
            self._moved = True
            self.hold.stop()
            self.panned.emit(now[0] - self._origin.x())
        elif self._moved:
            self.panned.emit(now[0] - before[0])

    def _stayed(self) -> None:
        if len(self._points) == 1:
            self._holding = True
            self.held.emit(self._points[0])

    def _end(self, *, cancelled: bool = False) -> None:
        self.hold.stop()
        if self._points and not (cancelled or self._moved or self._holding):
            self.tapped.emit(self._points[0])
        self._points = []
        self._moved = self._holding = False
