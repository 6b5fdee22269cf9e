"""What a panel under soak says of itself, and how it is led from screen to screen; with Qt."""

from __future__ import annotations

import json
import sys
import time
from itertools import cycle
from typing import Any, Final

import numpy as np
from PyQt6.QtCore import QObject, QSocketNotifier, QTimer
from PyQt6.QtWidgets import QApplication
from PyQt6.sip import voidptr

from hmi.app.bench.load_site import MACHINE
from hmi.app.supervisor import Supervisor
from hmi.model.clock import monotonic_ns
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.ui.panel import PanelConnection
from hmi.ui.window import PanelWindow

_TELL_MS: Final = 500
_LOAD_MS: Final = 12_000
_OTHERS_MS: Final = 4_000
"""The load machine, whose stamps are measured, is in view half of the time; the others in turn."""

_OTHERS: Final = ("trends", "machine", "site", "diagnostics")
_MOST_PAINTS: Final = 1000


class Telling(QObject):
    """Prints one JSON line each half second.

    ``at``      monotonic ns
    ``alive``   whether the engine answers; ``frames`` drawn so far; ``frame_ms`` of the last ones
    ``starts``, ``fenced``  of the supervisor
    ``paints``  of each frame with a new stamp of the load machine in view: UTC s of its paint, and ms since
                the change was made
    ``book``    machine → p50 and p99 of the latency that the panel shows, and of how many changes
    """

    def __init__(self, connection: PanelConnection, window: PanelWindow, supervisor: Supervisor) -> None:
        super().__init__(window)
        self._connection = connection
        self._window = window
        self._supervisor = supervisor
        self._paints: list[tuple[float, float]] = []
        self._in_view = ""
        self._others = cycle(_OTHERS)
        self._machines = cycle([""])
        self._session: Session | None = None
        self._row = 0
        connection.observe(before=self._before, after=self._after)
        self._tell = QTimer(self)
        self._tell.timeout.connect(self._say)
        self._tell.start(_TELL_MS)
        QTimer.singleShot(_OTHERS_MS, self._turn)
        # Whoever started us holds the other end: that it closes is all that is ever heard there.
        self._keeper = QSocketNotifier(voidptr(sys.stdin.fileno()), QSocketNotifier.Type.Read, self)
        self._keeper.activated.connect(QApplication.quit)

    def _before(self, session: Session, _frame: Frame) -> None:
        if session is not self._session:
            self._session = session
            self._row = session.index(MACHINE, "t0")
            self._machines = cycle([machine.id for machine in session.epoch.machines])

    def _after(self, session: Session, frame: Frame) -> None:
        # A value that is not live is painted as such, however old it is.
        live = frame.freshness[self._row] == Freshness.LIVE
        if self._in_view == MACHINE and live and self._row in frame.changed:
            now = time.time()
            stamp = float(session.columns.value[self._row].view(np.float64))
            self._paints.append((round(now, 3), round(1000 * (now - stamp), 2)))
            del self._paints[:-_MOST_PAINTS]

    def _turn(self) -> None:
        if self._in_view == MACHINE:
            self._in_view = ""
            self._window.show_screen(next(self._others), next(self._machines))
        else:
            self._in_view = MACHINE
            self._window.show_screen("machine", MACHINE)
        self._connection.frames.request()
        QTimer.singleShot(_LOAD_MS if self._in_view else _OTHERS_MS, self._turn)

    def _say(self) -> None:
        paints, self._paints = self._paints, []
        line: dict[str, Any] = {
            "at": monotonic_ns(),
            "alive": self._connection.alive,
            "frames": self._connection.frames.frames,
            "frame_ms": self._connection.frames.durations_ms(),
            "starts": self._supervisor.starts,
            "fenced": self._supervisor.fenced,
            "paints": paints,
            "book": self._book(),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    def _book(self) -> dict[str, tuple[int, int, int]]:
        book, session = self._window.book, self._session
        if book is None or session is None:
            return {}
        views = {each.id: book.view(each.id, monotonic_ns()) for each in session.epoch.machines}
        return {name: (v.p50, v.p99, v.n) for name, v in views.items() if v.p50 is not None and v.p99}
