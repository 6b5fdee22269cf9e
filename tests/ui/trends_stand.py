"""A Trends screen with a history behind it, and fingers for it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QEventPoint, QInputDevice, QPointingDevice, QTouchEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.config.base import Span
from hmi.config.screens import MachineScreen
from hmi.config.tags import Limits, TagDescription
from hmi.link.messages import HistoryReply
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.present.trend_memory import TrendMemory
from hmi.testing.hand_fed import HandFed
from hmi.ui.screens.trends import TrendsScreen
from hmi.ui.trend_plot import TrendPlot

NAMES = tuple(f"t{number}" for number in range(9))
TAGS = {
    name: TagDescription(
        unit="°C",
        max_age=1.0,
        range=Span(low=0.0, high=100.0),
        normal=Span(low=20.0, high=40.0),
        limits=Limits(high=50.0),
    )
    for name in NAMES
} | {"text": TagDescription(type=ValueType.STRING)}
SCREEN = MachineScreen.model_validate({"views": ("a",), "tiles": (), "trends": ("t0", "t1", "t2")})
SINCE = 3000


class Past:
    """An engine that remembers a ramp over the last 3000 seconds."""

    def __init__(self, now: int) -> None:
        self.since = now - SINCE * SECOND
        self.waiting: list[tuple[int, int, int, Callable[[HistoryReply], None]]] = []
        self.requests = 0

    def request(
        self, index: int, begin_utc: int, end_utc: int, points: int, reply: Callable[[HistoryReply], None]
    ) -> None:
        self.requests += 1
        self.waiting.append((index, begin_utc, end_utc, reply))

    def value(self, time: int) -> float:
        return 30 + 10 * math.sin((time - self.since) / SECOND / 50)

    def answer(self) -> None:
        for index, begin, end, reply in self.waiting:
            time = np.arange(max(begin, self.since), end, SECOND, dtype="<i8")
            value = np.array([self.value(int(t)) for t in time], "<f8")
            severity = np.zeros(len(time), np.uint8)
            reply(HistoryReply(1, index, time.tobytes(), value.tobytes(), severity.tobytes(), self.since))
        self.waiting.clear()


class Shown:
    """The screen in the panel's 1280 × 624, with history answered."""

    def __init__(self, qtbot: QtBot) -> None:
        self.memory = TrendMemory()
        self.fed = HandFed(TAGS, screen=SCREEN, texts={"tag.t0": "Bath"})
        self.past = Past(self.fed.clock.now().utc)
        self.screen = self.made(qtbot)

    def made(self, qtbot: QtBot) -> TrendsScreen:
        screen = TrendsScreen(self.fed.session, DARK, Texts.of(self.fed.epoch), self.past, memory=self.memory)
        qtbot.addWidget(screen)
        screen.resize(1280, 624)
        screen.show()
        qtbot.waitExposed(screen)
        screen.plot._gestures.hold.setInterval(3_600_000)  # however slowly a test drags
        return screen

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            now = self.fed.clock.now().utc
            self.fed.put(**{name: self.past.value(now) for name in NAMES})
            self.screen.refresh(self.fed.frame(0.2))
            self.past.answer()

    @property
    def now(self) -> int:
        return self.fed.clock.now().utc

    def wheel(self, x: int, angle: QPoint, pixels: QPoint | None = None) -> None:
        plot = self.screen.plot
        at = QPointF(x, 200)
        event = QWheelEvent(
            at,
            plot.mapToGlobal(at),
            pixels or QPoint(),
            angle,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(plot, event)


SCREEN_DEVICE = QPointingDevice(
    "touch screen",
    77,
    QInputDevice.DeviceType.TouchScreen,
    QPointingDevice.PointerType.Finger,
    QInputDevice.Capability.Position,
    10,
    0,
)


def touch(plot: TrendPlot, kind: QEvent.Type, *at: tuple[int, int]) -> None:
    """Fingers at these places of the plot."""
    states = {
        QEvent.Type.TouchBegin: QEventPoint.State.Pressed,
        QEvent.Type.TouchUpdate: QEventPoint.State.Updated,
        QEvent.Type.TouchEnd: QEventPoint.State.Released,
    }
    points = [
        QEventPoint(number, states[kind], QPointF(x, y), plot.mapToGlobal(QPointF(x, y)))
        for number, (x, y) in enumerate(at)
    ]
    event = QTouchEvent(kind, SCREEN_DEVICE, Qt.KeyboardModifier.NoModifier, points)
    QApplication.sendEvent(plot, event)
