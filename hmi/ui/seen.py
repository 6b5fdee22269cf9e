"""What is to be seen on this panel and what is touched, told to the engine for the recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QEvent, QObject, QPointF, QTimer
from PyQt6.QtGui import QEventPoint, QMouseEvent, QPointingDevice, QTouchEvent

from hmi.link.messages import LatencyShown, ScreenShown, Seen, Touched
from hmi.model.clock import Clock
from hmi.ui.window import PanelWindow

LATENCY_EVERY_MS: Final = 1000
_OF_NONE: Final = ("site", "diagnostics")
"""Screens that are about no machine by themselves."""


class SeenOnPanel(QObject):
    """Tells the screen in view when it changes, every touch, and once a second the latency that is shown.

    ``tell`` takes it, whether anybody listens or not.
    """

    def __init__(
        self, window: PanelWindow, clock: Clock, tell: Callable[[Seen], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._clock = clock
        self._tell = tell
        self._timer = QTimer(self)
        self._timer.setInterval(LATENCY_EVERY_MS)
        self._timer.timeout.connect(self._latency)
        window.shown.connect(self._screen)

    def start(self) -> None:
        """Begin; the window has been shown."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        self._timer.start()

    def stop(self) -> None:
        """Tell nothing any more."""
        self._timer.stop()
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)

    # Of the window of the platform: what touches it comes by here before any widget has it, and little else.
    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 - Qt's name
        """Tell touches, and let everything pass."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            # A touch that no widget takes comes as a mouse's too.
            device = event.pointingDevice()
            if device is None or device.type() != QPointingDevice.DeviceType.TouchScreen:
                self._touch(event.position())
        elif isinstance(event, QTouchEvent) and event.type() == QEvent.Type.TouchBegin:
            for point in event.points():
                if point.state() == QEventPoint.State.Pressed:
                    self._touch(point.position())
        return False

    def _machine(self) -> str:
        return "" if self._window.screen_name in _OF_NONE else self._window.machine_id

    def _screen(self) -> None:
        window = self._window
        self._tell(
            ScreenShown(
                utc=self._clock.now().utc,
                screen=window.screen_name,
                machine=self._machine(),
                width=window.width(),
                height=window.height(),
                theme=window.theme.name,
                language=window.texts.language,
            )
        )

    def _touch(self, at: QPointF) -> None:
        window = self._window
        self._tell(
            Touched(
                utc=self._clock.now().utc,
                screen=window.screen_name,
                machine=self._machine(),
                x=_share(at.x(), window.width()),
                y=_share(at.y(), window.height()),
            )
        )

    def _latency(self) -> None:
        machine, book = self._machine(), self._window.book
        if not machine or book is None or not self._window.in_view:
            return
        now = self._clock.now()
        shown = book.view(machine, now.monotonic)
        self._tell(LatencyShown(now.utc, machine, shown.now, shown.p50, shown.p99, shown.n))


def _share(at: float, of: int) -> float:
    return min(max(at / max(of, 1), 0.0), 1.0)
