"""A panel that is led through its screens, watched frame by frame."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PyQt6.QtCore import QTimer

from hmi.model.clock import MILLISECOND, SystemClock
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.ui.panel import PanelConnection
from hmi.ui.window import PanelWindow

SCREENS: Final = ("machine", "trends", "diagnostics", "site")


class Tour:
    """Leads a panel through every screen of every machine, some seconds each, twice."""

    def __init__(self, connection: PanelConnection, window: PanelWindow, seconds: float) -> None:
        self._connection = connection
        self._window = window
        self._seconds = seconds
        self._clock = SystemClock()
        self._stops: list[tuple[str, str]] = []
        self._asked: int | None = None
        self._where = ""
        self._begun = 0
        self.first_live: int | None = None
        self.changes_ms: list[tuple[str, float]] = []
        self.frames_ms: dict[str, list[float]] = {}
        connection.observe(self._before, self._after)

    def _before(self, session: Session, frame: Frame) -> None:
        """Nothing: what the frame takes is asked of the frame clock."""

    def _after(self, session: Session, frame: Frame) -> None:
        now = self._clock.now().monotonic
        if self.first_live is None and frame.engine_alive:
            if np.any(frame.freshness == Freshness.LIVE):
                self.first_live = now
                machines = [machine.id for machine in session.epoch.machines]
                self._stops = 2 * [(screen, each) for each in machines for screen in SCREENS]
                QTimer.singleShot(3000, self._next)
            return
        if self._asked is not None:
            self.changes_ms.append((self._where, (now - self._asked) / MILLISECOND))
            self._asked = None
        elif self._where:
            self.frames_ms.setdefault(self._where, []).append(
                (now - self._connection.frames.began) / MILLISECOND
            )

    def _next(self) -> None:
        if not self._stops:
            self._window.close()
            return
        screen, machine = self._stops.pop(0)
        self._where = f"{screen} {machine}" if screen != "site" else screen
        self._asked = self._clock.now().monotonic
        self._window.show_screen(screen, machine)
        self._connection.frames.request()
        QTimer.singleShot(round(self._seconds * 1000), self._next)

    def report(self) -> dict[str, Any]:
        """The raw figures; moments are monotonic ns, which count the same in the process that asks."""
        return {"first_live": self.first_live, "changes_ms": self.changes_ms, "frames_ms": self.frames_ms}
