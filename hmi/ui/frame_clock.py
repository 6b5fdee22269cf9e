"""When to draw: at once when something arrived, at most 60 times a second, and by itself when nothing does.

Its own looks make ages grow and a dead engine show although nothing arrives. They come when there was no
frame for a while, so a machine that changes ten times a second is drawn for its changes alone; and a change
that comes right behind such a look does not wait for the display's next refresh because of it.

Nor does one that comes right behind another's: after a pause two frames may follow each other at once. Else
of ten changes a second one in sixty would wait only because the engine told its counters just before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PyQt6.QtCore import QObject, Qt, QTimer

from hmi.model.clock import MILLISECOND, Clock

FRAME_NS: Final = 17_000_000
"""Between frames that follow each other without a pause: with the one more that may come after a pause there
are never more than 60 in a second."""

_AT_ONCE: Final = 2
"""Frames without a pause between them, after a pause."""

IDLE_MS: Final = 130
"""Without a frame for so long it looks by itself: longer than the 100 ms in which most machines change, so
that the look does not stand in the way of the change that is about to come."""

_KEPT: Final = 8192


class FrameClock(QObject):
    """Calls ``draw`` for each frame; it returns when the frame is on the window's surface, and says whether
    anything had to be painted for it."""

    def __init__(self, clock: Clock, draw: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._draw = draw
        self._began = -FRAME_NS
        # Until when the frames that painted for news take up their 60 a second (the generic cell rate
        # algorithm's theoretical arrival time, ITU-T I.371).
        self._taken = 0
        self._frames = 0
        self._durations = np.zeros(_KEPT, np.int64)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setTimerType(Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._news)
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._look)

    def start(self) -> None:
        """Begin, with the own timer too."""
        self._idle.start()

    def stop(self) -> None:
        """No frame comes after this."""
        self._idle.stop()
        self._due.stop()

    def request(self) -> None:
        """Something is new: a frame, as soon as there is room for one. Many requests are one."""
        if self._due.isActive():
            return
        wait = self._taken - (_AT_ONCE - 1) * FRAME_NS - self._clock.now().monotonic
        # Rounded up: frames that come early would be more than 60 in a second.
        self._due.start(max(0, -(-wait // MILLISECOND)))

    @property
    def began(self) -> int:
        """When the present or last frame began (monotonic ns)."""
        return self._began

    @property
    def frames(self) -> int:
        """How many frames were drawn."""
        return self._frames

    def durations_ms(self) -> dict[str, float]:
        """p50, p99 and max of the last frames' time from begin to painted, in ms; n of them."""
        kept = self._durations[: min(self._frames, _KEPT)] / MILLISECOND
        if not len(kept):
            return {"p50": 0.0, "p99": 0.0, "max": 0.0, "n": 0}
        p50, p99 = np.percentile(kept, (50, 99), method="inverted_cdf")
        return {"p50": float(p50), "p99": float(p99), "max": float(kept.max()), "n": len(kept)}

    def _news(self) -> None:
        if self._frame():
            self._taken = max(self._taken, self._began) + FRAME_NS

    def _look(self) -> None:
        if not self._due.isActive():
            self._frame()

    def _frame(self) -> bool:
        if self._idle.isActive():
            self._idle.start()  # from the beginning
        self._began = self._clock.now().monotonic
        painted = self._draw()
        self._durations[self._frames % _KEPT] = self._clock.now().monotonic - self._began
        self._frames += 1
        return painted
